//! Claims that somebody vouches for who is not good enough, or that no evidence of today's formats would make; and what is
//! shown of names.

use hardkey_synthetic::{Pki, Statement, bundle};

use super::Seen;
use super::Vector;
use super::attempt::{Attempt, pair};
use crate::claim::{Claim, Topic, Value};
use crate::finding::{Basis, Outcome};
use crate::form::{Form, without};
use crate::verdict::Level;

/// Good evidence, whose claims become others.
fn altered(alter: fn(&mut Vec<Claim>)) -> Attempt {
    Attempt { alter, ..Attempt::honest() }
}

fn about(claims: &mut [Claim], topic: Topic) -> &mut Claim {
    claims.iter_mut().find(|claim| claim.topic == topic).unwrap()
}

const fn reported(vector: Vector) -> Vector {
    Vector { seen: Seen::Level(Level::Reported), ..vector }
}

pub(super) const VECTORS: &[Vector] = &[
    reported(Vector::by_rule(
        "10.1",
        "only an answer that the subscriber could have edited says where the key is from",
        "generated",
        || altered(|claims| about(claims, Topic::Local).basis = Basis::Reported),
    )),
    Vector::by_rule("10.2", "an answer says that the key was imported, whatever else is said", "generated", || {
        altered(|claims| {
            let reported =
                Claim { value: Value::Flag(false), basis: Basis::Reported, ..about(claims, Topic::Local).clone() };
            claims.push(reported);
        })
    }),
    Vector::by_rule("12.5", "evidence of a format that needs no operator's certificates", "operator", || {
        altered(|claims| claims.retain(|claim| claim.topic != Topic::Operator))
    }),
    Vector::by_rule("15.6", "a format of which no genuine statement was seen", "format", || {
        altered(|claims| about(claims, Topic::Format).value = Value::Text("MRVL-1".to_owned()))
    }),
    Vector::by_rule("20.1", "a cloud says that the key is not in an HSM", "hsm", || {
        altered(|claims| about(claims, Topic::Hsm).value = Value::Flag(false))
    }),
    reported(Vector::by_rule("26.1", "a library that was tampered with says that the key is in an HSM", "hsm", || {
        altered(|claims| about(claims, Topic::Hsm).basis = Basis::Reported)
    })),
];

#[test]
fn a_name_that_would_forge_a_line_is_shown_on_one() {
    let attempt = Attempt::of(&Pki::new().serial("5.3G\u{1b}[2K\nattested\u{202e}"), &pair());
    let shown = || -> String {
        let verdict = attempt.judged(None).unwrap();
        assert_eq!(verdict.level(), Level::Attested);
        verdict.checks().iter().chain(verdict.rules()).map(|finding| finding.observed.clone()).collect()
    };
    let hostile = ['\u{1b}', '\n', '\u{202e}'];
    assert!(!shown().contains(hostile));
    assert!(shown().contains("5.3G\\u{1b}[2K\\nattested\\u{202e} partition 1"));
    let bare = without::form(Some(Form::Escaped), || crate::shown::text("a\nb\u{202e}"));
    assert!(hostile[1..].iter().all(|character| bare.contains(*character)));
}

#[test]
fn a_certificate_that_turned_historical_is_a_warning() {
    let google = |now| Attempt {
        now,
        ..altered(|claims| about(claims, Topic::Operator).value = Value::Text("Google Hawksbill".to_owned()))
    };
    for (now, outcome) in [("2026-09-21", Outcome::Passed), ("2026-09-22", Outcome::Warning)] {
        let verdict = google(now).judged(None).unwrap();
        let fips = verdict.rules().iter().find(|rule| rule.id == "fips-certificate").unwrap();
        assert_eq!((fips.outcome, verdict.level()), (outcome, Level::Attested), "{now}");
    }
}

#[test]
fn an_imported_key_is_rejected_as_genuine_ones_are_written() {
    let key = hardkey_synthetic::Bundle::key(hardkey_synthetic::Shape::RSA_3072);
    let imported = Statement::imported(key, bundle::RESOURCE);
    let attempt = Attempt::of(&Pki::new(), &imported).request(hardkey_synthetic::Request::of(key));
    let verdict = attempt.judged(None).unwrap();
    assert_eq!(verdict.level(), Level::Rejected);
    assert_eq!(super::attempt::stopped(&verdict), ["generated", "never-extractable", "always-sensitive"]);
}
