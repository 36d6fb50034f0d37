//! What can be wrong with a mechanism: unknown, for another kind of key, with a parameter it does not take or without
//! one that it needs. Which mechanisms there are is asked of the module, so one that is added is tried as well.

use cryptoki_sys as ck;

use crate::argument::{Argument, lasting, mechanism};
use crate::loaded::each_list;
use crate::mistake::Mistake;
use crate::scene::{READ_WRITE, Scene, number};
use crate::table::Row;
use crate::trial;

/// The mechanisms with a `CK_RSA_PKCS_PSS_PARAMS`, PKCS#11 v3.1 §6.1.
const PSS: [ck::CK_MECHANISM_TYPE; 10] = [
    ck::CKM_RSA_PKCS_PSS,
    ck::CKM_SHA1_RSA_PKCS_PSS,
    ck::CKM_SHA224_RSA_PKCS_PSS,
    ck::CKM_SHA256_RSA_PKCS_PSS,
    ck::CKM_SHA384_RSA_PKCS_PSS,
    ck::CKM_SHA512_RSA_PKCS_PSS,
    ck::CKM_SHA3_224_RSA_PKCS_PSS,
    ck::CKM_SHA3_256_RSA_PKCS_PSS,
    ck::CKM_SHA3_384_RSA_PKCS_PSS,
    ck::CKM_SHA3_512_RSA_PKCS_PSS,
];

#[test]
fn a_mechanism_that_is_unknown_or_for_another_key_is_said_to_be_one() {
    each_list(|loaded| {
        let scene = Scene::start(loaded);
        for (row, at) in rows(&scene) {
            for kind in [ck::CKM_SHA256, ck::CKM_RSA_PKCS_KEY_PAIR_GEN, ck::CKM_AES_GCM, 0xdead_beef, ck::CK_ULONG::MAX]
            {
                let what = format!("the mechanism {kind:#x}");
                let change = (at, mechanism(kind, 0, 0));
                trial::run(&scene, row, READ_WRITE, &Mistake::new(what, &[change], &[ck::CKR_MECHANISM_INVALID]));
            }
            for kind in listed(&scene) {
                let mut codes = vec![ck::CKR_KEY_TYPE_INCONSISTENT];
                if PSS.contains(&kind) {
                    codes.push(ck::CKR_MECHANISM_PARAM_INVALID);
                }
                let mut changes = vec![(at, mechanism(kind, 0, 0))];
                // A row without a key is a stub; for one with a key, the key is the other kind's.
                changes.extend(key(&scene, row, !is_rsa(kind)));
                let what = format!("the mechanism {kind:#x} for another kind of key");
                trial::run(&scene, row, READ_WRITE, &Mistake::new(what, &changes, &codes));
            }
            let none = Mistake::new("no mechanism, to cancel", &[(at, 0)], &[ck::CKR_OK]);
            trial::run(&scene, row, READ_WRITE, &none);
        }
    });
}

#[test]
fn a_parameter_where_none_is_taken_is_an_invalid_one() {
    each_list(|loaded| {
        let scene = Scene::start(loaded);
        let bytes = lasting([0_u8; 64]);
        let (invalid, bad) = (ck::CKR_MECHANISM_PARAM_INVALID, ck::CKR_ARGUMENTS_BAD);
        for (row, at) in rows(&scene) {
            let kinds = listed(&scene).into_iter().filter(|kind| !PSS.contains(kind));
            for kind in kinds.take(enough_for(row)) {
                for (what, parameter, length, codes) in [
                    ("4 bytes", bytes, 4, &[invalid][..]),
                    ("more than memory", bytes, usize::MAX, &[invalid, bad]),
                    ("null of length 24", 0, 24, &[invalid, bad]),
                    // Some hosts hand over the address of an empty one.
                    ("no bytes somewhere", bytes, 0, &[ck::CKR_OK, invalid]),
                ] {
                    let mut changes = vec![(at, mechanism(kind, parameter, length))];
                    changes.extend(key(&scene, row, is_rsa(kind)));
                    let what = format!("the parameter {what} to {kind:#x}");
                    trial::run(&scene, row, READ_WRITE, &Mistake::new(what, &changes, codes));
                }
            }
        }
    });
}

#[test]
fn a_pss_parameter_that_is_none_is_an_invalid_one() {
    each_list(|loaded| {
        let scene = Scene::start(loaded);
        let parameter = |hash, mgf, salt| lasting([ck::CK_RSA_PKCS_PSS_PARAMS { hashAlg: hash, mgf, sLen: salt }; 2]);
        let (hash, mgf) = (ck::CKM_SHA256, ck::CKG_MGF1_SHA256);
        let (good, size) = (parameter(hash, mgf, 32), size_of::<ck::CK_RSA_PKCS_PSS_PARAMS>());
        let cases = [
            ("none", 0, 0),
            ("null of the right length", 0, size),
            ("no bytes somewhere", good, 0),
            ("short of a byte", good, size - 1),
            ("a third of it", good, size / 3),
            ("a byte more", good, size + 1),
            ("two in a row", good, 2 * size),
            ("more than memory", good, usize::MAX),
            ("a hash that is none", parameter(0xdead_beef, mgf, 32), size),
            ("a mask that is none", parameter(hash, 0xdead_beef, 32), size),
            ("zeros", parameter(0, 0, 0), size),
            ("a salt longer than the key", parameter(hash, mgf, 1 << 20), size),
            ("a salt longer than memory", parameter(hash, mgf, ck::CK_ULONG::MAX), size),
        ];
        for (row, at) in rows(&scene) {
            for kind in PSS.into_iter().take(enough_for(row)) {
                // One this module does not have has no parameter to be wrong.
                let known = listed(&scene).contains(&kind);
                let code = if known { ck::CKR_MECHANISM_PARAM_INVALID } else { ck::CKR_MECHANISM_INVALID };
                for (what, parameter, length) in cases {
                    let mut changes = vec![(at, mechanism(kind, parameter, length))];
                    changes.extend(key(&scene, row, true));
                    let what = format!("the parameter \"{what}\" to {kind:#x}");
                    trial::run(&scene, row, READ_WRITE, &Mistake::new(what, &changes, &[code]));
                }
            }
        }
    });
}

/// Functions that take a mechanism, and where.
fn rows(scene: &Scene<'_>) -> Vec<(&'static Row, usize)> {
    let place = |row: &Row| row.arguments.iter().position(|argument| *argument == Argument::Mechanism);
    scene.rows().filter_map(|row| Some((row, place(row)?))).collect()
}

/// How many mechanisms are worth a trial: a stub looks at none.
fn enough_for(row: &Row) -> usize {
    if row.good == ck::CKR_FUNCTION_NOT_SUPPORTED { 1 } else { usize::MAX }
}

/// The key of a call, replaced by one of this kind.
fn key(scene: &Scene<'_>, row: &Row, rsa: bool) -> Option<(usize, usize)> {
    row.arguments.iter().enumerate().find_map(|(index, argument)| match (argument, rsa) {
        (Argument::PrivateKey, true) => Some((index, scene.rsa_private)),
        (Argument::PrivateKey, false) => Some((index, scene.handles.private)),
        (Argument::PublicKey, true) => Some((index, scene.rsa_public)),
        (Argument::PublicKey, false) => Some((index, scene.handles.public)),
        _ => None,
    })
}

/// Whether a mechanism is for RSA keys: the others of this module are for elliptic curves, which begin at 0x1040.
pub fn is_rsa(kind: ck::CK_MECHANISM_TYPE) -> bool {
    kind < ck::CKM_EC_KEY_PAIR_GEN
}

/// The mechanisms the module says it has.
pub fn listed(scene: &Scene<'_>) -> Vec<ck::CK_MECHANISM_TYPE> {
    let (list, count) = (lasting([0 as ck::CK_MECHANISM_TYPE; 128]), lasting(128 as ck::CK_ULONG));
    scene.expect("C_GetMechanismList", &[0, list, count]);
    (0..number(count))
        .map(|index| number(list + index * size_of::<ck::CK_MECHANISM_TYPE>()) as ck::CK_MECHANISM_TYPE)
        .collect()
}
