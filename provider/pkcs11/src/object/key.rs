//! The two halves of a key. Attributes: PKCS#11 v3.1 §4.7 to §4.9, §2.1.2, §2.3.3; which ones hosts read is why each
//! is here.

use cryptoki_sys as ck;
use der::Encode;
use der::asn1::OctetStringRef;
use hardkey_attest::admission::Origin;

use super::{Key, Object};
use crate::mechanism::MECHANISMS;

/// The public half.
pub(crate) fn public_key(key: &Key, subject: &[u8]) -> Object {
    half(ck::CKO_PUBLIC_KEY, key, subject)
        .flag(ck::CKA_ENCRYPT, false)
        .flag(ck::CKA_VERIFY, true)
        .flag(ck::CKA_VERIFY_RECOVER, false)
        .flag(ck::CKA_WRAP, false)
        .flag(ck::CKA_TRUSTED, false)
}

/// The private half: everything but the secret itself, with the protection that the key service states.
pub(crate) fn private_key(key: &Key, subject: &[u8]) -> Object {
    // An imported key may exist elsewhere, in the clear: "always" and "never" would be untrue.
    let generated = key.usable.origin == Origin::Generated;
    half(ck::CKO_PRIVATE_KEY, key, subject)
        .flag(ck::CKA_SENSITIVE, true)
        .flag(ck::CKA_ALWAYS_SENSITIVE, generated)
        .flag(ck::CKA_EXTRACTABLE, false)
        .flag(ck::CKA_NEVER_EXTRACTABLE, generated)
        .flag(ck::CKA_DECRYPT, false)
        .flag(ck::CKA_SIGN, true)
        .flag(ck::CKA_SIGN_RECOVER, false)
        .flag(ck::CKA_UNWRAP, false)
        .flag(ck::CKA_WRAP_WITH_TRUSTED, false)
        .flag(ck::CKA_ALWAYS_AUTHENTICATE, false)
}

fn half(class: ck::CK_OBJECT_CLASS, key: &Key, subject: &[u8]) -> Object {
    let public_key = &key.usable.public_key;
    let rsa = public_key.algorithm().is_rsa();
    let generator = match (key.usable.origin == Origin::Generated, rsa) {
        (true, true) => ck::CKM_RSA_PKCS_KEY_PAIR_GEN,
        (true, false) => ck::CKM_EC_KEY_PAIR_GEN,
        (false, _) => ck::CK_UNAVAILABLE_INFORMATION,
    };
    let mechanisms: Vec<u8> = MECHANISMS
        .iter()
        .filter(|mechanism| mechanism.fits(public_key.algorithm(), &key.usable.schemes))
        .flat_map(|mechanism| mechanism.kind.to_ne_bytes())
        .collect();
    let suffix = if class == ck::CKO_PRIVATE_KEY { "private" } else { "public" };
    let object = Object { key: Some(key.clone()), ..Object::new(class) }
        .flag(ck::CKA_TOKEN, true)
        // Nothing is hidden before a login: the key service's own credentials decide who may sign.
        .flag(ck::CKA_PRIVATE, false)
        .flag(ck::CKA_MODIFIABLE, false)
        .flag(ck::CKA_COPYABLE, false)
        .flag(ck::CKA_DESTROYABLE, false)
        .bytes(ck::CKA_LABEL, key.record.label.as_bytes())
        .bytes(ck::CKA_UNIQUE_ID, format!("{}#{suffix}", key.record.id.as_str()))
        .bytes(ck::CKA_ID, *public_key.identifier())
        .number(ck::CKA_KEY_TYPE, if rsa { ck::CKK_RSA } else { ck::CKK_EC })
        .bytes(ck::CKA_SUBJECT, subject)
        .bytes(ck::CKA_START_DATE, [])
        .bytes(ck::CKA_END_DATE, [])
        .flag(ck::CKA_DERIVE, false)
        .flag(ck::CKA_LOCAL, key.usable.origin == Origin::Generated)
        .number(ck::CKA_KEY_GEN_MECHANISM, generator)
        .bytes(ck::CKA_ALLOWED_MECHANISMS, mechanisms)
        .bytes(ck::CKA_PUBLIC_KEY_INFO, public_key.spki());
    if let Some((modulus, exponent)) = public_key.rsa_parts() {
        let bits = ck::CK_ULONG::try_from(public_key.algorithm().bits()).unwrap_or_default();
        return object
            .bytes(ck::CKA_MODULUS, modulus)
            .number(ck::CKA_MODULUS_BITS, bits)
            .bytes(ck::CKA_PUBLIC_EXPONENT, exponent);
    }
    match public_key.curve_and_point() {
        Some((curve, point)) => {
            // A DER OCTET STRING around the point, PKCS#11 v3.1 §2.3.3: OpenSSH and GnuTLS insist on it.
            let point = OctetStringRef::new(point).and_then(|point| point.to_der()).unwrap_or_default();
            object.bytes(ck::CKA_EC_PARAMS, curve).bytes(ck::CKA_EC_POINT, point)
        }
        None => object,
    }
}
