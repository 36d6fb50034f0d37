//! Credentials that AWS no longer takes are replaced by what their source has now, not by what it had.

use std::fs;

use serde_json::json;

use crate::scene::{Host, Scene};

/// Has AWS refuse the next signature as if the credentials had ended, and signs.
fn sign_after_the_end(scene: &Scene, host: &mut Host) {
    scene.emulator.fault(json!({"operation": "Sign", "times": 1, "error": "ExpiredTokenException"}));
    let signature = host.sign("after the end");
    assert_eq!(signature.len(), 128, "not a signature: {signature}");
}

fn access_keys(scene: &Scene) -> serde_json::Value {
    scene.emulator.counts().access_keys()
}

#[test]
fn an_identity_token_that_the_pipeline_rotated_is_read_again() {
    let scene = Scene::new().file("token", "first").with_web_identity("token");
    let mut host = scene.host();
    assert_eq!(host.sign("before").len(), 128);
    scene.write("token", "second");
    sign_after_the_end(&scene, &mut host);
    assert_eq!(host.end(), "");
    let tokens: Vec<_> = scene.asked().as_array().unwrap().iter().map(|asked| asked["token"].clone()).collect();
    assert_eq!(tokens, ["first", "second"]);
    assert_eq!(access_keys(&scene), json!({"ASIASTS0001": 4, "ASIASTS0002": 1}));
}

#[test]
fn a_shared_file_that_somebody_wrote_anew_is_read_again() {
    let file = |access_key| format!("[default]\naws_access_key_id = {access_key}\naws_secret_access_key = secret\n");
    let scene = Scene::new().file(".aws/credentials", &file("AKIAOLD"));
    let mut host = scene.host();
    assert_eq!(host.sign("before").len(), 128);
    scene.write(".aws/credentials", &file("AKIANEW"));
    sign_after_the_end(&scene, &mut host);
    assert_eq!(host.end(), "");
    assert_eq!(access_keys(&scene), json!({"AKIAOLD": 4, "AKIANEW": 1}));
}

#[test]
fn a_container_s_authorization_token_is_read_again() {
    let scene = Scene::new().file("authorization", "Bearer first").with_container();
    let path = scene.path("authorization").to_str().unwrap().to_owned();
    let scene = scene.with("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", &path);
    let mut host = scene.host();
    assert_eq!(host.sign("before").len(), 128);
    scene.write("authorization", "Bearer second");
    sign_after_the_end(&scene, &mut host);
    assert_eq!(host.end(), "");
    let shown: Vec<_> = scene.asked().as_array().unwrap().iter().map(|asked| asked["authorization"].clone()).collect();
    assert_eq!(shown, ["Bearer first", "Bearer second"]);
}

/// The SDK's own provider remembers that it has failed once, and fails the whole chain the next time.
#[test]
fn a_profile_that_does_not_exist_does_not_spoil_the_second_search() {
    let scene = Scene::new().file(".aws/config", "[profile other]\nregion = eu-west-1\n").with("AWS_PROFILE", "typo");
    let scene = scene.with_container();
    let mut host = scene.host();
    assert_eq!(host.sign("before").len(), 128);
    sign_after_the_end(&scene, &mut host);
    assert_eq!(host.end(), "");
    assert_eq!(access_keys(&scene), json!({"AKIATEST0001": 4, "AKIATEST0002": 1}));
}

#[test]
fn a_search_that_failed_is_made_anew_with_the_next_signature() {
    let scene = Scene::new().file("token", "first").with_web_identity("token");
    let mut host = scene.host();
    assert_eq!(host.sign("before").len(), 128);
    fs::remove_file(scene.path("token")).unwrap();
    scene.emulator.fault(json!({"operation": "Sign", "times": 1, "error": "ExpiredTokenException"}));
    assert_eq!(host.sign("without a token"), "C_Sign 0x30");
    scene.write("token", "second");
    assert_eq!(host.sign("with one").len(), 128);
    let log = host.end();
    let [line] = log.lines().collect::<Vec<_>>()[..] else { panic!("{log}") };
    assert!(
        line.contains("/token cannot be read: No such file or directory); correct the source named last"),
        "{line}"
    );
}

#[test]
fn instance_metadata_out_of_order_does_not_take_away_what_it_gave() {
    let scene = Scene::new().with_metadata();
    let mut host = scene.host();
    assert_eq!(host.sign("before").len(), 128);
    scene.emulator.credentials(json!({"status": 500}));
    sign_after_the_end(&scene, &mut host);
    assert_eq!(host.end(), "");
    assert_eq!(access_keys(&scene), json!({"ASIAIMDS0001": 5}));
}
