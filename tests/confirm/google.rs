//! Google: from an order to the verdict, by the commands of docs/confirm-google.md, and what is in the way of one.

use std::collections::BTreeMap;
use std::time::Duration;

use hardkey_tests::host::Outcome;
use hardkey_tests::scene::Scene;
use serde_json::{Value, json};

const CA: &str = "confirmation@example-ca.iam.gserviceaccount.com";
const HOSTS: [&str; 3] = ["cloudkms.googleapis.com", "cloudresourcemanager.googleapis.com", "logging.googleapis.com"];
const PROJECT: &str = "projects/emulated-project";
const ROLE: &str = "projects/emulated-project/roles/hardkeyConfirm";
const READS: [&str; 9] = [
    "cloudkms.cryptoKeyVersions.get",
    "cloudkms.cryptoKeyVersions.viewPublicKey",
    "cloudkms.cryptoKeys.get",
    "cloudkms.cryptoKeys.getIamPolicy",
    "logging.logEntries.list",
    "resourcemanager.folders.get",
    "resourcemanager.folders.getIamPolicy",
    "resourcemanager.projects.get",
    "resourcemanager.projects.getIamPolicy",
];

/// A subscriber with one key, and a CA.
struct Desk {
    scene: Scene,
    ca: BTreeMap<String, String>,
}

impl Desk {
    /// The order is made and answered, by whoever administers the key where it is to be marked.
    fn with(version: &str, marked: bool) -> Self {
        let scene = Scene::with_google(&[version]);
        scene.challenge("challenge.json", Duration::from_secs(3600));
        scene.order().answer(if marked { &["--mark-owner"] } else { &[] });
        let tokens = format!("{}/google/token", scene.emulator.endpoint());
        let account = scene.emulator.google_service_account(CA, &tokens);
        let account = scene.write("ca.json", account.to_string());
        let ca = BTreeMap::from([
            ("GOOGLE_APPLICATION_CREDENTIALS".to_owned(), account),
            ("HOME".to_owned(), scene.path("")),
            // Never heard: see `tests/inquiry`.
            ("CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDKMS".to_owned(), "http://127.0.0.1:1".to_owned()),
        ]);
        let desk = Self { scene, ca };
        let made = desk.confirm(&["init", "--out", &desk.scene.path("record.key")]).success().text();
        desk.configure(desk.scene.emulator.endpoint());
        let authority = desk.scene.emulator.endpoint().trim_start_matches("http://").to_owned();
        let lines = made.replace("name = \"…\"", "name = \"desk\"");
        let head = "name = \"example-ca\"\nbased_on = \"csbr\"\ndemanded = [\"ownership\", \"logging\"]\n";
        desk.scene.write("policy.toml", format!("{head}confirmation_endpoints = [\"{authority}\"]\n{lines}"));
        desk.grant(&READS, &logs("projects/emulated-project"));
        desk
    }

    fn version(&self) -> String {
        self.scene.emulator.google_version(0)
    }

    fn configure(&self, url: &str) {
        let lines = HOSTS.map(|host| format!("\"{host}\" = \"{url}\"\n"));
        let text = format!("key = \"record.key\"\n[endpoints]\n{}[network]\nattempts = 1\n", lines.concat());
        self.scene.write("ca.toml", text);
    }

    /// What the CA may do in a project below a folder, and what is logged. The folder has nothing above it.
    fn grant(&self, permissions: &[&str], audit: &Value) {
        let member = format!("serviceAccount:{CA}");
        let grants: Vec<Value> = ["folders/7", PROJECT]
            .iter()
            .map(|resource| json!({ "member": member, "role": ROLE, "resource": resource }))
            .collect();
        let roles = json!({ ROLE: permissions });
        let parents = json!({ PROJECT: "folders/7" });
        self.scene.emulator.set_google_iam(
            &json!({ "enforced": true, "roles": roles, "grants": grants, "parents": parents, "audit": audit }),
        );
    }

    fn confirm(&self, arguments: &[&str]) -> Outcome {
        self.scene.hardkey_confirm(arguments, &self.ca)
    }

    fn ask(&self) -> Outcome {
        let path = |name: &str| self.scene.path(name);
        self.confirm(&[&path("report.json"), "--config", &path("ca.toml"), "--out", &path("record.json")])
    }

    /// The verdict of a verifier that trusts the roots of the emulator's HSMs.
    fn verify(&self) -> Value {
        let [record, policy] = ["record.json", "policy.toml"].map(|name| self.scene.path(name));
        let more = ["--confirmation", &record, "--policy", &policy, "--json"];
        let verdict = self.scene.verifier_under_test_roots(&self.scene.order().verify(&more));
        assert_eq!(verdict.stderr, "");
        serde_json::from_str(&verdict.text()).unwrap()
    }

    fn verdict(&self) -> Value {
        self.ask().success();
        self.verify()
    }
}

fn logs(level: &str) -> Value {
    json!({ level: [{ "service": "cloudkms.googleapis.com", "auditLogConfigs": [{ "logType": "DATA_READ" }] }] })
}

/// Level, method, and what stands in the way.
fn judged(verdict: &Value) -> (&str, Option<u64>, Vec<&str>) {
    let findings = ["checks", "rules"].into_iter().flat_map(|list| verdict[list].as_array().unwrap());
    let unmet = findings.filter(|one| one["outcome"] == "failed" || one["outcome"] == "missing");
    (
        verdict["verdict"].as_str().unwrap(),
        verdict["csbr_method"].as_u64(),
        unmet.map(|one| one["id"].as_str().unwrap()).collect(),
    )
}

fn observed<'a>(verdict: &'a Value, rule: &str) -> &'a str {
    let found = verdict["rules"].as_array().unwrap().iter().find(|one| one["id"] == rule);
    found.unwrap()["observed"].as_str().unwrap()
}

const KEY: &str = "EC_SIGN_P256_SHA256,key=release";

#[test]
fn what_the_hsm_attests_stays_attested_and_logs_and_owner_are_decided() {
    let desk = Desk::with(KEY, true);
    let verdict = desk.verdict();
    assert_eq!(judged(&verdict), ("attested", Some(2), vec![]), "{verdict:#}");
    let what = "DATA_READ of Cloud KMS, which signatures are, of everybody";
    assert_eq!(observed(&verdict, "logging"), format!("{PROJECT} logs {what}"));
    assert!(observed(&verdict, "ownership").starts_with("the key is marked \""), "{verdict:#}");
    let events = |claim: &&Value| claim["from"] == "the project's log of Admin Activity";
    let claims: Vec<&Value> = verdict["claims"].as_array().unwrap().iter().filter(events).collect();
    assert_eq!((&claims[0]["name"], &claims[0]["value"]), (&json!("local"), &json!(true)), "{claims:#?}");
    // The folder's configuration counts as well as the project's.
    desk.grant(&READS, &logs("folders/7"));
    assert_eq!(observed(&desk.verdict(), "logging"), format!("folders/7 logs {what}"));
}

#[test]
fn logs_that_are_off_and_logs_that_were_not_shown_are_two_things() {
    let desk = Desk::with(KEY, true);
    desk.grant(&READS, &json!({}));
    let verdict = desk.verdict();
    assert_eq!(judged(&verdict), ("rejected", None, vec!["logging"]), "{verdict:#}");
    let what = "DATA_READ of Cloud KMS, which signatures are";
    assert_eq!(observed(&verdict, "logging"), format!("neither {PROJECT} nor what is above it logs {what}"));
    let half: Vec<&str> = READS.into_iter().filter(|read| !read.contains("folders")).collect();
    desk.grant(&half, &json!({}));
    let verdict = desk.verdict();
    assert_eq!(judged(&verdict), ("rejected", None, vec!["logging"]), "{verdict:#}");
    let said = observed(&verdict, "logging");
    assert!(said.starts_with(&format!("nothing that was shown logs {what}; ")), "{said}");
    assert!(said.contains("google.parent of folders/7: PERMISSION_DENIED"), "{said}");
    // Withdrawn altogether: nothing is known, and nothing is called off.
    desk.grant(&[], &logs(PROJECT));
    let verdict = desk.verdict();
    assert_eq!(judged(&verdict).2, ["logging", "ownership"], "{verdict:#}");
    assert!(observed(&verdict, "logging").contains("it did not answer google."), "{verdict:#}");
}

/// Attack 17: who may sign with somebody else's key cannot mark it.
#[test]
fn a_key_that_its_administrator_did_not_mark_is_rejected() {
    let desk = Desk::with(KEY, false);
    let verdict = desk.verdict();
    assert_eq!(judged(&verdict), ("rejected", None, vec!["ownership"]), "{verdict:#}");
}

#[test]
fn a_key_that_was_imported_or_switched_off_meanwhile_is_rejected() {
    let desk = Desk::with(KEY, true);
    desk.scene.emulator.set_google_state(&desk.version(), "DISABLED");
    let verdict = desk.verdict();
    // Where one check fails, nothing counts.
    let checks =
        json!({ "verdict": verdict["verdict"], "csbr_method": null, "checks": verdict["checks"], "rules": [] });
    assert_eq!(judged(&checks), ("rejected", None, vec!["admission"]), "{verdict:#}");
    let admission =
        verdict["checks"].as_array().unwrap().iter().find(|one| one["id"] == "admission" && one["outcome"] == "failed");
    assert!(admission.unwrap()["observed"].as_str().unwrap().contains("to the CA itself"), "{verdict:#}");
    let imported = Scene::with_google(&["EC_SIGN_P256_SHA256,key=release,imported"]);
    let refused = imported.hardkey(&["attest", "--audience", "Example CA"]);
    assert_eq!(refused.status, Some(1));
    assert!(refused.stderr.contains("refused (imported)"), "{}", refused.stderr);
}

#[test]
fn a_service_that_does_not_answer_leaves_no_record() {
    let desk = Desk::with(KEY, true);
    for (fault, why) in [
        (
            json!({ "operation": "GetProject", "status": 503 }),
            "hardkey-confirm: google.parent of projects/emulated-project",
        ),
        (json!({ "operation": "ListLogEntries", "status": 429 }), "hardkey-confirm: google.key-events of projects/"),
        (json!({ "operation": "GetPublicKey", "status": 401 }), "hardkey-confirm: google.public-key of projects/"),
    ] {
        desk.scene.emulator.fault(fault.clone());
        let outcome = desk.ask();
        assert_eq!((outcome.status, outcome.text().as_str()), (Some(2), ""), "{fault}: {}", outcome.stderr);
        assert!(outcome.stderr.contains(why), "{fault}: {}", outcome.stderr);
        assert!(!desk.scene.exists("record.json"), "{fault}");
        desk.scene.emulator.clear_faults();
    }
    desk.configure("http://127.0.0.1:1");
    let outcome = desk.ask();
    assert_eq!(outcome.status, Some(2));
    assert!(outcome.stderr.contains("Google Cloud KMS could not be reached"), "{}", outcome.stderr);
    assert!(!desk.scene.exists("record.json"));
}

/// Who may sign and no more is told what an administrator has to do.
#[test]
fn who_may_only_sign_cannot_mark_a_key() {
    let scene = Scene::with_google(&[KEY]);
    let (challenge, path) = scene.challenge("challenge.json", Duration::from_secs(3600));
    let key = scene.emulator.google_version(0).split_once("/cryptoKeyVersions/").unwrap().0.to_owned();
    let member = "serviceAccount:signer@emulated-project.iam.gserviceaccount.com";
    scene.emulator.enforce_google_iam(&[
        (member, "roles/cloudkms.signerVerifier", &key),
        (member, "roles/cloudkms.viewer", &key),
    ]);
    let mark = ["attest", "--challenge", &path, "--mark-owner", "--out", &scene.path("report.json")];
    let outcome = scene.hardkey(&mark);
    let (status, line) = (outcome.status, outcome.stderr.trim_end());
    assert_eq!(status, Some(1), "{line}");
    let nonce = challenge.nonce();
    assert_eq!(
        line,
        format!(
            "hardkey: key {version}: --mark-owner: Google Cloud KMS answered UpdateCryptoKey with PERMISSION_DENIED: Permission \
             'cloudkms.cryptoKeys.update' denied on resource '{key}' (or it may not exist).; grant cloudkms.cryptoKeys.update on this key, \
             and check that its name is right: Google does not tell the two apart; who may only sign with a key cannot mark it: have its \
             administrator set hardkey-challenge to {}",
            &nonce[..63],
            version = scene.emulator.google_version(0),
        )
    );
    assert!(!scene.exists("report.json"));
    assert_eq!(scene.emulator.counts().requests("AsymmetricSign"), 0);
}

#[test]
fn a_mark_is_set_beside_the_labels_that_are_there() {
    let scene = Scene::with_google(&[KEY]);
    let (challenge, path) = scene.challenge("challenge.json", Duration::from_secs(3600));
    let key = scene.emulator.google_version(0).split_once("/cryptoKeyVersions/").unwrap().0.to_owned();
    let url = format!("{}/v1/{key}", scene.emulator.endpoint());
    let labels = json!({ "labels": { "team": "release", "hardkey-challenge": "earlier" } });
    ureq::patch(format!("{url}?updateMask=labels")).send(labels.to_string()).unwrap();
    let outcome = scene.hardkey(&["attest", "--challenge", &path, "--mark-owner", "--out", &scene.path("report.json")]);
    let (version, mark) = (scene.emulator.google_version(0), challenge.nonce()[..63].to_owned());
    let first = outcome.stderr.lines().next().unwrap();
    assert_eq!(first, format!("hardkey: key {version}: hardkey-challenge is set to {mark}"));
    let mut answer = ureq::get(url).call().unwrap();
    let key: Value = serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap();
    assert_eq!(key["labels"], json!({ "team": "release", "hardkey-challenge": mark }));
}

#[test]
fn a_mark_takes_a_challenge() {
    let scene = Scene::with_google(&[KEY]);
    let outcome = scene.hardkey(&["attest", "--audience", "Example CA", "--mark-owner"]);
    let line = "hardkey: --mark-owner: a key is marked with the nonce of a challenge; give the CA's with --challenge\n";
    assert_eq!((outcome.status, outcome.stderr.as_str(), outcome.text().as_str()), (Some(2), line, ""));
    assert_eq!(scene.emulator.counts().all_requests(), 0);
}
