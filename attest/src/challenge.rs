//! Challenges: a CA's nonce with its time, audience and order, so that the CA, and not the subject, says how old a report may be.
//!
//! A challenge is authenticated by a key that only the CA has, with HMAC-SHA-256 (RFC 2104). Who makes a challenge is who judges
//! it, so that nobody else has to be able to: a signature would give others a public key to keep, and nothing besides.

pub(crate) mod answered;
mod key;
mod seen;

pub use key::{ChallengeKey, KEY_LENGTH};

pub use seen::Seen;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::evidence::answer::{self, Object};
use crate::field::{self, LONGEST_NAME};
use crate::instant::Instant;
use crate::malformed::Malformed;
use crate::shown;

/// Bytes of a nonce: as many as its authentication has, so that neither is easier to guess than the other.
pub const NONCE_LENGTH: usize = 32;
/// The most a challenge has is two names of four bytes a character, and 300 bytes.
pub const LARGEST: usize = 4 << 10;
/// A Random Value of the CA/Browser Forum's TLS Baseline Requirements, §3.2.2.4.4, is good for 30 days at most.
pub const LONGEST_VALIDITY: Duration = Duration::from_secs(30 * 24 * 60 * 60);

const PART: &str = "challenge";
/// The version that is written and read.
const VERSION: u32 = 1;
/// What is authenticated starts with it, so that no other thing that the key might be used for can be taken for a challenge.
const CONTEXT: &[u8] = b"hardkey challenge v1";

/// A challenge as it was handed in: whose it is, [`ChallengeKey`] tells.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Challenge {
    nonce: [u8; NONCE_LENGTH],
    issued: Instant,
    expires: Instant,
    audience: String,
    order: String,
    pub(crate) authentication: [u8; KEY_LENGTH],
}

/// A challenge that the CA says is its own, and the key that tells whether it is.
#[derive(Clone, Debug)]
pub struct Posed {
    /// The challenge, from wherever the CA has it.
    pub challenge: Challenge,
    /// The CA's key.
    pub key: ChallengeKey,
}

/// As it is written, alone and in a report.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    version: u32,
    nonce: String,
    issued: String,
    expires: String,
    audience: String,
    order: String,
    authentication: String,
}

impl Challenge {
    /// Makes a challenge. The nonce is random bytes that were never used before.
    ///
    /// # Errors
    /// [`Malformed`] names the field: an audience or order that is no visible text, or a time that is none or too long.
    pub fn issue(
        key: &ChallengeKey,
        nonce: [u8; NONCE_LENGTH],
        issued: Instant,
        validity: Duration,
        audience: &str,
        order: &str,
    ) -> Result<Self, Malformed> {
        let audience = field::checked(PART, "audience", audience.to_owned(), LONGEST_NAME)?;
        let order = field::checked(PART, "order", order.to_owned(), LONGEST_NAME)?;
        if validity.is_zero() || validity > LONGEST_VALIDITY {
            let expected = format!("a validity of 1 second to {} days", LONGEST_VALIDITY.as_secs() / 86_400);
            return Err(Malformed::new(PART, expected, format!("{} seconds", validity.as_secs())));
        }
        let expires = Instant::from_unix(issued.unix().saturating_add(validity.as_secs()));
        let mut challenge = Self { nonce, issued, expires, audience, order, authentication: [0; KEY_LENGTH] };
        challenge.authentication = key.authentication(&challenge.authenticated());
        Ok(challenge)
    }

    /// Reads a challenge. Whether it is genuine is another question.
    ///
    /// # Errors
    /// [`Malformed`] unless the bytes are one challenge, to the last byte.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        Self::from_written(answer::read_up_to(PART, bytes, LARGEST)?)
    }

    pub(crate) fn from_written(written: Written) -> Result<Self, Malformed> {
        if written.version != VERSION {
            return Err(Malformed::new(PART, format!("{VERSION}, in version"), written.version));
        }
        Ok(Self {
            nonce: field::hex(PART, "nonce", &written.nonce)?,
            issued: field::moment(PART, "issued", &written.issued)?,
            expires: field::moment(PART, "expires", &written.expires)?,
            audience: field::checked(PART, "audience", written.audience, LONGEST_NAME)?,
            order: field::checked(PART, "order", written.order, LONGEST_NAME)?,
            authentication: field::hex(PART, "authentication", &written.authentication)?,
        })
    }

    pub(crate) fn written(&self) -> Written {
        Written {
            version: VERSION,
            nonce: self.nonce(),
            issued: self.issued.to_string(),
            expires: self.expires.to_string(),
            audience: self.audience.clone(),
            order: self.order.clone(),
            authentication: shown::hex(&self.authentication),
        }
    }

    /// The JSON that the subscriber is given, with a line break at the end.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(&self.written()).unwrap_or_default();
        text.push('\n');
        text
    }

    /// What is authenticated: every field, each after its length, so that no two challenges have it in common.
    pub(crate) fn authenticated(&self) -> Vec<u8> {
        let mut bytes = CONTEXT.to_vec();
        let Written { nonce, issued, expires, audience, order, .. } = self.written();
        for field in [nonce, issued, expires, audience, order] {
            bytes.extend(format!(" {} {field}", field.len()).into_bytes());
        }
        bytes
    }

    /// The nonce, lower-case hexadecimal: what a request without a report carries as its challenge password.
    #[must_use]
    pub fn nonce(&self) -> String {
        shown::hex(&self.nonce)
    }

    /// The bytes of the nonce.
    #[must_use]
    pub fn nonce_bytes(&self) -> &[u8; NONCE_LENGTH] {
        &self.nonce
    }

    /// When it was made.
    #[must_use]
    pub fn issued(&self) -> Instant {
        self.issued
    }

    /// The last moment at which it may be answered.
    #[must_use]
    pub fn expires(&self) -> Instant {
        self.expires
    }

    /// Whether it may still be answered.
    ///
    /// # Errors
    /// That it ended, and when, with what to do.
    pub fn in_time(&self, now: Instant) -> Result<(), String> {
        if self.expires < now {
            return Err(format!("it expired at {}, and now it is {now}; ask the CA for a new one", self.expires));
        }
        Ok(())
    }

    /// The CA that made it.
    #[must_use]
    pub fn audience(&self) -> &str {
        &self.audience
    }

    /// The CA's order.
    #[must_use]
    pub fn order(&self) -> &str {
        &self.order
    }
}

/// What reads a challenge inside of something else.
pub(crate) type Inside = Object<Written>;

#[cfg(test)]
mod tests;
