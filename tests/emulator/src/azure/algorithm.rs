//! Azure's signature algorithms: which keys they are for and what they take.

use crate::material::{Hash, KeyShape, Scheme};

/// A row of the table.
#[derive(Debug)]
pub(crate) struct SignatureAlgorithm {
    /// Azure's name.
    pub(crate) name: &'static str,
    /// Padding.
    pub(crate) scheme: Scheme,
    /// Hash; of no consequence for `RSNULL`.
    pub(crate) hash: Hash,
    keys: Keys,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keys {
    Rsa,
    Curve(KeyShape),
}

impl SignatureAlgorithm {
    /// The row of this name.
    pub(crate) fn parse(name: &str) -> Option<&'static SignatureAlgorithm> {
        TABLE.iter().find(|algorithm| algorithm.name == name)
    }

    /// The curve it is for; none of RSA's.
    pub(crate) fn curve(&self) -> Option<KeyShape> {
        match self.keys {
            Keys::Rsa => None,
            Keys::Curve(curve) => Some(curve),
        }
    }

    /// Whether a key can do it.
    pub(crate) fn is_for(&self, shape: KeyShape) -> bool {
        match self.keys {
            Keys::Rsa => matches!(shape, KeyShape::Rsa(_)),
            Keys::Curve(curve) => curve == shape,
        }
    }
}

const fn row(name: &'static str, scheme: Scheme, hash: Hash, keys: Keys) -> SignatureAlgorithm {
    SignatureAlgorithm { name, scheme, hash, keys }
}

/// `JsonWebKeySignatureAlgorithm` of the REST specification 7.6, without the HMACs.
static TABLE: [SignatureAlgorithm; 11] = [
    row("PS256", Scheme::Pss, Hash::Sha256, Keys::Rsa),
    row("PS384", Scheme::Pss, Hash::Sha384, Keys::Rsa),
    row("PS512", Scheme::Pss, Hash::Sha512, Keys::Rsa),
    row("RS256", Scheme::Pkcs1, Hash::Sha256, Keys::Rsa),
    row("RS384", Scheme::Pkcs1, Hash::Sha384, Keys::Rsa),
    row("RS512", Scheme::Pkcs1, Hash::Sha512, Keys::Rsa),
    row("RSNULL", Scheme::RawPkcs1, Hash::Sha256, Keys::Rsa),
    row("ES256", Scheme::Ecdsa, Hash::Sha256, Keys::Curve(KeyShape::P256)),
    row("ES384", Scheme::Ecdsa, Hash::Sha384, Keys::Curve(KeyShape::P384)),
    row("ES512", Scheme::Ecdsa, Hash::Sha512, Keys::Curve(KeyShape::P521)),
    row("ES256K", Scheme::Ecdsa, Hash::Sha256, Keys::Curve(KeyShape::Secp256k1)),
];
