//! Public keys from their parts: what HSMs and Azure hand out in place of a `SubjectPublicKeyInfo`.

use der::asn1::{AnyRef, BitStringRef, ObjectIdentifier, UintRef};
use der::{Decode, Encode};
use spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};

use super::{
    Algorithm, EC_PUBLIC_KEY, PublicKey, PublicKeyError, RSA_ENCRYPTION, RsaKeyFields, SECP256K1, SECP256R1, SECP384R1,
    SECP521R1, encoding,
};

impl PublicKey {
    /// An RSA key of a modulus and an exponent, both unsigned, most significant byte first, and without a leading zero.
    ///
    /// # Errors
    /// [`PublicKeyError`] as [`PublicKey::from_spki`] has it, and for leading zeros: the parts have one encoding as well.
    pub fn from_rsa(modulus: &[u8], exponent: &[u8]) -> Result<Self, PublicKeyError> {
        if [modulus, exponent].iter().any(|number| number.first().is_none_or(|first| *first == 0)) {
            return Err(PublicKeyError::Key("an RSA modulus or exponent is empty or starts with a zero"));
        }
        let number = |bytes| UintRef::new(bytes).map_err(encoding);
        let fields = RsaKeyFields { modulus: number(modulus)?, exponent: number(exponent)? };
        framed(RSA_ENCRYPTION, AnyRef::NULL, &fields.to_der().map_err(encoding)?)
    }

    /// A key on a curve, of the uncompressed point `04‖X‖Y`.
    ///
    /// # Errors
    /// [`PublicKeyError`] as [`PublicKey::from_spki`] has it.
    pub fn from_point(curve: Algorithm, point: &[u8]) -> Result<Self, PublicKeyError> {
        let oid = match curve {
            Algorithm::P256 => SECP256R1,
            Algorithm::P384 => SECP384R1,
            Algorithm::P521 => SECP521R1,
            Algorithm::Secp256k1 => SECP256K1,
            Algorithm::Rsa2048 | Algorithm::Rsa3072 | Algorithm::Rsa4096 => {
                return Err(PublicKeyError::Parameters("RSA is not a curve"));
            }
        };
        let oid = oid.to_der().map_err(encoding)?;
        framed(EC_PUBLIC_KEY, AnyRef::from_der(&oid).map_err(encoding)?, point)
    }
}

fn framed(oid: ObjectIdentifier, parameters: AnyRef<'_>, key: &[u8]) -> Result<PublicKey, PublicKeyError> {
    let algorithm = AlgorithmIdentifierRef { oid, parameters: Some(parameters) };
    let subject_public_key = BitStringRef::from_bytes(key).map_err(encoding)?;
    let der = SubjectPublicKeyInfoRef { algorithm, subject_public_key }.to_der().map_err(encoding)?;
    PublicKey::from_spki(&der)
}
