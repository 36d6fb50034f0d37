//! What a key can do, and what a person reads who picks something else.

use cryptoki_sys as ck;
use hardkey_kms::google::ALGORITHMS;
use hardkey_tests::cloud::{Cloud, Which};
use serde_json::json;

use super::world;
use crate::{expect, host};

#[test]
fn a_wrong_pick_fails_at_sign_init_with_a_line_that_names_what_the_key_can_do() {
    let (world, environment) = world();
    let key = world.name(0);
    let can = "which is RSA-2048 and signs with CKM_RSA_PKCS, CKM_SHA256_RSA_PKCS";
    for (kind, rv, told) in [
        (
            ck::CKM_SHA512_RSA_PKCS,
            "0x70",
            "CKR_MECHANISM_INVALID: CKM_SHA512_RSA_PKCS is not what the key service does with",
        ),
        (ck::CKM_ECDSA_SHA256, "0x63", "CKR_KEY_TYPE_INCONSISTENT: CKM_ECDSA_SHA256 does not fit"),
    ] {
        let line = format!("hardkey: C_SignInit: {told} key {key}, {can}");
        expect(&host(&["sign", "release", &kind.to_string()], &environment), &format!("C_Sign {rv}"), &[&line]);
    }
    assert_eq!(world.requests(&world.cloud.sign), 0);
}

#[test]
fn allowed_mechanisms_and_the_list_are_what_the_keys_can_do() {
    let world = Cloud::of(Which::Google).world(&[]);
    let hex =
        |kinds: &[ck::CK_MECHANISM_TYPE]| kinds.iter().map(|kind| format!("{kind:#x}")).collect::<Vec<_>>().join(" ");
    let rsa256 = [ck::CKM_RSA_PKCS, ck::CKM_SHA256_RSA_PKCS];
    let rsa512 = [ck::CKM_RSA_PKCS, ck::CKM_SHA512_RSA_PKCS];
    let raw = [ck::CKM_RSA_PKCS, ck::CKM_SHA256_RSA_PKCS, ck::CKM_SHA384_RSA_PKCS, ck::CKM_SHA512_RSA_PKCS];
    let pss256 = [ck::CKM_RSA_PKCS_PSS, ck::CKM_SHA256_RSA_PKCS_PSS];
    let pss512 = [ck::CKM_RSA_PKCS_PSS, ck::CKM_SHA512_RSA_PKCS_PSS];
    let ecdsa = [ck::CKM_ECDSA, ck::CKM_ECDSA_SHA256, ck::CKM_ECDSA_SHA384, ck::CKM_ECDSA_SHA512];
    let mut names = Vec::new();
    let mut expected = Vec::new();
    for row in ALGORITHMS.iter().filter(|row| row.algorithm.bits() <= 2048 || row.name.ends_with("512")) {
        names.push(world.emulator.create_google(json!({ "algorithm": row.name, "key": row.name })));
        let can = match row.name {
            name if name.contains("RAW") => hex(&raw),
            name if name.contains("PKCS1") && name.ends_with("512") => hex(&rsa512),
            name if name.contains("PKCS1") => hex(&rsa256),
            name if name.contains("PSS") && name.ends_with("512") => hex(&pss512),
            name if name.contains("PSS") => hex(&pss256),
            _ => hex(&ecdsa),
        };
        expected.push(format!("{}: {can}", row.name));
    }
    let all = [&raw[..], &pss256, &pss512[1..], &ecdsa].concat();
    let mut environment = world.environment();
    environment.insert("HARDKEY_KEY".to_owned(), names.join(" "));
    let stdout = [expected.join("\n"), format!("slot: {}", hex(&all))].join("\n");
    expect(&host(&["mechanisms"], &environment), &stdout, &[]);
    // A token of one key lists that key's.
    environment.insert("HARDKEY_KEY".to_owned(), names[0].clone());
    let stdout = format!("{}: {}\nslot: {}", ALGORITHMS[0].name, hex(&rsa256), hex(&rsa256));
    expect(&host(&["mechanisms"], &environment), &stdout, &[]);
}
