//! The whole attribute list of one object of each class, byte for byte, through each list. Every type of attribute
//! there can be is asked for, so one that is missing shows as well as one that should not be there.

use std::collections::BTreeMap;
use std::fmt;

use cryptoki_sys as ck;

use crate::argument::template;
use crate::certificates::{certificate, subject};
use crate::keys::Key;
use crate::loaded::each_list;
use crate::mechanisms::{is_rsa, listed};
use crate::scene::{READ_ONLY, Scene};
use crate::table::name_of;
use crate::world::{P256, RSA, world};

/// The attributes of an object; those it does not have are not in here.
pub type Attributes = BTreeMap<ck::CK_ATTRIBUTE_TYPE, Answer>;

/// What an object says to the question for an attribute it has.
#[derive(Clone, Eq, PartialEq)]
pub enum Answer {
    Value(Vec<u8>),
    Sensitive,
}

impl fmt::Debug for Answer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(value) => value.iter().try_for_each(|byte| write!(out, "{byte:02x}")),
            Self::Sensitive => out.write_str("sensitive"),
        }
    }
}

/// A number as an attribute has it.
pub fn number(number: ck::CK_ULONG) -> Vec<u8> {
    number.to_ne_bytes().to_vec()
}

pub fn sha1(bytes: &[u8]) -> Vec<u8> {
    ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref().to_vec()
}

#[test]
fn each_class_of_object_has_exactly_its_attributes_byte_for_byte() {
    each_list(|loaded| {
        let scene = Scene::start(loaded);
        let (leaf, root) = (world().certificate("leaf"), world().certificate("root"));
        let mechanisms = listed(&scene);
        let (rsa, curve): (Vec<_>, Vec<_>) = mechanisms.iter().copied().partition(|kind| is_rsa(*kind));
        assert!(!rsa.is_empty() && !curve.is_empty());
        let (name, emulator) = (subject(&leaf), &world().emulator);
        let curve_key = Key {
            spki: &world().public_key(P256.1),
            label: P256.1,
            arn: &emulator.key(P256.0).arn,
            subject: &name,
            mechanisms: &curve,
        };
        let rsa_key = Key {
            spki: &world().public_key(RSA.1),
            label: RSA.1,
            arn: &emulator.key(RSA.0).arn,
            subject: &[],
            mechanisms: &rsa,
        };
        let (user, authority) = (ck::CK_CERTIFICATE_CATEGORY_TOKEN_USER, ck::CK_CERTIFICATE_CATEGORY_AUTHORITY);
        assert_attributes(&scene, ck::CKO_PRIVATE_KEY, P256.1, &curve_key.private());
        assert_attributes(&scene, ck::CKO_PUBLIC_KEY, P256.1, &curve_key.public());
        assert_attributes(&scene, ck::CKO_PRIVATE_KEY, RSA.1, &rsa_key.private());
        assert_attributes(&scene, ck::CKO_PUBLIC_KEY, RSA.1, &rsa_key.public());
        assert_attributes(&scene, ck::CKO_CERTIFICATE, P256.1, &certificate(&leaf, P256.1, user));
        assert_attributes(&scene, ck::CKO_CERTIFICATE, "Test Root", &certificate(&root, "Test Root", authority));
    });
}

/// Every type that the specification can have given a number to: the last of 3.2 is below 0x700. An array has the bit
/// 0x40000000 as well, a vendor's own the bit 0x80000000 (PKCS#11 v3.1 §4.1 and §5.7.5).
fn every_type() -> impl Iterator<Item = ck::CK_ATTRIBUTE_TYPE> {
    [0, ck::CKF_ARRAY_ATTRIBUTE, ck::CKA_VENDOR_DEFINED].into_iter().flat_map(|base| base..base + 0x700)
}

fn assert_attributes(scene: &Scene<'_>, class: ck::CK_OBJECT_CLASS, label: &str, expected: &Attributes) {
    let session = scene.open(0, READ_ONLY);
    let object = scene.find(session, class, label);
    scene.tries(label);
    let mut found = Attributes::new();
    for kind in every_type() {
        let answer = match scene.call("C_GetAttributeValue", &[session, object, template(kind, 0, 0), 1]) {
            ck::CKR_ATTRIBUTE_TYPE_INVALID => continue,
            ck::CKR_ATTRIBUTE_SENSITIVE => Answer::Sensitive,
            ck::CKR_OK => Answer::Value(scene.attribute(session, object, kind)),
            other => panic!("{label}: attribute {kind:#x}: {}", name_of(other)),
        };
        found.insert(kind, answer);
    }
    let different = |kind: &&ck::CK_ATTRIBUTE_TYPE| expected.get(kind) != found.get(kind);
    let wrong: BTreeMap<String, _> = expected
        .keys()
        .chain(found.keys())
        .filter(different)
        .map(|kind| (format!("{kind:#x}"), (expected.get(kind), found.get(kind))))
        .collect();
    assert!(wrong.is_empty(), "class {class} {label}: attributes as they must be, and as they are: {wrong:?}");
    scene.assert_signs(session, label);
    scene.expect("C_CloseSession", &[session]);
}
