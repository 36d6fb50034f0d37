//! What people and machines are told: verdicts, policies and anchors, as text, JSON and HTML.
//!
//! Nothing is decided here and nothing read: the same verdict gives the same bytes. Strangers' text goes through
//! [`crate::shown`] first, so that no name from inside of a bundle can start a line, move a cursor or open a tag.

mod anchors;
mod group;
mod header;
mod html;
mod json;
mod obstacle;
mod policy;
mod remedy;
mod sentence;
mod summary;
#[cfg(test)]
mod tests;
mod text;
mod unanswered;

pub use anchors::{anchors_json, anchors_text};
pub use html::{decision_html, undecided_html};
pub use json::{decision_json, inspection_json, undecided_json};
pub use policy::{policy_json, policy_text};
pub use summary::summary_text;
pub use text::{decision_text, inspection_text};

use crate::certificate::sha256;
use crate::evidence::Claims;
use crate::policy::Expected;
use crate::shown;
use crate::verdict::Verdict;

/// Version of the JSON, raised when a field changes its meaning or goes. New fields do not raise it.
pub const SCHEMA: u32 = 1;
/// What signs as the maker of the output.
pub const TOOL: &str = concat!("hardkey-attest ", env!("CARGO_PKG_VERSION"));
/// What stands above everything that rests on test keys.
pub const TEST_KEYS: &str = "TEST KEYS: this rests on keys that were made for tests. It says nothing about any HSM.";

/// Everything that a decision is told with.
#[derive(Debug)]
pub struct Decision<'a, A> {
    /// The conclusion.
    pub verdict: &'a Verdict<A>,
    /// What it was drawn from.
    pub claims: &'a Claims<A>,
    /// What the CA expected.
    pub expected: &'a Expected,
    /// What was handed in.
    pub inputs: &'a [Input],
}

/// A file that was read: enough to find it again.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Input {
    /// Its name, escaped.
    pub name: String,
    /// What it was handed in as.
    pub role: InputRole,
    /// How long it is.
    pub bytes: usize,
    /// SHA-256, lower-case hexadecimal.
    pub sha256: String,
}

/// What a file was handed in as.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum InputRole {
    /// About the key.
    Evidence,
    /// The request for the certificate.
    Request,
    /// The CA's policy.
    Policy,
    /// The CA's challenge.
    Challenge,
    /// The record of a confirmation.
    Confirmation,
}

impl InputRole {
    /// Its name in output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Evidence => "evidence",
            Self::Request => "request",
            Self::Policy => "policy",
            Self::Challenge => "challenge",
            Self::Confirmation => "confirmation",
        }
    }
}

impl Input {
    /// Describes a file.
    #[must_use]
    pub fn new(name: &str, role: InputRole, bytes: &[u8]) -> Self {
        Self { name: shown::text(name), role, bytes: bytes.len(), sha256: shown::hex(&sha256(bytes)) }
    }
}
