//! Azure's names for kinds of keys and for ways to sign: Azure Key Vault REST API reference, `JsonWebKeyCurveName` and
//! `JsonWebKeySignatureAlgorithm`, and "About keys", November 2026.

use hardkey_attest::public_key::Algorithm;
use hardkey_attest::signature::{Hash, Scheme};

/// One kind of key that this version can use.
#[derive(Debug)]
pub struct KeyKind {
    /// Our name.
    pub algorithm: Algorithm,
    /// Azure's name of its curve, `crv` in its answers; none for RSA.
    pub curve: Option<&'static str>,
    /// Every way to sign with it, by Azure's name, `alg` in a request, and ours.
    pub signing: &'static [(&'static str, Scheme)],
}

const RSA: &[(&str, Scheme)] = &[
    ("RS256", Scheme::RsaPkcs1(Hash::Sha256)),
    ("RS384", Scheme::RsaPkcs1(Hash::Sha384)),
    ("RS512", Scheme::RsaPkcs1(Hash::Sha512)),
    ("PS256", Scheme::RsaPss(Hash::Sha256)),
    ("PS384", Scheme::RsaPss(Hash::Sha384)),
    ("PS512", Scheme::RsaPss(Hash::Sha512)),
    // "Reserved" in the reference; what it does, Microsoft's own SDKs and jsign rely on: it pads what it is given.
    ("RSNULL", Scheme::RsaPkcs1Raw),
];

const fn rsa(algorithm: Algorithm) -> KeyKind {
    KeyKind { algorithm, curve: None, signing: RSA }
}

/// The table.
pub const KEY_KINDS: [KeyKind; 7] = [
    rsa(Algorithm::Rsa2048),
    rsa(Algorithm::Rsa3072),
    rsa(Algorithm::Rsa4096),
    KeyKind { algorithm: Algorithm::P256, curve: Some("P-256"), signing: &[("ES256", Scheme::Ecdsa)] },
    KeyKind { algorithm: Algorithm::P384, curve: Some("P-384"), signing: &[("ES384", Scheme::Ecdsa)] },
    KeyKind { algorithm: Algorithm::P521, curve: Some("P-521"), signing: &[("ES512", Scheme::Ecdsa)] },
    KeyKind { algorithm: Algorithm::Secp256k1, curve: Some("P-256K"), signing: &[("ES256K", Scheme::Ecdsa)] },
];

impl KeyKind {
    /// The row of a kind of key.
    pub(super) fn of(algorithm: Algorithm) -> Option<&'static Self> {
        KEY_KINDS.iter().find(|row| row.algorithm == algorithm)
    }

    /// The row of a curve.
    pub(super) fn on(curve: &str) -> Option<&'static Self> {
        KEY_KINDS.iter().find(|row| row.curve == Some(curve))
    }

    /// Azure's name for a way to sign with such a key.
    pub(super) fn signing_algorithm(&self, scheme: Scheme) -> Option<&'static str> {
        self.signing.iter().find(|(_, known)| *known == scheme).map(|(name, _)| *name)
    }

    /// Every way to sign with such a key.
    pub(super) fn schemes(&self) -> Vec<Scheme> {
        self.signing.iter().map(|(_, scheme)| *scheme).collect()
    }
}

#[cfg(test)]
mod tests {
    use azure_security_keyvault_keys::models::{CurveName, SignatureAlgorithm};

    use super::*;

    #[test]
    fn every_kind_of_key_has_one_row() {
        for algorithm in Algorithm::ALL {
            assert_eq!(KEY_KINDS.iter().filter(|row| row.algorithm == algorithm).count(), 1, "{}", algorithm.name());
            assert_eq!(KeyKind::of(algorithm).unwrap().curve.is_none(), algorithm.is_rsa());
        }
    }

    #[test]
    fn every_name_is_one_the_sdk_knows() {
        for row in &KEY_KINDS {
            if let Some(curve) = row.curve {
                let known: CurveName = curve.parse().unwrap();
                assert!(!matches!(known, CurveName::UnknownValue(_)), "{curve}");
                assert_eq!(KeyKind::on(curve).unwrap().algorithm, row.algorithm);
            }
            for (name, scheme) in row.signing {
                let known: SignatureAlgorithm = name.parse().unwrap();
                assert!(!matches!(known, SignatureAlgorithm::UnknownValue(_)), "{name}");
                assert_eq!(row.signing_algorithm(*scheme), Some(*name));
            }
        }
    }
}
