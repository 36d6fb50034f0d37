//! The kinds of key AWS KMS makes and the signing algorithms of each, as in the KMS Developer Guide,
//! "Key spec reference".

use crate::material::{Hash, KeyShape, Scheme};

/// `KeySpec` of the service model, in its order.
pub(crate) const KEY_SPECS: [&str; 17] = [
    "RSA_2048",
    "RSA_3072",
    "RSA_4096",
    "ECC_NIST_P256",
    "ECC_NIST_P384",
    "ECC_NIST_P521",
    "ECC_SECG_P256K1",
    "SYMMETRIC_DEFAULT",
    "HMAC_224",
    "HMAC_256",
    "HMAC_384",
    "HMAC_512",
    "SM2",
    "ML_DSA_44",
    "ML_DSA_65",
    "ML_DSA_87",
    "ECC_NIST_EDWARDS25519",
];

/// `KeyUsageType` of the service model.
pub(crate) const KEY_USAGES: [&str; 4] = ["SIGN_VERIFY", "ENCRYPT_DECRYPT", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"];

/// `SigningAlgorithmSpec` of the service model.
pub(crate) const SIGNING_ALGORITHMS: [&str; 13] = [
    "RSASSA_PSS_SHA_256",
    "RSASSA_PSS_SHA_384",
    "RSASSA_PSS_SHA_512",
    "RSASSA_PKCS1_V1_5_SHA_256",
    "RSASSA_PKCS1_V1_5_SHA_384",
    "RSASSA_PKCS1_V1_5_SHA_512",
    "ECDSA_SHA_256",
    "ECDSA_SHA_384",
    "ECDSA_SHA_512",
    "SM2DSA",
    "ML_DSA_SHAKE_256",
    "ED25519_SHA_512",
    "ED25519_PH_SHA_512",
];

/// Kinds of key this emulator has records of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeySpec {
    /// An asymmetric key.
    Asymmetric(KeyShape),
    /// `SYMMETRIC_DEFAULT`.
    Symmetric,
    /// `HMAC_…` with its hash's bits.
    Hmac(u16),
}

impl KeySpec {
    /// The kind of this name, if this emulator makes it.
    pub(crate) fn parse(name: &str) -> Option<KeySpec> {
        ALL.iter().find(|(known, _)| *known == name).map(|(_, spec)| *spec)
    }

    /// Its name; empty for a shape AWS does not have.
    pub(crate) fn name(self) -> &'static str {
        ALL.iter().find(|(_, spec)| *spec == self).map_or("", |(name, _)| name)
    }

    /// What such a key can be made for.
    pub(crate) fn usages(self) -> &'static [&'static str] {
        match self {
            KeySpec::Symmetric => &["ENCRYPT_DECRYPT"],
            KeySpec::Hmac(_) => &["GENERATE_VERIFY_MAC"],
            KeySpec::Asymmetric(KeyShape::Rsa(_)) => &["SIGN_VERIFY", "ENCRYPT_DECRYPT"],
            KeySpec::Asymmetric(KeyShape::P256 | KeyShape::P384 | KeyShape::P521) => &["SIGN_VERIFY", "KEY_AGREEMENT"],
            KeySpec::Asymmetric(KeyShape::Secp256k1 | KeyShape::Ed25519) => &["SIGN_VERIFY"],
        }
    }

    /// The algorithm list of its record: member name and algorithms.
    pub(crate) fn algorithms(self, usage: &str) -> (&'static str, Vec<&'static str>) {
        match (usage, self) {
            ("SIGN_VERIFY", _) => ("SigningAlgorithms", self.signing().map(|algorithm| algorithm.name).collect()),
            ("KEY_AGREEMENT", _) => ("KeyAgreementAlgorithms", vec!["ECDH"]),
            (_, KeySpec::Hmac(bits)) => ("MacAlgorithms", vec![mac_algorithm(bits)]),
            (_, KeySpec::Symmetric) => ("EncryptionAlgorithms", vec!["SYMMETRIC_DEFAULT"]),
            (_, KeySpec::Asymmetric(_)) => ("EncryptionAlgorithms", vec!["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"]),
        }
    }

    /// The signing algorithm of this name, if such a key has it.
    pub(crate) fn signing_algorithm(self, name: &str) -> Option<&'static SigningAlgorithm> {
        self.signing().find(|algorithm| algorithm.name == name)
    }

    fn signing(self) -> impl Iterator<Item = &'static SigningAlgorithm> {
        SIGNING.iter().filter(move |algorithm| algorithm.fits(self))
    }
}

/// One way to sign.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SigningAlgorithm {
    /// AWS's name.
    pub(crate) name: &'static str,
    /// Padding or curve arithmetic.
    pub(crate) scheme: Scheme,
    /// The digest it takes.
    pub(crate) hash: Hash,
    /// Whether it takes a digest only (`Some(true)`), messages only (`Some(false)`) or both.
    pub(crate) digest_only: Option<bool>,
}

impl SigningAlgorithm {
    fn fits(&self, spec: KeySpec) -> bool {
        let KeySpec::Asymmetric(shape) = spec else {
            return false;
        };
        match shape {
            KeyShape::Rsa(_) => matches!(self.scheme, Scheme::Pkcs1 | Scheme::Pss),
            KeyShape::Ed25519 => self.scheme == Scheme::Eddsa,
            // Each curve has the one hash of its strength.
            KeyShape::P256 | KeyShape::Secp256k1 => self.is_ecdsa(Hash::Sha256),
            KeyShape::P384 => self.is_ecdsa(Hash::Sha384),
            KeyShape::P521 => self.is_ecdsa(Hash::Sha512),
        }
    }

    fn is_ecdsa(&self, hash: Hash) -> bool {
        self.scheme == Scheme::Ecdsa && self.hash == hash
    }
}

const ALL: [(&str, KeySpec); 13] = [
    ("RSA_2048", KeySpec::Asymmetric(KeyShape::Rsa(2048))),
    ("RSA_3072", KeySpec::Asymmetric(KeyShape::Rsa(3072))),
    ("RSA_4096", KeySpec::Asymmetric(KeyShape::Rsa(4096))),
    ("ECC_NIST_P256", KeySpec::Asymmetric(KeyShape::P256)),
    ("ECC_NIST_P384", KeySpec::Asymmetric(KeyShape::P384)),
    ("ECC_NIST_P521", KeySpec::Asymmetric(KeyShape::P521)),
    ("ECC_SECG_P256K1", KeySpec::Asymmetric(KeyShape::Secp256k1)),
    ("ECC_NIST_EDWARDS25519", KeySpec::Asymmetric(KeyShape::Ed25519)),
    ("SYMMETRIC_DEFAULT", KeySpec::Symmetric),
    ("HMAC_224", KeySpec::Hmac(224)),
    ("HMAC_256", KeySpec::Hmac(256)),
    ("HMAC_384", KeySpec::Hmac(384)),
    ("HMAC_512", KeySpec::Hmac(512)),
];

/// In the order in which DescribeKey lists them.
const SIGNING: [SigningAlgorithm; 11] = [
    either("RSASSA_PKCS1_V1_5_SHA_256", Scheme::Pkcs1, Hash::Sha256),
    either("RSASSA_PKCS1_V1_5_SHA_384", Scheme::Pkcs1, Hash::Sha384),
    either("RSASSA_PKCS1_V1_5_SHA_512", Scheme::Pkcs1, Hash::Sha512),
    either("RSASSA_PSS_SHA_256", Scheme::Pss, Hash::Sha256),
    either("RSASSA_PSS_SHA_384", Scheme::Pss, Hash::Sha384),
    either("RSASSA_PSS_SHA_512", Scheme::Pss, Hash::Sha512),
    either("ECDSA_SHA_256", Scheme::Ecdsa, Hash::Sha256),
    either("ECDSA_SHA_384", Scheme::Ecdsa, Hash::Sha384),
    either("ECDSA_SHA_512", Scheme::Ecdsa, Hash::Sha512),
    edwards("ED25519_SHA_512", false),
    edwards("ED25519_PH_SHA_512", true),
];

const fn either(name: &'static str, scheme: Scheme, hash: Hash) -> SigningAlgorithm {
    SigningAlgorithm { name, scheme, hash, digest_only: None }
}

/// KMS API Reference, Sign, MessageType: `ED25519_SHA_512` requires RAW, `ED25519_PH_SHA_512` requires DIGEST.
const fn edwards(name: &'static str, digest_only: bool) -> SigningAlgorithm {
    SigningAlgorithm { name, scheme: Scheme::Eddsa, hash: Hash::Sha512, digest_only: Some(digest_only) }
}

fn mac_algorithm(bits: u16) -> &'static str {
    match bits {
        224 => "HMAC_SHA_224",
        256 => "HMAC_SHA_256",
        384 => "HMAC_SHA_384",
        _ => "HMAC_SHA_512",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_curve_has_one_algorithm_and_rsa_has_six() {
        let names = |spec| KeySpec::parse(spec).unwrap().algorithms("SIGN_VERIFY").1;
        assert_eq!(names("ECC_NIST_P256"), ["ECDSA_SHA_256"]);
        assert_eq!(names("ECC_NIST_P384"), ["ECDSA_SHA_384"]);
        assert_eq!(names("ECC_NIST_P521"), ["ECDSA_SHA_512"]);
        assert_eq!(names("ECC_SECG_P256K1"), ["ECDSA_SHA_256"]);
        assert_eq!(names("RSA_3072").len(), 6);
        assert_eq!(names("ECC_NIST_EDWARDS25519"), ["ED25519_SHA_512", "ED25519_PH_SHA_512"]);
    }

    #[test]
    fn every_name_leads_back_to_itself() {
        for (name, spec) in ALL {
            assert!(KEY_SPECS.contains(&name));
            assert_eq!(KeySpec::parse(name), Some(spec));
            assert_eq!(spec.name(), name);
        }
        for algorithm in &SIGNING {
            assert!(SIGNING_ALGORITHMS.contains(&algorithm.name));
        }
    }
}
