//! Public keys in exactly one encoding.
//!
//! A CA compares keys byte by byte, so a key with two spellings would be two keys. Accepted are DER
//! `SubjectPublicKeyInfo` structures (RFC 5280 §4.1.2.7) of `rsaEncryption` with NULL parameters (RFC 3279 §2.3.1)
//! and of `id-ecPublicKey` with a named curve and an uncompressed point (RFC 5480 §2).

mod parts;

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256K1_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED,
    ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512,
    RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, VerificationAlgorithm,
};
use der::asn1::{AnyRef, ObjectIdentifier, UintRef};
use der::{Decode, Encode, Sequence};
use spki::SubjectPublicKeyInfoRef;

use crate::form::{self, Form};
use crate::signature::{Hash, Scheme};

/// `rsaEncryption`, RFC 3279 §2.3.1.
pub(crate) const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
/// `id-ecPublicKey`, RFC 5480 §2.1.1.
pub(crate) const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
/// `secp256r1`, RFC 5480 §2.1.1.1.
const SECP256R1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
/// `secp384r1`, RFC 5480 §2.1.1.1.
const SECP384R1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
/// `secp521r1`, RFC 5480 §2.1.1.1.
const SECP521R1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");
/// `secp256k1`, SEC 2 §A.2.1.
const SECP256K1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.10");
/// The smallest exponent FIPS 186-5 §5.1 allows is 2^16 + 1.
const SMALLEST_EXPONENT: u64 = (1 << 16) + 1;
/// Longer exponents only make verification slow; AWS-LC and BoringSSL draw the line here too (`kMaxExponentBits`).
const LARGEST_EXPONENT: u64 = (1 << 33) - 1;

/// What kind of key it is: the key services' asymmetric signing keys that this version can use.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Algorithm {
    /// RSA with a 2048-bit modulus.
    Rsa2048,
    /// RSA with a 3072-bit modulus.
    Rsa3072,
    /// RSA with a 4096-bit modulus.
    Rsa4096,
    /// NIST P-256, also called secp256r1 and prime256v1.
    P256,
    /// NIST P-384, also called secp384r1.
    P384,
    /// NIST P-521, also called secp521r1.
    P521,
    /// The curve secp256k1 of SEC 2.
    Secp256k1,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Rsa2048, Self::Rsa3072, Self::Rsa4096, Self::P256, Self::P384, Self::P521, Self::Secp256k1];

    /// The name people use for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rsa2048 => "RSA-2048",
            Self::Rsa3072 => "RSA-3072",
            Self::Rsa4096 => "RSA-4096",
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
            Self::Secp256k1 => "secp256k1",
        }
    }

    /// Size of the modulus or of the field, in bits.
    #[must_use]
    pub fn bits(self) -> usize {
        match self {
            Self::Rsa2048 => 2048,
            Self::Rsa3072 => 3072,
            Self::Rsa4096 => 4096,
            Self::P256 | Self::Secp256k1 => 256,
            Self::P384 => 384,
            Self::P521 => 521,
        }
    }

    /// Whether it is RSA; otherwise it is an elliptic curve.
    #[must_use]
    pub fn is_rsa(self) -> bool {
        match self {
            Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096 => true,
            Self::P256 | Self::P384 | Self::P521 | Self::Secp256k1 => false,
        }
    }

    /// Length of every signature in bytes: the modulus, or r‖s.
    #[must_use]
    pub fn signature_length(self) -> usize {
        if self.is_rsa() { self.bits() / 8 } else { self.bits().div_ceil(8).saturating_mul(2) }
    }

    /// The SHA-2 hash whose digest fills the curve best: the one key services name their ECDSA after. Nothing for RSA.
    #[must_use]
    pub fn curve_hash(self) -> Option<Hash> {
        match self {
            Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096 => None,
            Self::P256 | Self::Secp256k1 => Some(Hash::Sha256),
            Self::P384 => Some(Hash::Sha384),
            Self::P521 => Some(Hash::Sha512),
        }
    }
}

/// A public key that was parsed strictly and can verify.
#[derive(Clone)]
pub struct PublicKey {
    algorithm: Algorithm,
    spki: Vec<u8>,
    identifier: [u8; 20],
    material: Material,
    /// One for each scheme the key can be used with.
    pub(crate) verifiers: Vec<Verifier>,
}

/// The key in the form that hosts are shown.
#[derive(Clone)]
enum Material {
    Rsa { modulus: Vec<u8>, exponent: Vec<u8> },
    Curve { oid: ObjectIdentifier, point: Vec<u8> },
}

/// The key as AWS-LC has parsed it for one scheme. Shared, because it is immutable.
#[derive(Clone)]
pub(crate) struct Verifier {
    pub(crate) scheme: Scheme,
    pub(crate) key: Arc<ParsedPublicKey>,
}

/// Why bytes are not a public key in the one accepted encoding.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum PublicKeyError {
    /// Not a DER `SubjectPublicKeyInfo`, or bytes follow it.
    Encoding(String),
    /// The algorithm or curve is not one this version knows; its object identifier in dotted form.
    Algorithm(String),
    /// The algorithm's parameters are not the only ones allowed.
    Parameters(&'static str),
    /// The key itself breaks a rule of its algorithm.
    Key(&'static str),
}

impl fmt::Display for PublicKeyError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Encoding(reason) => write!(out, "not a DER SubjectPublicKeyInfo: {reason}"),
            Self::Algorithm(oid) => write!(out, "public key algorithm or curve {oid} is not supported"),
            Self::Parameters(reason) => write!(out, "public key parameters: {reason}"),
            Self::Key(reason) => write!(out, "public key: {reason}"),
        }
    }
}

impl std::error::Error for PublicKeyError {}

/// `RSAPublicKey`, RFC 8017 §A.1.1.
#[derive(Sequence)]
struct RsaKeyFields<'a> {
    modulus: UintRef<'a>,
    exponent: UintRef<'a>,
}

impl PublicKey {
    /// Parses a DER `SubjectPublicKeyInfo`.
    ///
    /// # Errors
    /// [`PublicKeyError`] unless the bytes are the one accepted encoding of a supported key, to the last byte.
    pub fn from_spki(der: &[u8]) -> Result<Self, PublicKeyError> {
        #[cfg(test)]
        let der = &crate::attacks::respelled(der);
        let spki = SubjectPublicKeyInfoRef::from_der(der).map_err(encoding)?;
        let bits = spki.subject_public_key.as_bytes().ok_or(PublicKeyError::Key("has unused bits"))?;
        let (algorithm, material, verifiers) = match spki.algorithm.oid {
            RSA_ENCRYPTION => rsa(spki.algorithm.parameters, bits)?,
            EC_PUBLIC_KEY => elliptic(spki.algorithm.parameters, bits)?,
            other => return Err(PublicKeyError::Algorithm(other.to_string())),
        };
        Ok(Self { algorithm, spki: der.to_vec(), identifier: identifier(bits), material, verifiers })
    }

    /// What kind of key it is.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The DER `SubjectPublicKeyInfo` it was parsed from.
    #[must_use]
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// The subject key identifier: 20 bytes, RFC 5280 §4.2.1.2 method 1.
    #[must_use]
    pub fn identifier(&self) -> &[u8; 20] {
        &self.identifier
    }

    /// Modulus and public exponent, unsigned, most significant byte first, without a leading zero; RSA keys only.
    #[must_use]
    pub fn rsa_parts(&self) -> Option<(&[u8], &[u8])> {
        match &self.material {
            Material::Rsa { modulus, exponent } => Some((modulus, exponent)),
            Material::Curve { .. } => None,
        }
    }

    /// DER of the curve's object identifier and the uncompressed point `04‖X‖Y`; elliptic curve keys only.
    #[must_use]
    pub fn curve_and_point(&self) -> Option<(Vec<u8>, &[u8])> {
        match &self.material {
            Material::Rsa { .. } => None,
            Material::Curve { oid, point } => Some((oid.to_der().unwrap_or_default(), point)),
        }
    }
}

/// Shows the algorithm and the key identifier: enough to tell keys apart in a test's output.
impl fmt::Debug for PublicKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "PublicKey({}, {:02x?})", self.algorithm.name(), self.identifier)
    }
}

impl Eq for PublicKey {}

/// Equal when the encodings are equal: there is one encoding per key.
impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.spki == other.spki
    }
}

/// The subject key identifier of the bits of a `subjectPublicKey`: their SHA-1, RFC 5280 §4.2.1.2 method 1.
///
/// A name for a key, not a security measure.
#[must_use]
pub fn identifier(subject_public_key: &[u8]) -> [u8; 20] {
    let mut identifier = [0; 20];
    for (place, byte) in identifier.iter_mut().zip(digest(&SHA1_FOR_LEGACY_USE_ONLY, subject_public_key).as_ref()) {
        *place = *byte;
    }
    identifier
}

type Parsed = (Algorithm, Material, Vec<Verifier>);

fn encoding(error: der::Error) -> PublicKeyError {
    PublicKeyError::Encoding(error.to_string())
}

fn rsa(parameters: Option<AnyRef<'_>>, bits: &[u8]) -> Result<Parsed, PublicKeyError> {
    if !parameters.is_some_and(AnyRef::is_null) {
        return Err(PublicKeyError::Parameters("rsaEncryption takes NULL and nothing else"));
    }
    let fields = RsaKeyFields::from_der(bits).map_err(encoding)?;
    let (modulus, exponent) = (fields.modulus.as_bytes(), fields.exponent.as_bytes());
    // No leading zero byte, so the first one has the highest bit when the size is a whole number of bytes.
    let algorithm = match (modulus.len(), modulus.first()) {
        (256, Some(0x80..)) => Algorithm::Rsa2048,
        (384, Some(0x80..)) => Algorithm::Rsa3072,
        (512, Some(0x80..)) => Algorithm::Rsa4096,
        _ => return Err(PublicKeyError::Key("an RSA modulus must have 2048, 3072 or 4096 bits")),
    };
    if number(exponent) > LARGEST_EXPONENT {
        return Err(PublicKeyError::Key("an RSA exponent must have at most 33 bits"));
    }
    if !form::has(Form::Exponent, number(exponent) >= SMALLEST_EXPONENT) {
        return Err(PublicKeyError::Key("an RSA exponent must be at least 65537"));
    }
    if [modulus, exponent].iter().any(|number| number.last().is_none_or(|last| last % 2 == 0)) {
        return Err(PublicKeyError::Key("the RSA modulus or exponent is even"));
    }
    let schemes: [(Scheme, &'static dyn VerificationAlgorithm); 6] = [
        (Scheme::RsaPkcs1(Hash::Sha256), &RSA_PKCS1_2048_8192_SHA256),
        (Scheme::RsaPkcs1(Hash::Sha384), &RSA_PKCS1_2048_8192_SHA384),
        (Scheme::RsaPkcs1(Hash::Sha512), &RSA_PKCS1_2048_8192_SHA512),
        (Scheme::RsaPss(Hash::Sha256), &RSA_PSS_2048_8192_SHA256),
        (Scheme::RsaPss(Hash::Sha384), &RSA_PSS_2048_8192_SHA384),
        (Scheme::RsaPss(Hash::Sha512), &RSA_PSS_2048_8192_SHA512),
    ];
    let verifiers =
        schemes.into_iter().map(|row| verifier(row, bits, "the RSA key is not one")).collect::<Result<_, _>>()?;
    Ok((algorithm, Material::Rsa { modulus: modulus.to_vec(), exponent: exponent.to_vec() }, verifiers))
}

/// The value of bytes, most significant first; of more than eight, the greatest value there is.
fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0_u64, |value, byte| value.saturating_mul(256).saturating_add(u64::from(*byte)))
}

fn elliptic(parameters: Option<AnyRef<'_>>, point: &[u8]) -> Result<Parsed, PublicKeyError> {
    let oid: ObjectIdentifier = parameters
        .ok_or(PublicKeyError::Parameters("an elliptic curve key needs a named curve"))?
        .decode_as()
        .map_err(|_| {
            PublicKeyError::Parameters("an elliptic curve key needs a named curve, not explicit parameters")
        })?;
    let (algorithm, verification): (_, &'static dyn VerificationAlgorithm) = match oid {
        SECP256R1 => (Algorithm::P256, &ECDSA_P256_SHA256_FIXED),
        SECP384R1 => (Algorithm::P384, &ECDSA_P384_SHA384_FIXED),
        SECP521R1 => (Algorithm::P521, &ECDSA_P521_SHA512_FIXED),
        SECP256K1 => (Algorithm::Secp256k1, &ECDSA_P256K1_SHA256_FIXED),
        other => return Err(PublicKeyError::Algorithm(other.to_string())),
    };
    // SEC 1 §2.3.3: 04 marks an uncompressed point, X and Y follow.
    if point.first() != Some(&0x04) || point.len() != algorithm.signature_length().saturating_add(1) {
        return Err(PublicKeyError::Key("an elliptic curve point must be uncompressed"));
    }
    let verifier = verifier((Scheme::Ecdsa, verification), point, "the point is not on its curve")?;
    Ok((algorithm, Material::Curve { oid, point: point.to_vec() }, vec![verifier]))
}

fn verifier(
    (scheme, algorithm): (Scheme, &'static dyn VerificationAlgorithm),
    key: &[u8],
    why: &'static str,
) -> Result<Verifier, PublicKeyError> {
    let key = ParsedPublicKey::new(algorithm, key).map_err(|_| PublicKeyError::Key(why))?;
    Ok(Verifier { scheme, key: Arc::new(key) })
}

#[cfg(test)]
mod tests;
