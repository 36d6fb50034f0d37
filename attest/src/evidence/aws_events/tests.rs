use hardkey_synthetic::answer::ARN;
use hardkey_synthetic::record::aws_event;
use serde_json::{Value as Json, json};

use super::*;
use crate::check::Ledger;
use crate::finding::Basis;

const TIME: &str = "2026-11-20T10:00:00Z";

fn said(records: &[Json]) -> Vec<String> {
    let events: Vec<Json> =
        records.iter().map(|record| json!({ "EventId": "1", "CloudTrailEvent": record.to_string() })).collect();
    lines(&json!({ "Events": events }))
}

fn lines(answer: &Json) -> Vec<String> {
    let mut gathered = Gathered::by(Basis::Confirmed, Ledger::default());
    gather(answer.to_string().as_bytes(), ARN, &mut gathered).unwrap();
    let line = |claim: &crate::claim::Claim| format!("{} {}: {}", claim.basis, claim.topic.name(), claim.value);
    gathered.claims.iter().map(line).collect()
}

fn with(name: &str, change: impl Fn(&mut Json)) -> Json {
    let mut record = aws_event(name);
    change(&mut record);
    record
}

const NONE: &str = "confirmed events: the event history has no CreateKey of this key in the hour of its creation";

#[test]
fn a_key_whose_creation_is_in_the_history_with_aws_kms_as_its_origin_was_generated_there() {
    let event = format!("confirmed events: CreateKey of this key at {TIME}, with the origin AWS_KMS");
    assert_eq!(said(&[aws_event("CreateKey")]), ["confirmed local: yes".to_owned(), event]);
}

#[test]
fn a_key_that_was_made_for_an_import_or_was_imported_into_was_not() {
    let external = with("CreateKey", |record| record["responseElements"]["keyMetadata"]["origin"] = "EXTERNAL".into());
    let event = format!("confirmed events: CreateKey of this key at {TIME}, with the origin EXTERNAL");
    assert_eq!(said(&[external]), ["confirmed local: no".to_owned(), event]);
    let imported = format!("confirmed events: ImportKeyMaterial into this key at {TIME}");
    assert_eq!(said(&[aws_event("ImportKeyMaterial")]), ["confirmed local: no".to_owned(), imported.clone()]);
    // Also beside an event that says otherwise, and by the key's id alone.
    let by_id = with("ImportKeyMaterial", |record| {
        record["resources"] = json!([]);
        record["requestParameters"]["keyId"] = ARN.rsplit_once('/').unwrap().1.into();
    });
    let both = said(&[aws_event("CreateKey"), by_id]);
    assert_eq!((both[0].as_str(), both[2].as_str()), ("confirmed local: no", imported.as_str()));
}

#[test]
fn an_event_of_another_key_account_region_service_or_one_that_failed_says_nothing() {
    let other = ARN.replace("0987dcba", "1987dcba");
    let changes: [(&str, Json); 6] = [
        ("/responseElements/keyMetadata/arn", other.into()),
        ("/awsRegion", "us-east-1".into()),
        ("/recipientAccountId", "999988887777".into()),
        ("/eventSource", "signer.amazonaws.com".into()),
        ("/errorCode", "AccessDenied".into()),
        ("/eventName", "DescribeKey".into()),
    ];
    for (pointer, value) in changes {
        let record = with("CreateKey", |record| {
            if pointer == "/errorCode" {
                record["errorCode"] = value.clone();
            } else {
                *record.pointer_mut(pointer).unwrap() = value.clone();
            }
        });
        assert_eq!(said(&[record]), [NONE], "{pointer}");
    }
    let another = with("ImportKeyMaterial", |record| {
        record["resources"][0]["ARN"] = ARN.replace("0987dcba", "1987dcba").into();
        record["requestParameters"]["keyId"] = "1987dcba-09fe-87dc-65ba-ab0987654321".into();
    });
    assert_eq!(said(&[another]), [NONE]);
}

#[test]
fn a_history_that_does_not_show_the_creation_says_so_and_whether_all_of_it_was_shown() {
    assert_eq!(lines(&json!({ "Events": [] })), [NONE]);
    let part = format!("{NONE}, in as much of it as was shown");
    assert_eq!(lines(&json!({ "Events": [], "NextToken": "x" })), [part]);
    // ministack's records have no answer in them.
    let record = with("CreateKey", |record| record["responseElements"] = Json::Null);
    assert_eq!(said(&[record]), [NONE]);
    assert_eq!(lines(&json!({ "Events": [{ "EventId": "1", "EventName": "CreateKey" }] })), [NONE]);
}
