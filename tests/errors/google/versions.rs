//! Versions that may not be shown, and versions that were good once.

use hardkey_tests::cloud::{Cloud, Which};
use serde_json::{Value, json};

use super::world;
use crate::{expect, host};

/// Expects one version, made so, to be hidden with this reason; and its public half not to be asked for.
fn refused(version: Value, whole_key: bool, told: &str) {
    let world = Cloud::of(Which::Google).world(&[]);
    let mut environment = world.environment();
    let version = world.emulator.create_google(version);
    let key = version.split("/cryptoKeyVersions/").next().unwrap().to_owned();
    let name = if whole_key { key.clone() } else { version.clone() };
    environment.insert("HARDKEY_KEY".to_owned(), name);
    let shown = if whole_key { format!("{key} ({version})") } else { version };
    let line = format!("hardkey: token \"hardkey\": key {shown} is hidden: {told}");
    expect(&host(&["list"], &environment), "", &[&line]);
    assert_eq!(world.requests(&world.cloud.public_key), 0, "a refused key is asked no more");
}

fn p256(more: Value) -> Value {
    let mut version = json!({ "algorithm": "EC_SIGN_P256_SHA256", "key": "release" });
    version.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    version
}

#[test]
fn each_version_that_could_leave_or_never_was_inside_is_refused_with_what_to_do() {
    for (version, whole_key, told) in [
        (
            json!({ "protection": "SOFTWARE" }),
            false,
            "refused (software): the key is a software key (protection level SOFTWARE); create a key with protection level HSM",
        ),
        (
            json!({ "protection": "EXTERNAL" }),
            false,
            "refused (external): the key's protection level is EXTERNAL: it lives outside of Google Cloud; create a key with protection level HSM",
        ),
        (
            json!({ "protection": "EXTERNAL_VPC" }),
            false,
            "refused (external): the key's protection level is EXTERNAL_VPC: it lives outside of Google Cloud; create a key with protection level HSM",
        ),
        (
            json!({ "imported": true }),
            false,
            "refused (imported): the key material was imported, so a copy may exist outside the HSM; create a key in the HSM, or set allow_imported = true in [admission] and accept that no CA can attest it",
        ),
        (
            json!({ "protection": "SOFTWARE", "template_protection": "HSM" }),
            true,
            "refused (template-only): the key's template asks for an HSM, but this version's own protection level is SOFTWARE; create a new version, and use that",
        ),
        (
            json!({ "state": "DISABLED" }),
            false,
            "refused (disabled): the key is disabled; enable it (gcloud kms keys versions enable) or configure another version",
        ),
        (
            json!({ "state": "DESTROY_SCHEDULED" }),
            false,
            "refused (pending-deletion): the key waits for deletion; cancel that (gcloud kms keys versions restore, then enable) or configure another version",
        ),
        (
            json!({ "state": "DESTROYED" }),
            false,
            "refused (not-ready): the key is in state DESTROYED; configure another version: this one never comes back",
        ),
        (
            json!({ "state": "PENDING_GENERATION" }),
            false,
            "refused (not-ready): the key is in state PENDING_GENERATION; wait until it is ENABLED, or configure another version",
        ),
    ] {
        refused(p256(version), whole_key, told);
    }
}

#[test]
fn a_version_for_another_use_and_one_of_a_kind_that_cannot_be_used_yet_are_told_apart() {
    let other = json!({ "algorithm": "RSA_DECRYPT_OAEP_2048_SHA256", "key": "release" });
    refused(
        other,
        false,
        "refused (not-for-signing): the key's usage is RSA_DECRYPT_OAEP_2048_SHA256; create a key with purpose ASYMMETRIC_SIGN",
    );
    let ed25519 = json!({ "algorithm": "EC_SIGN_ED25519", "key": "release", "protection": "HSM" });
    refused(
        ed25519,
        false,
        "its kind \"EC_SIGN_ED25519\" is not supported; use an RSA key, or one on P-256, P-384, P-521 or secp256k1",
    );
}

#[test]
fn a_public_key_whose_answer_states_another_level_is_refused() {
    for (level, told) in [
        (
            json!("SOFTWARE"),
            "refused (software): the key is a software key (protection level SOFTWARE); create a key with protection level HSM",
        ),
        (
            json!("HSM_SINGLE_TENANT"),
            "refused (levels-differ): the key version states protection level HSM, its public key HSM_SINGLE_TENANT; configure another key version, and ask Google why",
        ),
        (
            Value::Null,
            "refused (unstated): the key service did not state protectionLevel of the public key, so the key's protection is unknown; update Hardkey, or configure another key",
        ),
    ] {
        let (world, environment) = world();
        world.fault(&world.cloud.public_key, json!({ "replace": { "/protectionLevel": level } }));
        let line = format!("hardkey: token \"hardkey\": key {} is hidden: {told}", world.name(0));
        expect(&host(&["list"], &environment), "", &[&line]);
    }
}

#[test]
fn a_version_that_can_no_longer_sign_is_named_with_its_state_and_what_helps() {
    for (state, remedy) in [
        ("DISABLED", "enable the version (gcloud kms keys versions enable), or configure another one"),
        (
            "DESTROY_SCHEDULED",
            "restore the version and enable it (gcloud kms keys versions restore, then enable), or configure another one",
        ),
        ("DESTROYED", "the version is destroyed for good; configure another one"),
        ("PENDING_GENERATION", "wait until the version is generated, or configure another one"),
    ] {
        let (world, environment) = world();
        let key = world.name(0);
        let message = format!("{key} is not enabled, current state is: {state}.");
        world.fault(&world.cloud.sign, json!({ "error": "FAILED_PRECONDITION", "message": message }));
        let line = format!(
            "hardkey: C_Sign: CKR_DEVICE_ERROR: key {key}: Google Cloud KMS answered AsymmetricSign with FAILED_PRECONDITION: {message}; {remedy}"
        );
        expect(&host(&["sign", "release"], &environment), "C_Sign 0x30", &[&line]);
        assert_eq!(world.requests(&world.cloud.sign), 1, "a refusal is not asked again");
    }
}

#[test]
fn the_emulator_s_own_words_for_a_version_that_is_disabled_are_understood() {
    use std::io::{BufRead, BufReader, Write};
    use std::process::{Command, Stdio};
    let (world, mut environment) = world();
    let version = world.emulator.create_google(p256(json!({ "key": "later" })));
    environment.insert("HARDKEY_KEY".to_owned(), version.clone());
    let mut child = Command::new(hardkey_tests::built::small_host())
        .args([hardkey_tests::built::module().to_str().unwrap(), "sign-lines", "later"])
        .env_clear()
        .envs(&environment)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
    writeln!(input, "first").unwrap();
    assert_eq!(output.next().unwrap().unwrap().len(), 128);
    world.emulator.set_google_state(&version, "DISABLED");
    writeln!(input, "second").unwrap();
    assert_eq!(output.next().unwrap().unwrap(), "C_Sign 0x30");
    drop(input);
    let outcome = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&outcome.stderr).into_owned();
    assert!(
        stderr.ends_with("enable the version (gcloud kms keys versions enable), or configure another one\n"),
        "{stderr}"
    );
}

#[test]
fn a_key_means_its_newest_enabled_version_and_the_log_says_which() {
    let world = Cloud::of(Which::Google).world(&[]);
    let versions: Vec<String> = (0..3).map(|_| world.emulator.create_google(p256(json!({})))).collect();
    world.emulator.set_google_state(&versions[2], "DISABLED");
    let key = versions[0].split("/cryptoKeyVersions/").next().unwrap().to_owned();
    let file = world.emulator.folder().join("hardkey.toml");
    std::fs::write(&file, format!("[[token]]\nlabel = \"t\"\nkeys = [\"{key}\"]\n[log]\nlevel = \"info\"\n")).unwrap();
    let mut environment = world.environment();
    environment.remove("HARDKEY_KEY");
    environment.insert("HARDKEY_CONFIG".to_owned(), file.to_str().unwrap().to_owned());
    let line = format!("hardkey: token \"t\": key {key} ({}) is P-256 with label \"release\"", versions[1]);
    expect(&host(&["list"], &environment), "slot 0 key release generated", &[&line]);
}

#[test]
fn a_version_named_twice_is_one_object() {
    let (world, mut environment) = world();
    let version = world.name(0);
    let key = version.split("/cryptoKeyVersions/").next().unwrap();
    environment.insert("HARDKEY_KEY".to_owned(), format!("{key} {version}"));
    expect(&host(&["list"], &environment), "slot 0 key release generated", &[]);
}

#[test]
fn a_ring_shows_its_hsm_keys_and_the_log_says_why_not_the_others() {
    let (world, mut environment) = world();
    let made = |version: Value| {
        let version = world.emulator.create_google(version);
        (version.split("/cryptoKeyVersions/").next().unwrap().to_owned(), version)
    };
    let (software, version) = made(p256(json!({ "key": "software", "protection": "SOFTWARE" })));
    made(json!({ "algorithm": "EC_SIGN_P384_SHA384", "key": "next" }));
    let ring = software.split("/cryptoKeys/").next().unwrap();
    let file = world.emulator.folder().join("hardkey.toml");
    std::fs::write(&file, format!("[[token]]\nlabel = \"t\"\nkey_ring = \"{ring}\"\ndiscover = true\n")).unwrap();
    environment.remove("HARDKEY_KEY");
    environment.insert("HARDKEY_CONFIG".to_owned(), file.to_str().unwrap().to_owned());
    let line = format!(
        "hardkey: token \"t\": key {software} ({version}) is hidden: refused (software): the key is a software key (protection level SOFTWARE); create a key with protection level HSM"
    );
    expect(&host(&["list"], &environment), "slot 0 key next generated\nslot 0 key release generated", &[&line]);
}
