//! Records of a confirmation: a key of AWS KMS about which the cloud told the CA everything, but for one thing.

use hardkey_synthetic::{Challenge, Report, answer, record as made};
use serde_json::{Value, json};

use super::Vector;
use super::attempt::{Attempt, other, stopped};
use crate::check::Check;
use crate::form::Form;
use crate::verdict::Level;

/// The good record, changed.
fn with(change: impl FnOnce(Report) -> Report) -> Attempt {
    of(|report| report, |report| change(made::aws(report)))
}

/// The good report, changed, with a record of it.
fn of(change: impl FnOnce(Report) -> Report, record: impl FnOnce(&Report) -> Report) -> Attempt {
    let (report, request) = made::aws_report();
    let report = change(report);
    let record = record(&report).bytes();
    Attempt { record: Some(record), ..Attempt::report(&report, request, &Challenge::new()) }
}

/// The good record, in which the cloud says that the key is in another state.
fn state(state: &str) -> Attempt {
    with(|record| {
        let mut description = answer::all()[0].1.clone();
        description["KeyMetadata"]["KeyState"] = state.into();
        description["KeyMetadata"]["Enabled"] = false.into();
        record.instead("aws.describe-key", &description)
    })
}

/// The good record with a trail that is another.
fn trail(field: &'static str, value: Value) -> Attempt {
    with(|record| {
        let mut trail = made::trail();
        trail[field] = value;
        record.instead("aws.describe-trails", &json!({ "trailList": [trail] }))
    })
}

/// The good record with a trail that takes other events.
fn selector(field: &'static str, value: Value) -> Attempt {
    with(|record| {
        let mut selectors = made::selectors();
        selectors["EventSelectors"][0][field] = value;
        record.instead("aws.get-event-selectors", &selectors)
    })
}

/// Of the key with this ARN alone; its bytes are the same.
fn elsewhere(record: Report, kind: &str) -> Report {
    let mut record = record;
    record.asked_before(kind)["of"] = OTHER.into();
    record
}

const OTHER: &str = "arn:aws:kms:us-west-2:111122223333:key/11111111-09fe-87dc-65ba-ab0987654321";

const fn check(id: &'static str, what: &'static str, check: Check, attempt: fn() -> Attempt) -> Vector {
    Vector { otherwise: Level::Confirmed, ..Vector::by_check(id, what, check, attempt) }
}

const fn rule(id: &'static str, what: &'static str, rule: &'static str, attempt: fn() -> Attempt) -> Vector {
    Vector { otherwise: Level::Confirmed, ..Vector::by_rule(id, what, rule, attempt) }
}

const fn form(
    id: &'static str,
    what: &'static str,
    form: Form,
    seen: &'static str,
    attempt: fn() -> Attempt,
) -> Vector {
    Vector { otherwise: Level::Confirmed, ..Vector::by_form(id, what, form, seen, attempt) }
}

pub(super) const VECTORS: &[Vector] = &[
    check("6.18", "a record of an earlier report about the same key", Check::RecordReport, || {
        of(
            |report| report,
            |report| made::aws(&report.clone().with("report_id", "00000000-5d0e-4c6b-9a53-0a4d3c2b1e0f".into())),
        )
    }),
    check("6.19", "a record of an earlier order", Check::RecordChallenge, || {
        with(|record| record.with("order", "4710".into()))
    }),
    check("6.20", "a record of an earlier challenge", Check::RecordChallenge, || {
        let earlier = Challenge::new().order("4710").nonce;
        with(|record| record.with("nonce", earlier.into()))
    }),
    check("6.21", "a record that was kept for 31 days", Check::RecordAge, || {
        with(|mut record| {
            record.asked_before("aws.describe-key")["asked"] = "2026-10-21T11:59:59Z".into();
            record
        })
    }),
    check("7.3", "the cloud tells the CA that the key is disabled", Check::Admission, || state("Disabled")),
    check("7.4", "the cloud tells the CA that the key is about to be deleted", Check::Admission, || {
        state("PendingDeletion")
    }),
    check("10.9", "a record that the subscriber signed with a key of his own", Check::RecordConfirmer, || {
        with(|record| {
            let spki = openssl_base64(other().spki());
            record.with("confirmer", spki.into()).signers(&[other()])
        })
    }),
    check("10.10", "a record that names the CA's key, and is signed by another", Check::RecordSignature, || {
        with(|record| record.signers(&[other()]))
    }),
    check("10.11", "a record in which an answer was changed", Check::RecordSignature, || {
        with(|record| record.then(|payload| payload["answers"][0]["request"] = "another".into()))
    }),
    check("10.12", "a record of another key", Check::RecordKey, || {
        with(|record| record.with("spki", openssl_base64(other().spki()).into()))
    }),
    form("16.24", "a record with two answers to one question", Form::EvidenceOnce, "each question once", || {
        with(|record| {
            record.answer("aws.list-resource-tags", answer::ARN, KMS, &made::aws_tags(&Challenge::new().nonce))
        })
    }),
    form("16.25", "a record that two keys signed, the CA's first", Form::OneSignature, ONE, || {
        with(|record| record.signers(&[made::confirmer(), other()]))
    }),
    check("18.1", "an answer of a host that is not AWS's", Check::RecordEndpoint, || {
        with(|mut record| {
            record.asked_before("aws.describe-key")["endpoint"] = "kms.us-west-2.amazonaws.com.example".into();
            record
        })
    }),
    check("18.2", "an answer of another region's host", Check::RecordEndpoint, || {
        with(|mut record| {
            record.asked_before("aws.get-public-key")["endpoint"] = "kms.eu-west-1.amazonaws.com".into();
            record
        })
    }),
    check("19.1", "a record with the tags of another key", Check::RecordAnswers, || {
        with(|record| elsewhere(record, "aws.list-resource-tags"))
    }),
    check("19.2", "a record with the public key of another key", Check::OneKey, || {
        with(|record| {
            let mut answer = answer::all()[1].1.clone();
            answer["PublicKey"] = openssl_base64(other().spki()).into();
            record.instead("aws.get-public-key", &answer)
        })
    }),
    rule("21.1", "a key that has a copy in another region", "one-region", || {
        let copied = with(|record| {
            let region = |region: &str| json!({ "Arn": answer::ARN.replace("us-west-2", region), "Region": region });
            let mut description = answer::all()[0].1.clone();
            description["KeyMetadata"]["MultiRegion"] = true.into();
            description["KeyMetadata"]["MultiRegionConfiguration"] = json!({
                "MultiRegionKeyType": "PRIMARY", "PrimaryKey": region("us-west-2"), "ReplicaKeys": [region("ap-east-1")],
            });
            record.instead("aws.describe-key", &description)
        });
        Attempt { without_copies: true, ..copied }
    }),
    check("24.1", "a record with the trails of another account", Check::RecordAnswers, || {
        with(|mut record| {
            record.asked_before("aws.describe-trails")["of"] = "999988887777".into();
            record
        })
    }),
    rule("24.2", "the trail does not log now", "logging", || {
        with(|record| record.instead("aws.get-trail-status", &json!({ "IsLogging": false })))
    }),
    rule("24.3", "the trail leaves AWS KMS out", "logging", || {
        selector("ExcludeManagementEventSources", json!(["kms.amazonaws.com"]))
    }),
    rule("24.4", "the trail takes writes alone", "logging", || selector("ReadWriteType", "WriteOnly".into())),
    rule("24.5", "the trail takes no management events", "logging", || {
        selector("IncludeManagementEvents", false.into())
    }),
    rule("24.6", "the trail's files can be changed unseen", "logging", || {
        trail("LogFileValidationEnabled", false.into())
    }),
    rule("24.7", "the trail is of another region alone", "logging", || {
        with(|record| {
            let mut trail = made::trail();
            trail["IsMultiRegionTrail"] = false.into();
            trail["HomeRegion"] = "eu-west-1".into();
            record.instead("aws.describe-trails", &json!({ "trailList": [trail] }))
        })
    }),
    rule("24.8", "the account has no trail", "logging", || {
        with(|record| record.instead("aws.describe-trails", &json!({ "trailList": [] })))
    }),
    rule("24.9", "the CA may not see the trails", "logging", || {
        with(|record| {
            record.unasked("aws.describe-trails").refused("aws.describe-trails", "111122223333", CLOUDTRAIL, DENIED)
        })
    }),
    check("27.7", "a record of the future", Check::RecordAge, || {
        with(|record| record.with("created", "2026-11-21T12:05:01Z".into()))
    }),
    form("a.2", "a report that the CA's key was led to sign, as a record", Form::PayloadType, TYPE, || {
        with(|record| record.payload_type("application/vnd.hardkey.report.v1+json"))
    }),
    rule("b.1", "a key that its administrator did not mark", "ownership", || {
        with(|record| record.instead("aws.list-resource-tags", &json!({ "Tags": [], "Truncated": false })))
    }),
    rule("b.2", "a key that its administrator marked for an earlier order", "ownership", || {
        let earlier = Challenge::new().order("4710").nonce;
        with(|record| record.instead("aws.list-resource-tags", &made::aws_tags(&earlier)))
    }),
    rule("b.3", "a key whose tags the CA may not see", "ownership", || {
        with(|record| {
            record.unasked("aws.list-resource-tags").refused("aws.list-resource-tags", answer::ARN, KMS, DENIED)
        })
    }),
];

const ONE: &str = "one signature, by the CA's key that made the record";
const TYPE: &str = "the payload type application/vnd.hardkey.confirmation.v1+json";
const DENIED: &str = "AccessDeniedException";
const KMS: &str = "kms.us-west-2.amazonaws.com";
const CLOUDTRAIL: &str = "cloudtrail.us-west-2.amazonaws.com";

fn openssl_base64(bytes: &[u8]) -> String {
    use base64ct::{Base64, Encoding};
    Base64::encode_string(bytes)
}

fn judged(attempt: &Attempt) -> (Level, Option<u8>, Vec<&'static str>) {
    let verdict = attempt.judged(None).unwrap();
    (verdict.level(), verdict.csbr_method(), stopped(&verdict))
}

#[test]
fn what_the_cloud_tells_the_ca_itself_is_confirmed() {
    let attempt = with(|record| record);
    assert_eq!(judged(&attempt), (Level::Confirmed, Some(5), vec![]));
    let reported = Attempt { record: None, ..attempt };
    assert_eq!(judged(&reported).0, Level::Reported, "without the record");
}

#[test]
fn of_a_record_that_fails_a_check_of_its_own_no_rule_hears() {
    for vector in VECTORS.iter().filter(|vector| vector.guard.id().starts_with("record-")) {
        let verdict = (vector.attempt)().judged(None).unwrap();
        let heard = verdict.rules().iter().find(|rule| rule.basis == Some(crate::finding::Basis::Confirmed));
        assert_eq!(heard, None, "{}", vector.id);
    }
}

mod terms;
