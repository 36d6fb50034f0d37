//! Google: what the CA may ask is taken away piece by piece, played by the emulator, which looks at IAM.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use hardkey_tests::emulator::Emulator;
use serde_json::{Value, json};

pub(super) const CA: &str = "serviceAccount:signer@emulated-project.iam.gserviceaccount.com";
const KMS: &str = "cloudkms.googleapis.com";
const MANAGER: &str = "cloudresourcemanager.googleapis.com";
const LOGGING: &str = "logging.googleapis.com";
const ROLE: &str = "projects/emulated-project/roles/confirmer";

/// What is asked, of what (`KEY` and `VERSION` are this test's), and the permission that it takes.
pub(super) const QUESTIONS: [(&str, &str, &str); 12] = [
    ("google.crypto-key-version", "VERSION", "cloudkms.cryptoKeyVersions.get"),
    ("google.public-key", "VERSION", "cloudkms.cryptoKeyVersions.viewPublicKey"),
    ("google.crypto-key", "KEY", "cloudkms.cryptoKeys.get"),
    ("google.iam-policy", "projects/subscriber", "resourcemanager.projects.getIamPolicy"),
    ("google.parent", "projects/subscriber", "resourcemanager.projects.get"),
    ("google.key-iam-policy", "KEY", "cloudkms.cryptoKeys.getIamPolicy"),
    ("google.key-events", "VERSION", "logging.logEntries.list"),
    ("google.iam-policy", "folders/7", "resourcemanager.folders.getIamPolicy"),
    ("google.parent", "folders/7", "resourcemanager.folders.get"),
    ("google.iam-policy", "folders/8", "resourcemanager.folders.getIamPolicy"),
    ("google.parent", "folders/8", "resourcemanager.folders.get"),
    ("google.iam-policy", "organizations/9", "resourcemanager.organizations.getIamPolicy"),
];

pub(super) struct Realm {
    pub(super) emulator: Emulator,
    pub(super) version: String,
    key: String,
    credentials: PathBuf,
}

impl Realm {
    pub(super) fn new() -> Self {
        let emulator = Emulator::start(&[]);
        let version = emulator.create_google(json!({ "algorithm": "EC_SIGN_P256_SHA256", "project": "subscriber" }));
        let key = version.split_once("/cryptoKeyVersions/").unwrap().0.to_owned();
        let credentials = emulator.google_signer();
        let realm = Self { emulator, version, key, credentials };
        realm.grant(&permissions());
        realm
    }

    /// The CA has these permissions and no others, everywhere in the organization of the subscriber's.
    fn grant(&self, permissions: &[&str]) {
        let iam = json!({
            "enforced": true,
            "roles": { ROLE: permissions },
            "grants": [
                { "member": CA, "role": ROLE, "resource": "organizations/9" },
                { "member": "user:release@example.com", "role": "roles/cloudkms.signer", "resource": self.key },
            ],
            "parents": parents(),
        });
        self.emulator.set_google_iam(&iam);
    }

    fn configuration(&self) -> String {
        let lines = [KMS, MANAGER, LOGGING].map(|host| format!("\"{host}\" = \"{}\"\n", self.emulator.endpoint()));
        format!("[endpoints]\n{}[network]\nattempts = 2\n", lines.concat())
    }

    fn environment(&self) -> BTreeMap<String, String> {
        let credentials = self.credentials.to_str().unwrap().to_owned();
        BTreeMap::from([("GOOGLE_APPLICATION_CREDENTIALS".to_owned(), credentials)])
    }

    pub(super) fn ask(&self) -> Vec<Value> {
        self.ask_with(&self.configuration(), &self.environment())
    }

    fn ask_with(&self, configuration: &str, environment: &BTreeMap<String, String>) -> Vec<Value> {
        let file = self.emulator.folder().join("confirm.toml");
        fs::write(&file, configuration).unwrap();
        let asker = Command::new(env!("CARGO_BIN_EXE_asker"))
            .args([file.to_str().unwrap(), &self.version])
            .env_clear()
            .envs(environment)
            .output()
            .unwrap();
        assert!(asker.status.success(), "{}", String::from_utf8_lossy(&asker.stderr));
        let text = String::from_utf8(asker.stdout).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Kind and subject, as they are in the table.
    pub(super) fn asked<'a>(&self, answer: &'a Value) -> (&'a str, String) {
        let of = answer["of"].as_str().unwrap().replace(&self.version, "VERSION").replace(&self.key, "KEY");
        (answer["kind"].as_str().unwrap(), of)
    }
}

pub(super) fn parents() -> Value {
    json!({ "projects/subscriber": "folders/7", "folders/7": "folders/8", "folders/8": "organizations/9" })
}

fn permissions() -> Vec<&'static str> {
    let mut all: Vec<&str> = QUESTIONS.iter().map(|(_, _, permission)| *permission).collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn read(answer: &Value) -> Value {
    serde_json::from_str(answer["data"].as_str().unwrap_or_else(|| panic!("{answer:#}"))).unwrap()
}

#[test]
fn everything_is_asked_up_to_the_organization_and_kept_as_it_came() {
    let realm = Realm::new();
    let answers = realm.ask();
    let asked: Vec<(&str, String)> = answers.iter().map(|answer| realm.asked(answer)).collect();
    let expected: Vec<(&str, String)> = QUESTIONS.iter().map(|(kind, of, _)| (*kind, (*of).to_owned())).collect();
    assert_eq!(asked, expected);
    let host = realm.emulator.endpoint().trim_start_matches("http://");
    for answer in &answers {
        assert_eq!(answer["endpoint"], host);
        read(answer);
    }
    let find = |kind: &str, of: &str| {
        answers.iter().find(|answer| realm.asked(answer) == (kind, of.to_owned())).map(read).unwrap()
    };
    assert_eq!(find("google.crypto-key-version", "VERSION")["name"], realm.version.as_str());
    let signer = json!([{ "role": "roles/cloudkms.signer", "members": ["user:release@example.com"] }]);
    assert_eq!(find("google.key-iam-policy", "KEY")["bindings"], signer);
    assert_eq!(find("google.parent", "folders/8")["parent"], "organizations/9");
    let events = find("google.key-events", "VERSION");
    assert_eq!(events["entries"].as_array().unwrap().len(), 1);
    assert_eq!(events["entries"][0]["protoPayload"]["methodName"], "CreateCryptoKey");
    let request = answers[3]["request"].as_str().unwrap();
    let endpoint = realm.emulator.endpoint();
    assert_eq!(
        request,
        format!(r#"POST {endpoint}/v3/projects/subscriber:getIamPolicy {{"options":{{"requestedPolicyVersion":3}}}}"#)
    );
    assert!(!format!("{answers:?}").contains("Bearer"));
}

/// Without the parent of a level, nobody is asked about what is above it.
#[test]
fn without_one_permission_its_questions_are_refused_and_no_others() {
    let realm = Realm::new();
    let all = permissions();
    for taken in &all {
        let left: Vec<&str> = all.iter().copied().filter(|permission| permission != taken).collect();
        realm.grant(&left);
        let answers = realm.ask();
        let refused: Vec<(&str, String)> =
            answers.iter().filter(|answer| answer["data"].is_null()).map(|answer| realm.asked(answer)).collect();
        let asked: Vec<(&str, String)> = answers.iter().map(|answer| realm.asked(answer)).collect();
        let needing = QUESTIONS
            .iter()
            .filter(|(kind, of, permission)| permission == taken && asked.contains(&(*kind, (*of).to_owned())));
        let needing: Vec<(&str, String)> = needing.map(|(kind, of, _)| (*kind, (*of).to_owned())).collect();
        assert!(!needing.is_empty());
        assert_eq!(refused, needing, "{taken}");
        for answer in answers.iter().filter(|answer| answer["data"].is_null()) {
            assert_eq!(answer["code"], "PERMISSION_DENIED", "{answer:#}");
            assert!(answer["message"].as_str().unwrap().contains(taken), "{answer:#}");
        }
    }
}

#[test]
fn without_any_grant_every_question_is_refused_and_said_so() {
    let realm = Realm::new();
    realm.grant(&[]);
    let answers = realm.ask();
    assert_eq!(answers.len(), 6, "neither what is above nor when the key was made is known: {answers:#?}");
    assert!(answers.iter().all(|answer| answer["code"] == "PERMISSION_DENIED"), "{answers:#?}");
}

/// gcloud's variables lead the subscriber's tools elsewhere, and never a CA: nobody is at `black`.
#[test]
fn no_variable_leads_a_question_elsewhere() {
    let realm = Realm::new();
    let mut environment = realm.environment();
    let black = Emulator::start(&[]);
    for api in ["CLOUDKMS", "CLOUDRESOURCEMANAGER", "LOGGING", "IAM"] {
        let name = format!("CLOUDSDK_API_ENDPOINT_OVERRIDES_{api}");
        environment.insert(name, format!("{}/", black.endpoint()));
    }
    let answers = realm.ask_with(&realm.configuration(), &environment);
    assert!(answers.iter().all(|answer| answer["data"].is_string()), "{answers:#?}");
    // Where the CA sets nothing, it is Google itself that is asked: no name is resolved where there is no network.
    environment.insert("HTTPS_PROXY".to_owned(), "http://127.0.0.1:1".to_owned());
    let answers = realm.ask_with("[network]\nattempts = 1\n", &environment);
    assert!(answers.iter().all(|answer| answer["error"].as_str().unwrap().contains("127.0.0.1:1")), "{answers:#?}");
    assert_eq!(black.counts().all_requests(), 0);
}

#[test]
fn the_subscriber_s_project_is_never_asked_to_pay() {
    let realm = Realm::new();
    // The emulator refuses whoever has a project pay without its leave, and nobody here has any.
    assert!(realm.ask().iter().all(|answer| answer["data"].is_string()));
    let mut environment = realm.environment();
    environment.insert("GOOGLE_CLOUD_QUOTA_PROJECT".to_owned(), "the-ca".to_owned());
    // The CA's own setting is heard, and what is wrong with it is no answer of the subscriber's.
    let answers = realm.ask_with(&realm.configuration(), &environment);
    let first = answers[0]["error"].as_str().unwrap();
    assert!(first.contains("to use project the-ca"), "{first}");
}

#[test]
fn what_is_no_answer_leaves_a_question_undecided() {
    let realm = Realm::new();
    for (fault, why) in [
        (
            json!({ "operation": "GetProject", "status": 503 }),
            "Google Resource Manager answered GetProject with UNAVAILABLE",
        ),
        (
            json!({ "operation": "GetProject", "status": 429 }),
            "Google Resource Manager answered GetProject with RESOURCE_EXHAUSTED",
        ),
        (
            json!({ "operation": "GetProject", "status": 401 }),
            "Google Resource Manager answered GetProject with UNAUTHENTICATED",
        ),
    ] {
        realm.emulator.fault(fault.clone());
        let answers = realm.ask();
        let undecided: Vec<&Value> = answers.iter().filter(|answer| !answer["error"].is_null()).collect();
        let [one] = undecided.as_slice() else { panic!("{fault}: {answers:#?}") };
        assert_eq!(realm.asked(one).0, "google.parent");
        assert!(one["error"].as_str().unwrap().contains(why), "{one:#}");
        realm.emulator.clear_faults();
    }
    // A version that is destroyed has no public key to show: that is an answer.
    realm.emulator.set_google_state(&realm.version, "DISABLED");
    let answers = realm.ask();
    assert_eq!(read(&answers[0])["state"], "DISABLED");
    assert_eq!(answers[1]["code"], "FAILED_PRECONDITION", "{:#}", answers[1]);
}
