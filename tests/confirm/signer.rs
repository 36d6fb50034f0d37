//! Records that a key of the CA's in a cloud's HSM signs, by the rules of the module.

use hardkey_tests::scene::Scene;

use crate::desk::{Desk, unmet};

/// The CA's configuration with another signer; what it adds to the environment lets the signer's key be found.
fn signed_by(desk: &mut Desk, alias: &str) {
    let config = String::from_utf8(desk.scene.read("ca.toml")).unwrap();
    let signer = format!("signer = \"{}\"", Scene::named(alias));
    desk.scene.write("ca.toml", config.replace("key = \"record.key\"", &signer));
    let endpoint = desk.scene.emulator.endpoint().to_owned();
    desk.environment.insert("AWS_ENDPOINT_URL_KMS".to_owned(), endpoint);
}

#[test]
fn a_key_in_an_hsm_signs_records_that_count_where_the_policy_lists_it() {
    for spec in ["ECC_NIST_P256", "RSA_3072", "ECC_NIST_P521"] {
        let mut desk = Desk::with(&["ECC_NIST_P256,alias=release", &format!("{spec},alias=records")]);
        desk.order("release");
        signed_by(&mut desk, "records");
        desk.scene.emulator.reset_counts();
        desk.ask("release", "record.json").success();
        assert_eq!(desk.scene.emulator.counts().requests("Sign"), 1, "{spec}");
        let unlisted = desk.verify("release", "record.json");
        assert!(unlisted.text().contains("record-confirmer failed"), "{spec}: {}", unlisted.text());
        // The verdict shows the key, so that it can be listed.
        let hash = unlisted.text().split_once("the record is by the key ").unwrap().1[..64].to_owned();
        let policy = String::from_utf8(desk.scene.read("policy.toml")).unwrap();
        let listed = format!("[[confirmer]]\nname = \"hsm\"\nspki_sha256 = \"{hash}\"\n[rules]\nlogging = \"off\"\n");
        desk.scene.write("policy.toml", format!("{policy}{listed}"));
        let verdict = desk.verify("release", "record.json");
        assert_eq!((verdict.status, unmet(&verdict)), (Some(0), vec![]), "{spec}: {}", verdict.text());
    }
}

#[test]
fn a_key_that_no_host_may_see_signs_no_records() {
    let mut desk = Desk::with(&["ECC_NIST_P256,alias=release", "ECC_NIST_P256,alias=imported,origin=EXTERNAL"]);
    desk.order("release");
    signed_by(&mut desk, "imported");
    desk.scene.emulator.reset_counts();
    let outcome = desk.ask("release", "record.json");
    assert_eq!(outcome.status, Some(2));
    let start = format!("hardkey-confirm: signer {}: it is refused (", Scene::named("imported"));
    assert!(outcome.stderr.starts_with(&start), "{}", outcome.stderr);
    assert_eq!(desk.scene.emulator.counts().requests("ListResourceTags"), 0, "nothing was asked");
    assert!(!desk.scene.exists("record.json"));
}
