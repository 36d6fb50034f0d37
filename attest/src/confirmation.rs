//! Records of a confirmation: what a CA asked a cloud itself about the key of a report, and the cloud's answers, byte for byte.
//!
//! A record is a DSSE envelope with a payload type of its own, signed once, by a key that the CA keeps. It counts if the CA's policy
//! lists that key, and if it is of the same report, challenge and key, and young enough. What the answers say, the verifier works
//! out again. docs/confirmation.md says what is in it, docs/confirmation-v1.schema.json in a machine's words.
//!
//! To make one: ask what [`Kind::questions`] says at hosts of [`Kind::hosts`], and what [`follow_ups`] says of each answer, fill a [`Draft`] with the [`Answer`]s, take its
//! [`Draft::payload`], sign [`to_be_signed`] with the CA's key, and put the signature into an [`envelope()`].

mod answer;
mod change;
mod confirmer;
mod draft;
mod envelope;
mod follow_up;
mod kind;
pub mod mark;
mod payload;
mod place;
mod replay;
pub(crate) mod terms;

use std::time::Duration;

pub use answer::{Answer, NOT_ASKED, Said};
pub use change::{Change, Seen, changes};
pub use confirmer::Confirmer;
pub use draft::{About, Draft};
pub use envelope::{Envelope, envelope, is_record, to_be_signed};
pub use follow_up::{digest_keys, follow_ups};
pub use kind::{Kind, Question};
pub(crate) use kind::{region_and_account, trail, vault_and_key};
pub use payload::Record;
pub use replay::{LARGEST_REQUESTS, NONCE_HEADER, SignedRequest};

/// What the signature says the payload is. A key of the CA's that signs other things never signs a record by that.
pub const PAYLOAD_TYPE: &str = "application/vnd.hardkey.confirmation.v1+json";
/// The largest record: four of the largest answers, each in base64 twice. Most have 30 kB.
pub const LARGEST: usize = 1 << 20;
/// The oldest answer that counts unless the policy says otherwise: what a CA asked for an order is as old as its challenge at most.
pub const MAX_AGE: Duration = crate::challenge::LONGEST_VALIDITY;

/// What messages call it.
const PART: &str = "record";

#[cfg(test)]
mod tests;
