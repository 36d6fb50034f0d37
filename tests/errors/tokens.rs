//! Several tokens, keys that come back, and the one exception to admission.

use std::collections::BTreeMap;
use std::fs;

use hardkey_tests::emulator::Emulator;
use serde_json::json;

use crate::{expect, host};

/// The emulator's environment with a configuration of its own instead of a key.
fn configured(emulator: &Emulator, config: &str) -> BTreeMap<String, String> {
    let file = emulator.folder().join("hardkey.toml");
    fs::write(&file, config).unwrap();
    let mut environment = emulator.environment();
    environment.insert("HARDKEY_CONFIG".to_owned(), file.to_str().unwrap().to_owned());
    environment
}

#[test]
fn each_token_has_its_own_region_and_its_own_profile() {
    let emulator = Emulator::start(&["RSA_2048,alias=release", "RSA_2048,alias=release,region=us-east-2"]);
    let config = format!(
        "[[token]]\nlabel = \"ireland\"\nkeys = [\"{}\"]\nprofile = \"one\"\n[[token]]\nlabel = \"ohio\"\nkeys = [\"alias/release\"]\nregion = \"us-east-2\"\nprofile = \"two\"\n",
        emulator.key(0).arn
    );
    let mut environment = configured(&emulator, &config);
    environment.remove("AWS_ACCESS_KEY_ID");
    environment.remove("AWS_SECRET_ACCESS_KEY");
    environment.remove("AWS_REGION");
    let profiles = emulator.folder().join("credentials");
    fs::write(
        &profiles,
        "[one]\naws_access_key_id = AKIAONE\naws_secret_access_key = s\n[two]\naws_access_key_id = AKIATWO\naws_secret_access_key = s\n",
    )
    .unwrap();
    environment.insert("AWS_SHARED_CREDENTIALS_FILE".to_owned(), profiles.to_str().unwrap().to_owned());
    let stdout = format!("slot 0 key {} generated\nslot 1 key release generated", emulator.key(0).id);
    expect(&host(&["list"], &environment), &stdout, &[]);
    assert_eq!(emulator.counts().0["access_keys"], json!({ "AKIAONE": 2, "AKIATWO": 2 }));
}

#[test]
fn one_variable_with_keys_of_two_regions_is_two_slots() {
    let emulator = Emulator::start(&["RSA_2048", "RSA_2048,region=us-east-2"]);
    let mut environment = emulator.environment();
    environment.insert("HARDKEY_KEY".to_owned(), format!("{} {}", emulator.key(0).arn, emulator.key(1).arn));
    let stdout = format!("slot 0 key {} generated\nslot 1 key {} generated", emulator.key(0).id, emulator.key(1).id);
    expect(&host(&["list"], &environment), &stdout, &[]);
}

#[test]
fn allow_imported_admits_an_imported_key_and_says_so_in_its_attributes() {
    let emulator = Emulator::start(&["RSA_2048,alias=release,origin=EXTERNAL"]);
    let config = "[[token]]\nlabel = \"a\"\nkeys = [\"alias/release\"]\n[admission]\nallow_imported = true\n";
    expect(&host(&["list"], &configured(&emulator, config)), "slot 0 key release imported", &[]);
}

#[test]
fn a_key_that_failed_is_asked_for_again_later_and_the_good_one_is_not() {
    let emulator = Emulator::start(&["RSA_2048,alias=good", "RSA_2048,alias=late"]);
    let (good, late) = (emulator.key(0).arn, emulator.key(1).arn);
    let mut environment = emulator.environment();
    environment.insert("HARDKEY_KEY".to_owned(), "alias/good alias/late".to_owned());
    emulator.set_state(&emulator.key(1), "Disabled");
    let stdout = "slot 0 key good generated\nslot 0 key good generated\nslot 0 key late generated";
    let line = format!(
        "hardkey: token \"hardkey\": key alias/late ({late}) is hidden: refused (disabled): the key is disabled; enable it (aws kms enable-key) or configure another key"
    );
    std::thread::scope(|scope| {
        // The pause after a failure is ten seconds; the key is enabled in the middle of it.
        let outcome = scope.spawn(|| host(&["list-twice", "11"], &environment));
        while emulator.counts().requests("DescribeKey") < 2 {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        emulator.set_state(&emulator.key(1), "Enabled");
        expect(&outcome.join().unwrap(), stdout, &[&line]);
    });
    let counts = emulator.counts();
    assert_eq!((counts.requests("DescribeKey"), counts.requests("GetPublicKey")), (3, 2), "{good} was asked for once");
}

#[test]
fn a_search_that_failed_is_not_repeated_at_once() {
    let emulator = Emulator::start(&["RSA_2048,alias=release"]);
    emulator.fault(json!({ "operation": "DescribeKey", "error": "AccessDeniedException", "message": "no" }));
    let mut environment = emulator.environment();
    environment.insert("HARDKEY_KEY".to_owned(), "alias/release".to_owned());
    let line = "hardkey: C_FindObjectsInit: CKR_DEVICE_ERROR: key alias/release: AWS KMS answered kms:DescribeKey with AccessDeniedException: no (request ID); allow kms:DescribeKey on this key, in the key policy or the identity's policy";
    expect(&host(&["list-twice", "0"], &environment), "slot 0 0x30\nslot 0 0x30", &[line, line]);
    assert_eq!(emulator.counts().requests("DescribeKey"), 1);
}
