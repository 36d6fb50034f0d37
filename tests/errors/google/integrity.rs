//! Answers that were damaged: asked for again, and then an error.

use hardkey_tests::cloud::{Cloud, Kind, Operation, Which};
use serde_json::{Value, json};

use super::world;
use crate::{expect, host};

/// How an answer is damaged, and what the line says of it.
type Damage = (Value, &'static str);

fn at_signing() -> Vec<Damage> {
    vec![
        (json!({ "corrupt": "key-id" }), "it names another key (name)"),
        (json!({ "corrupt": "digest-unverified" }), "Google did not confirm the digest (verifiedDigestCrc32c)"),
        (json!({ "corrupt": "signature-crc32c" }), "its signature does not fit its checksum (signatureCrc32c)"),
        (json!({ "replace": { "/signatureCrc32c": null } }), "it has no checksum of its signature (signatureCrc32c)"),
    ]
}

fn at_the_public_key() -> Vec<Damage> {
    vec![
        (json!({ "corrupt": "key-id" }), "it names another key (name)"),
        (json!({ "corrupt": "pem-crc32c" }), "its pem does not fit its checksum (pemCrc32c)"),
        (json!({ "replace": { "/pemCrc32c": null } }), "it has no checksum of its pem (pemCrc32c)"),
    ]
}

fn once(mut fault: Value) -> Value {
    fault["times"] = json!(1);
    fault
}

#[test]
fn a_signature_that_was_damaged_is_asked_for_again_with_a_line_and_then_an_error() {
    for (fault, why) in at_signing() {
        let (world, environment) = world();
        let key = world.name(0);
        let again = format!(
            "hardkey: token \"hardkey\": key {key}: AsymmetricSign was not answered well ({why}), but may have been carried out; it is sent again, so the key service's log may show two signatures"
        );
        world.fault(&world.cloud.sign, once(fault.clone()));
        expect(&host(&["sign", "release"], &environment), "256 bytes", &[&again]);
        assert_eq!(world.requests(&world.cloud.sign), 2, "{why}");
        world.fault(&world.cloud.sign, fault);
        let line = format!(
            "hardkey: C_Sign: CKR_DEVICE_ERROR: key {key}: the answer to AsymmetricSign was damaged: {why}; check what stands between this machine and Google Cloud KMS, and the endpoint"
        );
        expect(&host(&["sign", "release"], &environment), "C_Sign 0x30", &[&again, &again, &line]);
        assert_eq!(world.requests(&world.cloud.sign), 5, "{why}");
    }
}

/// Expects the search to ask once more, and then to fail.
fn asked_again_at_the_search(operation: fn(&hardkey_tests::cloud::Cloud) -> &Operation, damages: Vec<Damage>) {
    for (fault, why) in damages {
        let (world, environment) = world();
        let operation = operation(world.cloud);
        world.fault(operation, once(fault.clone()));
        expect(&host(&["list"], &environment), "slot 0 key release generated", &[]);
        assert_eq!(world.requests(operation), 2, "{why}");
        world.fault(operation, fault);
        let line = format!(
            "hardkey: C_FindObjectsInit: CKR_DEVICE_ERROR: key {}: the answer to {} was damaged: {why}; check what stands between this machine and Google Cloud KMS, and the endpoint",
            world.name(0),
            operation.said
        );
        expect(&host(&["list"], &environment), "slot 0 0x30", &[&line]);
        assert_eq!(world.requests(operation), 5, "{why}");
    }
}

#[test]
fn a_public_key_that_was_damaged_is_asked_for_again_and_then_an_error() {
    asked_again_at_the_search(|cloud| &cloud.public_key, at_the_public_key());
}

#[test]
fn a_record_of_another_version_is_asked_for_again_and_then_an_error() {
    asked_again_at_the_search(
        |cloud| &cloud.describe,
        vec![(json!({ "corrupt": "key-id" }), "it names another key (name)")],
    );
}

#[test]
fn a_list_of_another_ring_s_keys_or_another_key_s_versions_is_asked_for_again_and_then_an_error() {
    let (world, mut environment) = world();
    let version = world.name(0);
    let key = version.split("/cryptoKeyVersions/").next().unwrap();
    let ring = key.split("/cryptoKeys/").next().unwrap();
    let file = world.emulator.folder().join("hardkey.toml");
    environment.remove("HARDKEY_KEY");
    environment.insert("HARDKEY_CONFIG".to_owned(), file.to_str().unwrap().to_owned());
    for (asked, operation, pointer) in
        [(ring, "ListCryptoKeys", "/cryptoKeys/0/name"), (key, "ListCryptoKeyVersions", "/cryptoKeyVersions/0/name")]
    {
        let (keys, what) = match operation {
            "ListCryptoKeys" => (format!("key_ring = \"{ring}\"\ndiscover = true"), "token \"t\"".to_owned()),
            _ => (format!("keys = [\"{key}\"]"), format!("key {key}")),
        };
        std::fs::write(&file, format!("[[token]]\nlabel = \"t\"\n{keys}\n[log]\nlevel = \"warn\"\n")).unwrap();
        let other = version.replace("keyRings/release", "keyRings/other");
        let fault = json!({ "operation": operation, "replace": { pointer: other } });
        world.emulator.reset_counts();
        world.emulator.fault(once(fault.clone()));
        expect(&host(&["list"], &environment), "slot 0 key release generated", &[]);
        assert_eq!(world.emulator.counts().requests(operation), 2);
        world.emulator.fault(fault);
        let line = format!(
            "hardkey: C_FindObjectsInit: CKR_DEVICE_ERROR: {what}: the answer to {operation} was damaged: it lists what is not in {asked} (name); check what stands between this machine and Google Cloud KMS, and the endpoint"
        );
        expect(&host(&["list"], &environment), "slot 0 0x30", &[&line]);
        assert_eq!(world.emulator.counts().requests(operation), 5);
        world.emulator.clear_faults();
    }
}

#[test]
fn bytes_that_are_no_digest_are_confirmed_or_asked_for_again() {
    let world = Cloud::of(Which::Google).world(&[(Kind::AnyRsa2048, "release")]);
    let (key, environment) = (world.name(0), world.environment());
    let why = "Google did not confirm the data (verifiedDataCrc32c)";
    let again = format!(
        "hardkey: token \"hardkey\": key {key}: AsymmetricSign was not answered well ({why}), but may have been carried out; it is sent again, so the key service's log may show two signatures"
    );
    world.fault(&world.cloud.sign, once(json!({ "corrupt": "digest-unverified" })));
    let mechanism = cryptoki_sys::CKM_RSA_PKCS.to_string();
    expect(&host(&["sign", "release", &mechanism], &environment), "256 bytes", &[&again]);
    assert_eq!(world.requests(&world.cloud.sign), 2);
}

#[test]
fn a_wrong_signature_whose_checksum_fits_is_found_by_the_public_key() {
    for corruption in ["signature", "other-key"] {
        let (world, environment) = world();
        let key = world.name(0);
        world.fault(&world.cloud.sign, json!({ "corrupt": corruption }));
        let wrong = "the signature does not verify with the key's public half";
        let line = format!(
            "hardkey: C_Sign: CKR_DEVICE_ERROR: key {key}: the key service answered twice with a wrong signature: first, {wrong}; second, {wrong}; nothing was handed out; check what stands between this machine and the key service, then retry"
        );
        let again = format!(
            "hardkey: token \"hardkey\": key {key}: {wrong}; it is thrown away and asked for again, so the key service's log may show two signatures"
        );
        expect(&host(&["sign", "release"], &environment), "C_Sign 0x30", &[&again, &line]);
        assert_eq!(world.requests(&world.cloud.sign), 2);
    }
}

#[test]
fn a_public_key_that_contradicts_its_version_is_malformed() {
    let (world, environment) = world();
    let key = world.name(0);
    let told = |why: &str| {
        format!(
            "hardkey: C_FindObjectsInit: CKR_DEVICE_ERROR: key {key}: {why}; check what stands between this machine and Google Cloud KMS, and the endpoint"
        )
    };
    world.fault(&world.cloud.public_key, json!({ "replace": { "/algorithm": "RSA_SIGN_PSS_2048_SHA256" } }));
    let why = "the version's algorithm is RSA_SIGN_PKCS1_2048_SHA256, but GetPublicKey says RSA_SIGN_PSS_2048_SHA256";
    expect(&host(&["list"], &environment), "slot 0 0x30", &[&told(why)]);
    // A version whose record says another kind than its key has.
    world.emulator.clear_faults();
    let other = json!({ "replace": { "/algorithm": "RSA_SIGN_PKCS1_3072_SHA256" } });
    world.fault(&world.cloud.public_key, other.clone());
    world.fault(&world.cloud.describe, other);
    let why = "the version's algorithm is RSA_SIGN_PKCS1_3072_SHA256, but GetPublicKey holds a RSA-2048 key";
    expect(&host(&["list"], &environment), "slot 0 0x30", &[&told(why)]);
}
