//! Challenges that are not the CA's, not for this order or not of this time, answered as they should be.

use hardkey_synthetic::{Challenge, Report, Request, Shape, report as made};
use serde_json::Value;

use super::Vector;
use super::attempt::{Attempt, stopped, subject};
use super::report::with;
use crate::check::Check;
use crate::verdict::Level;

/// The good report with another challenge in it, which the CA posed.
fn posed(challenge: Challenge, change: impl FnOnce(Report) -> Report) -> Attempt {
    let (report, request) = made::good(Shape::P256);
    Attempt::report(&change(report.challenge(&challenge)), request, &challenge)
}

fn at(attempt: Attempt, now: &'static str) -> Attempt {
    Attempt { now, ..attempt }
}

pub(super) const VECTORS: &[Vector] = &[
    Vector::by_check("6.10", "a challenge that expired", Check::ChallengeInTime, || {
        at(with(|report| report.with("not_after", "2026-12-01T08:00:00Z".into())), "2026-11-22T06:00:01Z")
    }),
    Vector::by_check("6.11", "a challenge whose end the subscriber moved", Check::ChallengeAuthentic, || {
        let moved = |mut challenge: Value| {
            challenge["expires"] = "2026-12-01T06:00:00Z".into();
            challenge
        };
        let (report, request) = made::good(Shape::P256);
        let challenge = Challenge::new();
        let report = report.with("challenge", moved(challenge.json()));
        let attempt = Attempt::report(&report, request, &challenge);
        Attempt { challenge: attempt.challenge.map(|(_, key)| (moved(challenge.json()).to_string(), key)), ..attempt }
    }),
    Vector::by_check("6.12", "a challenge that the subscriber made", Check::ChallengeAuthentic, || {
        let forged = Challenge { secret: [8; 32], ..Challenge::new() };
        let attempt = posed(forged, |report| report);
        let (_, key) = with(|report| report).challenge.unwrap();
        Attempt { challenge: attempt.challenge.map(|(json, _)| (json, key)), ..attempt }
    }),
    Vector::by_check(
        "6.17",
        "a report and a challenge for another order of the same CA",
        Check::ChallengeOrder,
        || posed(Challenge::new().order("4712"), |report| report.with("order", "4712".into())),
    ),
    Vector::by_check("27.6", "a challenge made in the future", Check::ChallengeInTime, || {
        at(with(|report| report.with("created", "2026-11-21T05:00:00Z".into())), "2026-11-21T05:54:59Z")
    }),
    Vector::by_check(
        "c.2",
        "a report and a challenge for another CA of the same house",
        Check::ChallengeAudience,
        || {
            let challenge = Challenge { audience: "Other CA".to_owned(), ..Challenge::new() };
            posed(challenge, |report| report.with("audience", "Other CA".into()))
        },
    ),
];

#[test]
fn a_challenge_that_is_answered_by_a_request_alone_is_enough() {
    let challenge = Challenge::new();
    let (report, _) = made::good(Shape::P256);
    let posed = |nonce: &str| {
        let honest = Attempt::honest();
        Attempt {
            evidence: honest.evidence,
            name: honest.name,
            files: Vec::new(),
            ..Attempt::report(&report, Request::of(subject()).challenge(nonce).der(), &challenge)
        }
    };
    let verdict = posed(&challenge.nonce).judged(None).unwrap();
    assert_eq!(verdict.level(), Level::Attested, "{verdict:#?}");
    let verdict = posed(&challenge.nonce.to_uppercase()).judged(None).unwrap();
    assert_eq!((verdict.level(), stopped(&verdict)), (Level::Rejected, vec!["nonce"]));
}

#[test]
fn a_ca_that_asks_for_itself_or_an_order_is_answered_by_something() {
    let asked = |audience, order| {
        let attempt = Attempt { asked: (audience, order, None), ..Attempt::honest() };
        stopped(&attempt.judged(None).unwrap())
    };
    assert_eq!(asked(None, None), [] as [&str; 0]);
    assert_eq!(asked(Some("Example CA"), None), ["report-audience"]);
    assert_eq!(asked(None, Some("4711")), ["report-order"]);
    // Without a challenge, a report is held against what the CA says itself.
    let told = |audience, order| {
        let attempt = Attempt { challenge: None, asked: (audience, order, None), ..with(|report| report) };
        stopped(&attempt.judged(None).unwrap())
    };
    assert_eq!(told(Some("Example CA"), Some("4711")), ["nonce"], "the report has another nonce than the CA gave");
    assert_eq!(told(Some("Other CA"), Some("4711")), ["report-audience"]);
    assert_eq!(told(Some("Example CA"), Some("4712")), ["report-order"]);
}

#[test]
fn times_are_judged_to_the_second() {
    let level = |attempt: Attempt| attempt.judged(None).unwrap().level() == Level::Attested;
    let created = |moment: &str| with(|report| report.with("created", moment.into()));
    let until = |moment: &str| with(|report| report.with("not_after", moment.into()));
    let issued = |moment: &str| posed(Challenge { issued: moment.to_owned(), ..Challenge::new() }, |report| report);
    let expires = |moment: &str| posed(Challenge { expires: moment.to_owned(), ..Challenge::new() }, |report| report);
    // Decided at noon; clocks may differ by five minutes, and a report is good for thirty days from eight.
    for (what, good, bad) in [
        ("created", created("2026-11-21T12:05:00Z"), created("2026-11-21T12:05:01Z")),
        ("not after", until("2026-11-21T12:00:00Z"), until("2026-11-21T11:59:59Z")),
        ("lifetime", until("2026-12-21T08:00:00Z"), until("2026-12-21T08:00:01Z")),
        ("issued", issued("2026-11-21T12:05:00Z"), issued("2026-11-21T12:05:01Z")),
        ("expires", expires("2026-11-21T12:00:00Z"), expires("2026-11-21T11:59:59Z")),
    ] {
        assert!(level(good), "{what}");
        assert!(!level(bad), "{what}, one second on");
    }
    // A report that ends before it begins is good for no time at all.
    let backwards = created("2026-11-21T11:00:00Z");
    let mut ended = with(|report| report.with("not_after", "2026-11-21T07:59:59Z".into()));
    ended.now = "2026-11-21T07:00:00Z";
    assert!(level(backwards));
    assert_eq!(stopped(&ended.judged(None).unwrap()), ["report-lifetime", "report-created"]);
}

#[test]
fn what_was_asked_and_what_was_found_is_told() {
    let told = |attempt: Attempt, id: &str| {
        let verdict = attempt.judged(None).unwrap();
        let checks: Vec<String> = verdict
            .checks()
            .iter()
            .filter(|check| check.id == id)
            .map(|check| {
                assert_eq!(check.basis, None, "nobody has to vouch for what the verifier sees");
                format!("{}: {}", check.outcome.name(), check.observed)
            })
            .collect();
        assert_eq!(checks.len(), 1, "{id}");
        checks[0].clone()
    };
    let good = || with(|report| report);
    let nonce = Challenge::new().nonce;
    let at = "decided at 2026-11-21T12:00:00Z";
    for (id, observed) in [
        ("challenge-authentic", "made with the CA's key".to_owned()),
        ("challenge-in-time", format!("from 2026-11-21T06:00:00Z until 2026-11-22T06:00:00Z, {at}")),
        ("challenge-audience", "\"Example CA\"".to_owned()),
        ("challenge-order", "\"4711\"".to_owned()),
        ("report-algorithm", "ecdsa-p256-sha256 by a key of kind P-256".to_owned()),
        ("report-signature", "the signature verifies".to_owned()),
        ("report-key", subject().spki_hash()),
        ("report-resource", hardkey_synthetic::bundle::RESOURCE.to_owned()),
        ("report-claims", "the evidence bears what the report states".to_owned()),
        ("report-lifetime", "from 2026-11-21T08:00:00Z until 2026-11-22T08:00:00Z".to_owned()),
        ("report-in-time", format!("until 2026-11-22T08:00:00Z, {at}")),
        ("report-created", format!("made at 2026-11-21T08:00:00Z, {at}")),
        ("report-audience", "\"Example CA\"".to_owned()),
        ("report-order", "\"4711\"".to_owned()),
        ("report-challenge", format!("nonce {nonce}")),
        ("not-seen", "the list does not have them".to_owned()),
    ] {
        assert_eq!(told(good(), id), format!("passed: {observed}"), "{id}");
    }
    let other = posed(Challenge::new().order("4712"), |report| report);
    assert_eq!(told(other, "report-order"), "failed: \"4711\", expected \"4712\"");
    let none = with(|report| report.without("order"));
    assert_eq!(told(none, "report-order"), "failed: the report names no order, expected \"4711\"");
    let none = with(|report| report.without("csr_sha256"));
    assert_eq!(told(none, "csr-digest"), "failed: the report names no request");
    let long = with(|report| report.with("not_after", "2026-12-22T08:00:00Z".into()));
    assert_eq!(
        told(long, "report-lifetime"),
        "failed: from 2026-11-21T08:00:00Z until 2026-12-22T08:00:00Z; 30 days are the most"
    );
    let timeless = || Attempt { now: "never", ..good() };
    let never = "and no time was given to decide at";
    for (id, observed) in [
        ("challenge-in-time", format!("from 2026-11-21T06:00:00Z until 2026-11-22T06:00:00Z, {never}")),
        ("report-in-time", format!("until 2026-11-22T08:00:00Z, {never}")),
        ("report-created", format!("made at 2026-11-21T08:00:00Z, {never}")),
    ] {
        assert_eq!(told(timeless(), id), format!("failed: {observed}"), "{id}");
    }
}
