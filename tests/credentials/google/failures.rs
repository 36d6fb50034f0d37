//! A failed search is one line that names every source that was tried and why each had nothing; it holds no secret.

use hardkey_tests::google::JWT;
use serde_json::{Value, json};

use super::{GCLOUD, RELEASE, VARIABLE};
use crate::line::{BROKEN, no_credentials};
use crate::scene::Scene;

pub const UNSET: &str = "GOOGLE_APPLICATION_CREDENTIALS (not set)";
pub const NO_GCLOUD: &str = "gcloud's HOME/.config/gcloud/application_default_credentials.json (there is no such file)";
const REMEDY: &str = "set GOOGLE_APPLICATION_CREDENTIALS to a file of credentials, run gcloud auth application-default login, or run where a service account is attached";
const REFUSED: &str = "tcp connect error: Connection refused (os error 111)";

/// No source is set up, and there is no metadata server for this reason.
fn nothing(reason: &str) -> String {
    no_credentials("Google", &[UNSET, NO_GCLOUD, &format!("metadata server ({reason})")], REMEDY)
}

/// The file that the variable names is of no use.
fn broken(reason: &str) -> String {
    no_credentials("Google", &[&format!("GOOGLE_APPLICATION_CREDENTIALS, HOME/credentials.json ({reason})")], BROKEN)
}

fn with(credentials: impl FnOnce(&Scene) -> Value) -> Scene {
    let scene = Scene::google();
    let file = credentials(&scene);
    scene.with_credentials(&file)
}

fn user(scene: &Scene) -> Value {
    scene.emulator.google_user()
}

/// Has whoever hands tokens out refuse.
fn refusing(scene: Scene, status: u16, code: &str, message: &str) -> Scene {
    scene.emulator.credentials(json!({ "status": status, "code": code, "message": message }));
    scene
}

/// Expects the line, and no secret in it.
fn expect(scene: &Scene, line: &str) {
    let done = scene.fails_with(line);
    assert!(!done.stderr.contains("tell-nobody"), "{}", done.stderr);
}

#[test]
fn every_source_is_named_when_none_is_set_up() {
    expect(&Scene::google(), &nothing(REFUSED));
}

#[test]
fn a_file_that_is_no_file_of_credentials_is_said_not_to_be() {
    for (content, reason) in [
        ("tell-nobody", "it is no JSON at line 1, column 2"),
        (
            "{\"private_key\":\"tell-nobody\"}",
            "it is no file of credentials: it has no type, one of authorized_user, external_account, impersonated_service_account, service_account",
        ),
        (
            "{\"type\":\"gdch_service_account\"}",
            "its type is \"gdch_service_account\", which is not supported; supported are authorized_user, external_account, impersonated_service_account, service_account",
        ),
        (
            "{\"type\":\"authorized_user\",\"client_secret\":\"tell-nobody\"}",
            "it lacks a field of its type, or has one that cannot be read",
        ),
        (
            "{\"type\":\"service_account\",\"client_email\":\"a@b\",\"private_key_id\":\"1\",\"private_key\":\"tell-nobody\",\"project_id\":\"p\"}",
            "failed to parse service account private key PEM: no items found",
        ),
    ] {
        let scene = Scene::google().file("credentials.json", content);
        let path = scene.path("credentials.json").to_str().unwrap().to_owned();
        expect(&scene.with(VARIABLE, &path), &broken(reason));
    }
}

#[test]
fn a_file_that_is_not_there_is_named_and_gcloud_s_is_not_used_in_its_place() {
    let scene = Scene::google().with_gcloud().with(VARIABLE, "/no/such/file");
    let reason = "GOOGLE_APPLICATION_CREDENTIALS, /no/such/file (there is no such file)";
    expect(&scene, &no_credentials("Google", &[reason], BROKEN));
    let scene = Scene::google().with_gcloud().configured("credentials = \"/no/such/file\"", "");
    let reason = "credentials of the [[token]], /no/such/file (there is no such file)";
    expect(&scene, &no_credentials("Google", &[reason], BROKEN));
    // gcloud's own is not passed over either once it is there.
    let scene = Scene::google().with_google_metadata().file(GCLOUD, "{");
    let gcloud = NO_GCLOUD.replace("there is no such file", "it is no JSON at line 1, column 1");
    expect(&scene, &no_credentials("Google", &[UNSET, &gcloud], BROKEN));
}

#[test]
fn a_login_that_google_no_longer_takes_is_quoted() {
    let scene = refusing(with(user), 400, "invalid_grant", "Token has been expired or revoked.");
    expect(&scene, &broken("failed to refresh user access token: invalid_grant: Token has been expired or revoked."));
}

#[test]
fn a_token_service_that_is_not_there_or_is_something_else_is_said_to_be() {
    let scene = with(user);
    scene.emulator.credentials(json!({ "status": 503, "body": "<html>tell-nobody</html>" }));
    expect(&scene, &broken("failed to refresh user access token: answered with HTTP status 503"));
    for (body, column) in [("\"tell-nobody\"", 13), ("{\"access_token\":\"a\",\"expires_in\":\"tell-nobody\"}", 46)] {
        let scene = with(user);
        scene.emulator.credentials(json!({ "status": 200, "body": body }));
        let reason = format!(
            "error decoding response body: what was to hold a token is not the JSON expected, at line 1, column {column}"
        );
        expect(&scene, &broken(&reason));
    }
    let scene = with(|scene| {
        let mut user = scene.emulator.google_user();
        user["token_uri"] = json!("http://127.0.0.1:1/token");
        user
    });
    expect(
        &scene,
        &broken(&format!(
            "failed to refresh user access token: error sending request: client error (Connect): {REFUSED}"
        )),
    );
}

#[test]
fn a_pipeline_s_token_that_cannot_be_had_is_named_with_where_it_should_be() {
    let scene = with(|scene| scene.emulator.google_federated(JWT, &json!({ "file": scene.path("gone") })));
    expect(&scene, &broken("its credential_source.file HOME/gone: there is no such file"));
}

#[test]
fn a_program_that_fails_is_named_and_what_it_prints_is_not_shown() {
    for (printed, reason) in [
        ("tell-nobody", "what was to hold a token is not the JSON expected, at line 1, column 2"),
        ("\"tell-nobody\"", "what was to hold a token is not the JSON expected, at line 1, column 13"),
        (
            "{\"version\":\"tell-nobody\",\"success\":true}",
            "what was to hold a token is not the JSON expected, at line 1, column 24",
        ),
        (
            "{\"version\":1,\"success\":false,\"token_type\":\"\",\"code\":\"401\",\"message\":\"tell-nobody\"}",
            "failed to read subject token, response contains unsuccessful response",
        ),
    ] {
        let scene = Scene::google().file("printed", printed);
        let command = format!("cat {}", scene.path("printed").display());
        let file = scene
            .emulator
            .google_federated(JWT, &json!({ "executable": { "command": command, "timeout_millis": 5000 } }));
        let scene = scene.with_credentials(&file);
        expect(
            &scene,
            &broken(
                "executables need to be explicitly allowed (set GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES to '1') to run",
            ),
        );
        expect(&scene.with("GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES", "1"), &broken(reason));
    }
}

#[test]
fn a_pipeline_that_google_does_not_know_is_told_in_google_s_words() {
    let url = |scene: &Scene| json!({ "url": scene.emulator.google_subject_token_url() });
    let scene = with(|scene| scene.emulator.google_federated(JWT, &url(scene)));
    expect(
        &refusing(
            scene,
            400,
            "invalid_target",
            "The target service indicated by the \"audience\" parameters is invalid.",
        ),
        &broken(
            "failed to exchange token: invalid_target: The target service indicated by the \"audience\" parameters is invalid.",
        ),
    );
}

#[test]
fn who_may_not_play_a_service_account_is_told_the_permission() {
    let scene = with(|scene| scene.emulator.google_impersonated(RELEASE));
    scene.emulator.enforce_google_iam(&[]);
    expect(
        &scene,
        &broken(
            "failed to fetch token: answered PERMISSION_DENIED: Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).",
        ),
    );
}

#[test]
fn a_metadata_server_that_is_none_or_has_no_account_is_told_apart() {
    let scene = Scene::google().with_google_metadata();
    expect(&refusing(scene, 404, "x", "tell-nobody"), &nothing("no service account is attached to this machine"));
    let scene = Scene::google().with_google_metadata();
    expect(&refusing(scene, 500, "x", "tell-nobody"), &nothing("it answered with HTTP status 500"));
    let scene = Scene::google().with_google_metadata();
    scene.emulator.credentials(json!({ "status": 200, "body": "tell-nobody" }));
    expect(&scene, &nothing("its answer holds no token"));
    let scene = Scene::google().with("GCE_METADATA_HOST", "a b");
    expect(&scene, &nothing("GCE_METADATA_HOST is \"a b\", which is no host"));
}
