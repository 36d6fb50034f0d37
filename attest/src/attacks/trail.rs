//! Files of a trail of AWS CloudTrail, beside a record in which the cloud told the CA everything and the keys by which it signs them.

use hardkey_synthetic::trail::{self, Files, Trail};
use hardkey_synthetic::{Hash, Key, Report, Shape, answer, hex, record as made};
use serde_json::json;

use super::Vector;
use super::attempt::{Attempt, stopped};
use crate::check::Check;
use crate::claim::{Topic, Value};
use crate::finding::Basis;
use crate::form::Form;
use crate::verdict::Level;

/// The good record with AWS's keys, changed, and these files.
fn with(record: impl FnOnce(Report) -> Report, files: Vec<Vec<u8>>) -> Attempt {
    let (report, request) = made::aws_report();
    let mut attempt = Attempt::report(&report, request, &hardkey_synthetic::Challenge::new());
    attempt.record = Some(record(trail::record(&report)).bytes());
    attempt.files.extend(files);
    attempt
}

/// All files of a trail.
fn of(trail: &Trail) -> Attempt {
    with(|record| record, trail.files().all())
}

/// The good trail, of which files are changed.
fn files(change: impl FnOnce(Files) -> Vec<Vec<u8>>) -> Attempt {
    with(|record| record, change(Trail::default().files()))
}

/// The good trail, in which AWS signed other digests.
fn digest(change: fn(usize, &mut serde_json::Value)) -> Attempt {
    of(&Trail { change, ..Trail::default() })
}

/// The good trail, with another event in which the key is created.
fn created(change: impl FnOnce(&mut serde_json::Value)) -> Attempt {
    let mut event = trail::create_key(answer::ARN);
    change(&mut event);
    of(&Trail { events: vec![event], ..Trail::default() })
}

/// The same, of a key that AWS told the CA.
fn key(field: &'static str, value: serde_json::Value) -> Attempt {
    let mut keys = trail::public_keys();
    keys["PublicKeyList"][0][field] = value;
    with(|record| record.instead("aws.list-public-keys", &keys), Trail::default().files().all())
}

const fn check(id: &'static str, what: &'static str, check: Check, attempt: fn() -> Attempt) -> Vector {
    Vector { otherwise: Level::Confirmed, ..Vector::by_check(id, what, check, attempt) }
}

pub(super) const VECTORS: &[Vector] = &[
    check("k.1", "digests that another key than AWS's signed", Check::DigestSignature, || {
        of(&Trail { signer: Key::of(Shape::RSA_2048, "another"), ..Trail::default() })
    }),
    check("k.2", "digests of a time after the end of AWS's key", Check::DigestSignature, || {
        key("ValidityEndTime", 1_571_767_000.into())
    }),
    check("k.3", "digests of a time before AWS's key", Check::DigestSignature, || {
        key("ValidityStartTime", 1_571_774_000.into())
    }),
    check("k.4", "digests by a key of which AWS did not tell the CA", Check::DigestSignature, || {
        key("Fingerprint", "31e8b5433410dfb61a9dc45cc65b22ff".into())
    }),
    check("k.5", "a last digest with the signature of another", Check::DigestSignature, || {
        files(|mut files| {
            files.head["Metadata"]["signature"] = "00".repeat(256).into();
            files.all()
        })
    }),
    check("k.6", "a digest that another algorithm signed", Check::DigestSignature, || {
        digest(|_, digest| digest["digestSignatureAlgorithm"] = "SHA1withRSA".into())
    }),
    check("k.7", "digests of which one is left out", Check::DigestChain, || {
        let trail = Trail { change: listed_at_last, ..Trail::default() };
        with(|record| record, {
            let mut files = trail.files();
            files.digests.remove(1);
            files.all()
        })
    }),
    check("k.8", "a digest after another one of the same name", Check::DigestChain, || {
        digest(|number, digest| {
            if number == 2 {
                digest["previousDigestHashValue"] = "00".repeat(32).into();
            }
        })
    }),
    check("k.9", "digests between which a minute is missing", Check::DigestChain, || {
        digest(|number, digest| {
            if number == 2 {
                digest["digestStartTime"] = "2019-10-22T19:02:31Z".into();
            }
        })
    }),
    check("k.10", "digests that begin after the key was created", Check::DigestChain, || {
        // An event of an earlier hour, in a log that came late.
        created(|event| event["eventTime"] = "2019-10-22T17:01:30Z".into())
    }),
    check("k.11", "digests that end before the key was created", Check::DigestChain, || {
        created(|event| event["eventTime"] = "2019-10-22T20:01:32Z".into())
    }),
    check("k.12", "a log that was changed", Check::LogDigested, || {
        files(|mut files| {
            let other = [trail::create_key(answer::ARN)].to_vec();
            files.log = Trail { events: other, ..Trail::default() }.files().log;
            files.all()
        })
    }),
    check("k.13", "a log in a last digest that comes without its signature", Check::LogDigested, || {
        let last = Trail { change: listed_at_last, ..Trail::default() }.files();
        with(|record| record, [last.digests.as_slice(), &[last.log]].concat())
    }),
    check("k.14", "digests and a log of another account", Check::LogPlace, || {
        of(&Trail { place: ("999988887777".to_owned(), "us-west-2".to_owned()), ..Trail::default() })
    }),
    check("k.15", "digests and a log of another region", Check::LogPlace, || {
        of(&Trail { place: ("111122223333".to_owned(), "eu-west-1".to_owned()), ..Trail::default() })
    }),
    check("k.16", "a digest that says another account than its name", Check::LogPlace, || {
        digest(|_, digest| digest["awsAccountId"] = "999988887777".into())
    }),
    check("k.17", "digests that list a log of another account", Check::LogPlace, || {
        digest(|number, digest| {
            if number == 1 {
                let name = digest["logFiles"][0]["s3Object"].as_str().unwrap().replace("111122223333", "999988887777");
                digest["logFiles"][0]["s3Object"] = name.into();
            }
        })
    }),
    check("k.18", "an event of another region", Check::LogPlace, || {
        created(|event| event["awsRegion"] = "eu-west-1".into())
    }),
    check("k.19", "an event of another account", Check::LogPlace, || {
        created(|event| event["recipientAccountId"] = "999988887777".into())
    }),
    check("k.20", "the log of another key's creation", Check::CreationLogged, || {
        let other = trail::create_key(&answer::ARN.replace("0987dcba", "11111111"));
        of(&Trail { events: vec![other], ..Trail::default() })
    }),
    check("k.21", "an event that AWS KMS refused", Check::CreationLogged, || {
        created(|event| event["errorCode"] = "AccessDenied".into())
    }),
    check("k.22", "an event of another service", Check::CreationLogged, || {
        created(|event| event["eventSource"] = "example.amazonaws.com".into())
    }),
    check("k.23", "an event of another name", Check::CreationLogged, || {
        created(|event| event["eventName"] = "UpdateKeyDescription".into())
    }),
    check("k.24", "a key that was created for material from outside", Check::CreationLogged, || {
        created(|event| event["responseElements"]["keyMetadata"]["origin"] = "EXTERNAL".into())
    }),
    check("k.25", "a key that was created and then imported into", Check::NotImported, || {
        let events = vec![trail::create_key(answer::ARN), trail::import_key_material(answer::ARN)];
        of(&Trail { events, ..Trail::default() })
    }),
    check("k.26", "an import by the key's id, in a log that nobody signed", Check::NotImported, || {
        let (_, id) = answer::ARN.split_once(":key/").unwrap();
        let import = Trail { events: vec![trail::import_key_material(id)], ..Trail::default() }.files();
        files(|files| [files.all(), vec![import.log]].concat())
    }),
    Vector {
        otherwise: Level::Confirmed,
        ..Vector::by_form("k.27", "more files of a trail than two days have", Form::Limits, MOST, || {
            files(|files| {
                let log = Trail { events: vec![], ..Trail::default() }.files().log;
                [files.all(), vec![log; 61]].concat()
            })
        })
    },
];

const MOST: &str = "at most 64 files of CloudTrail";

/// The log is in the last digest, and in no other.
fn listed_at_last(number: usize, digest: &mut serde_json::Value) {
    let log = json!({ "Records": Trail::default().events }).to_string();
    let object = "AWSLogs/111122223333/CloudTrail/us-west-2/2019/10/22/111122223333_CloudTrail_us-west-2_a.json.gz";
    let entry = json!({
        "s3Bucket": "logs", "s3Object": object, "hashValue": hex(&Hash::Sha256.of(log.as_bytes())),
        "hashAlgorithm": "SHA-256", "newestEventTime": null, "oldestEventTime": null,
    });
    digest["logFiles"] = if number == 2 { json!([entry]) } else { json!([]) };
}

/// What the verdict shows of the log.
fn shown(attempt: &Attempt) -> (Level, Vec<(Basis, Value)>) {
    let mut about = Vec::new();
    let verdict = attempt.judged_and(&mut |claims| {
        let wanted = [Topic::Local, Topic::Events];
        about = claims
            .all()
            .iter()
            .filter(|claim| wanted.contains(&claim.topic) && claim.basis != Basis::Confirmed)
            .map(|claim| (claim.basis, claim.value.clone()))
            .collect();
    });
    (verdict.level(), about)
}

const SAID: &str =
    "CreateKey at 2019-10-22T18:06:12Z, in a log that AWS signed; it has the ARN, no log has the public key";

#[test]
fn a_key_whose_creation_aws_recorded_is_confirmed_and_recorded_as_generated() {
    let good = of(&Trail::default());
    let verdict = good.judged(None).unwrap();
    assert_eq!((verdict.level(), stopped(&verdict)), (Level::Confirmed, vec![]));
    let recorded = [(Basis::Recorded, Value::Flag(true)), (Basis::Recorded, Value::Text(SAID.to_owned()))];
    // The report's own copy of DescribeKey stands first.
    let (level, said) = shown(&good);
    assert_eq!((level, &said[said.len() - 2..]), (Level::Confirmed, &recorded[..]));
    // Without the signature of the last digest, that one carries the one of the digest before.
    let (level, said) = shown(&files(|files| [files.digests, vec![files.log]].concat()));
    assert_eq!((level, &said[said.len() - 2..]), (Level::Confirmed, &recorded[..]));
}

#[test]
fn a_log_that_shows_nothing_is_said_to_show_nothing_and_why() {
    let all = || Trail::default().files();
    let cases = [
        (
            with(|record| record.unasked("aws.list-public-keys"), all().all()),
            "nobody asked AWS for the keys by which it signs digests (aws.list-public-keys)",
        ),
        (with(|record| record, all().digests), "no log file is among it"),
        (
            with(|record| record, vec![all().digests.remove(1), all().log]),
            "no digest comes with its signature, which is in the digest after it, or beside the last one in S3 (aws s3api \
             head-object)",
        ),
    ];
    for (attempt, why) in cases {
        let text = format!("the log of AWS CloudTrail was handed in and shows nothing: {why}");
        let (level, said) = shown(&attempt);
        assert_eq!(level, Level::Confirmed, "{why}: what the cloud told the CA stands");
        assert_eq!(said.last(), Some(&(Basis::Reported, Value::Text(text))));
        assert!(!said.iter().any(|(basis, _)| *basis == Basis::Recorded), "{why}");
    }
}

#[test]
fn without_a_record_an_import_rejects_and_a_log_shows_nothing() {
    let events = vec![trail::create_key(answer::ARN), trail::import_key_material(answer::ARN)];
    for (events, level, by) in [
        (events, Level::Rejected, vec!["not-imported"]),
        (vec![trail::create_key(answer::ARN)], Level::Reported, vec![]),
    ] {
        let attempt = Attempt { record: None, ..of(&Trail { events, ..Trail::default() }) };
        let verdict = attempt.judged(None).unwrap();
        let failed = verdict.checks().iter().filter(|check| check.outcome == crate::finding::Outcome::Failed);
        assert_eq!((verdict.level(), failed.map(|check| check.id).collect::<Vec<_>>()), (level, by));
    }
}
