//! Google Cloud KMS's names for what a key version can do: Cloud KMS API reference, `CryptoKeyVersionAlgorithm`, November 2026.
//!
//! Digest and padding are part of the key: each version signs in one way, but for those that pad any bytes.

use hardkey_attest::public_key::Algorithm;
use hardkey_attest::signature::{Hash, Scheme};

/// One kind of key version that this version can use.
#[derive(Debug)]
pub struct KeyAlgorithm {
    /// Google's name, `algorithm` in its answers.
    pub name: &'static str,
    /// Our name for the key.
    pub algorithm: Algorithm,
    /// The way it signs; every way there is, for one that pads any bytes.
    pub schemes: &'static [Scheme],
}

macro_rules! algorithms {
    ($($name:ident: $algorithm:ident, $schemes:expr;)*) => {
        &[$(KeyAlgorithm { name: stringify!($name), algorithm: Algorithm::$algorithm, schemes: $schemes },)*]
    };
}

/// RSASSA-PKCS1-v1_5 is made of the padding: see [`crate::checked`].
const RAW: &[Scheme] = &[
    Scheme::RsaPkcs1(Hash::Sha256),
    Scheme::RsaPkcs1(Hash::Sha384),
    Scheme::RsaPkcs1(Hash::Sha512),
    Scheme::RsaPkcs1Raw,
];

/// The table.
pub static ALGORITHMS: &[KeyAlgorithm] = algorithms! {
    RSA_SIGN_PKCS1_2048_SHA256: Rsa2048, &[Scheme::RsaPkcs1(Hash::Sha256)];
    RSA_SIGN_PKCS1_3072_SHA256: Rsa3072, &[Scheme::RsaPkcs1(Hash::Sha256)];
    RSA_SIGN_PKCS1_4096_SHA256: Rsa4096, &[Scheme::RsaPkcs1(Hash::Sha256)];
    RSA_SIGN_PKCS1_4096_SHA512: Rsa4096, &[Scheme::RsaPkcs1(Hash::Sha512)];
    RSA_SIGN_PSS_2048_SHA256: Rsa2048, &[Scheme::RsaPss(Hash::Sha256)];
    RSA_SIGN_PSS_3072_SHA256: Rsa3072, &[Scheme::RsaPss(Hash::Sha256)];
    RSA_SIGN_PSS_4096_SHA256: Rsa4096, &[Scheme::RsaPss(Hash::Sha256)];
    RSA_SIGN_PSS_4096_SHA512: Rsa4096, &[Scheme::RsaPss(Hash::Sha512)];
    RSA_SIGN_RAW_PKCS1_2048: Rsa2048, RAW;
    RSA_SIGN_RAW_PKCS1_3072: Rsa3072, RAW;
    RSA_SIGN_RAW_PKCS1_4096: Rsa4096, RAW;
    EC_SIGN_P256_SHA256: P256, &[Scheme::Ecdsa];
    EC_SIGN_P384_SHA384: P384, &[Scheme::Ecdsa];
    EC_SIGN_SECP256K1_SHA256: Secp256k1, &[Scheme::Ecdsa];
};

impl KeyAlgorithm {
    /// The row of the table with Google's name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        ALGORITHMS.iter().find(|row| row.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_found_by_google_s_name_and_its_name_says_what_it_is() {
        for row in ALGORITHMS {
            assert!(std::ptr::eq(KeyAlgorithm::named(row.name).unwrap(), row));
            assert!(hardkey_attest::admission::google::signs(row.name), "{}", row.name);
            assert_eq!(row.algorithm.is_rsa(), row.name.starts_with("RSA_SIGN_"), "{}", row.name);
            if row.algorithm.is_rsa() {
                assert!(row.name.contains(&format!("_{}", row.algorithm.bits())), "{}", row.name);
            }
        }
        use google_cloud_kms_v1::model::crypto_key_version::CryptoKeyVersionAlgorithm as Sdk;
        assert!(ALGORITHMS.iter().all(|row| Sdk::from(row.name).value().is_some()));
        for other in ["EC_SIGN_ED25519", "PQ_SIGN_ML_DSA_65", "RSA_DECRYPT_OAEP_2048_SHA256", ""] {
            assert!(KeyAlgorithm::named(other).is_none(), "{other}");
        }
    }
}
