//! What a person reads when something is wrong with a key of Google Cloud KMS.

mod credentials;
mod integrity;
mod mechanisms;
mod versions;

use std::collections::BTreeMap;

use hardkey_tests::cloud::{Cloud, Kind, Which, World};
use serde_json::json;

use crate::{expect, host};

const RING: &str = "projects/emulated-project/locations/europe-west1/keyRings/release";

/// One RSA key with the label `release`, and what it takes to sign with it.
fn world() -> (World, BTreeMap<String, String>) {
    let world = Cloud::of(Which::Google).world(&[(Kind::Rsa2048, "release")]);
    let environment = world.environment();
    (world, environment)
}

#[test]
fn a_good_key_signs_without_a_word() {
    let (_world, environment) = world();
    expect(&host(&["list"], &environment), "slot 0 key release generated", &[]);
    expect(&host(&["sign", "release"], &environment), "256 bytes", &[]);
}

#[test]
fn keys_of_both_clouds_are_two_tokens_of_one_variable() {
    let (world, mut environment) = world();
    let aws = Cloud::of(Which::Aws).world(&[(Kind::Rsa2048, "release")]);
    environment.extend(aws.environment());
    let names = format!("{} {}", world.name(0), aws.id(0));
    environment.insert("HARDKEY_KEY".to_owned(), names);
    let id = aws.emulator.key(0).id;
    let stdout = format!("slot 0 key release generated\nslot 1 key {id} generated");
    expect(&host(&["list"], &environment), &stdout, &[]);
}

#[test]
fn a_permission_that_is_missing_is_named_at_the_search_and_at_the_signature() {
    let (world, environment) = world();
    let key = world.name(0);
    let signer = "serviceAccount:signer@emulated-project.iam.gserviceaccount.com";
    let line = |call: &str, method: &str, permission: &str| {
        // A signature is a use of the key; what is read is the version's.
        let resource = if call == "C_Sign" { key.split("/cryptoKeyVersions/").next().unwrap() } else { &key };
        format!(
            "hardkey: {call}: CKR_DEVICE_ERROR: key {key}: Google Cloud KMS answered {method} with PERMISSION_DENIED: Permission '{permission}' denied on resource '{resource}' (or it may not exist).; grant {permission} on this key, and check that its name is right: Google does not tell the two apart"
        )
    };
    for (roles, call, method, permission) in [
        (vec![], "C_FindObjectsInit", "GetCryptoKeyVersion", "cloudkms.cryptoKeyVersions.get"),
        (
            vec!["roles/cloudkms.viewer"],
            "C_FindObjectsInit",
            "GetPublicKey",
            "cloudkms.cryptoKeyVersions.viewPublicKey",
        ),
        (
            vec!["roles/cloudkms.viewer", "roles/cloudkms.publicKeyViewer"],
            "C_Sign",
            "AsymmetricSign",
            "cloudkms.cryptoKeyVersions.useToSign",
        ),
    ] {
        let grants: Vec<(&str, &str, &str)> = roles.iter().map(|role| (signer, *role, RING)).collect();
        world.emulator.enforce_google_iam(&grants);
        let line = line(call, method, permission);
        if call == "C_Sign" {
            expect(&host(&["sign", "release"], &environment), "C_Sign 0x30", &[&line]);
        } else {
            expect(&host(&["list"], &environment), "slot 0 0x30", &[&line]);
        }
    }
}

#[test]
fn an_api_that_is_not_enabled_and_a_project_that_is_none_are_told_apart_by_google_s_reason() {
    let (world, environment) = world();
    let key = world.name(0);
    for (reason, remedy) in [
        (
            "SERVICE_DISABLED",
            "enable the Cloud KMS API (gcloud services enable cloudkms.googleapis.com), or check the project in the key's name",
        ),
        ("CONSUMER_INVALID", "check the project in the key's name"),
        ("BILLING_DISABLED", "enable billing for the project, or check the project in the key's name"),
        (
            "USER_PROJECT_DENIED",
            "unset GOOGLE_CLOUD_QUOTA_PROJECT, or name a project there in which you have serviceusage.services.use",
        ),
        ("ACCESS_TOKEN_SCOPE_INSUFFICIENT", "give this machine's service account the scope cloud-platform"),
        (
            "SECURITY_POLICY_VIOLATED",
            "ask who keeps the VPC Service Controls perimeter around the project to let this machine in",
        ),
    ] {
        world.emulator.clear_faults();
        let info = json!([{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": "googleapis.com" }]);
        world.fault(
            &world.cloud.describe,
            json!({ "error": "PERMISSION_DENIED", "message": "no", "replace": { "/error/details": info } }),
        );
        let line = format!(
            "hardkey: C_FindObjectsInit: CKR_DEVICE_ERROR: key {key}: Google Cloud KMS answered GetCryptoKeyVersion with PERMISSION_DENIED: no; {remedy}"
        );
        expect(&host(&["list"], &environment), "slot 0 0x30", &[&line]);
    }
}

#[test]
fn a_name_in_another_project_ring_or_location_is_not_found_and_what_to_check_is_said() {
    let (world, mut environment) = world();
    let key = world.name(0);
    for (from, to) in
        [("emulated-project", "another"), ("keyRings/release", "keyRings/none"), ("europe-west1", "us-east1")]
    {
        let other = key.replace(from, to);
        environment.insert("HARDKEY_KEY".to_owned(), other.clone());
        let outcome = host(&["list"], &environment);
        let begin = format!(
            "hardkey: C_FindObjectsInit: CKR_DEVICE_ERROR: key {other}: Google Cloud KMS answered GetCryptoKeyVersion with NOT_FOUND: "
        );
        assert!(outcome.stderr.starts_with(&begin), "{}", outcome.stderr);
        let end = "; check the name: project, location, key ring, key and version\n";
        assert!(outcome.stderr.ends_with(end), "{}", outcome.stderr);
    }
}

#[test]
fn an_endpoint_of_another_location_is_refused_before_anything_is_sent() {
    let (world, mut environment) = world();
    let url = "https://cloudkms.us-east1.rep.googleapis.com";
    environment.insert("CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDKMS".to_owned(), url.to_owned());
    expect(
        &host(&["list"], &environment),
        "slot 0 0x30",
        &[&format!(
            "hardkey: C_FindObjectsInit: CKR_DEVICE_ERROR: token \"hardkey\": CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDKMS is \"{url}\", in us-east1, but this token is in europe-west1; unset it, or name the endpoint of europe-west1; keys in us-east1 take a token of their own"
        )],
    );
    assert_eq!(world.emulator.counts().all_requests(), 0);
}

#[test]
fn a_quota_is_waited_out_as_long_as_google_asks_and_then_named() {
    let (world, environment) = world();
    let key = world.name(0);
    let quota = "Quota exceeded for quota metric 'HSM asymmetric cryptographic requests'";
    let fault = |more: serde_json::Value| {
        let mut fault = json!({ "error": "RESOURCE_EXHAUSTED", "message": quota });
        fault.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        world.fault(&world.cloud.sign, fault);
    };
    fault(json!({ "times": 2, "retry_after": 1 }));
    let outcome = host(&["sign", "release"], &environment);
    expect(&outcome, "256 bytes", &[]);
    assert!(outcome.took.as_secs() >= 2, "{:?}", outcome.took);
    assert_eq!(world.requests(&world.cloud.sign), 3);
    let line = format!(
        "hardkey: C_Sign: CKR_DEVICE_ERROR: key {key}: Google Cloud KMS answered AsymmetricSign with RESOURCE_EXHAUSTED: {quota}; sign less at once (lanes in [network]), or have the quota of Cloud KMS raised (Google Cloud console, IAM & Admin, Quotas)"
    );
    fault(json!({ "retry_after": 1 }));
    expect(&host(&["sign", "release"], &environment), "C_Sign 0x30", &[&line]);
    assert_eq!(world.requests(&world.cloud.sign), 6);
    // To wait for longer than the call may take would hide the reason.
    world.emulator.clear_faults();
    fault(json!({ "retry_after": 3600 }));
    expect(&host(&["sign", "release"], &environment), "C_Sign 0x30", &[&line]);
    assert_eq!(world.requests(&world.cloud.sign), 7);
}

#[test]
fn an_authority_that_is_not_trusted_is_named_and_not_asked_twice() {
    let (world, mut environment) = world();
    environment.insert(world.cloud.endpoint.to_owned(), world.emulator.tls_endpoint().to_owned());
    let other = Cloud::of(Which::Google).world(&[]);
    environment.insert("SSL_CERT_FILE".to_owned(), other.emulator.ca().to_str().unwrap().to_owned());
    let line = format!(
        "hardkey: C_FindObjectsInit: CKR_DEVICE_ERROR: key {}: Google Cloud KMS could not be reached for GetCryptoKeyVersion: invalid peer certificate: BadSignature; check the endpoint, and that its certificate authority is trusted (ca_file in [network], or SSL_CERT_FILE)",
        world.name(0)
    );
    expect(&host(&["list"], &environment), "slot 0 0x30", &[&line]);
    assert_eq!(world.emulator.counts().connections(), 1);
}
