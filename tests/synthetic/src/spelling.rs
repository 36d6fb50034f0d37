//! Public keys in other encodings than the one that certificates have.

use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{Asn1Flag, EcGroup, EcKey, EcPoint, PointConversionForm};
use openssl::nid::Nid;
use openssl::pkey::{Id, PKey};
use openssl::rsa::Rsa;

use crate::der::{OID, SEQUENCE, bit_string, tlv};
use crate::key::{Key, Shape};

/// One way to write a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Spelling {
    /// A curve's point as X and the sign of Y (SEC 1 §2.3.3).
    Compressed,
    /// A curve by its numbers instead of its name (RFC 5480 §2.1.1 forbids it).
    Explicit,
    /// RSA without the `NULL` after its identifier.
    WithoutNull,
    /// RSA as `id-RSASSA-PSS` (RFC 4055 §1.2).
    Pss,
}

impl Spelling {
    /// `SubjectPublicKeyInfo`, DER.
    #[must_use]
    pub fn of(self, key: &Key) -> Vec<u8> {
        // 1.2.840.10045.2.1, 1.2.840.10045.3.1.7, 1.2.840.113549.1.1.1 and .10
        const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
        const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
        const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01];
        let written = |algorithm: &[u8], bits: &[u8]| tlv(SEQUENCE, &[&tlv(SEQUENCE, &[algorithm]), &bit_string(bits)]);
        let public = PKey::public_key_from_der(key.spki()).unwrap();
        match self {
            Self::Compressed => {
                assert_eq!(key.shape(), Shape::P256, "only P-256 is written compressed");
                let curve = [tlv(OID, &[EC]), tlv(OID, &[P256])].concat();
                written(&curve, &Self::compressed_point(key))
            }
            Self::Explicit => {
                let known = public.ec_key().unwrap();
                let mut group = EcGroup::from_curve_name(known.group().curve_name().unwrap()).unwrap();
                group.set_asn1_flag(Asn1Flag::EXPLICIT_CURVE);
                let key = EcKey::from_public_key(&group, known.public_key()).unwrap();
                PKey::from_ec_key(key).unwrap().public_key_to_der().unwrap()
            }
            Self::WithoutNull => {
                written(&tlv(OID, &[RSA, &[1]]), &public.rsa().unwrap().public_key_to_der_pkcs1().unwrap())
            }
            Self::Pss => written(&tlv(OID, &[RSA, &[10]]), &public.rsa().unwrap().public_key_to_der_pkcs1().unwrap()),
        }
    }

    /// A curve's point, compressed.
    #[must_use]
    pub fn compressed_point(key: &Key) -> Vec<u8> {
        let key = PKey::public_key_from_der(key.spki()).unwrap().ec_key().unwrap();
        let mut context = BigNumContext::new().unwrap();
        key.public_key().to_bytes(key.group(), PointConversionForm::COMPRESSED, &mut context).unwrap()
    }
}

/// The one encoding of a key in any other that OpenSSL reads: what a reader does that takes them all for the same.
#[must_use]
pub fn respelled(spki: &[u8]) -> Option<Vec<u8>> {
    let key = PKey::public_key_from_der(spki).ok()?;
    if key.id() != Id::EC {
        // A key of its own: OpenSSL's remembers that it was read as RSASSA-PSS.
        let key = key.rsa().ok()?;
        let plain = Rsa::from_public_components(key.n().to_owned().ok()?, key.e().to_owned().ok()?).ok()?;
        return PKey::from_rsa(plain).ok()?.public_key_to_der().ok();
    }
    let key = key.ec_key().ok()?;
    let mut context = BigNumContext::new().ok()?;
    let (mut x, mut y) = (BigNum::new().ok()?, BigNum::new().ok()?);
    key.public_key().affine_coordinates(key.group(), &mut x, &mut y, &mut context).ok()?;
    let curve = key.group().curve_name().unwrap_or(Nid::X9_62_PRIME256V1);
    let group = EcGroup::from_curve_name(curve).ok()?;
    let mut point = EcPoint::new(&group).ok()?;
    point.set_affine_coordinates_gfp(&group, &x, &y, &mut context).ok()?;
    PKey::from_ec_key(EcKey::from_public_key(&group, &point).ok()?).ok()?.public_key_to_der().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_another_of_the_same_key() {
        let [curve, rsa] = [Shape::P256, Shape::RSA_2048].map(|shape| Key::of(shape, "spelled"));
        for (key, spelling) in [
            (curve, Spelling::Compressed),
            (curve, Spelling::Explicit),
            (rsa, Spelling::WithoutNull),
            (rsa, Spelling::Pss),
        ] {
            let written = spelling.of(key);
            assert_ne!(written, key.spki(), "{spelling:?}");
            assert_eq!(respelled(&written).as_deref(), Some(key.spki()), "{spelling:?}");
        }
    }
}
