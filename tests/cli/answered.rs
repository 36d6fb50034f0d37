//! What a CA makes of a good report of a Google key that comes late, is for somebody else, came before, or stands beside another
//! request.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use hardkey_attest::challenge::ChallengeKey;
use hardkey_tests::host::Outcome;

use crate::google::verified_under_test_roots;
use hardkey_tests::order::SUBJECT;
use hardkey_tests::scene::Scene;

/// The checks that failed, in the verdict's order.
fn failed(verdict: &Outcome) -> Vec<String> {
    assert_eq!((verdict.status, verdict.stderr.as_str()), (Some(1), ""), "{}", verdict.text());
    let id = |line: &str| Some(line.strip_prefix("  ")?.strip_suffix(" failed")?.to_owned());
    verdict.text().lines().filter_map(id).collect()
}

#[test]
fn a_report_is_for_one_ca_one_order_and_one_time() {
    let scene = Scene::with_google(&["EC_SIGN_P256_SHA256"]);
    scene.challenge("challenge.json", Duration::from_secs(3600));
    for (more, checks) in [
        (["--order", "4712"], vec!["challenge-order"]),
        (["--audience", "Other CA"], vec!["challenge-audience"]),
        (["--at", "2040-01-01"], vec!["challenge-in-time", "report-in-time"]),
    ] {
        assert_eq!(failed(&verified_under_test_roots(&scene, &more)), checks, "{more:?}");
    }
}

#[test]
fn a_report_is_for_one_challenge_that_only_this_ca_makes() {
    let scene = Scene::with_google(&["EC_SIGN_P256_SHA256"]);
    let (_, challenge) = scene.challenge("challenge.json", Duration::from_secs(3600));
    assert_eq!(verified_under_test_roots(&scene, &[]).status, Some(0));
    let (csr, report, key) = (scene.path("request.csr"), scene.path("report.json"), scene.challenge_key());
    let verify = |challenge: &str, key: &str| {
        let arguments = ["verify", &report, "--csr", &csr, "--challenge", challenge, "--challenge-key", key];
        scene.verifier_under_test_roots(&arguments)
    };
    // Another CA's key, as a forger has it.
    let other = scene.write("other.key", ChallengeKey::from_bytes([8; 32]).to_text());
    fs::set_permissions(&other, fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(failed(&verify(&challenge, &other)), ["challenge-authentic"]);
    let json = String::from_utf8(scene.read("challenge.json")).unwrap();
    let forged = scene.write("forged.json", json.replace("4711", "4712"));
    assert_eq!(failed(&verify(&forged, &key)), ["challenge-authentic", "report-order", "report-challenge"]);
}

#[test]
fn a_challenge_is_answered_once() {
    let scene = Scene::with_google(&["EC_SIGN_P256_SHA256"]);
    scene.challenge("challenge.json", Duration::from_secs(3600));
    let seen = scene.path("answered.txt");
    assert_eq!(verified_under_test_roots(&scene, &["--seen", &seen]).status, Some(0));
    // A new report, for a new request of the same key, that answers the same challenge.
    let again = verified_under_test_roots(&scene, &["--seen", &seen]);
    assert_eq!(failed(&again), ["not-seen"]);
}

#[test]
fn a_report_is_for_one_request_and_one_key() {
    let scene = Scene::with_google(&["EC_SIGN_P256_SHA256,key=release", "EC_SIGN_P256_SHA256,key=other"]);
    scene.challenge("release-challenge.json", Duration::from_secs(3600));
    let mut order = scene.order_for("release");
    order.answer(&[]);
    let request = |name: &str, subject: &str| {
        let mut other = scene.order_for(name);
        other.challenge.clone_from(&order.challenge);
        other.request = scene.path(&format!("{name}.csr"));
        other.ask_for(subject);
        other.request
    };
    let others = [
        (request("release", "CN=Other"), vec!["csr-digest"]),
        (request("other", SUBJECT), vec!["csr-digest", "csr-key"]),
    ];
    for (other, checks) in others {
        order.request = other;
        assert_eq!(failed(&scene.verifier_under_test_roots(&order.verify(&[]))), checks);
    }
}
