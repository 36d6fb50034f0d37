//! Answers of clouds as a subscriber hands them in: told for what they are, and never enough.

#![allow(clippy::unwrap_used, clippy::panic, reason = "outside of test functions too: a test fails by panicking")]

use base64ct::{Base64, Encoding};
use hardkey_attest::anchor::Release;
use hardkey_attest::csr::Csr;
use hardkey_attest::evidence::{Claims, Evidence, verify};
use hardkey_attest::finding::Outcome;
use hardkey_attest::instant::Instant;
use hardkey_attest::policy::{Expected, Policy};
use hardkey_attest::verdict::Level;
use hardkey_synthetic::{Key, Request, Shape};

const ARN: &str = "arn:aws:kms:eu-west-1:111122223333:key/0987dcba-09fe-87dc-65ba-ab0987654321";

fn aws(origin: &str, key: &Key) -> Claims<Release> {
    let described = format!(
        r#"{{"KeyMetadata":{{"AWSAccountId":"111122223333","KeyId":"0987dcba-09fe-87dc-65ba-ab0987654321","Arn":"{ARN}",
            "Enabled":true,"KeyUsage":"SIGN_VERIFY","KeyState":"Enabled","Origin":"{origin}","KeyManager":"CUSTOMER",
            "KeySpec":"ECC_NIST_P256","MultiRegion":false}}}}"#
    );
    let spki = Base64::encode_string(key.spki());
    let public =
        format!(r#"{{"KeyId":"{ARN}","PublicKey":"{spki}","KeySpec":"ECC_NIST_P256","KeyUsage":"SIGN_VERIFY"}}"#);
    verify(&[Evidence::AwsDescribeKey(described.into()), Evidence::AwsPublicKey(public.into())], &Release).unwrap()
}

fn expected(key: &'static Key) -> Expected {
    Expected {
        csr: Some(Csr::parse(&Request::of(key).der()).unwrap()),
        name: Some(ARN.to_owned()),
        nonce: None,
        now: Instant::parse("2026-11-21"),
        ..Expected::default()
    }
}

#[test]
fn answers_that_would_do_if_anybody_vouched_for_them_are_reported_and_not_accepted() {
    let key = Key::of(Shape::P256, "subscriber");
    let verdict = aws("AWS_KMS", key).appraise(&Policy::csbr(), &expected(key));
    assert_eq!(verdict.level(), Level::Reported, "{:#?}", verdict.rules());
    assert!(!verdict.level().is_accepted());
    assert_eq!(verdict.csbr_method(), None);
    let with = |outcome| -> Vec<&str> {
        verdict.rules().iter().filter(|rule| rule.outcome == outcome).map(|rule| rule.id).collect()
    };
    assert_eq!(with(Outcome::Failed), [""; 0]);
    let of_statements = [
        "never-extractable",
        "sensitive",
        "always-sensitive",
        "does-not-wrap",
        "not-split",
        "format",
        "certificates-in-time",
    ];
    let warnings = with(Outcome::Warning);
    assert!(of_statements.iter().all(|id| warnings.contains(id)), "{warnings:?}");
    for id in ["hsm", "generated", "not-extractable", "signs", "operator", "key-size", "resource-name", "csr-key"] {
        let rule = verdict.rules().iter().find(|rule| rule.id == id).unwrap();
        assert_eq!(rule.outcome, Outcome::Missing, "{id}");
        assert!(rule.observed.ends_with("; only reported, and confirmed is demanded"), "{}", rule.observed);
    }
}

#[test]
fn no_basis_that_a_policy_names_makes_reported_answers_accepted() {
    let key = Key::of(Shape::P256, "subscriber");
    let lenient =
        Policy::from_toml("name = \"lenient\"\n[rules]\nhsm = \"reported\"\ngenerated = \"reported\"\n").unwrap();
    let verdict = aws("AWS_KMS", key).appraise(&lenient, &expected(key));
    assert_eq!(verdict.level(), Level::Reported);
    assert!(!verdict.level().is_accepted());
}

#[test]
fn an_imported_key_and_a_request_for_another_key_are_rejected() {
    let (key, other) = (Key::of(Shape::P256, "subscriber"), Key::of(Shape::P256, "somebody else"));
    assert_eq!(aws("EXTERNAL", key).appraise(&Policy::csbr(), &expected(key)).level(), Level::Rejected);
    assert_eq!(aws("AWS_KMS", key).appraise(&Policy::csbr(), &expected(other)).level(), Level::Rejected);
}
