//! Keys with which a CA signs its records.

use crate::certificate::sha256;
use crate::public_key::PublicKey;
use crate::shown;

/// A key that a policy lists.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Confirmer {
    /// What the CA calls it.
    pub name: String,
    /// SHA-256 of its public key's DER.
    pub spki_sha256: [u8; 32],
}

impl Confirmer {
    /// Whether it is this key.
    #[must_use]
    pub fn is(&self, key: &PublicKey) -> bool {
        self.spki_sha256 == sha256(key.spki())
    }

    /// The lines that put a key on a policy's list.
    #[must_use]
    pub fn lines(key: &PublicKey) -> [String; 3] {
        let hash = shown::hex(&sha256(key.spki()));
        ["[[confirmer]]".to_owned(), "name = \"…\"".to_owned(), format!("spki_sha256 = \"{hash}\"")]
    }
}
