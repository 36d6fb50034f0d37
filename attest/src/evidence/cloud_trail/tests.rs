use hardkey_synthetic::answer::ARN;
use hardkey_synthetic::record::{TRAIL, selectors, trail};
use serde_json::{Value as Json, json};

use super::*;
use crate::check::Ledger;
use crate::finding::Basis;

/// What is said of logs when one trail was asked about: whether all is logged, and why.
fn said(trails: &[Json], status: Option<&Json>, selectors: Option<&Json>) -> (Option<bool>, Vec<String>) {
    let mut asked = Trails::default();
    asked.described(json!({ "trailList": trails }).to_string().as_bytes()).unwrap();
    if let Some(status) = status {
        asked.status(TRAIL, status.to_string().as_bytes()).unwrap();
    }
    if let Some(selectors) = selectors {
        asked.selectors(TRAIL, selectors.to_string().as_bytes()).unwrap();
    }
    concluded(&asked)
}

fn concluded(asked: &Trails) -> (Option<bool>, Vec<String>) {
    let mut gathered = Gathered::by(Basis::Confirmed, Ledger::default());
    asked.conclude(ARN, &mut gathered);
    assert!(gathered.claims.iter().all(|claim| claim.basis == Basis::Confirmed));
    let flag = gathered.claims.iter().find_map(|claim| match (claim.topic, &claim.value) {
        (Topic::Logging, Value::Flag(flag)) => Some(*flag),
        _ => None,
    });
    let texts = gathered.claims.iter().filter(|claim| claim.topic == Topic::Logs);
    (flag, texts.map(|claim| claim.value.to_string()).collect())
}

fn on() -> Json {
    json!({ "IsLogging": true })
}

fn with(mut value: Json, field: &str, other: Json) -> Json {
    value[field] = other;
    value
}

fn why(text: &str) -> (Option<bool>, Vec<String>) {
    (Some(false), vec![format!("the trail {TRAIL}: {text}")])
}

#[test]
fn a_trail_that_takes_every_event_of_kms_is_enough() {
    let good = (Some(true), vec![format!("the trail {TRAIL} takes every event of AWS KMS")]);
    assert_eq!(said(&[trail()], Some(&on()), Some(&selectors())), good);
    let of_region = with(trail(), "IsMultiRegionTrail", false.into());
    assert_eq!(said(&[of_region], Some(&on()), Some(&selectors())), good, "of the key's region alone");
    // Beside one that is off.
    let other = with(trail(), "TrailARN", TRAIL.replace("all", "off").into());
    let other = with(other, "LogFileValidationEnabled", false.into());
    assert_eq!(said(&[other, trail()], Some(&on()), Some(&selectors())), good);
}

#[test]
fn whether_a_trail_logs_the_files_of_trails_decides_nothing() {
    let good = (Some(true), vec![format!("the trail {TRAIL} takes every event of AWS KMS")]);
    for recursive in [true, false] {
        let trail = with(trail(), "RecursiveLogging", recursive.into());
        assert_eq!(said(&[trail], Some(&on()), Some(&selectors())), good);
    }
}

#[test]
fn each_thing_that_a_trail_lacks_is_named() {
    let of = |field: &str, value: Json| said(&[with(trail(), field, value)], Some(&on()), Some(&selectors()));
    let elsewhere = with(trail(), "IsMultiRegionTrail", false.into());
    let elsewhere = with(elsewhere, "HomeRegion", "us-west-1".into());
    assert_eq!(said(&[elsewhere], Some(&on()), Some(&selectors())), why("it does not log the key's region"));
    let unsure = "its files are not validated: LogFileValidationEnabled is not true";
    assert_eq!(of("LogFileValidationEnabled", false.into()), why(unsure));
    assert_eq!(of("LogFileValidationEnabled", Json::Null), why(unsure));
    let off = json!({ "IsLogging": false });
    let does_not = why("it does not log now: IsLogging is false");
    assert_eq!(said(&[trail()], Some(&off), Some(&selectors())), does_not);
    assert_eq!(said(&[trail()], Some(&off), None), does_not, "whatever it takes");
    for (field, what) in [("LatestDeliveryError", "files"), ("LatestDigestDeliveryError", "digests")] {
        let broken = with(on(), field, "NoSuchBucket".into());
        let text = format!("its {what} cannot be delivered: {field} says why");
        assert_eq!(said(&[trail()], Some(&broken), Some(&selectors())), why(&text));
        let mended = with(on(), field, "".into());
        assert_eq!(said(&[trail()], Some(&mended), Some(&selectors())).0, Some(true));
    }
    let none = (Some(false), vec!["the account has no trail in the key's region".to_owned()]);
    assert_eq!(said(&[], None, None), none);
}

#[test]
fn a_trail_of_another_account_counts_if_it_is_the_organisations() {
    let arn = "arn:aws:cloudtrail:us-west-2:999988887777:trail/all";
    let judged = |organisation: Json| {
        let mut asked = Trails::default();
        let trail = with(with(trail(), "TrailARN", arn.into()), "IsOrganizationTrail", organisation);
        asked.described(json!({ "trailList": [trail] }).to_string().as_bytes()).unwrap();
        asked.status(arn, on().to_string().as_bytes()).unwrap();
        asked.selectors(arn, with(selectors(), "TrailARN", arn.into()).to_string().as_bytes()).unwrap();
        concluded(&asked).0
    };
    assert_eq!(judged(true.into()), Some(true));
    assert_eq!(judged(false.into()), Some(false));
    assert_eq!(judged(Json::Null), Some(false));
}

#[test]
fn of_a_trail_of_which_too_little_was_said_nothing_is_known() {
    let unknown = |text: &str| (None, vec![format!("the trail {TRAIL}: {text}")]);
    assert_eq!(said(&[trail()], None, Some(&selectors())), unknown("whether it logs now, GetTrailStatus did not say"));
    assert_eq!(said(&[trail()], Some(&on()), None), unknown("which events it takes, GetEventSelectors did not say"));
    // That it takes too little is known all the same.
    let lacking = json!({ "TrailARN": TRAIL, "EventSelectors": [] });
    assert_eq!(said(&[trail()], None, Some(&lacking)), why("it has no event selector"));
    assert_eq!(concluded(&Trails::default()), (None, vec![]));
}

#[test]
fn selectors_take_reads_and_writes_and_leave_no_kms_out() {
    let of = |field: &str, value: Json| {
        let mut all = selectors();
        all["EventSelectors"][0][field] = value;
        said(&[trail()], Some(&on()), Some(&all))
    };
    let reads = why("it does not take both reads and writes: ReadWriteType is not All");
    for kind in ["ReadOnly", "WriteOnly"] {
        assert_eq!(of("ReadWriteType", kind.into()), reads);
    }
    assert_eq!(of("ReadWriteType", Json::Null), reads);
    assert_eq!(of("IncludeManagementEvents", false.into()), why("it takes no management events"));
    assert_eq!(of("IncludeManagementEvents", Json::Null), why("it takes no management events"));
    let excluded = why("it leaves out AWS KMS: ExcludeManagementEventSources has kms.amazonaws.com");
    assert_eq!(of("ExcludeManagementEventSources", json!(["rdsdata.amazonaws.com", KMS])), excluded);
    assert_eq!(of("ExcludeManagementEventSources", json!(["rdsdata.amazonaws.com"])).0, Some(true));
    // One that takes all is enough, wherever it stands.
    let lacking = json!({ "ReadWriteType": "ReadOnly", "IncludeManagementEvents": true });
    let good = selectors()["EventSelectors"][0].clone();
    for list in [json!([lacking, good]), json!([good, lacking])] {
        let all = json!({ "TrailARN": TRAIL, "EventSelectors": list });
        assert_eq!(said(&[trail()], Some(&on()), Some(&all)).0, Some(true));
    }
}

#[test]
fn advanced_selectors_take_management_events_and_narrow_them_by_other_sources_alone() {
    let field = |name: &str, how: &str, values: &[&str]| json!({ "Field": name, how: values });
    let of = |fields: Vec<Json>| {
        let advanced =
            json!({ "TrailARN": TRAIL, "AdvancedEventSelectors": [{ "Name": "a", "FieldSelectors": fields }] });
        said(&[trail()], Some(&on()), Some(&advanced))
    };
    let management = || field("eventCategory", "Equals", &["Management"]);
    assert_eq!(of(vec![management()]).0, Some(true));
    assert_eq!(of(vec![management(), field("eventSource", "NotEquals", &["rdsdata.amazonaws.com"])]).0, Some(true));
    let none = why("it takes no management events");
    assert_eq!(of(vec![]), none);
    assert_eq!(of(vec![field("eventCategory", "Equals", &["Data"])]), none);
    assert_eq!(of(vec![field("eventCategory", "Equals", &["Management", "Data"])]), none);
    assert_eq!(of(vec![field("eventCategory", "NotEquals", &["Management"])]), none);
    let source = why("it leaves out AWS KMS: an advanced selector has eventSource");
    for (how, values) in [
        ("NotEquals", ["rdsdata.amazonaws.com", KMS].as_slice()),
        ("Equals", &["s3.amazonaws.com"]),
        ("StartsWith", &["s3"]),
        ("EndsWith", &["s3"]),
        ("NotStartsWith", &["kms"]),
        ("NotEndsWith", &["com"]),
    ] {
        assert_eq!(of(vec![management(), field("eventSource", how, values)]), source, "{how}");
    }
    let narrow = why("an advanced selector takes some events alone");
    for (name, how, value) in [
        ("readOnly", "Equals", "false"),
        ("eventName", "NotEquals", "Sign"),
        ("userIdentity.arn", "NotEquals", "arn:aws:iam::111122223333:role/release"),
    ] {
        assert_eq!(of(vec![management(), field(name, how, &[value])]), narrow, "{name}");
    }
}

#[test]
fn selectors_of_another_trail_are_malformed() {
    let error =
        Trails::default().selectors("arn:aws:cloudtrail:us-west-2:1:trail/b", selectors().to_string().as_bytes());
    let expected = "the answer to cloudtrail:GetEventSelectors: expected arn:aws:cloudtrail:us-west-2:1:trail/b, in TrailARN, found ";
    assert_eq!(error.unwrap_err().to_string(), format!("{expected}{TRAIL}"));
}

#[test]
fn a_trail_whose_arn_is_none_counts_for_nothing() {
    for arn in ["all", "arn:aws:s3:us-west-2:111122223333:trail/all", "arn:aws:cloudtrail:us-west-2:111122223333:all"] {
        let odd = with(trail(), "TrailARN", arn.into());
        let texts = vec![format!("the trail {arn}: its ARN is of no trail")];
        assert_eq!(said(&[odd], Some(&on()), Some(&selectors())), (Some(false), texts));
    }
}
