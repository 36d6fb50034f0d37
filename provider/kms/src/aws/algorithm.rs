//! AWS KMS's names for kinds of keys and for ways to sign: AWS KMS API reference, KeyMetadata and Sign, and Developer
//! Guide, "Key spec reference", November 2026.

use hardkey_attest::public_key::Algorithm;
use hardkey_attest::signature::{Hash, Scheme};

/// One kind of key that this version can use.
#[derive(Debug)]
pub struct KeySpec {
    /// AWS's name, `KeySpec` in its answers.
    pub name: &'static str,
    /// Our name.
    pub algorithm: Algorithm,
    /// Every way to sign with it, by AWS's name, `SigningAlgorithm`, and ours.
    pub signing: &'static [(&'static str, Scheme)],
}

const RSA: &[(&str, Scheme)] = &[
    ("RSASSA_PKCS1_V1_5_SHA_256", Scheme::RsaPkcs1(Hash::Sha256)),
    ("RSASSA_PKCS1_V1_5_SHA_384", Scheme::RsaPkcs1(Hash::Sha384)),
    ("RSASSA_PKCS1_V1_5_SHA_512", Scheme::RsaPkcs1(Hash::Sha512)),
    ("RSASSA_PSS_SHA_256", Scheme::RsaPss(Hash::Sha256)),
    ("RSASSA_PSS_SHA_384", Scheme::RsaPss(Hash::Sha384)),
    ("RSASSA_PSS_SHA_512", Scheme::RsaPss(Hash::Sha512)),
];

/// The table.
pub const KEY_SPECS: [KeySpec; 7] = [
    KeySpec { name: "RSA_2048", algorithm: Algorithm::Rsa2048, signing: RSA },
    KeySpec { name: "RSA_3072", algorithm: Algorithm::Rsa3072, signing: RSA },
    KeySpec { name: "RSA_4096", algorithm: Algorithm::Rsa4096, signing: RSA },
    KeySpec { name: "ECC_NIST_P256", algorithm: Algorithm::P256, signing: &[("ECDSA_SHA_256", Scheme::Ecdsa)] },
    KeySpec { name: "ECC_NIST_P384", algorithm: Algorithm::P384, signing: &[("ECDSA_SHA_384", Scheme::Ecdsa)] },
    KeySpec { name: "ECC_NIST_P521", algorithm: Algorithm::P521, signing: &[("ECDSA_SHA_512", Scheme::Ecdsa)] },
    KeySpec { name: "ECC_SECG_P256K1", algorithm: Algorithm::Secp256k1, signing: &[("ECDSA_SHA_256", Scheme::Ecdsa)] },
];

impl KeySpec {
    /// The row of AWS's name.
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        KEY_SPECS.iter().find(|row| row.name == name)
    }

    /// The row of a kind of key.
    pub(super) fn of(algorithm: Algorithm) -> Option<&'static Self> {
        KEY_SPECS.iter().find(|row| row.algorithm == algorithm)
    }

    /// AWS's name for a way to sign with such a key.
    pub(super) fn signing_algorithm(&self, scheme: Scheme) -> Option<&'static str> {
        self.signing.iter().find(|(_, known)| *known == scheme).map(|(name, _)| *name)
    }

    /// The way to sign that AWS's name means for such a key.
    pub(super) fn scheme(&self, name: &str) -> Option<Scheme> {
        self.signing.iter().find(|(known, _)| *known == name).map(|(_, scheme)| *scheme)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_key_has_one_row() {
        for algorithm in Algorithm::ALL {
            assert_eq!(KEY_SPECS.iter().filter(|row| row.algorithm == algorithm).count(), 1, "{}", algorithm.name());
        }
        assert_eq!(KEY_SPECS.len(), Algorithm::ALL.len());
    }

    #[test]
    fn every_name_is_one_the_sdk_knows() {
        use aws_sdk_kms::types::{KeySpec as Sdk, SigningAlgorithmSpec};
        for row in &KEY_SPECS {
            assert!(Sdk::values().contains(&row.name), "{}", row.name);
            for (name, _) in row.signing {
                assert!(SigningAlgorithmSpec::values().contains(name), "{name}");
            }
        }
    }
}
