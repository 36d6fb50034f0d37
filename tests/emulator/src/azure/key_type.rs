//! Key types: family, and whether an HSM holds the key.

use crate::material::KeyShape;

/// `kty` of a JSON Web Key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeyType {
    /// What kind of key.
    pub(crate) family: Family,
    /// Whether the name ends in `-HSM`.
    pub(crate) hsm: bool,
}

/// Families of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// RSA.
    Rsa,
    /// Elliptic curves.
    Ec,
    /// Symmetric keys, of which there are records alone.
    Oct,
}

/// `JsonWebKeyType` of the REST specification 7.6.
const NAMES: [(&str, KeyType); 6] = [
    ("RSA", KeyType { family: Family::Rsa, hsm: false }),
    ("RSA-HSM", KeyType { family: Family::Rsa, hsm: true }),
    ("EC", KeyType { family: Family::Ec, hsm: false }),
    ("EC-HSM", KeyType { family: Family::Ec, hsm: true }),
    ("oct", KeyType { family: Family::Oct, hsm: false }),
    ("oct-HSM", KeyType { family: Family::Oct, hsm: true }),
];

/// `JsonWebKeyCurveName` of the REST specification 7.6.
pub(crate) const CURVES: [(&str, KeyShape); 4] =
    [("P-256", KeyShape::P256), ("P-384", KeyShape::P384), ("P-521", KeyShape::P521), ("P-256K", KeyShape::Secp256k1)];

/// Sizes of RSA keys: Microsoft's documentation, "About keys" (2026-11).
pub(crate) const RSA_SIZES: [u32; 3] = [2048, 3072, 4096];

impl KeyType {
    /// The type of this name.
    pub(crate) fn parse(name: &str) -> Option<KeyType> {
        NAMES.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
    }

    /// Azure's name.
    pub(crate) fn name(self) -> &'static str {
        NAMES.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }
}

/// Azure's name of a curve; `None` of other shapes.
pub(crate) fn curve_name(shape: KeyShape) -> Option<&'static str> {
    CURVES.iter().find(|(_, curve)| *curve == shape).map(|(name, _)| *name)
}
