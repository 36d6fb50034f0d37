//! Objects, their attributes, and searches.

use std::collections::BTreeSet;
use std::ptr;

use cryptoki_sys as ck;
use hardkey_tests::call;
use hardkey_tests::module::{attribute, ok};

use crate::fixture::{DISCOVERED, KEYS, KINDS, NAMES, fixture};

/// Every attribute type the specification defines up to its gap, and the vendor's. Which of them an object has is
/// compared as a whole.
fn every_type() -> impl Iterator<Item = ck::CK_ATTRIBUTE_TYPE> {
    (0..0x700).chain([ck::CKA_ALLOWED_MECHANISMS])
}

fn types_of(slot: ck::CK_SLOT_ID, class: ck::CK_OBJECT_CLASS, label: &str) -> BTreeSet<ck::CK_ATTRIBUTE_TYPE> {
    let fixture = fixture();
    let _turn = fixture.shared();
    let module = &fixture.module;
    let session = module.open(slot).unwrap();
    let object = module.find_one(session, class, label);
    let found = every_type().filter(|kind| module.attribute(session, object, *kind).is_ok()).collect();
    module.close(session).unwrap();
    found
}

const BOTH_HALVES: [ck::CK_ATTRIBUTE_TYPE; 18] = [
    ck::CKA_CLASS,
    ck::CKA_TOKEN,
    ck::CKA_PRIVATE,
    ck::CKA_MODIFIABLE,
    ck::CKA_COPYABLE,
    ck::CKA_DESTROYABLE,
    ck::CKA_LABEL,
    ck::CKA_UNIQUE_ID,
    ck::CKA_ID,
    ck::CKA_KEY_TYPE,
    ck::CKA_SUBJECT,
    ck::CKA_START_DATE,
    ck::CKA_END_DATE,
    ck::CKA_DERIVE,
    ck::CKA_LOCAL,
    ck::CKA_KEY_GEN_MECHANISM,
    ck::CKA_ALLOWED_MECHANISMS,
    ck::CKA_PUBLIC_KEY_INFO,
];
const PRIVATE_HALF: [ck::CK_ATTRIBUTE_TYPE; 10] = [
    ck::CKA_SENSITIVE,
    ck::CKA_ALWAYS_SENSITIVE,
    ck::CKA_EXTRACTABLE,
    ck::CKA_NEVER_EXTRACTABLE,
    ck::CKA_DECRYPT,
    ck::CKA_SIGN,
    ck::CKA_SIGN_RECOVER,
    ck::CKA_UNWRAP,
    ck::CKA_WRAP_WITH_TRUSTED,
    ck::CKA_ALWAYS_AUTHENTICATE,
];
const PUBLIC_HALF: [ck::CK_ATTRIBUTE_TYPE; 5] =
    [ck::CKA_ENCRYPT, ck::CKA_VERIFY, ck::CKA_VERIFY_RECOVER, ck::CKA_WRAP, ck::CKA_TRUSTED];
const RSA: [ck::CK_ATTRIBUTE_TYPE; 3] = [ck::CKA_MODULUS, ck::CKA_MODULUS_BITS, ck::CKA_PUBLIC_EXPONENT];
const CURVE: [ck::CK_ATTRIBUTE_TYPE; 2] = [ck::CKA_EC_PARAMS, ck::CKA_EC_POINT];
const CERTIFICATE: [ck::CK_ATTRIBUTE_TYPE; 19] = [
    ck::CKA_CLASS,
    ck::CKA_TOKEN,
    ck::CKA_PRIVATE,
    ck::CKA_MODIFIABLE,
    ck::CKA_COPYABLE,
    ck::CKA_DESTROYABLE,
    ck::CKA_LABEL,
    ck::CKA_UNIQUE_ID,
    ck::CKA_CERTIFICATE_TYPE,
    ck::CKA_TRUSTED,
    ck::CKA_CERTIFICATE_CATEGORY,
    ck::CKA_CHECK_VALUE,
    ck::CKA_START_DATE,
    ck::CKA_END_DATE,
    ck::CKA_PUBLIC_KEY_INFO,
    ck::CKA_SUBJECT,
    ck::CKA_ID,
    ck::CKA_ISSUER,
    ck::CKA_SERIAL_NUMBER,
];

#[test]
fn each_object_has_exactly_its_attributes() {
    let set = |lists: &[&[ck::CK_ATTRIBUTE_TYPE]]| lists.iter().copied().flatten().copied().collect::<BTreeSet<_>>();
    let (private, public) = (ck::CKO_PRIVATE_KEY, ck::CKO_PUBLIC_KEY);
    assert_eq!(types_of(KINDS, private, "rsa3072"), set(&[&BOTH_HALVES, &PRIVATE_HALF, &RSA]));
    assert_eq!(types_of(KINDS, public, "rsa3072"), set(&[&BOTH_HALVES, &PUBLIC_HALF, &RSA]));
    assert_eq!(types_of(KINDS, private, "p384"), set(&[&BOTH_HALVES, &PRIVATE_HALF, &CURVE]));
    assert_eq!(types_of(KINDS, public, "p384"), set(&[&BOTH_HALVES, &PUBLIC_HALF, &CURVE]));
    assert_eq!(types_of(NAMES, ck::CKO_CERTIFICATE, "Test Root"), set(&[&CERTIFICATE, &[ck::CKA_VALUE]]));
}

#[test]
fn a_generated_key_says_that_it_never_left_the_hsm() {
    let fixture = fixture();
    let _turn = fixture.shared();
    let module = &fixture.module;
    let session = module.open(KINDS).unwrap();
    let key = module.find_one(session, ck::CKO_PRIVATE_KEY, "p256");
    let values = [
        (ck::CKA_LOCAL, 1),
        (ck::CKA_SENSITIVE, 1),
        (ck::CKA_ALWAYS_SENSITIVE, 1),
        (ck::CKA_EXTRACTABLE, 0),
        (ck::CKA_NEVER_EXTRACTABLE, 1),
        (ck::CKA_TOKEN, 1),
        (ck::CKA_PRIVATE, 0),
        (ck::CKA_SIGN, 1),
        (ck::CKA_DECRYPT, 0),
        (ck::CKA_ALWAYS_AUTHENTICATE, 0),
        (ck::CKA_MODIFIABLE, 0),
        (ck::CKA_DESTROYABLE, 0),
    ];
    for (kind, expected) in values {
        assert_eq!(module.attribute(session, key, kind), Ok(vec![expected]), "{kind:#x}");
    }
    assert_eq!(
        module.attribute(session, key, ck::CKA_KEY_GEN_MECHANISM),
        Ok(ck::CKM_EC_KEY_PAIR_GEN.to_ne_bytes().to_vec())
    );
    assert_eq!(module.attribute(session, key, ck::CKA_LABEL), Ok(b"p256".to_vec()));
    let arn = fixture.emulator.key(3).arn;
    assert_eq!(module.attribute(session, key, ck::CKA_UNIQUE_ID), Ok(format!("{arn}#private").into_bytes()));
    let mechanisms: Vec<u8> = [ck::CKM_ECDSA, ck::CKM_ECDSA_SHA256, ck::CKM_ECDSA_SHA384, ck::CKM_ECDSA_SHA512]
        .iter()
        .flat_map(|kind| kind.to_ne_bytes())
        .collect();
    assert_eq!(module.attribute(session, key, ck::CKA_ALLOWED_MECHANISMS), Ok(mechanisms));
    module.close(session).unwrap();
}

#[test]
fn public_values_agree_with_the_public_key_info_and_with_the_id() {
    let fixture = fixture();
    let _turn = fixture.shared();
    let module = &fixture.module;
    let session = module.open(KINDS).unwrap();
    for (spec, label) in KEYS {
        for class in [ck::CKO_PRIVATE_KEY, ck::CKO_PUBLIC_KEY] {
            let key = module.find_one(session, class, label);
            let get = |kind| module.attribute(session, key, kind).unwrap();
            let spki = get(ck::CKA_PUBLIC_KEY_INFO);
            let inside = |needle: &[u8]| spki.windows(needle.len()).any(|bytes| bytes == needle);
            if spec.starts_with("RSA") {
                let modulus = get(ck::CKA_MODULUS);
                let bits: usize = spec[4..].parse().unwrap();
                assert_eq!(modulus.len(), bits / 8, "no leading zero");
                assert!(inside(&modulus));
                assert_eq!(get(ck::CKA_PUBLIC_EXPONENT), [1, 0, 1]);
                assert_eq!(get(ck::CKA_MODULUS_BITS), (bits as ck::CK_ULONG).to_ne_bytes());
            } else {
                let (size, curve): (usize, &[u8]) = match spec {
                    "ECC_NIST_P256" => (32, &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07]),
                    "ECC_NIST_P384" => (48, &[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22]),
                    "ECC_NIST_P521" => (66, &[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23]),
                    _ => (32, &[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x0a]),
                };
                let string = get(ck::CKA_EC_POINT);
                let length = 2 * size as u8 + 1;
                // DER OCTET STRING around 04‖X‖Y; lengths from 128 on take a byte more.
                let head = if length < 128 { vec![0x04, length] } else { vec![0x04, 0x81, length] };
                let (start, point) = string.split_at(head.len());
                assert_eq!((start, point.len(), point[0]), (&head[..], 1 + 2 * size, 0x04), "{label}");
                assert!(inside(point));
                assert_eq!(get(ck::CKA_EC_PARAMS), curve);
                let id = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, point);
                assert_eq!(get(ck::CKA_ID), id.as_ref(), "RFC 5280 method 1");
            }
            assert_eq!(get(ck::CKA_ID).len(), 20);
        }
    }
    module.close(session).unwrap();
}

#[test]
fn every_object_is_found_by_any_of_its_attributes_and_not_by_another_value() {
    let fixture = fixture();
    let _turn = fixture.shared();
    let module = &fixture.module;
    let session = module.open(KINDS).unwrap();
    for object in module.find(session, &[]).unwrap() {
        for kind in every_type() {
            let Ok(value) = module.attribute(session, object, kind) else { continue };
            let found = module.find(session, &[attribute(kind, &value)]).unwrap();
            assert!(found.contains(&object), "object {object} by {kind:#x}");
            let mut other = value.clone();
            other.push(0x5a);
            assert!(!module.find(session, &[attribute(kind, &other)]).unwrap().contains(&object), "{kind:#x}");
        }
    }
    module.close(session).unwrap();
}

#[test]
fn ids_are_unique_per_class() {
    let fixture = fixture();
    let _turn = fixture.shared();
    let module = &fixture.module;
    let session = module.open(KINDS).unwrap();
    let keys = module.find(session, &[attribute(ck::CKA_CLASS, &ck::CKO_PRIVATE_KEY.to_ne_bytes())]).unwrap();
    assert_eq!(keys.len(), KEYS.len());
    let ids: BTreeSet<_> = keys.iter().map(|key| module.attribute(session, *key, ck::CKA_ID).unwrap()).collect();
    assert_eq!(ids.len(), KEYS.len());
    module.close(session).unwrap();
}

#[test]
fn an_alias_an_arn_and_an_id_of_one_key_are_one_object_and_a_refused_key_is_none() {
    let fixture = fixture();
    let _turn = fixture.shared();
    let module = &fixture.module;
    let session = module.open(NAMES).unwrap();
    let keys = module.find(session, &[attribute(ck::CKA_CLASS, &ck::CKO_PRIVATE_KEY.to_ne_bytes())]).unwrap();
    assert_eq!(keys.len(), 1);
    assert_eq!(module.attribute(session, keys[0], ck::CKA_LABEL), Ok(b"p256".to_vec()));
    // Two halves of it, and two certificates.
    assert_eq!(module.find(session, &[]).unwrap().len(), 4);
    module.close(session).unwrap();
}

#[test]
fn discovery_shows_signing_keys_under_their_aliases_and_no_others() {
    let fixture = fixture();
    let _turn = fixture.shared();
    let module = &fixture.module;
    let session = module.open(DISCOVERED).unwrap();
    let keys = module.find(session, &[attribute(ck::CKA_CLASS, &ck::CKO_PRIVATE_KEY.to_ne_bytes())]).unwrap();
    let labels: BTreeSet<String> = keys
        .iter()
        .map(|key| String::from_utf8(module.attribute(session, *key, ck::CKA_LABEL).unwrap()).unwrap())
        .collect();
    assert_eq!(labels, KEYS.iter().map(|(_, alias)| (*alias).to_owned()).collect());
    module.close(session).unwrap();
}

#[test]
fn certificates_are_served_with_their_names_and_found_by_subject() {
    let fixture = fixture();
    let _turn = fixture.shared();
    let module = &fixture.module;
    let session = module.open(NAMES).unwrap();
    let leaf = module.find_one(session, ck::CKO_CERTIFICATE, "Somebody else");
    let issuer = module.attribute(session, leaf, ck::CKA_ISSUER).unwrap();
    let class = ck::CKO_CERTIFICATE.to_ne_bytes();
    let above = [attribute(ck::CKA_CLASS, &class), attribute(ck::CKA_SUBJECT, &issuer)];
    let found = module.find(session, &above).unwrap();
    assert_eq!(found, [module.find_one(session, ck::CKO_CERTIFICATE, "Test Root")]);
    let category = |object| module.attribute(session, object, ck::CKA_CERTIFICATE_CATEGORY).unwrap();
    assert_eq!(category(leaf), ck::CK_CERTIFICATE_CATEGORY_OTHER_ENTITY.to_ne_bytes(), "its key is not on the token");
    assert_eq!(category(found[0]), ck::CK_CERTIFICATE_CATEGORY_AUTHORITY.to_ne_bytes());
    let serial = module.attribute(session, leaf, ck::CKA_SERIAL_NUMBER).unwrap();
    assert_eq!(serial[0], 0x02, "a DER INTEGER");
    let value = module.attribute(session, leaf, ck::CKA_VALUE).unwrap();
    let sha1 = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, &value);
    assert_eq!(module.attribute(session, leaf, ck::CKA_CHECK_VALUE), Ok(sha1.as_ref()[..3].to_vec()));
    module.close(session).unwrap();
}

#[test]
fn one_bad_attribute_does_not_keep_the_others_back() {
    let fixture = fixture();
    let _turn = fixture.shared();
    let module = &fixture.module;
    let session = module.open(KINDS).unwrap();
    let key = module.find_one(session, ck::CKO_PRIVATE_KEY, "p256");
    let (mut class, mut id, mut short) = ([0_u8; 8], [0_u8; 20], [0_u8; 2]);
    let slot = |kind, buffer: &mut [u8]| ck::CK_ATTRIBUTE {
        type_: kind,
        pValue: buffer.as_mut_ptr().cast(),
        ulValueLen: buffer.len() as ck::CK_ULONG,
    };
    let mut template = [
        slot(0x8000_1234, &mut []),
        slot(ck::CKA_CLASS, &mut class),
        slot(ck::CKA_PRIVATE_EXPONENT, &mut []),
        slot(ck::CKA_LABEL, &mut short),
        slot(ck::CKA_ID, &mut id),
        ck::CK_ATTRIBUTE { type_: ck::CKA_EC_POINT, pValue: ptr::null_mut(), ulValueLen: 0 },
    ];
    template[0].pValue = ptr::null_mut();
    let rv = call!(module, C_GetAttributeValue(session, key, template.as_mut_ptr(), 6));
    assert!([ck::CKR_ATTRIBUTE_TYPE_INVALID, ck::CKR_ATTRIBUTE_SENSITIVE, ck::CKR_BUFFER_TOO_SMALL].contains(&rv));
    let lengths: Vec<_> = template.iter().map(|entry| entry.ulValueLen).collect();
    let none = ck::CK_UNAVAILABLE_INFORMATION;
    assert_eq!(lengths, [none, 8, none, none, 20, 67]);
    assert_eq!(class, ck::CKO_PRIVATE_KEY.to_ne_bytes());
    assert_eq!(module.attribute(session, key, ck::CKA_ID), Ok(id.to_vec()));
    assert_eq!(short, [0, 0], "nothing is written to a buffer that is too short");
    assert_eq!(module.attribute(session, key, ck::CKA_VALUE), Err(ck::CKR_ATTRIBUTE_SENSITIVE));
    module.close(session).unwrap();
}

#[test]
fn objects_of_another_slot_are_not_reachable() {
    let fixture = fixture();
    let _turn = fixture.shared();
    let module = &fixture.module;
    let (first, second) = (module.open(KINDS).unwrap(), module.open(NAMES).unwrap());
    let key = module.find(first, &[]).unwrap()[0];
    assert_eq!(module.attribute(second, key, ck::CKA_CLASS), Err(ck::CKR_OBJECT_HANDLE_INVALID));
    for stranger in [0, 1 << 19, ck::CK_ULONG::MAX] {
        assert_eq!(module.attribute(first, stranger, ck::CKA_CLASS), Err(ck::CKR_OBJECT_HANDLE_INVALID));
    }
    module.close(first).unwrap();
    module.close(second).unwrap();
}

#[test]
fn a_search_has_its_states() {
    let fixture = fixture();
    let _turn = fixture.shared();
    let module = &fixture.module;
    let session = module.open(KINDS).unwrap();
    let (mut found, mut count) = ([0; 3], 0);
    assert_eq!(
        call!(module, C_FindObjects(session, found.as_mut_ptr(), 3, &mut count)),
        ck::CKR_OPERATION_NOT_INITIALIZED
    );
    assert_eq!(call!(module, C_FindObjectsFinal(session)), ck::CKR_OPERATION_NOT_INITIALIZED);
    ok(call!(module, C_FindObjectsInit(session, ptr::null_mut(), 0))).unwrap();
    assert_eq!(call!(module, C_FindObjectsInit(session, ptr::null_mut(), 0)), ck::CKR_OPERATION_ACTIVE);
    ok(call!(module, C_FindObjects(session, found.as_mut_ptr(), 3, &mut count))).unwrap();
    assert_eq!(count, 3);
    ok(call!(module, C_SessionCancel(session, ck::CKF_FIND_OBJECTS))).unwrap();
    assert_eq!(call!(module, C_FindObjectsFinal(session)), ck::CKR_OPERATION_NOT_INITIALIZED);
    module.close(session).unwrap();
}

#[test]
fn keys_are_asked_for_once_and_what_cannot_be_here_is_never_asked_for() {
    let fixture = fixture();
    let _turn = fixture.alone();
    let module = &fixture.module;
    // The keys may or may not be known already; after this they are.
    let session = module.open(KINDS).unwrap();
    module.find(session, &[]).unwrap();
    fixture.emulator.reset_counts();
    for _ in 0..10 {
        module.find(session, &[]).unwrap();
    }
    let profile: ck::CK_OBJECT_CLASS = 0x9; // CKO_PROFILE, PKCS#11 v3.0
    let data = ck::CKO_DATA;
    for class in [profile, data, ck::CKO_SECRET_KEY] {
        assert_eq!(module.find(session, &[attribute(ck::CKA_CLASS, &class.to_ne_bytes())]), Ok(vec![]));
    }
    assert_eq!(fixture.emulator.counts().all_requests(), 0);
    module.close(session).unwrap();
}
