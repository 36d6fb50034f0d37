//! Keys and credentials that were good once, or are good elsewhere.

use std::collections::BTreeMap;
use std::fs;

use hardkey_tests::emulator::Emulator;
use serde_json::json;

use crate::{expect, host};

fn emulator(key: &str) -> (Emulator, BTreeMap<String, String>) {
    let emulator = Emulator::start(&[key]);
    let mut environment = emulator.environment();
    environment.insert("HARDKEY_KEY".to_owned(), "alias/release".to_owned());
    (emulator, environment)
}

#[test]
fn a_key_that_waits_for_deletion_is_refused_at_the_search() {
    let (emulator, environment) = emulator("RSA_2048,alias=release,pending-deletion");
    let line = format!(
        "hardkey: token \"hardkey\": key alias/release ({}) is hidden: refused (pending-deletion): the key waits for deletion; cancel that (aws kms cancel-key-deletion, then enable-key) or configure another key",
        emulator.key(0).arn
    );
    expect(&host(&["list"], &environment), "", &[&line]);
    assert_eq!(emulator.counts().requests("GetPublicKey"), 0);
}

#[test]
fn a_key_whose_deletion_begins_after_the_search_is_named_at_the_signature() {
    let (emulator, environment) = emulator("RSA_2048,alias=release");
    let arn = emulator.key(0).arn;
    let message = format!("{arn} is pending deletion.");
    emulator.fault(json!({ "operation": "Sign", "error": "KMSInvalidStateException", "message": message }));
    let line = format!(
        "hardkey: C_Sign: CKR_DEVICE_ERROR: key alias/release ({arn}): AWS KMS answered kms:Sign with KMSInvalidStateException: {message} (request ID); look at the key's state (aws kms describe-key); if it waits for deletion, cancel that (aws kms cancel-key-deletion, then enable-key), or configure another key"
    );
    expect(&host(&["sign", "release"], &environment), "C_Sign 0x30", &[&line]);
    assert_eq!(emulator.counts().requests("Sign"), 1, "a refusal is not asked again");
}

#[test]
fn a_key_of_another_region_is_not_found_and_the_line_says_where_it_was_looked_for() {
    let (emulator, mut environment) = emulator("RSA_2048,region=us-east-2");
    let id = emulator.key(0).id;
    environment.insert("HARDKEY_KEY".to_owned(), id.clone());
    expect(
        &host(&["list"], &environment),
        "slot 0 0x30",
        &[&format!(
            "hardkey: C_FindObjectsInit: CKR_DEVICE_ERROR: key {id}: AWS KMS answered kms:DescribeKey with NotFoundException: Key 'arn:aws:kms:eu-west-1:111122223333:key/{id}' does not exist (request ID); check the name, the account and the region of the key"
        )],
    );
}

#[test]
fn credentials_that_expired_and_cannot_be_renewed_are_named_after_one_more_try() {
    let (emulator, environment) = emulator("RSA_2048,alias=release");
    let arn = emulator.key(0).arn;
    let cause = |action: &str| {
        format!(
            "AWS KMS answered {action} with ExpiredTokenException: The security token included in the request is expired (request ID); renew the AWS credentials of this process: AWS_SESSION_TOKEN and the keys that belong to it, or the profile's session (aws sso login)"
        )
    };
    emulator.fault(json!({ "operation": "Sign", "error": "ExpiredTokenException" }));
    let line = format!("hardkey: C_Sign: CKR_DEVICE_ERROR: key alias/release ({arn}): {}", cause("kms:Sign"));
    expect(&host(&["sign", "release"], &environment), "C_Sign 0x30", &[&line]);
    assert_eq!(emulator.counts().requests("Sign"), 2);
    emulator.fault(json!({ "operation": "DescribeKey", "error": "ExpiredTokenException" }));
    let line = format!("hardkey: C_FindObjectsInit: CKR_DEVICE_ERROR: token \"hardkey\": {}", cause("kms:DescribeKey"));
    expect(&host(&["list"], &environment), "slot 0 0x30", &[&line]);
}

#[test]
fn a_permission_that_is_missing_at_the_search_is_named() {
    for action in ["DescribeKey", "GetPublicKey"] {
        let (emulator, environment) = emulator("RSA_2048,alias=release");
        let message = format!("User: arn:aws:iam::111122223333:user/ci is not authorized to perform: kms:{action}");
        emulator.fault(json!({ "operation": action, "error": "AccessDeniedException", "message": message }));
        let line = format!(
            "hardkey: C_FindObjectsInit: CKR_DEVICE_ERROR: key alias/release: AWS KMS answered kms:{action} with AccessDeniedException: {message} (request ID); allow kms:{action} on this key, in the key policy or the identity's policy"
        );
        expect(&host(&["list"], &environment), "slot 0 0x30", &[&line]);
    }
}

#[test]
fn a_key_of_which_nobody_says_anything_in_time_hides_no_other() {
    let emulator = Emulator::start(&["RSA_2048,alias=good", "RSA_2048,alias=slow"]);
    let file = emulator.folder().join("hardkey.toml");
    fs::write(&file, "[[token]]\nlabel = \"t\"\nkeys = [\"alias/good\", \"alias/slow\"]\n[network]\ntimeout = 3\n")
        .unwrap();
    let mut environment = emulator.environment();
    environment.insert("HARDKEY_CONFIG".to_owned(), file.to_str().unwrap().to_owned());
    // Both are asked for at once; the second question in is never answered.
    emulator.fault(json!({ "operation": "DescribeKey", "skip": 1, "hang": true }));
    let outcome = host(&["list"], &environment);
    let (shown, hidden) = if outcome.text().contains("good") { ("good", "slow") } else { ("slow", "good") };
    let line = format!(
        "hardkey: token \"t\": key alias/{hidden} is hidden: AWS KMS did not answer kms:DescribeKey before the deadline; check the network, the proxy (HTTPS_PROXY) and the endpoint, or raise timeout in [network]"
    );
    expect(&outcome, &format!("slot 0 key {shown} generated"), &[&line]);
}

#[test]
fn an_answer_about_another_key_is_refused_at_the_search() {
    let (emulator, mut environment) = emulator("RSA_2048");
    emulator.fault(json!({ "operation": "DescribeKey", "corrupt": "key-id" }));
    for name in [emulator.key(0).arn, emulator.key(0).id] {
        environment.insert("HARDKEY_KEY".to_owned(), name.clone());
        let line = format!(
            "hardkey: C_FindObjectsInit: CKR_DEVICE_ERROR: key {name}: the answer to kms:DescribeKey names another key; check what stands between this machine and AWS KMS, and the endpoint"
        );
        expect(&host(&["list"], &environment), "slot 0 0x30", &[&line]);
    }
}
