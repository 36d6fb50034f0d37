//! What a key version can do, and Google's names and numbers for it.

use crate::material::{Hash, KeyShape, Scheme};

/// A `CryptoKeyVersionAlgorithm`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Algorithm {
    /// Google's name.
    pub(crate) name: &'static str,
    /// The purpose a key must have.
    pub(crate) purpose: &'static str,
    /// Family and size, of asymmetric keys that exist here; others are records alone.
    pub(crate) shape: Option<KeyShape>,
    /// How it signs, if it does here.
    pub(crate) signing: Option<Signing>,
}

/// What becomes a signature, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Signing {
    /// Scheme.
    pub(crate) scheme: Scheme,
    /// The digest it takes; none where it takes the data itself.
    pub(crate) hash: Option<Hash>,
}

impl Algorithm {
    /// The algorithm of this name.
    pub(crate) fn parse(name: &str) -> Option<&'static Algorithm> {
        TABLE.iter().find(|algorithm| algorithm.name == name)
    }

    /// Whether a protection level has this algorithm. Cloud KMS documentation, "Key purposes and algorithms" (2026-11): secp256k1
    /// is for Cloud HSM alone.
    pub(crate) fn exists_under(&self, protection: &str) -> bool {
        protection != "SOFTWARE" || self.shape != Some(KeyShape::Secp256k1)
    }
}

const fn signs(name: &'static str, shape: KeyShape, scheme: Scheme, hash: Option<Hash>) -> Algorithm {
    Algorithm { name, purpose: "ASYMMETRIC_SIGN", shape: Some(shape), signing: Some(Signing { scheme, hash }) }
}

const fn other(name: &'static str, purpose: &'static str, shape: Option<KeyShape>) -> Algorithm {
    Algorithm { name, purpose, shape, signing: None }
}

/// Those whose keys sign with a digest or data; those a client must pass over; and the algorithm of a key without any word.
static TABLE: [Algorithm; 24] = [
    signs("RSA_SIGN_PSS_2048_SHA256", KeyShape::Rsa(2048), Scheme::Pss, Some(Hash::Sha256)),
    signs("RSA_SIGN_PSS_3072_SHA256", KeyShape::Rsa(3072), Scheme::Pss, Some(Hash::Sha256)),
    signs("RSA_SIGN_PSS_4096_SHA256", KeyShape::Rsa(4096), Scheme::Pss, Some(Hash::Sha256)),
    signs("RSA_SIGN_PSS_4096_SHA512", KeyShape::Rsa(4096), Scheme::Pss, Some(Hash::Sha512)),
    signs("RSA_SIGN_PKCS1_2048_SHA256", KeyShape::Rsa(2048), Scheme::Pkcs1, Some(Hash::Sha256)),
    signs("RSA_SIGN_PKCS1_3072_SHA256", KeyShape::Rsa(3072), Scheme::Pkcs1, Some(Hash::Sha256)),
    signs("RSA_SIGN_PKCS1_4096_SHA256", KeyShape::Rsa(4096), Scheme::Pkcs1, Some(Hash::Sha256)),
    signs("RSA_SIGN_PKCS1_4096_SHA512", KeyShape::Rsa(4096), Scheme::Pkcs1, Some(Hash::Sha512)),
    signs("RSA_SIGN_RAW_PKCS1_2048", KeyShape::Rsa(2048), Scheme::RawPkcs1, None),
    signs("RSA_SIGN_RAW_PKCS1_3072", KeyShape::Rsa(3072), Scheme::RawPkcs1, None),
    signs("RSA_SIGN_RAW_PKCS1_4096", KeyShape::Rsa(4096), Scheme::RawPkcs1, None),
    signs("EC_SIGN_P256_SHA256", KeyShape::P256, Scheme::Ecdsa, Some(Hash::Sha256)),
    signs("EC_SIGN_P384_SHA384", KeyShape::P384, Scheme::Ecdsa, Some(Hash::Sha384)),
    signs("EC_SIGN_SECP256K1_SHA256", KeyShape::Secp256k1, Scheme::Ecdsa, Some(Hash::Sha256)),
    signs("EC_SIGN_ED25519", KeyShape::Ed25519, Scheme::Eddsa, None),
    other("PQ_SIGN_ML_DSA_65", "ASYMMETRIC_SIGN", None),
    other("RSA_DECRYPT_OAEP_2048_SHA256", "ASYMMETRIC_DECRYPT", Some(KeyShape::Rsa(2048))),
    other("RSA_DECRYPT_OAEP_3072_SHA256", "ASYMMETRIC_DECRYPT", Some(KeyShape::Rsa(3072))),
    other("RSA_DECRYPT_OAEP_4096_SHA256", "ASYMMETRIC_DECRYPT", Some(KeyShape::Rsa(4096))),
    other("RSA_DECRYPT_OAEP_4096_SHA512", "ASYMMETRIC_DECRYPT", Some(KeyShape::Rsa(4096))),
    other("HMAC_SHA256", "MAC", None),
    other("AES_256_GCM", "RAW_ENCRYPT_DECRYPT", None),
    other("GOOGLE_SYMMETRIC_ENCRYPTION", "ENCRYPT_DECRYPT", None),
    other("EXTERNAL_SYMMETRIC_ENCRYPTION", "ENCRYPT_DECRYPT", None),
];
