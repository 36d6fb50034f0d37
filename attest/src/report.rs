//! Reports: what a subscriber hands to a CA about one key. Everything that it says, the verifier works out again from the raw
//! evidence in it.
//!
//! A report is a DSSE envelope (secure-systems-lab/dsse, protocol 1.0.2) with a payload type of its own, signed once, by the key
//! that it is about. The signature shows that whoever made the report could use the key, and nothing more. docs/report.md says
//! what is in it, docs/report-v1.schema.json in a machine's words.
//!
//! To make one: fill a [`Draft`], take its [`Draft::payload`], have the key sign [`to_be_signed`], and put the signature into an
//! [`envelope()`].

mod algorithm;
mod draft;
mod envelope;
mod payload;
mod raw;
mod stated;

use std::time::Duration;

pub use algorithm::SignatureAlgorithm;
pub use draft::{Draft, DraftError};
pub use envelope::{Envelope, envelope, to_be_signed};
pub use payload::{Generator, Report};
pub use raw::{Kind, RawEvidence};
pub use stated::{Answer, Stated};

/// What the signature says the payload is. No other tool signs payloads of this type, so that none can be led to make a report.
pub const PAYLOAD_TYPE: &str = "application/vnd.hardkey.report.v1+json";
/// The largest report. The largest evidence of one key is a Managed HSM's answer of 30 kB; base64 twice makes 54 kB of it.
pub const LARGEST: usize = 256 << 10;

/// The longest time from `created` to `not_after`. A subject does not get to say for how long its report is fresh: no longer than a
/// challenge of the CA's can be answered.
pub const LONGEST_VALIDITY: Duration = crate::challenge::LONGEST_VALIDITY;

/// What messages call it.
const PART: &str = "report";

#[cfg(test)]
mod tests;
