//! Keys. Each is made once per process, because RSA keys take their time: who asks for the same one again gets it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcKey, PointConversionForm};
use openssl::hash::{MessageDigest, hash};
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::rsa::{Padding, Rsa};
use openssl::sign::{RsaPssSaltlen, Signer};

use crate::der::{NULL, OID, SEQUENCE, context, integer, pem, tlv};

/// Family and size of a key.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Shape {
    /// RSA.
    Rsa {
        /// Bits of the modulus.
        bits: u32,
        /// Public exponent.
        exponent: u32,
    },
    /// An elliptic curve, by OpenSSL's number for it.
    Curve(i32),
}

impl Shape {
    /// RSA-2048 with the exponent 65537.
    pub const RSA_2048: Self = Self::Rsa { bits: 2048, exponent: 65537 };
    /// RSA-3072 with the exponent 65537.
    pub const RSA_3072: Self = Self::Rsa { bits: 3072, exponent: 65537 };
    /// RSA-4096 with the exponent 65537.
    pub const RSA_4096: Self = Self::Rsa { bits: 4096, exponent: 65537 };
    /// NIST P-256.
    pub const P256: Self = Self::Curve(Nid::X9_62_PRIME256V1.as_raw());
    /// NIST P-384.
    pub const P384: Self = Self::Curve(Nid::SECP384R1.as_raw());
    /// NIST P-521.
    pub const P521: Self = Self::Curve(Nid::SECP521R1.as_raw());
    /// secp256k1.
    pub const SECP256K1: Self = Self::Curve(Nid::SECP256K1.as_raw());

    /// Every kind of key that Google Cloud HSM signs with, with the name the command line has for it.
    pub const SIGNING: [(&'static str, Self); 7] = [
        ("rsa-2048", Self::RSA_2048),
        ("rsa-3072", Self::RSA_3072),
        ("rsa-4096", Self::RSA_4096),
        ("p-256", Self::P256),
        ("p-384", Self::P384),
        ("p-521", Self::P521),
        ("secp256k1", Self::SECP256K1),
    ];
}

/// Hash functions of signatures.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Hash {
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Hash {
    fn digest(self) -> MessageDigest {
        match self {
            Self::Sha1 => MessageDigest::sha1(),
            Self::Sha256 => MessageDigest::sha256(),
            Self::Sha384 => MessageDigest::sha384(),
            Self::Sha512 => MessageDigest::sha512(),
        }
    }

    /// The digest of bytes.
    #[must_use]
    pub fn of(self, bytes: &[u8]) -> Vec<u8> {
        hash(self.digest(), bytes).unwrap().to_vec()
    }
}

/// A private key and its public half.
#[derive(Debug)]
pub struct Key {
    shape: Shape,
    private: PKey<Private>,
    spki: Vec<u8>,
}

type Made = Mutex<HashMap<(Shape, String), Arc<OnceLock<&'static Key>>>>;

impl Key {
    /// The key of this shape that belongs to this owner, any word: `"subject"`, `"another card"`.
    #[must_use]
    pub fn of(shape: Shape, owner: &str) -> &'static Self {
        static MADE: OnceLock<Made> = OnceLock::new();
        let place =
            MADE.get_or_init(Made::default).lock().unwrap().entry((shape, owner.to_owned())).or_default().clone();
        // Made outside of the lock: other keys need not wait for this one.
        place.get_or_init(|| Box::leak(Box::new(Self::generate(shape))))
    }

    /// The key of an unencrypted PKCS#8; `None` if it is neither RSA nor on a named curve.
    #[must_use]
    pub fn from_pkcs8(der: &[u8]) -> Option<Self> {
        let private = PKey::private_key_from_pkcs8(der).ok()?;
        let shape = match (private.rsa(), private.ec_key()) {
            (Ok(rsa), _) => Shape::Rsa { bits: private.bits(), exponent: rsa.e().to_dec_str().ok()?.parse().ok()? },
            (_, Ok(key)) => Shape::Curve(key.group().curve_name()?.as_raw()),
            _ => return None,
        };
        let spki = private.public_key_to_der().ok()?;
        Some(Self { shape, private, spki })
    }

    fn generate(shape: Shape) -> Self {
        let private = match shape {
            Shape::Rsa { bits, exponent } => {
                let exponent = BigNum::from_u32(exponent).unwrap();
                PKey::from_rsa(Rsa::generate_with_e(bits, &exponent).unwrap())
            }
            Shape::Curve(number) => {
                let group = EcGroup::from_curve_name(Nid::from_raw(number)).unwrap();
                PKey::from_ec_key(EcKey::generate(&group).unwrap())
            }
        };
        let private = private.unwrap();
        let spki = private.public_key_to_der().unwrap();
        Self { shape, private, spki }
    }

    /// Family and size.
    #[must_use]
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// `SubjectPublicKeyInfo`, DER.
    #[must_use]
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// `SubjectPublicKeyInfo`, PEM.
    #[must_use]
    pub fn spki_pem(&self) -> String {
        pem("PUBLIC KEY", &self.spki)
    }

    /// SHA-256 of the `SubjectPublicKeyInfo`, lower-case hexadecimal.
    #[must_use]
    pub fn spki_hash(&self) -> String {
        hex(&Hash::Sha256.of(&self.spki))
    }

    /// RSA: modulus. Elliptic curve: the uncompressed point `04‖X‖Y`.
    #[must_use]
    pub fn modulus_or_point(&self) -> Vec<u8> {
        match self.shape {
            Shape::Rsa { .. } => self.private.rsa().unwrap().n().to_vec(),
            Shape::Curve(_) => {
                let key = self.private.ec_key().unwrap();
                let mut context = BigNumContext::new().unwrap();
                key.public_key().to_bytes(key.group(), PointConversionForm::UNCOMPRESSED, &mut context).unwrap()
            }
        }
    }

    /// RSA: public exponent.
    #[must_use]
    pub fn exponent(&self) -> Option<Vec<u8>> {
        match self.shape {
            Shape::Rsa { .. } => Some(self.private.rsa().unwrap().e().to_vec()),
            Shape::Curve(_) => None,
        }
    }

    /// The private key, unencrypted PKCS#8.
    #[must_use]
    pub fn pkcs8(&self) -> Vec<u8> {
        self.private.private_key_to_pkcs8().unwrap()
    }

    /// RSA: `RSAPublicKey` of PKCS#1, DER.
    #[must_use]
    pub fn pkcs1(&self) -> Vec<u8> {
        self.private.rsa().unwrap().public_key_to_der_pkcs1().unwrap()
    }

    /// The key identifier of RFC 5280 §4.2.1.2, method 1.
    pub(crate) fn identifier(&self) -> Vec<u8> {
        let bits = match self.shape {
            Shape::Rsa { .. } => self.pkcs1(),
            Shape::Curve(_) => self.modulus_or_point(),
        };
        Hash::Sha1.of(&bits)
    }

    /// Signs: RSASSA-PKCS1-v1_5, or ECDSA in DER.
    #[must_use]
    pub fn sign(&self, hash: Hash, data: &[u8]) -> Vec<u8> {
        Signer::new(hash.digest(), &self.private).unwrap().sign_oneshot_to_vec(data).unwrap()
    }

    /// RSASSA-PSS with a salt as long as the hash.
    #[must_use]
    pub fn sign_pss(&self, hash: Hash, data: &[u8]) -> Vec<u8> {
        let mut signer = Signer::new(hash.digest(), &self.private).unwrap();
        signer.set_rsa_padding(Padding::PKCS1_PSS).unwrap();
        signer.set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH).unwrap();
        signer.sign_oneshot_to_vec(data).unwrap()
    }

    /// The private operation of RSA over bytes as they are: padded as PKCS#1 type 1, or with zeros on the left.
    pub(crate) fn sign_raw(&self, bytes: &[u8], padded: bool) -> Vec<u8> {
        let rsa = self.private.rsa().unwrap();
        let size = usize::try_from(rsa.size()).unwrap();
        let mut input = bytes.to_vec();
        if !padded {
            input.splice(..0, std::iter::repeat_n(0, size - bytes.len()));
        }
        let mut signature = vec![0; size];
        let padding = if padded { Padding::PKCS1 } else { Padding::NONE };
        rsa.private_encrypt(&input, &mut signature, padding).unwrap();
        signature
    }

    /// `AlgorithmIdentifier` of this key's signatures with a hash: RFC 4055 §5, RFC 5758 §3.2.
    pub(crate) fn signature_algorithm(&self, hash: Hash) -> Vec<u8> {
        const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01];
        const ECDSA: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04];
        match self.shape {
            Shape::Rsa { .. } => {
                let last = match hash {
                    Hash::Sha1 => 5,
                    Hash::Sha256 => 11,
                    Hash::Sha384 => 12,
                    Hash::Sha512 => 13,
                };
                tlv(SEQUENCE, &[&tlv(OID, &[RSA, &[last]]), &tlv(NULL, &[])])
            }
            Shape::Curve(_) => {
                let last: &[u8] = match hash {
                    Hash::Sha1 => &[1],
                    Hash::Sha256 => &[3, 2],
                    Hash::Sha384 => &[3, 3],
                    Hash::Sha512 => &[3, 4],
                };
                tlv(SEQUENCE, &[&tlv(OID, &[ECDSA, last])])
            }
        }
    }
}

/// `AlgorithmIdentifier` of RSASSA-PSS with a hash, MGF1 of the same hash and a salt as long: RFC 4055 §3.1.
pub(crate) fn pss_algorithm(hash: Hash) -> Vec<u8> {
    const PKCS1: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01];
    // 2.16.840.1.101.3.4.2
    const HASHES: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02];
    let (last, salt) = match hash {
        Hash::Sha1 => panic!("SHA-1 is the default, which is left out"),
        Hash::Sha256 => (1, 32),
        Hash::Sha384 => (2, 48),
        Hash::Sha512 => (3, 64),
    };
    let hash = tlv(SEQUENCE, &[&tlv(OID, &[HASHES, &[last]]), &tlv(NULL, &[])]);
    let mask = tlv(SEQUENCE, &[&tlv(OID, &[PKCS1, &[8]]), &hash]);
    let parameters = [(0, hash), (1, mask), (2, integer(salt))].map(|(number, part)| tlv(context(number), &[&part]));
    let parameters = tlv(SEQUENCE, &parameters.each_ref().map(Vec::as_slice));
    tlv(SEQUENCE, &[&tlv(OID, &[PKCS1, &[10]]), &parameters])
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_for_each_shape_and_owner() {
        let (one, again) = (Key::of(Shape::P256, "one"), Key::of(Shape::P256, "one"));
        assert!(std::ptr::eq(one, again));
        assert_ne!(one.spki(), Key::of(Shape::P256, "other").spki());
        assert_ne!(one.spki().len(), Key::of(Shape::P384, "one").spki().len());
    }

    #[test]
    fn a_key_comes_back_from_its_pkcs8_with_its_shape() {
        for (name, shape) in Shape::SIGNING {
            let key = Key::of(shape, "round trip");
            let back = Key::from_pkcs8(&key.pkcs8()).unwrap();
            assert_eq!((back.shape(), back.spki()), (shape, key.spki()), "{name}");
        }
        assert!(Key::from_pkcs8(b"no key").is_none());
    }
}
