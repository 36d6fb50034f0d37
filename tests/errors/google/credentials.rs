//! No credentials, or credentials that ended.

use serde_json::json;

use super::world;
use crate::{expect, host};

#[test]
fn no_credentials_says_which_sources_were_tried() {
    let (world, _) = world();
    let home = world.emulator.folder();
    let line = format!(
        "hardkey: C_FindObjectsInit: CKR_DEVICE_ERROR: token \"hardkey\": no Google credentials; tried: GOOGLE_APPLICATION_CREDENTIALS (not set), gcloud's {}/.config/gcloud/application_default_credentials.json (there is no such file), metadata server (tcp connect error: Connection refused (os error 111)); set GOOGLE_APPLICATION_CREDENTIALS to a file of credentials, run gcloud auth application-default login, or run where a service account is attached",
        home.display()
    );
    expect(&host(&["list"], &world.anonymous()), "slot 0 0x30", &[&line]);
}

#[test]
fn a_token_that_google_no_longer_takes_is_renewed_once_and_then_named() {
    let (world, environment) = world();
    let key = world.name(0);
    let expired = "Request had invalid authentication credentials.";
    world.fault(&world.cloud.sign, json!({ "times": 1, "error": "UNAUTHENTICATED" }));
    expect(&host(&["sign", "release"], &environment), "256 bytes", &[]);
    assert_eq!(world.requests(&world.cloud.sign), 2);
    world.fault(&world.cloud.sign, json!({ "error": "UNAUTHENTICATED", "message": expired }));
    let remedy = "renew the Google credentials of this process: the file that GOOGLE_APPLICATION_CREDENTIALS names, or gcloud's (gcloud auth application-default login), and check the clock of this machine";
    let line = format!(
        "hardkey: C_Sign: CKR_DEVICE_ERROR: key {key}: Google Cloud KMS answered AsymmetricSign with UNAUTHENTICATED: {expired}; {remedy}"
    );
    expect(&host(&["sign", "release"], &environment), "C_Sign 0x30", &[&line]);
    assert_eq!(world.requests(&world.cloud.sign), 4);
}
