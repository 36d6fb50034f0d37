//! A source that does not answer ends with the call, and is the one named last.

use std::time::Duration;

use hardkey_tests::google::JWT;
use serde_json::json;

use super::{VARIABLE, failures};
use crate::line::no_credentials;
use crate::scene::Scene;

/// The desks wait for a minute, the call for two seconds at most; a loaded machine may take some more.
const LATEST: Duration = Duration::from_secs(30);
const REMEDY: &str = "see why that source does not answer, or raise timeout in [network]";

/// Expects the deadline to be kept, and these to have been tried, of which the last did not answer.
fn expect(scene: Scene, desk: &str, before: &[&str], source: &str) {
    scene.emulator.fault(json!({ "operation": desk, "latency_ms": 60_000 }));
    let last = format!("{source} (no answer before the deadline)");
    let reasons: Vec<&str> = before.iter().copied().chain([last.as_str()]).collect();
    let done = scene.configured("", "[network]\ntimeout = 2").fails_with(&no_credentials("Google", &reasons, REMEDY));
    assert!(done.took < LATEST, "{:?}", done.took);
}

#[test]
fn a_token_service_that_does_not_answer_is_given_up_at_the_deadline() {
    let scene = Scene::google();
    let user = scene.emulator.google_user();
    expect(scene.with_credentials(&user), "Token", &[], &format!("{VARIABLE}, HOME/credentials.json"));
}

#[test]
fn a_pipeline_that_does_not_answer_is_given_up_at_the_deadline() {
    let scene = Scene::google();
    let source = json!({ "url": scene.emulator.google_subject_token_url() });
    let file = scene.emulator.google_federated(JWT, &source);
    expect(scene.with_credentials(&file), "SubjectToken", &[], &format!("{VARIABLE}, HOME/credentials.json"));
}

#[test]
fn a_metadata_server_that_does_not_answer_is_given_up_at_the_deadline() {
    let before = [failures::UNSET, failures::NO_GCLOUD];
    expect(Scene::google().with_google_metadata(), "MetadataToken", &before, "metadata server");
}
