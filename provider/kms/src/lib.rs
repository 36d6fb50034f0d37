//! Key services behind one blocking trait.
//!
//! The path of a request: a [`KeyService`] checks a [`lane`] out, drives the cloud's official SDK on the calling
//! thread, and puts the lane back. Nothing runs between calls. What this crate cannot name, by construction, is a
//! PKCS#11 session or a raw pointer.
//!
//! - [`config`]: the one place where settings are read and checked.
//! - [`service`]: the trait, key records, errors.
//! - [`checked`]: a signature that is handed out has been verified.
//! - [`opening`]: a key service, by its settings.
//! - [`signing`]: how a key signs what is not a host's.
//! - [`aws`]: AWS KMS. [`azure`]: Azure Key Vault and Azure Managed HSM. [`google`]: Google Cloud KMS.
//! - `inquiry`: what a CA asks, with credentials of its own; behind the feature of that name.
//! - [`proxy`]: which requests go through which proxy.
//! - [`lane`], [`network`], [`fork`]: how async SDKs run without a thread of ours, and in forked children.

pub mod aws;
pub mod azure;
pub mod checked;
pub mod config;
mod credentials;
pub mod deadline;
mod failure;
pub mod fork;
pub mod google;
#[cfg(feature = "inquiry")]
pub mod inquiry;
pub mod lane;
pub mod network;
mod obstacle;
pub mod opening;
pub mod proxy;
mod repetition;
mod search;
pub mod service;
pub mod signing;
mod trust;
mod wording;

pub use deadline::Deadline;
pub use service::KeyService;
