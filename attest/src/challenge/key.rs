//! The key that a CA authenticates its challenges with.

use std::fmt;

use aws_lc_rs::hmac;

use super::Challenge;
use crate::field;
use crate::malformed::Malformed;
use crate::shown;

/// Bytes of a key and of what it makes: the length of SHA-256, RFC 2104 §3.
pub const KEY_LENGTH: usize = 32;

const PART: &str = "challenge key";
/// What the file of a key starts with, so that no other secret is used as one by mistake.
const HEAD: &str = "hardkey-challenge-key-1 ";

/// A CA's own secret. Who has it can make challenges; it signs nothing else.
#[derive(Clone)]
pub struct ChallengeKey {
    secret: [u8; KEY_LENGTH],
}

impl ChallengeKey {
    /// From random bytes.
    #[must_use]
    pub fn from_bytes(secret: [u8; KEY_LENGTH]) -> Self {
        Self { secret }
    }

    /// Reads the file of a key. What is wrong with it is told without showing any of it.
    ///
    /// # Errors
    /// [`Malformed`] unless it is what [`Self::to_text`] writes.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let secret = std::str::from_utf8(bytes)
            .ok()
            .and_then(|text| text.strip_prefix(HEAD))
            .and_then(|text| text.strip_suffix('\n'))
            .and_then(field::bytes);
        let expected = format!("the file of a key, which is {}64 hexadecimal digits and a line break", HEAD);
        secret.map(Self::from_bytes).ok_or_else(|| Malformed::new(PART, expected, format!("{} bytes", bytes.len())))
    }

    /// What the file of the key holds.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{HEAD}{}\n", shown::hex(&self.secret))
    }

    /// Whether this key made the challenge, every field as it stands.
    #[must_use]
    pub fn made(&self, challenge: &Challenge) -> bool {
        hmac::verify(&self.hmac(), &challenge.authenticated(), &challenge.authentication).is_ok()
    }

    pub(super) fn authentication(&self, bytes: &[u8]) -> [u8; KEY_LENGTH] {
        let mut authentication = [0; KEY_LENGTH];
        for (place, byte) in authentication.iter_mut().zip(hmac::sign(&self.hmac(), bytes).as_ref()) {
            *place = *byte;
        }
        authentication
    }

    fn hmac(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, &self.secret)
    }
}

/// Shows nothing of the secret.
impl fmt::Debug for ChallengeKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("ChallengeKey")
    }
}
