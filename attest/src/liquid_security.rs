//! Statements of Marvell (once Cavium) LiquidSecurity HSMs: what the HSM itself says of a key, signed by its partition.
//!
//! Google Cloud HSM hands them out as `CAVIUM_V2_COMPRESSED`, Azure Managed HSM as `MRVL-1`.

pub mod attribute;
mod chain;
mod gunzip;
mod key;
mod statement;

pub use chain::{CardCertificates, Names};
pub use gunzip::gunzip;
pub(crate) use gunzip::{Gzip, inflated, start};
pub use key::Key;
pub(crate) use key::{PUBLIC_KEY, is_half_of};
pub use statement::{Framing, Object, Statement};
