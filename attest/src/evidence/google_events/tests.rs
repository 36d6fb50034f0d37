use hardkey_synthetic::record::key_event;
use serde_json::{Value as Json, json};

use super::*;
use crate::check::Ledger;
use crate::finding::Basis;

const KEY: &str = "projects/p/locations/l/keyRings/r/cryptoKeys/k";

fn version(number: u32) -> String {
    format!("{KEY}/cryptoKeyVersions/{number}")
}

/// What is said of the origin of this version.
fn said(number: u32, entries: &[Json], token: &str) -> Result<Vec<String>, String> {
    let mut gathered = Gathered::by(Basis::Confirmed, Ledger::default());
    let answer = json!({ "entries": entries, "nextPageToken": token });
    gather(answer.to_string().as_bytes(), &version(number), &mut gathered).map_err(|error| error.to_string())?;
    let line = |claim: &crate::claim::Claim| format!("{} {}: {}", claim.basis, claim.topic.name(), claim.value);
    Ok(gathered.claims.iter().map(line).collect())
}

fn local(number: u32, entries: &[Json]) -> Vec<String> {
    said(number, entries, "").unwrap()
}

const GENERATED: [&str; 1] = ["confirmed local: yes"];
const IMPORTED: [&str; 1] = ["confirmed local: no"];
const SILENT: [&str; 0] = [];

#[test]
fn an_event_says_that_this_very_version_was_generated_or_imported() {
    let made = key_event("CreateCryptoKeyVersion", &version(2));
    assert_eq!(local(2, std::slice::from_ref(&made)), GENERATED);
    assert_eq!(local(1, std::slice::from_ref(&made)), SILENT, "another version");
    let key = key_event("google.cloud.kms.v1.KeyManagementService.CreateCryptoKey", KEY);
    assert_eq!(local(1, std::slice::from_ref(&key)), GENERATED, "the first version comes with its key");
    assert_eq!(local(2, std::slice::from_ref(&key)), SILENT);
    let imported = key_event("ImportCryptoKeyVersion", &version(2));
    assert_eq!(local(2, std::slice::from_ref(&imported)), IMPORTED);
    assert_eq!(local(2, &[made, imported]), IMPORTED, "an import is never outdone");
    assert_eq!(local(2, &[]), SILENT);
}

#[test]
fn the_version_is_also_known_by_the_answer_that_was_logged() {
    let mut made = key_event("CreateCryptoKeyVersion", KEY);
    assert_eq!(local(2, std::slice::from_ref(&made)), SILENT);
    made["protoPayload"]["response"] =
        json!({ "@type": "type.googleapis.com/x", "name": version(2), "state": "ENABLED" });
    assert_eq!(local(2, &[made]), GENERATED);
}

#[test]
fn what_failed_what_is_of_another_service_and_what_may_be_an_import_shows_nothing() {
    let of = |field: &str, value: Json| {
        let mut event = key_event("CreateCryptoKeyVersion", &version(2));
        event["protoPayload"][field] = value;
        local(2, &[event])
    };
    assert_eq!(of("status", json!({})), GENERATED);
    assert_eq!(of("status", json!({ "code": 7, "message": "denied" })), SILENT);
    assert_eq!(of("serviceName", json!("kmsinventory.googleapis.com")), SILENT);
    let made = || key_event("CreateCryptoKeyVersion", &version(2));
    assert_eq!(
        local(2, &[made(), key_event("ImportCryptoKeyVersion", KEY)]),
        SILENT,
        "it does not say of which version"
    );
    assert_eq!(local(2, &[made(), key_event("ImportCryptoKeyVersion", &version(3))]), GENERATED);
    let mut key = key_event("CreateCryptoKey", KEY);
    key["protoPayload"]["request"] = json!({ "skipInitialVersionCreation": true });
    assert_eq!(local(1, &[key]), SILENT);
}

#[test]
fn a_log_that_goes_on_shows_an_import_and_no_creation() {
    assert_eq!(said(2, &[key_event("CreateCryptoKeyVersion", &version(2))], "more").unwrap(), SILENT);
    assert_eq!(said(2, &[key_event("ImportCryptoKeyVersion", &version(2))], "more").unwrap(), IMPORTED);
}

#[test]
fn an_entry_of_a_log_that_others_can_write_is_not_read() {
    let mut event = key_event("CreateCryptoKeyVersion", &version(2));
    event["logName"] = "projects/p/logs/own".into();
    let why = said(2, &[event], "").unwrap_err();
    assert!(why.contains("an entry of cloudaudit.googleapis.com%2Factivity, in logName"), "{why}");
}
