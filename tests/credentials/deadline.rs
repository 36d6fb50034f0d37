//! A source that does not answer ends with the call, and is the one named last.

use std::time::Duration;

use serde_json::json;

use crate::scene::{Done, Scene};
use crate::sources::{LOGIN, single_sign_on};

/// The sources wait for a minute, the call for two seconds at most; a loaded machine may take some more.
const LATEST: Duration = Duration::from_secs(30);
const NOBODY: &str = "no answer before the deadline";

fn impatient(scene: Scene) -> Scene {
    scene.configured("", "[network]\ntimeout = 2")
}

/// Instance metadata is given up by itself after a second.
fn more_impatient(scene: Scene) -> Scene {
    scene.configured("", "[network]\ntimeout = 0.8")
}

/// Expects the deadline to be kept and this source to be the one that did not answer.
fn expect(done: &Done, source: &str) {
    assert_eq!(done.stdout, "slot 0 0x30\n", "{}", done.stderr);
    assert!(done.took < LATEST, "{:?}", done.took);
    let [line] = done.stderr.lines().collect::<Vec<_>>()[..] else { panic!("{}", done.stderr) };
    let start = "hardkey: C_FindObjectsInit: CKR_DEVICE_ERROR: token \"release\": no AWS credentials; tried: environment (AWS_ACCESS_KEY_ID is not set), ";
    let end = format!("{source} ({NOBODY}); see why that source does not answer, or raise timeout in [network]");
    assert!(line.starts_with(start) && line.ends_with(&end), "{line}");
}

/// With issuers that take a minute.
fn slow(scene: Scene) -> Done {
    scene.emulator.credentials(json!({"latency_ms": 60_000}));
    impatient(scene).run()
}

#[test]
fn a_process_that_does_not_end_is_given_up_at_the_deadline() {
    let scene = Scene::new().file(".aws/config", "[default]\ncredential_process = exec sleep 60 2>/dev/null\n");
    expect(&impatient(scene).run(), "profile default");
}

#[test]
fn sts_that_does_not_answer_is_given_up_at_the_deadline() {
    expect(&slow(Scene::new().file("token", "token").with_web_identity("token")), "web identity");
}

#[test]
fn a_portal_that_does_not_answer_is_given_up_at_the_deadline() {
    let login = r#"{"accessToken": "login-token", "expiresAt": "2099-01-01T00:00:00Z"}"#;
    expect(&slow(single_sign_on(Scene::new()).file(LOGIN, login)), "profile people");
}

#[test]
fn a_container_s_endpoint_that_does_not_answer_is_given_up_at_the_deadline() {
    expect(&slow(Scene::new().with_container()), "container");
}

#[test]
fn instance_metadata_that_does_not_answer_is_given_up_at_the_deadline() {
    let scene = Scene::new().with_metadata();
    scene.emulator.credentials(json!({"latency_ms": 60_000}));
    expect(&more_impatient(scene).run(), "instance metadata");
}
