//! What a certification authority checks about a signing key, as a pure library.
//!
//! Nothing here opens a socket, reads a clock or looks at the environment. The PKCS#11 module uses the same code
//! before it shows a key to a host, so that a subscriber and a CA can never disagree about the rules.
//!
//! - [`admission`]: may a host use this key at all? One file per cloud.
//! - [`public_key`]: one strict encoding of a public key, and nothing else.
//! - [`inspection`]: what is in evidence, judged by nothing.
//! - [`report`], [`challenge`]: what a subscriber hands to a CA, and what it answers.
//! - [`confirmation`]: what a CA asked the cloud itself, and the answers.
//! - [`key_policy`]: what a policy of AWS KMS says.
//! - [`rendering`]: what people and machines are told.
//! - [`signature`]: does this signature belong to that key?
#![forbid(unsafe_code)]
// Lengths here come from strangers: what could overflow says what happens then.
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

// The roots of the tests are one file for tests inside and outside of this crate.
#[cfg(test)]
extern crate self as hardkey_attest;

pub mod admission;
pub mod anchor;
pub mod bundle;
pub mod certificate;
pub mod challenge;
pub mod check;
pub mod claim;
pub mod confirmation;
pub mod csr;
pub mod evidence;
pub mod finding;
pub mod fips;
pub mod inspection;
pub mod instant;
pub mod key_policy;
pub mod liquid_security;
pub mod malformed;
pub mod policy;
pub mod public_key;
pub mod rendering;
pub mod report;
pub mod shown;
pub mod signature;
pub mod verdict;

#[cfg(test)]
mod attacks;
mod cursor;
mod dsse;
mod field;
mod form;
