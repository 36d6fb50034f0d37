//! The schema of records of a confirmation, held against what the verifier takes and refuses; and a draft, which is confirmed.

use boon::{SchemaIndex, Schemas};
use hardkey_attest::anchor::Release;
use hardkey_attest::confirmation::{
    About, Answer, Change, Draft, Envelope, Kind, LARGEST, Record, Said, Seen, changes, envelope, to_be_signed,
};
use hardkey_attest::instant::Instant;
use hardkey_attest::policy::Policy;
use hardkey_attest::public_key::PublicKey;
use hardkey_attest::signature::Scheme;
use hardkey_synthetic::{Bundle, Challenge, Hash, Key, Report, Shape, answer, hex, record as made};
use serde_json::{Value, json};

use crate::folder::{Folder, VERIFY};

const SCHEMA: &str = include_str!("../../../../docs/confirmation-v1.schema.json");
const ID: &str = "urn:hardkey:confirmation:v1";

struct Schema {
    schemas: Schemas,
    envelope: SchemaIndex,
    payload: SchemaIndex,
}

impl Schema {
    fn new() -> Self {
        let (schemas, [envelope, payload]) = crate::schema::compiled(ID, SCHEMA, ["", "#/$defs/payload"]);
        Self { schemas, envelope, payload }
    }

    /// Why the schema does not take an envelope or the payload in it.
    fn wrong(&self, envelope: &Value) -> Option<String> {
        let payload = openssl::base64::decode_block(envelope["payload"].as_str().unwrap()).unwrap();
        let payload = serde_json::from_slice(&payload).unwrap();
        let held = [(envelope, self.envelope), (&payload, self.payload)];
        held.into_iter()
            .find_map(|(value, place)| self.schemas.validate(value, place).err().map(|error| error.to_string()))
    }
}

fn reads(record: &Report) -> bool {
    Envelope::open(&record.bytes()).and_then(|envelope| Record::parse(envelope.payload())).is_ok()
}

fn good() -> Report {
    made::aws(&made::aws_report().0)
}

#[test]
fn every_record_that_is_read_is_one_by_the_schema() {
    let schema = Schema::new();
    let refused = good().unasked("aws.describe-trails").refused("aws.describe-trails", "1", "a", "AccessDenied");
    for record in [good(), made::of(&made::aws_report().0), refused] {
        assert!(reads(&record));
        assert_eq!(schema.wrong(&record.json()), None);
    }
}

#[test]
fn what_the_schema_refuses_is_no_record() {
    let schema = Schema::new();
    let in_answer = |field: &str, value: Option<Value>| {
        let mut record = good();
        let answer = record.asked_before("aws.describe-key").as_object_mut().unwrap();
        match value {
            Some(value) => _ = answer.insert(field.to_owned(), value),
            None => _ = answer.remove(field),
        }
        record
    };
    let refusal = json!({ "code": "AccessDenied", "message": "no" });
    let mut bad: Vec<Report> = [
        ("version", json!(2)),
        ("record_id", json!("8C5A0B5E-7A1C-4F3E-9D55-2B7D1C3E4F60")),
        ("report_sha256", json!("00")),
        ("nonce", Value::Null),
        ("audience", json!("")),
        ("order", json!("a\nb")),
        ("resource", json!("a".repeat(2049))),
        ("confirmer", json!("%")),
        ("signature_algorithm", json!("ed25519")),
        ("created", json!("2026-11-21")),
        ("generator", json!({ "name": "a" })),
        ("findings", json!(["\u{1b}"])),
        ("findings", json!(vec!["a"; 257])),
        ("findings", json!(["a".repeat(2049)])),
        ("verdict", json!("confirmed")),
    ]
    .into_iter()
    .map(|(field, value)| good().with(field, value))
    .collect();
    for field in ["version", "nonce", "spki", "confirmer", "answers", "findings"] {
        bad.push(good().without(field));
    }
    for (field, value) in [
        ("kind", Some(json!("aws.list-keys"))),
        ("of", None),
        ("endpoint", Some(json!("a".repeat(262)))),
        ("asked", Some(json!("now"))),
        ("request", Some(json!("\u{1b}"))),
        ("data", None),
        ("data", Some(json!("e30"))),
        ("refused", Some(refusal)),
        ("token", Some(json!("secret"))),
    ] {
        bad.push(in_answer(field, value));
    }
    bad.push(in_answer("data", None).refused("aws.get-trail-status", "x", "a", ""));
    let mut many = good();
    let one = many.payload["answers"][0].clone();
    let each = |number: usize| {
        let mut one = one.clone();
        one["of"] = number.to_string().into();
        one
    };
    many.payload["answers"] = (0..65).map(each).collect();
    bad.push(many.clone());
    for record in bad {
        assert!(!reads(&record), "{}", record.payload);
        assert!(schema.wrong(&record.json()).is_some(), "{}", record.payload);
    }
    many.payload["answers"].as_array_mut().unwrap().pop();
    assert!(reads(&many) && schema.wrong(&many.json()).is_none(), "64 answers");
}

/// The answers of the good record, as whoever asked has them.
fn answers() -> Vec<Answer> {
    let envelope = Envelope::open(&good().bytes()).unwrap();
    Record::parse(envelope.payload()).unwrap().answers
}

fn drafted(report: &[u8], answers: Vec<Answer>) -> Result<Vec<u8>, String> {
    let confirmer = PublicKey::from_spki(made::confirmer().spki()).unwrap();
    let draft = Draft {
        id: [0xff; 16],
        about: About::Report(report),
        confirmer: &confirmer,
        scheme: Scheme::Ecdsa,
        created: Instant::parse("2026-11-21T10:00:00Z").unwrap(),
        generator: "hardkey-confirm",
        version: "0.1.0",
        answers,
    };
    draft.payload().map_err(|error| error.to_string())
}

#[test]
fn what_a_draft_makes_is_a_record_that_is_confirmed() {
    let (report, request) = made::aws_report();
    let payload = drafted(&report.bytes(), answers()).unwrap();
    let record = envelope(&payload, &made::confirmer().sign(Hash::Sha256, &to_be_signed(&payload)));
    assert_eq!(Schema::new().wrong(&serde_json::from_str(&record).unwrap()), None);
    let folder = Folder::of(&report, &request, &Challenge::new());
    folder.put("ca.toml", made::policy().as_bytes());
    folder.put("record.json", record.as_bytes());
    let stopped = folder.stopped(&format!("{VERIFY} --confirmation record.json --policy ca.toml"));
    assert_eq!(stopped, ("confirmed".to_owned(), vec![]));
}

#[test]
fn a_draft_says_what_its_answers_said_and_may_be_of_an_earlier_record() {
    let (report, _) = made::aws_report();
    let first = Record::parse(&drafted(&report.bytes(), answers()).unwrap()).unwrap();
    for line in ["confirmed hsm: yes", "confirmed local: yes", "confirmed logging: yes"] {
        assert!(first.findings.iter().any(|finding| finding == line), "{line}: {:?}", first.findings);
    }
    let confirmer = PublicKey::from_spki(made::confirmer().spki()).unwrap();
    let again = Draft {
        id: [1; 16],
        about: About::Record(&first),
        confirmer: &confirmer,
        scheme: Scheme::Ecdsa,
        created: Instant::parse("2027-11-21T10:00:00Z").unwrap(),
        generator: "hardkey-confirm",
        version: "0.1.0",
        answers: answers().into_iter().take(2).collect(),
    };
    let again = Record::parse(&again.payload().unwrap()).unwrap();
    let kept = |record: &Record| (record.report_sha256, record.nonce, record.order.clone(), record.resource.clone());
    assert_eq!(kept(&again), kept(&first));
    assert_eq!((again.answers.len(), again.created.to_string().as_str()), (2, "2027-11-21T10:00:00Z"));
    assert!(again.findings.iter().all(|finding| !finding.contains("logging")), "{:?}", again.findings);
}

/// Changed rules and checks, what was first and what is now.
fn changed(record: Report) -> Vec<String> {
    let parse = |record: &Report| Record::parse(record.payload.to_string().as_bytes()).unwrap();
    let (earlier, later) = (parse(&good()), parse(&record));
    let now = Instant::parse("2026-11-21T12:00:00Z").unwrap();
    let changes = changes(&earlier, &later, &Policy::csbr(), now, &Release).unwrap();
    let outcome = |seen: &Seen| seen.as_ref().map_or("nothing", |(outcome, _)| outcome.name());
    let told = |change: &Change| {
        let worse = if change.is_worse() { "worse" } else { "other" };
        format!("{worse} {}: {} {}", change.id, outcome(&change.was), outcome(&change.is))
    };
    changes.iter().map(told).collect()
}

#[test]
fn what_changed_between_two_records_is_told_by_rule() {
    assert_eq!(changed(good()), [""; 0]);
    let stopped = good().instead("aws.get-trail-status", &json!({ "IsLogging": false }));
    assert_eq!(changed(stopped), ["worse logging: passed failed"]);
    let refused =
        good().unasked("aws.describe-trails").refused("aws.describe-trails", "111122223333", "a", "AccessDenied");
    assert_eq!(changed(refused), ["worse logging: passed missing"]);
    let described = |change: &dyn Fn(&mut Value)| {
        let mut answer = answer::all()[0].1.clone();
        change(&mut answer["KeyMetadata"]);
        good().instead("aws.describe-key", &answer)
    };
    let disabled = described(&|key| {
        key["Enabled"] = false.into();
        key["KeyState"] = "Disabled".into();
    });
    let disabled = changed(disabled);
    assert!(disabled.contains(&"worse admission: passed failed".to_owned()), "{disabled:?}");
    let imported = changed(described(&|key| key["Origin"] = "EXTERNAL".into()));
    assert!(imported.iter().any(|line| line.starts_with("worse ")), "{imported:?}");
    let unmarked = good().instead("aws.list-resource-tags", &json!({ "Tags": [], "Truncated": false }));
    assert_eq!(changed(unmarked), [""; 0], "the mark was of the order");
}

#[test]
fn a_draft_that_a_ca_could_not_use_becomes_no_record() {
    let (report, _) = made::aws_report();
    let told = |report: &Report, answers| drafted(&report.bytes(), answers).unwrap_err();
    let unsigned = report.clone().signers(&[made::confirmer()]);
    assert_eq!(
        told(&unsigned, answers()),
        "report: the signature does not verify with the key's public half; its own key must have signed it"
    );
    assert_eq!(
        told(&report.clone().without("challenge"), answers()),
        "report: the report answers no challenge; ask the subscriber for one that answers yours"
    );
    assert_eq!(
        drafted(b"{}", answers()).unwrap_err(),
        "report, byte 1: expected the field `payload`, found none; name the report that hardkey attest made"
    );
    let with = |kind: Kind, change: fn(&mut Answer)| {
        let mut all = answers();
        change(all.iter_mut().find(|answer| answer.kind == kind).unwrap());
        all
    };
    assert_eq!(
        told(&report, with(Kind::AwsListResourceTags, |answer| answer.of = "another".to_owned())),
        "answers: aws.list-resource-tags is of another, which says nothing of this key"
    );
    let other = Key::of(Shape::P256, "another");
    let hash = |key: &Key| hex(&Hash::Sha256.of(key.spki()));
    let mut swapped = answer::all()[1].1.clone();
    swapped["PublicKey"] = openssl::base64::encode_block(other.spki()).into();
    let mut all = answers();
    all[1].said = Said::Data(swapped.to_string().into_bytes());
    let own = Bundle::key(Shape::P256);
    assert_eq!(
        told(&report, all),
        format!("answers: the report is about the key {}, its evidence about {}", hash(own), hash(other))
    );
    let malformed = told(&report, with(Kind::AwsGetTrailStatus, |answer| answer.said = Said::Data(b"[]".to_vec())));
    assert_eq!(
        malformed,
        "answers: aws.get-trail-status: the answer to cloudtrail:GetTrailStatus, byte 0: expected a JSON object, which starts with {, \
         without a byte order mark, found 5b 5d"
    );
}

#[test]
fn a_refusal_is_kept_in_words_that_can_be_shown() {
    let (report, _) = made::aws_report();
    let mut all = answers();
    let said = Said::Refused { code: String::new(), message: format!("no\n\u{202e}{}", "a".repeat(2000)) };
    all[2].said = said;
    let payload = drafted(&report.bytes(), all).unwrap();
    let Said::Refused { code, message } = &Record::parse(&payload).unwrap().answers[2].said else { panic!() };
    assert_eq!((code.as_str(), message.chars().count()), ("none", 1024));
    assert!(message.starts_with("no\\n\\u{202e}aaa"), "{message}");
}

#[test]
fn a_record_may_be_as_large_as_it_is_read() {
    let (report, _) = made::aws_report();
    let padded = |second: usize, request: usize| {
        let mut all = answers();
        for (answer, length) in all.iter_mut().zip([120 << 10, 120 << 10, 120 << 10, 120 << 10, second]) {
            let Said::Data(data) = &mut answer.said else { panic!() };
            data.resize(length, b' ');
        }
        all[0].request = "a".repeat(request);
        drafted(&report.bytes(), all)
    };
    // What base64 makes of the payload, and the frame around that, are the limit to the byte.
    let most = (LARGEST - envelope(&[], &[0; 512]).len()) / 4 * 3;
    let second = 30 << 10;
    let lacks = most - padded(second, 1).unwrap().len();
    let (data, request) = (lacks / 4 - 1, lacks % 4 + 4);
    let payload = padded(second + 3 * data, 1 + request).unwrap();
    let whole = envelope(&payload, &[1; 512]);
    assert_eq!(whole.len(), LARGEST);
    assert!(Envelope::open(whole.as_bytes()).is_ok());
    assert_eq!(
        padded(second + 3 * data, 2 + request).unwrap_err(),
        "answers: the record would have 1048580 bytes, 1048576 are the most; ask about fewer trails"
    );
}
