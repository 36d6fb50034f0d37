//! Credentials that Google no longer takes are replaced by what their source has now, not by what it had.

use std::fs;

use hardkey_tests::google::{DEVELOPER, SIGNER};
use serde_json::json;

use super::VARIABLE;
use crate::scene::{Host, Scene};

/// Has Google refuse the next signature as if the token had ended, and signs.
fn sign_after_the_end(scene: &Scene, host: &mut Host) {
    scene.emulator.fault(json!({ "operation": "AsymmetricSign", "times": 1, "error": "UNAUTHENTICATED" }));
    let signature = host.sign("after the end");
    assert_eq!(signature.len(), 128, "not a signature: {signature}");
}

#[test]
fn a_file_that_somebody_wrote_anew_is_read_again() {
    let scene = Scene::google();
    let user = scene.emulator.google_user();
    let scene = scene.with_credentials(&user);
    let mut host = scene.host();
    assert_eq!(host.sign("before").len(), 128);
    let account = fs::read_to_string(scene.emulator.google_signer()).unwrap();
    scene.write("credentials.json", &account);
    // From now on the first one would not do.
    scene.let_in(&format!("serviceAccount:{SIGNER}"));
    sign_after_the_end(&scene, &mut host);
    assert_eq!(host.end(), "");
    assert_eq!(
        scene.emulator.counts().google_tokens(),
        [("oauth".to_owned(), 4), ("self-signed".to_owned(), 1)].into()
    );
}

#[test]
fn a_token_of_the_metadata_server_is_asked_for_anew() {
    let scene = Scene::google().with_google_metadata();
    let mut host = scene.host();
    assert_eq!(host.sign("before").len(), 128);
    sign_after_the_end(&scene, &mut host);
    assert_eq!(host.end(), "");
    let counted = scene.emulator.counts().access_keys();
    assert_eq!(counted, json!({ "ya29.metadata-0001": 4, "ya29.metadata-0002": 1 }));
}

#[test]
fn a_token_of_the_metadata_server_is_renewed_before_it_ends() {
    let scene = Scene::google().with_google_metadata();
    scene.let_in("serviceAccount:emulator@emulated-project.iam.gserviceaccount.com");
    // One that short is renewed half-way through, so that a slow machine has four seconds to use it.
    scene.emulator.credentials_last(8);
    let mut host = scene.host();
    while scene.asked().as_array().unwrap().len() < 2 {
        assert_eq!(host.sign("again").len(), 128);
    }
    assert_eq!(host.end(), "");
    // None was refused and sent again.
    let counts = scene.emulator.counts();
    assert_eq!(counts.requests("AsymmetricSign"), counts.carried_out("AsymmetricSign"));
}

#[test]
fn a_search_that_failed_is_made_anew_with_the_next_signature() {
    let scene = Scene::google().with_gcloud();
    let path = scene.path("own.json").to_str().unwrap().to_owned();
    let user = scene.emulator.google_user().to_string();
    let scene = scene.file("own.json", &user).with(VARIABLE, &path);
    scene.let_in(DEVELOPER);
    let mut host = scene.host();
    assert_eq!(host.sign("before").len(), 128);
    fs::remove_file(scene.path("own.json")).unwrap();
    scene.emulator.fault(json!({ "operation": "AsymmetricSign", "times": 1, "error": "UNAUTHENTICATED" }));
    assert_eq!(host.sign("without a file"), "C_Sign 0x30");
    scene.write("own.json", &user);
    assert_eq!(host.sign("with one").len(), 128);
    let log = host.end();
    let [line] = log.lines().collect::<Vec<_>>()[..] else { panic!("{log}") };
    assert!(line.contains("/own.json (there is no such file); correct the source named last"), "{line}");
}
