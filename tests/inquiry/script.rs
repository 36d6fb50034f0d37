//! Google: the script of `hardkey grant-ca google`, run by Google's own command line, is all that it takes to ask everything.

use std::collections::BTreeMap;
use std::env;
use std::process::Command;
use std::time::Duration;

use hardkey_tests::built;
use hardkey_tests::host::run;
use hardkey_tests::skip::skip;
use serde_json::{Value, json};

use crate::google::{CA, QUESTIONS, Realm, parents};

const ADMINISTRATOR: &str = "user:admin@example.com";

#[test]
fn what_the_script_grants_is_enough_and_what_is_withdrawn_is_refused() {
    let path = env::var_os("PATH").unwrap_or_default();
    if !env::split_paths(&path).any(|folder| folder.join("gcloud").exists()) {
        return skip(
            "what_the_script_grants_is_enough_and_what_is_withdrawn_is_refused",
            "there is no gcloud on this machine",
        );
    }
    let realm = Realm::new();
    let owner = json!({ "member": ADMINISTRATOR, "role": "roles/owner", "resource": "organizations/9" });
    realm.emulator.set_google_iam(&json!({ "enforced": true, "grants": [owner], "parents": parents() }));
    assert!(realm.ask().iter().all(|answer| answer["code"] == "PERMISSION_DENIED"));
    let arguments = ["grant-ca", "google", "--ca", CA, "--key", &realm.version, "--organization", "9"];
    let script = run(built::command_lines().0, arguments, &BTreeMap::new(), Duration::from_secs(60)).success().text();
    let token = realm.emulator.google_token(ADMINISTRATOR, 3600);
    let file = |name: &str, text: &str| {
        let path = realm.emulator.folder().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let (script, token_file) = (file("grant.sh", &script), file("token", &token));
    let mut command = Command::new("bash");
    command.arg(script).env_clear().env("PATH", path).env("HOME", realm.emulator.folder());
    for api in ["CLOUDKMS", "CLOUDRESOURCEMANAGER", "IAM"] {
        let endpoint = format!("{}/", realm.emulator.endpoint());
        command.env(format!("CLOUDSDK_API_ENDPOINT_OVERRIDES_{api}"), endpoint);
    }
    let output = command
        .env("CLOUDSDK_AUTH_ACCESS_TOKEN_FILE", token_file)
        .env("CLOUDSDK_CONFIG", realm.emulator.folder().join("gcloud"))
        .env("CLOUDSDK_CORE_DISABLE_USAGE_REPORTING", "true")
        .env("CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let refused = |realm: &Realm| -> Vec<(String, String)> {
        let answers = realm.ask();
        assert_eq!(answers.len(), QUESTIONS.len(), "{answers:#?}");
        let refused = answers.iter().filter(|answer| answer["data"].is_null()).map(|answer| realm.asked(answer));
        refused.map(|(kind, of)| (kind.to_owned(), of)).collect()
    };
    assert_eq!(refused(&realm), []);
    // Withdrawn from the project: its own questions are refused, and those of the key answered still.
    let url = format!("{}/v3/projects/subscriber:setIamPolicy", realm.emulator.endpoint());
    let empty: Value = json!({ "policy": { "bindings": [] } });
    let header = format!("Bearer {token}");
    ureq::post(url).header("authorization", header).send(empty.to_string()).unwrap();
    let answers = realm.ask();
    let answered = answers.iter().filter(|answer| answer["data"].is_string()).map(|answer| realm.asked(answer).0);
    assert_eq!(
        answered.collect::<Vec<_>>(),
        ["google.crypto-key-version", "google.public-key", "google.crypto-key", "google.key-iam-policy"]
    );
}
