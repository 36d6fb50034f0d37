//! How old a record may be, whose, from where, and under which policy: to the second and to the letter.

use hardkey_synthetic::{Report, record as made};

use super::super::attempt::{Attempt, stopped};
use super::with;
use crate::anchor::Release;
use crate::csr::Csr;
use crate::evidence::{Evidence, Presented, verify_confirmed};
use crate::finding::Basis;
use crate::instant::Instant;
use crate::policy::{Expected, Policy};
use crate::verdict::Level;

/// The good record, decided at another time, of answers of another time.
fn age(asked: &str, now: &'static str) -> Vec<&'static str> {
    let attempt = with(|mut record| {
        record.asked_before("aws.describe-key")["asked"] = asked.into();
        record
    });
    stopped(&Attempt { now, ..attempt }.judged(None).unwrap())
}

#[test]
fn a_record_is_as_old_as_its_oldest_answer_and_counts_for_30_days_to_the_second() {
    assert_eq!(age("2026-10-22T12:00:00Z", "2026-11-21T12:00:00Z"), [""; 0]);
    assert_eq!(age("2026-10-22T11:59:59Z", "2026-11-21T12:00:00Z"), ["record-age"]);
    // Made at 10:00, and clocks may differ by 5 minutes.
    assert_eq!(age("2026-11-21T09:00:00Z", "2026-11-21T09:55:00Z"), [""; 0]);
    assert_eq!(age("2026-11-21T09:00:00Z", "2026-11-21T09:54:59Z"), ["record-age"]);
    assert_eq!(age("2026-11-21T12:05:00Z", "2026-11-21T12:00:00Z"), [""; 0]);
    assert_eq!(age("2026-11-21T12:05:01Z", "2026-11-21T12:00:00Z"), ["record-age"]);
}

#[test]
fn a_record_is_held_against_the_reports_challenge_where_the_ca_names_none_and_shows_no_owner_then() {
    let (report, request) = made::aws_report();
    let expected = |challenge| Expected {
        csr: Some(Csr::parse(&request).unwrap()),
        challenge,
        now: Instant::parse("2026-11-21T12:00:00Z"),
        ..Default::default()
    };
    let policy = Policy::from_toml(&made::policy()).unwrap();
    let told = |record: &Report, policy: &Policy| {
        let (record, expected) = (record.bytes(), expected(None));
        let presented = Presented { record: &record, policy, expected: &expected };
        let evidence = [Evidence::Report(report.bytes())];
        let claims = verify_confirmed(&evidence, &presented, &Release).unwrap();
        let outcome = |id: &str| {
            let verdict = claims.appraise(policy, &expected);
            let all = verdict.checks().iter().chain(verdict.rules()).cloned().collect::<Vec<_>>();
            let finding = all.into_iter().find(|finding| finding.id == id).unwrap();
            (finding.outcome.name(), finding.observed)
        };
        (claims.appraise(policy, &expected).level(), outcome("record-challenge").0, outcome("ownership"))
    };
    let no_owner = ("warning", "the CA gave no nonce that the key could be marked with".to_owned());
    assert_eq!(told(&made::aws(&report), &policy), (Level::Confirmed, "passed", no_owner));
    let other = made::aws(&report).with("order", "4712".into());
    assert_eq!(told(&other, &policy).1, "failed");
}

#[test]
fn a_record_is_of_the_order_that_the_ca_names_whatever_challenge_the_report_has() {
    let (report, _) = made::aws_report();
    // The report says that it is for order 9999; the challenge in it, and the record, are of an earlier one.
    let report = report.with("order", "9999".into());
    let policy = Policy::from_toml(&made::policy()).unwrap();
    let failed = |audience: Option<&str>, order: Option<&str>| {
        let expected = Expected {
            audience: audience.map(str::to_owned),
            order: order.map(str::to_owned),
            now: Instant::parse("2026-11-21T12:00:00Z"),
            ..Default::default()
        };
        let record = made::aws(&report).bytes();
        let presented = Presented { record: &record, policy: &policy, expected: &expected };
        let claims = verify_confirmed(&[Evidence::Report(report.bytes())], &presented, &Release).unwrap();
        let verdict = claims.appraise(&policy, &expected);
        let failed = verdict.checks().iter().filter(|check| check.outcome.name() == "failed").map(|check| check.id);
        failed.collect::<Vec<_>>()
    };
    assert_eq!(failed(None, Some("9999")), ["record-challenge"]);
    assert_eq!(failed(Some("Another CA"), None), ["report-audience", "record-challenge"]);
    assert_eq!(failed(None, None), [""; 0]);
}

#[test]
fn claims_that_one_policy_let_in_count_for_no_other() {
    let (report, _) = made::aws_report();
    let (record, expected) =
        (made::aws(&report).bytes(), Expected { now: Instant::parse("2026-11-21T12:00:00Z"), ..Default::default() });
    let policy = Policy::from_toml(&made::policy()).unwrap();
    let presented = Presented { record: &record, policy: &policy, expected: &expected };
    let evidence = [Evidence::Report(report.bytes())];
    let claims = verify_confirmed(&evidence, &presented, &Release).unwrap();
    let verdict = claims.appraise(&Policy::csbr(), &expected);
    assert_eq!(verdict.level(), Level::Rejected);
    let failed: Vec<&str> =
        verdict.checks().iter().filter(|check| check.outcome.name() == "failed").map(|check| check.id).collect();
    assert_eq!(failed, ["record-confirmer"]);
}

#[test]
fn a_host_of_the_cas_own_answers_where_the_policy_says_so() {
    let host = "vpce-0123456789abcdef0-abcdefgh.kms.us-west-2.vpce.amazonaws.com";
    let (report, _) = made::aws_report();
    let mut record = made::aws(&report);
    record.asked_before("aws.describe-key")["endpoint"] = host.into();
    let (record, expected) =
        (record.bytes(), Expected { now: Instant::parse("2026-11-21T12:00:00Z"), ..Default::default() });
    let counts = |more: &str| {
        let policy = Policy::from_toml(&format!("{more}{}", made::policy())).unwrap();
        let presented = Presented { record: &record, policy: &policy, expected: &expected };
        let evidence = [Evidence::Report(report.bytes())];
        let claims = verify_confirmed(&evidence, &presented, &Release).unwrap();
        claims.all().iter().any(|claim| claim.basis == Basis::Confirmed)
    };
    assert!(!counts(""));
    assert!(counts(&format!("confirmation_endpoints = [\"{host}\"]\n")));
    assert!(!counts("confirmation_endpoints = [\"kms.us-west-2.vpce.amazonaws.com\"]\n"));
    // And for as long as the policy says.
    assert!(counts(&format!("confirmation_max_age = \"7202s\"\nconfirmation_endpoints = [\"{host}\"]\n")));
    assert!(!counts(&format!("confirmation_max_age = \"7201s\"\nconfirmation_endpoints = [\"{host}\"]\n")));
}
