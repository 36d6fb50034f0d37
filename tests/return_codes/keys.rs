//! The attributes a key must have, made from what the emulator says of the key. PKCS#11 v3.1 §4.4 (storage objects),
//! §4.7 (keys), §4.8 and §4.9 (halves), §6.1 (RSA) and §6.3 (elliptic curves). The length of the modulus and the point
//! are in no table of the specification for a private half; hosts read them there all the same.

use cryptoki_sys as ck;

use crate::attributes::{Answer, Attributes, number, sha1};
use crate::der::inside;

/// A key as the emulator made it.
pub struct Key<'a> {
    pub spki: &'a [u8],
    pub label: &'a str,
    pub arn: &'a str,
    /// The subject of its certificate; empty if it has none.
    pub subject: &'a [u8],
    /// Of the module's mechanisms those for this kind of key.
    pub mechanisms: &'a [ck::CK_MECHANISM_TYPE],
}

impl Key<'_> {
    /// The private half.
    pub fn private(&self) -> Attributes {
        let yes_and_no = [
            (ck::CKA_SENSITIVE, 1),
            (ck::CKA_ALWAYS_SENSITIVE, 1),
            (ck::CKA_EXTRACTABLE, 0),
            (ck::CKA_NEVER_EXTRACTABLE, 1),
            (ck::CKA_DECRYPT, 0),
            (ck::CKA_SIGN, 1),
            (ck::CKA_SIGN_RECOVER, 0),
            (ck::CKA_UNWRAP, 0),
            (ck::CKA_WRAP_WITH_TRUSTED, 0),
            (ck::CKA_ALWAYS_AUTHENTICATE, 0),
        ];
        let secret: &[ck::CK_ATTRIBUTE_TYPE] = if self.is_rsa() {
            &[
                ck::CKA_PRIVATE_EXPONENT,
                ck::CKA_PRIME_1,
                ck::CKA_PRIME_2,
                ck::CKA_EXPONENT_1,
                ck::CKA_EXPONENT_2,
                ck::CKA_COEFFICIENT,
            ]
        } else {
            &[ck::CKA_VALUE]
        };
        let mut all = self.half(ck::CKO_PRIVATE_KEY, "private", &yes_and_no);
        all.extend(secret.iter().map(|kind| (*kind, Answer::Sensitive)));
        all
    }

    /// The public half.
    pub fn public(&self) -> Attributes {
        let yes_and_no = [
            (ck::CKA_ENCRYPT, 0),
            (ck::CKA_VERIFY, 1),
            (ck::CKA_VERIFY_RECOVER, 0),
            (ck::CKA_WRAP, 0),
            (ck::CKA_TRUSTED, 0),
        ];
        self.half(ck::CKO_PUBLIC_KEY, "public", &yes_and_no)
    }

    fn half(&self, class: ck::CK_OBJECT_CLASS, half: &str, more: &[(ck::CK_ATTRIBUTE_TYPE, u8)]) -> Attributes {
        let (kind, generator) = if self.is_rsa() {
            (ck::CKK_RSA, ck::CKM_RSA_PKCS_KEY_PAIR_GEN)
        } else {
            (ck::CKK_EC, ck::CKM_EC_KEY_PAIR_GEN)
        };
        let mechanisms = self.mechanisms.iter().flat_map(|kind| kind.to_ne_bytes()).collect();
        let mut all = vec![
            (ck::CKA_CLASS, number(class)),
            (ck::CKA_TOKEN, vec![1]),
            (ck::CKA_PRIVATE, vec![0]),
            (ck::CKA_MODIFIABLE, vec![0]),
            (ck::CKA_COPYABLE, vec![0]),
            (ck::CKA_DESTROYABLE, vec![0]),
            (ck::CKA_LABEL, self.label.into()),
            (ck::CKA_UNIQUE_ID, format!("{}#{half}", self.arn).into()),
            (ck::CKA_KEY_TYPE, number(kind)),
            (ck::CKA_ID, sha1(self.bits())),
            (ck::CKA_START_DATE, vec![]),
            (ck::CKA_END_DATE, vec![]),
            (ck::CKA_DERIVE, vec![0]),
            (ck::CKA_LOCAL, vec![1]),
            (ck::CKA_KEY_GEN_MECHANISM, number(generator)),
            (ck::CKA_ALLOWED_MECHANISMS, mechanisms),
            (ck::CKA_SUBJECT, self.subject.to_vec()),
            (ck::CKA_PUBLIC_KEY_INFO, self.spki.to_vec()),
        ];
        all.extend(more.iter().map(|(kind, value)| (*kind, vec![*value])));
        if self.is_rsa() {
            let numbers = inside(self.bits());
            // A DER INTEGER with the highest bit set has a zero before it; a PKCS#11 big integer has none.
            let modulus = numbers[0].content.strip_prefix(&[0]).unwrap();
            all.push((ck::CKA_MODULUS, modulus.to_vec()));
            all.push((ck::CKA_MODULUS_BITS, number(8 * modulus.len() as ck::CK_ULONG)));
            all.push((ck::CKA_PUBLIC_EXPONENT, numbers[1].content.to_vec()));
        } else {
            let algorithm = inside(self.spki)[0].whole;
            all.push((ck::CKA_EC_PARAMS, inside(algorithm)[1].whole.to_vec()));
            // A DER OCTET STRING of fewer than 128 bytes.
            let point = [&[0x04, self.bits().len() as u8], self.bits()].concat();
            all.push((ck::CKA_EC_POINT, point));
        }
        all.into_iter().map(|(kind, value)| (kind, Answer::Value(value))).collect()
    }

    /// What is inside the BIT STRING, behind the number of unused bits.
    fn bits(&self) -> &[u8] {
        inside(self.spki)[1].content.strip_prefix(&[0]).unwrap()
    }

    fn is_rsa(&self) -> bool {
        // rsaEncryption, RFC 8017 appendix A.1.
        inside(inside(self.spki)[0].whole)[0].content == [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01]
    }
}
