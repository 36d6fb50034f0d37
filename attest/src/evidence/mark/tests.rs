use hardkey_synthetic::record::aws_tags;
use serde_json::{Value as Json, json};

use super::*;
use crate::check::Ledger;
use crate::finding::Basis;

const KEY: &str = "projects/p/locations/l/keyRings/r/cryptoKeys/k";

fn marks(read: impl FnOnce(&mut Gathered) -> Result<(), Malformed>) -> Vec<String> {
    let mut gathered = Gathered::by(Basis::Confirmed, Ledger::default());
    read(&mut gathered).unwrap();
    assert!(gathered.claims.iter().all(|claim| claim.topic == Topic::Mark && claim.basis == Basis::Confirmed));
    gathered.claims.iter().map(|claim| claim.value.to_string()).collect()
}

fn google(labels: &Json) -> Json {
    json!({
        "name": KEY, "purpose": "ASYMMETRIC_SIGN", "createTime": "2026-01-02T03:04:05Z", "labels": labels,
        "versionTemplate": { "protectionLevel": "HSM", "algorithm": "EC_SIGN_P256_SHA256" }, "destroyScheduledDuration": "2592000s",
    })
}

#[test]
fn the_mark_is_the_tag_or_label_of_that_name_alone() {
    let aws = |answer: Json| marks(|gathered| gather_aws(answer.to_string().as_bytes(), gathered));
    assert_eq!(aws(aws_tags("00ff")), ["00ff"]);
    assert_eq!(aws(json!({ "Tags": [{ "TagKey": "Hardkey-Challenge", "TagValue": "00ff" }] })), [""; 0]);
    assert_eq!(aws(json!({ "Tags": [], "Truncated": true, "NextMarker": "a" })), [""; 0]);
    let google = |labels: Json| marks(|gathered| gather_google(google(&labels).to_string().as_bytes(), KEY, gathered));
    assert_eq!(google(json!({ "team": "a", "hardkey-challenge": "00ff" })), ["00ff"]);
    assert_eq!(google(Json::Null), [""; 0]);
}

#[test]
fn labels_of_another_key_are_malformed() {
    let mut gathered = Gathered::by(Basis::Confirmed, Ledger::default());
    let error = gather_google(google(&json!({})).to_string().as_bytes(), "projects/q", &mut gathered).unwrap_err();
    assert_eq!(error.to_string(), format!("the answer to GetCryptoKey: expected projects/q, in name, found {KEY}"));
}
