//! Each source is used when it is there, and in Google's order.

use hardkey_tests::google::{AWS_REQUEST, DEVELOPER, JWT, POOL, SIGNER};
use serde_json::json;

use super::{RELEASE, VARIABLE, job};
use crate::scene::Scene;

#[test]
fn a_service_account_signs_its_tokens_itself_and_asks_nobody() {
    let scene = Scene::google();
    let account = scene.emulator.google_signer();
    let scene = scene.with(VARIABLE, account.to_str().unwrap());
    // GetCryptoKeyVersion, GetPublicKey, AsymmetricSign.
    scene.signs_as(&format!("serviceAccount:{SIGNER}"), &[("self-signed", 3)]);
    assert_eq!(scene.asked(), json!([]));
}

#[test]
fn somebody_s_refresh_token_is_exchanged() {
    let scene = Scene::google();
    let user = scene.emulator.google_user();
    let scene = scene.with_credentials(&user);
    scene.signs_as(DEVELOPER, &[("oauth", 3)]);
    let asked = json!({
        "issuer": "google-oauth", "grant_type": "refresh_token", "client_id": "client", "refresh_token": "tell-nobody",
    });
    assert_eq!(scene.asked(), json!([asked]));
}

#[test]
fn the_file_that_gcloud_keeps_is_found() {
    Scene::google().with_gcloud().signs_as(DEVELOPER, &[("oauth", 3)]);
}

#[test]
fn the_file_of_the_token_is_used_whatever_the_environment_says() {
    let scene = Scene::google().with_gcloud().with_google_metadata().with(VARIABLE, "/no/such/file");
    let account = scene.emulator.google_signer();
    let scene = scene.configured(&format!("credentials = {account:?}"), "");
    scene.signs_as(&format!("serviceAccount:{SIGNER}"), &[("self-signed", 3)]);
}

#[test]
fn a_machine_s_service_account_signs_by_the_metadata_server() {
    let scene = Scene::google().with_google_metadata();
    scene.signs_as("serviceAccount:emulator@emulated-project.iam.gserviceaccount.com", &[("metadata", 3)]);
    let path = "/computeMetadata/v1/instance/service-accounts/default/token";
    assert_eq!(scene.asked(), json!([{ "issuer": "google-metadata", "path": path, "scopes": null }]));
}

#[test]
fn a_pipeline_s_identity_token_from_a_url_becomes_google_s() {
    for (query, format) in
        [("", json!({"type": "text"})), ("?format=json", json!({"type": "json", "subject_token_field_name": "value"}))]
    {
        let scene = Scene::google();
        let url = format!("{}{query}", scene.emulator.google_subject_token_url());
        let file = scene.emulator.google_federated(JWT, &json!({ "url": url, "format": format }));
        let scene = scene.with_credentials(&file);
        scene.signs_as(&job(), &[("federated", 3)]);
        assert_eq!(scene.asked()[0]["audience"], format!("//{POOL}/providers/pipeline"));
    }
}

#[test]
fn a_pipeline_s_identity_token_in_a_file_becomes_google_s() {
    let scene = Scene::google();
    let token = scene.emulator.google_subject_token();
    let scene = scene.file("token", &token);
    let file = scene.emulator.google_federated(JWT, &json!({ "file": scene.path("token") }));
    let scene = scene.with_credentials(&file);
    scene.signs_as(&job(), &[("federated", 3)]);
    assert_eq!(scene.asked()[0]["subject_token"], token);
}

#[test]
fn a_pipeline_s_identity_token_from_a_program_becomes_google_s() {
    let scene = Scene::google();
    let printed = json!({
        "version": 1, "success": true, "token_type": JWT, "id_token": scene.emulator.google_subject_token(), "expiration_time": 4_000_000_000_u64,
    });
    let scene = scene.file("printed", &printed.to_string());
    let command = format!("cat {}", scene.path("printed").display());
    let file =
        scene.emulator.google_federated(JWT, &json!({ "executable": { "command": command, "timeout_millis": 5000 } }));
    scene
        .with_credentials(&file)
        .with("GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES", "1")
        .signs_as(&job(), &[("federated", 3)]);
}

#[test]
fn an_instance_of_aws_s_becomes_google_s() {
    let scene = Scene::google();
    let file = scene.emulator.google_federated(AWS_REQUEST, &scene.emulator.google_aws_source());
    let key = format!("principal://{POOL}/subject/ASIAIMDS0001");
    scene.with_credentials(&file).signs_as(&key, &[("federated", 3)]);
}

#[test]
fn a_pipeline_plays_a_service_account() {
    let scene = Scene::google();
    let url = scene.emulator.google_subject_token_url();
    let mut file = scene.emulator.google_federated(JWT, &json!({ "url": url }));
    file["service_account_impersonation_url"] = json!(scene.emulator.google_impersonation(RELEASE));
    let scene = scene.with_credentials(&file);
    scene.signs_as(&format!("serviceAccount:{RELEASE}"), &[("federated", 1), ("impersonated", 3)]);
    let issuers: Vec<_> = scene.asked().as_array().unwrap().iter().map(|asked| asked["issuer"].clone()).collect();
    assert_eq!(issuers, ["google-sts", "google-impersonation"]);
}

#[test]
fn somebody_plays_a_service_account() {
    let scene = Scene::google();
    let file = scene.emulator.google_impersonated(RELEASE);
    let scene = scene.with_credentials(&file);
    scene.signs_as(&format!("serviceAccount:{RELEASE}"), &[("impersonated", 3), ("oauth", 1)]);
    assert_eq!(scene.asked()[1]["account"], RELEASE);
}

#[test]
fn the_project_that_pays_is_that_of_the_environment_else_that_of_the_file() {
    let scene = Scene::google();
    let mut user = scene.emulator.google_user();
    user["quota_project_id"] = json!("payer-of-the-file");
    let mut scene = scene.with_credentials(&user);
    for payer in ["payer-of-the-file", "payer-of-the-environment"] {
        let denied = |scene: &Scene| {
            scene.let_in(DEVELOPER);
            let done = scene.run();
            assert_eq!(done.stdout, "slot 0 0x30\n", "{}", done.stderr);
            let (_, said) = done.stderr.split_once("Caller does not have required permission to use project ").unwrap();
            let remedy = "unset GOOGLE_CLOUD_QUOTA_PROJECT, or name a project there in which you have serviceusage.services.use\n";
            assert!(said.ends_with(remedy), "{said}");
            said.split_once('.').unwrap().0.to_owned()
        };
        assert_eq!(denied(&scene), payer);
        let pays = format!("projects/{payer}");
        let everything = "projects/emulated-project";
        scene.emulator.enforce_google_iam(&[
            (DEVELOPER, "roles/owner", everything),
            (DEVELOPER, "roles/serviceusage.serviceUsageConsumer", &pays),
        ]);
        let done = scene.run();
        assert_eq!((done.stdout.trim_end().len(), done.stderr.as_str()), (128, ""), "{}", done.stdout);
        scene = scene.with("GOOGLE_CLOUD_QUOTA_PROJECT", "payer-of-the-environment");
    }
}

#[test]
fn sources_are_asked_in_google_s_order() {
    let scene = Scene::google().with_google_metadata().with_gcloud();
    let account = scene.emulator.google_signer();
    let scene = scene.with(VARIABLE, account.to_str().unwrap());
    scene.signs_as(&format!("serviceAccount:{SIGNER}"), &[("self-signed", 3)]);
    let scene = scene.without(VARIABLE);
    scene.signs_as(DEVELOPER, &[("oauth", 3)]);
    // Where nothing of the person who runs it is to be seen.
    let scene = scene.without("HOME");
    scene.signs_as("serviceAccount:emulator@emulated-project.iam.gserviceaccount.com", &[("metadata", 3)]);
}

#[test]
fn a_variable_that_a_pipeline_left_empty_counts_as_not_set() {
    Scene::google()
        .with_gcloud()
        .with(VARIABLE, "")
        .with("GOOGLE_CLOUD_QUOTA_PROJECT", "")
        .signs_as(DEVELOPER, &[("oauth", 3)]);
}
