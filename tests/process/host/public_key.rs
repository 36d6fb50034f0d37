//! The public half of a key as a host reads it from the module, and the check of a signature by a library that did
//! not make it.

use cryptoki_sys as ck;
use hardkey_tests::module::{Module, Rv};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};

/// A public key.
pub enum PublicKey {
    /// An uncompressed point of P-256.
    P256(Vec<u8>),
    /// An uncompressed point of P-384.
    P384(Vec<u8>),
    /// Modulus and exponent.
    Rsa(RsaPublicKeyComponents<Vec<u8>>),
}

impl PublicKey {
    /// Reads it from either half's attributes.
    pub fn read(module: &Module, session: ck::CK_SESSION_HANDLE, object: ck::CK_OBJECT_HANDLE) -> Result<Self, Rv> {
        let read = |kind| module.attribute(session, object, kind);
        if read(ck::CKA_KEY_TYPE)? == ck::CKK_RSA.to_ne_bytes() {
            let (n, e) = (read(ck::CKA_MODULUS)?, read(ck::CKA_PUBLIC_EXPONENT)?);
            return Ok(Self::Rsa(RsaPublicKeyComponents { n, e }));
        }
        let info = read(ck::CKA_PUBLIC_KEY_INFO)?;
        // The point is what a SubjectPublicKeyInfo ends with; X9.63 marks an uncompressed one with 4.
        let point = |length: usize| info[info.len() - length..].to_vec();
        match info.len() {
            91 => Ok(Self::P256(point(65))),
            120 => Ok(Self::P384(point(97))),
            other => panic!("a SubjectPublicKeyInfo of {other} bytes"),
        }
    }

    /// The mechanism that hashes and signs with such a key.
    pub fn mechanism(&self) -> ck::CK_MECHANISM_TYPE {
        match self {
            Self::P256(_) => ck::CKM_ECDSA_SHA256,
            Self::P384(_) => ck::CKM_ECDSA_SHA384,
            Self::Rsa(_) => ck::CKM_SHA256_RSA_PKCS,
        }
    }

    /// Whether this is a signature of that message.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::P256(point) => UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature),
            Self::P384(point) => UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, point).verify(message, signature),
            Self::Rsa(key) => key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature),
        }
        .is_ok()
    }
}
