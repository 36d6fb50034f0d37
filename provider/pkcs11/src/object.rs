//! Objects: what a host finds on a token, and the attributes it reads.

mod certificate;
mod key;

use std::sync::Arc;

use cryptoki_sys as ck;
use hardkey_kms::service::{KeyRecord, UsableKey};

pub(crate) use certificate::{certificate, hex};
pub(crate) use key::{private_key, public_key};

/// One object: its attributes, and the key behind it if it is half of one.
#[derive(Clone, Debug)]
pub(crate) struct Object {
    pub(crate) class: ck::CK_OBJECT_CLASS,
    attributes: Vec<(ck::CK_ATTRIBUTE_TYPE, Vec<u8>)>,
    key: Option<Key>,
}

/// The key behind an object.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) record: Arc<KeyRecord>,
    pub(crate) usable: Arc<UsableKey>,
}

/// What a host gets for one attribute of one object.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Answer<'a> {
    /// Its value, in the bytes the specification asks for.
    Value(&'a [u8]),
    /// The attribute exists and is never shown.
    Sensitive,
    /// The object has no such attribute.
    Unknown,
}

impl Eq for Object {}

/// Equal in what a host can read.
impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        self.attributes == other.attributes
    }
}

impl Object {
    fn new(class: ck::CK_OBJECT_CLASS) -> Self {
        Self { class, attributes: Vec::new(), key: None }.number(ck::CKA_CLASS, class)
    }

    /// The key behind the object, if it is the half that is asked for.
    pub(crate) fn key(&self, class: ck::CK_OBJECT_CLASS) -> Option<&Key> {
        self.key.as_ref().filter(|_| self.class == class)
    }

    /// Looks one attribute up.
    pub(crate) fn attribute(&self, kind: ck::CK_ATTRIBUTE_TYPE) -> Answer<'_> {
        if let Some((_, value)) = self.attributes.iter().find(|(known, _)| *known == kind) {
            return Answer::Value(value);
        }
        // The private parts, PKCS#11 v3.1 tables 33 (RSA) and 36 (EC).
        const RSA: &[ck::CK_ATTRIBUTE_TYPE] = &[
            ck::CKA_PRIVATE_EXPONENT,
            ck::CKA_PRIME_1,
            ck::CKA_PRIME_2,
            ck::CKA_EXPONENT_1,
            ck::CKA_EXPONENT_2,
            ck::CKA_COEFFICIENT,
        ];
        const CURVE: &[ck::CK_ATTRIBUTE_TYPE] = &[ck::CKA_VALUE];
        let secret = match self.key(ck::CKO_PRIVATE_KEY) {
            Some(key) if key.usable.public_key.algorithm().is_rsa() => RSA,
            Some(_) => CURVE,
            None => &[],
        };
        if secret.contains(&kind) { Answer::Sensitive } else { Answer::Unknown }
    }

    /// Bytes of all values together.
    pub(crate) fn size(&self) -> usize {
        self.attributes.iter().map(|(_, value)| value.len()).sum()
    }

    fn bytes(mut self, kind: ck::CK_ATTRIBUTE_TYPE, value: impl Into<Vec<u8>>) -> Self {
        self.attributes.push((kind, value.into()));
        self
    }

    fn number(self, kind: ck::CK_ATTRIBUTE_TYPE, value: ck::CK_ULONG) -> Self {
        self.bytes(kind, value.to_ne_bytes())
    }

    fn flag(self, kind: ck::CK_ATTRIBUTE_TYPE, value: bool) -> Self {
        self.bytes(kind, [if value { ck::CK_TRUE } else { ck::CK_FALSE }])
    }
}
