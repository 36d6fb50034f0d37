//! What a CA keeps of a challenge that was answered: nonce and key. Bytes tell nothing, because who has one ECDSA signature can make
//! another of it.

use std::fmt;

use super::{Challenge, NONCE_LENGTH};
use crate::certificate::sha256;
use crate::field;
use crate::instant::Instant;
use crate::malformed::Malformed;
use crate::public_key::PublicKey;
use crate::shown;

/// One answered challenge. Shown as nonce and SHA-256 of the key, with a space between.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Seen {
    nonce: [u8; NONCE_LENGTH],
    spki: [u8; 32],
}

impl Seen {
    /// Of a challenge, and the key that answered it.
    #[must_use]
    pub fn of(challenge: &Challenge, key: &PublicKey) -> Self {
        Self { nonce: challenge.nonce, spki: sha256(key.spki()) }
    }

    /// A line of the list, with the moment of the decision and a line break.
    #[must_use]
    pub fn line(&self, decided: Instant) -> String {
        format!("{self} {decided}\n")
    }

    /// Reads a line of the list, without its line break.
    ///
    /// # Errors
    /// [`Malformed`] for anything that [`Self::line`] does not write: a list that was cut off or edited is not to be relied on.
    pub fn parse(line: &str) -> Result<Self, Malformed> {
        let mut fields = line.split(' ');
        let seen = match (fields.next(), fields.next(), fields.next(), fields.next()) {
            (Some(nonce), Some(spki), Some(decided), None) if field::moment("list", "time", decided).is_ok() => {
                field::bytes(nonce).zip(field::bytes(spki)).map(|(nonce, spki)| Self { nonce, spki })
            }
            _ => None,
        };
        let expected = "a nonce, the SHA-256 of a key and a moment, as this program writes them";
        // Not the line itself: a file that was named by mistake may hold a secret.
        seen.ok_or_else(|| Malformed::new("list", expected, format!("{} other bytes", line.len())))
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", shown::hex(&self.nonce), shown::hex(&self.spki))
    }
}
