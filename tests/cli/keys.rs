//! `hardkey keys`.

use serde_json::Value;

use hardkey_tests::scene::{Scene, is_golden, told};

const KEYS: [&str; 6] = [
    "RSA_3072,alias=release",
    "ECC_NIST_P384,alias=curve",
    "RSA_2048,alias=imported,origin=EXTERNAL",
    "ECC_NIST_P256,alias=off,disabled",
    "ECC_NIST_EDWARDS25519,alias=edwards",
    "SYMMETRIC_DEFAULT,alias=symmetric",
];

#[test]
fn every_key_is_shown_with_what_admission_says_of_it() {
    let scene = Scene::start(&KEYS);
    let text = scene.hardkey(&["keys"]);
    assert_eq!(told(&text), (Some(0), String::new()));
    is_golden("keys.txt", &scene.masked(&text.text()));
    let json = scene.hardkey(&["keys", "--json"]);
    assert_eq!(told(&json), (Some(0), String::new()));
    let mut value: Value = serde_json::from_slice(&json.stdout).unwrap();
    for key in value["tokens"][0]["keys"].as_array_mut().unwrap() {
        if let Some(id) = key["subject_key_id"].as_str() {
            assert_eq!(id.len(), 40, "{key}");
            key["subject_key_id"] = "…".into();
        }
    }
    is_golden("keys.json", &scene.masked(&format!("{value:#}\n")));
}

#[test]
fn a_key_that_could_not_be_asked_for_is_shown_with_why_and_is_no_success() {
    let mut scene = Scene::start(&["RSA_3072,alias=release"]);
    let both = format!("{} {}", Scene::named("release"), Scene::named("nothing"));
    scene.set("HARDKEY_KEY", &both);
    let text = scene.hardkey(&["keys"]);
    let line = "hardkey: one answer is missing; the list says which, why, and what to do\n";
    assert_eq!(told(&text), (Some(1), line.to_owned()));
    is_golden("keys-missing.txt", &scene.masked(&text.text()));
    let json = scene.hardkey(&["keys", "--json"]);
    assert_eq!(told(&json), (Some(1), line.to_owned()));
    let value: Value = serde_json::from_slice(&json.stdout).unwrap();
    let missing = &value["tokens"][0]["keys"][1];
    assert_eq!((&missing["admission"], &missing["id"]), (&Value::from("unknown"), &Value::Null));
    assert_eq!(missing["error"]["remedy"], "check the name, the account and the region of the key");
}

#[test]
fn a_token_without_credentials_is_shown_with_why() {
    let mut scene = Scene::start(&["RSA_3072,alias=release"]);
    for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
        scene.environment.remove(name);
    }
    let text = scene.hardkey(&["keys"]);
    assert_eq!(text.status, Some(1), "{text:?}");
    let lines: Vec<String> = text.text().lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert_eq!(lines[0], "token \"hardkey\", AWS KMS");
    assert!(lines[1].starts_with("  could not be asked: no AWS credentials; tried: environment"), "{}", lines[1]);
}

#[test]
fn without_a_configuration_there_is_nothing_to_show() {
    let mut scene = Scene::start(&[]);
    scene.environment.remove("HARDKEY_KEY");
    let outcome = scene.hardkey(&["keys"]);
    let line = "hardkey: no key is configured; set HARDKEY_KEY, or write a configuration file\n";
    assert_eq!((told(&outcome), outcome.text()), ((Some(2), line.to_owned()), String::new()));
    scene.set("HARDKEY_KEY", "release");
    let outcome = scene.hardkey(&["keys"]);
    assert_eq!(outcome.status, Some(2));
    assert!(outcome.stderr.starts_with("hardkey: HARDKEY_KEY: \"release\" is not a key name; "), "{}", outcome.stderr);
}
