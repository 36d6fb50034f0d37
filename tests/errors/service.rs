//! Trouble with keys, credentials and the network: found at the first search or signature.

use hardkey_tests::emulator::Emulator;
use serde_json::json;

use crate::{expect, host};

const ALIAS: &str = "alias/release";

fn emulator(key: &str) -> (Emulator, std::collections::BTreeMap<String, String>) {
    let emulator = Emulator::start(&[key]);
    let mut environment = emulator.environment();
    environment.insert("HARDKEY_KEY".to_owned(), ALIAS.to_owned());
    (emulator, environment)
}

#[test]
fn a_good_key_signs_without_a_word() {
    let (_emulator, environment) = emulator("RSA_2048,alias=release");
    expect(&host(&["list"], &environment), "slot 0 key release generated", &[]);
    expect(&host(&["sign", "release"], &environment), "256 bytes", &[]);
}

#[test]
fn an_alias_to_nowhere_is_named() {
    let (_emulator, mut environment) = emulator("RSA_2048");
    environment.insert("HARDKEY_KEY".to_owned(), "alias/nowhere".to_owned());
    expect(
        &host(&["list"], &environment),
        "slot 0 0x30",
        &[
            "hardkey: C_FindObjectsInit: CKR_DEVICE_ERROR: key alias/nowhere: AWS KMS answered kms:DescribeKey with NotFoundException: Alias arn:aws:kms:eu-west-1:111122223333:alias/nowhere is not found. (request ID); check the name, the account and the region of the key",
        ],
    );
}

#[test]
fn an_unknown_key_beside_a_good_one_is_hidden_with_a_warning() {
    let (emulator, mut environment) = emulator("RSA_2048,alias=release");
    let known = emulator.key(0).arn;
    let unknown = "arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-4000-8000-000000000000";
    environment.insert("HARDKEY_KEY".to_owned(), format!("{unknown} {known}"));
    expect(
        &host(&["list"], &environment),
        &format!("slot 0 key {} generated", emulator.key(0).id),
        &[&format!(
            "hardkey: token \"hardkey\": key {unknown} is hidden: AWS KMS answered kms:DescribeKey with NotFoundException: Key '{unknown}' does not exist (request ID); check the name, the account and the region of the key"
        )],
    );
}

#[test]
fn an_imported_key_is_refused_with_its_reason_and_what_to_do() {
    let (emulator, environment) = emulator("RSA_2048,alias=release,origin=EXTERNAL");
    let line = format!(
        "hardkey: token \"hardkey\": key alias/release ({}) is hidden: refused (imported): the key material was imported, so a copy may exist outside the HSM; create a key with Origin AWS_KMS, or set allow_imported = true in [admission] and accept that no CA can attest it",
        emulator.key(0).arn
    );
    expect(&host(&["list"], &environment), "", &[&line]);
    assert_eq!(emulator.counts().requests("GetPublicKey"), 0, "a refused key is asked no more");
}

#[test]
fn a_disabled_key_is_refused_at_the_search_and_named_at_the_signature() {
    let (emulator, environment) = emulator("RSA_2048,alias=release,disabled");
    let arn = emulator.key(0).arn;
    let line = format!(
        "hardkey: token \"hardkey\": key alias/release ({arn}) is hidden: refused (disabled): the key is disabled; enable it (aws kms enable-key) or configure another key"
    );
    expect(&host(&["list"], &environment), "", &[&line]);
    // Enabled while it is found, disabled when it is used.
    emulator.set_state(&emulator.key(0), "Enabled");
    emulator
        .fault(json!({ "operation": "Sign", "error": "DisabledException", "message": format!("{arn} is disabled.") }));
    let line = format!(
        "hardkey: C_Sign: CKR_DEVICE_ERROR: key alias/release ({arn}): AWS KMS answered kms:Sign with DisabledException: {arn} is disabled. (request ID); enable the key (aws kms enable-key), or configure another key"
    );
    expect(&host(&["sign", "release"], &environment), "C_Sign 0x30", &[&line]);
}

#[test]
fn a_key_kind_that_cannot_be_used_yet_is_said_to_be_one() {
    let (emulator, environment) = emulator("ECC_NIST_EDWARDS25519,alias=release");
    let line = format!(
        "hardkey: token \"hardkey\": key alias/release ({}) is hidden: its kind \"ECC_NIST_EDWARDS25519\" is not supported; use an RSA key, or one on P-256, P-384, P-521 or secp256k1",
        emulator.key(0).arn
    );
    expect(&host(&["list"], &environment), "", &[&line]);
}

#[test]
fn a_custom_key_store_and_another_usage_are_refused() {
    let (emulator, environment) = emulator("RSA_2048,alias=release,custom-key-store=cks-1234567890abcdef0");
    let line = format!(
        "hardkey: token \"hardkey\": key alias/release ({}) is hidden: refused (custom-key-store): the key lives in the custom key store cks-1234567890abcdef0, outside the HSMs of AWS KMS; create a key with Origin AWS_KMS and no custom key store",
        emulator.key(0).arn
    );
    expect(&host(&["list"], &environment), "", &[&line]);
    let (emulator, environment) = self::emulator("SYMMETRIC_DEFAULT,alias=release");
    let line = format!(
        "hardkey: token \"hardkey\": key alias/release ({}) is hidden: refused (not-for-signing): the key's usage is ENCRYPT_DECRYPT; create a key with KeyUsage SIGN_VERIFY",
        emulator.key(0).arn
    );
    expect(&host(&["list"], &environment), "", &[&line]);
}

#[test]
fn no_credentials_says_which_sources_were_tried() {
    let (_emulator, mut environment) = emulator("RSA_2048,alias=release");
    environment.remove("AWS_ACCESS_KEY_ID");
    environment.remove("AWS_SECRET_ACCESS_KEY");
    expect(
        &host(&["list"], &environment),
        "slot 0 0x30",
        &[
            "hardkey: C_FindObjectsInit: CKR_DEVICE_ERROR: token \"hardkey\": no AWS credentials; tried: environment (AWS_ACCESS_KEY_ID is not set), profile default (no credentials in /dev/null or /dev/null), web identity (AWS_WEB_IDENTITY_TOKEN_FILE is not set), container (neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set), instance metadata (switched off by AWS_EC2_METADATA_DISABLED); set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or run where a role is attached",
        ],
    );
}

#[test]
fn no_region_says_where_one_could_stand() {
    let (_emulator, mut environment) = emulator("RSA_2048,alias=release");
    environment.remove("AWS_REGION");
    expect(
        &host(&["list"], &environment),
        "slot 0 0x30",
        &[
            "hardkey: C_FindObjectsInit: CKR_DEVICE_ERROR: token \"hardkey\": no AWS region is known: the key's name has none, and neither have the configuration, AWS_REGION or the profile; name the key by its ARN, or set region in its [[token]], or AWS_REGION",
        ],
    );
}

#[test]
fn an_endpoint_nobody_listens_at_is_named_with_the_reason() {
    let (_emulator, mut environment) = emulator("RSA_2048,alias=release");
    // Port 1 is reserved and unused (IANA tcpmux).
    environment.insert("AWS_ENDPOINT_URL_KMS".to_owned(), "http://127.0.0.1:1".to_owned());
    expect(
        &host(&["list"], &environment),
        "slot 0 0x30",
        &[
            "hardkey: C_FindObjectsInit: CKR_DEVICE_ERROR: key alias/release: AWS KMS could not be reached for kms:DescribeKey: tcp connect error: Connection refused (os error 111); check the network, the proxy (HTTPS_PROXY) and the endpoint",
        ],
    );
}

#[test]
fn an_endpoint_that_is_not_a_url_is_refused_before_the_sdk_sees_it() {
    let (_emulator, mut environment) = emulator("RSA_2048,alias=release");
    for (value, shown) in [("", "\"\""), ("localhost:4566", "\"localhost:4566\"")] {
        environment.insert("AWS_ENDPOINT_URL_KMS".to_owned(), value.to_owned());
        expect(
            &host(&["list"], &environment),
            "slot 0 0x30",
            &[&format!(
                "hardkey: C_FindObjectsInit: CKR_DEVICE_ERROR: token \"hardkey\": AWS_ENDPOINT_URL_KMS is {shown}, which is not a URL; unset it, or set it to a URL"
            )],
        );
    }
}

#[test]
fn an_authority_that_is_not_trusted_is_named_and_not_asked_twice() {
    let (emulator, mut environment) = emulator("RSA_2048,alias=release");
    environment.insert("AWS_ENDPOINT_URL_KMS".to_owned(), emulator.tls_endpoint().to_owned());
    // Some authority, but not the emulator's.
    let other = Emulator::start(&[]);
    environment.insert("SSL_CERT_FILE".to_owned(), other.ca().to_str().unwrap().to_owned());
    expect(
        &host(&["list"], &environment),
        "slot 0 0x30",
        &[
            "hardkey: C_FindObjectsInit: CKR_DEVICE_ERROR: key alias/release: AWS KMS could not be reached for kms:DescribeKey: invalid peer certificate: BadSignature; check the endpoint, and that its certificate authority is trusted (ca_file in [network], or SSL_CERT_FILE)",
        ],
    );
    assert_eq!(emulator.counts().connections(), 1);
}

#[test]
fn a_permission_that_is_missing_is_named() {
    let (emulator, environment) = emulator("RSA_2048,alias=release");
    let arn = emulator.key(0).arn;
    emulator.fault(json!({ "operation": "Sign", "error": "AccessDeniedException", "message": "User: arn:aws:iam::111122223333:user/ci is not authorized to perform: kms:Sign" }));
    let line = format!(
        "hardkey: C_Sign: CKR_DEVICE_ERROR: key alias/release ({arn}): AWS KMS answered kms:Sign with AccessDeniedException: User: arn:aws:iam::111122223333:user/ci is not authorized to perform: kms:Sign (request ID); allow kms:Sign on this key, in the key policy or the identity's policy"
    );
    expect(&host(&["sign", "release"], &environment), "C_Sign 0x30", &[&line]);
    assert_eq!(emulator.counts().requests("Sign"), 1, "a refusal is not asked again");
}

#[test]
fn throttling_is_waited_out_within_the_attempts_and_then_named() {
    let (emulator, environment) = emulator("RSA_2048,alias=release");
    let arn = emulator.key(0).arn;
    emulator.fault(json!({ "operation": "Sign", "times": 2, "error": "ThrottlingException", "retry_after": 0.1 }));
    expect(&host(&["sign", "release"], &environment), "256 bytes", &[]);
    assert_eq!(emulator.counts().requests("Sign"), 3);
    emulator.fault(
        json!({ "operation": "Sign", "error": "ThrottlingException", "message": "Rate exceeded", "retry_after": 0.1 }),
    );
    let line = format!(
        "hardkey: C_Sign: CKR_DEVICE_ERROR: key alias/release ({arn}): AWS KMS answered kms:Sign with ThrottlingException: Rate exceeded (request ID); sign less at once (lanes in [network]), or have the AWS KMS request quota raised"
    );
    expect(&host(&["sign", "release"], &environment), "C_Sign 0x30", &[&line]);
    assert_eq!(emulator.counts().requests("Sign"), 6);
}

#[test]
fn an_answer_that_is_not_aws_s_is_malformed() {
    let (emulator, environment) = emulator("RSA_2048,alias=release");
    let arn = emulator.key(0).arn;
    emulator.fault(json!({ "operation": "Sign", "corrupt": "key-id" }));
    let line = format!(
        "hardkey: C_Sign: CKR_DEVICE_ERROR: key alias/release ({arn}): the answer to kms:Sign names another key; check what stands between this machine and AWS KMS, and the endpoint"
    );
    expect(&host(&["sign", "release"], &environment), "C_Sign 0x30", &[&line]);
}
