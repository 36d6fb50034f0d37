//! Reports that answer a challenge and are good but for one thing, or good answers of something else.

use hardkey_synthetic::{Bundle, Challenge, Key, Pki, Report, Request, Shape, answer, bundle, report as made};
use serde_json::{Value, json};

use super::Vector;
use super::attempt::{Attempt, other, subject};
use crate::check::Check;
use crate::form::Form;
use crate::verdict::Level;

/// The good report with its request, changed.
pub(super) fn with(change: impl FnOnce(Report) -> Report) -> Attempt {
    let (report, request) = made::good(Shape::P256);
    Attempt::report(&change(report), request, &Challenge::new())
}

/// The report with other answers of the cloud in it.
fn answers(report: Report, answers: [(&str, Value); 2]) -> Report {
    let empty = report.with("evidence", json!([]));
    answers.iter().fold(empty, |report, (kind, answer)| report.evidence(kind, answer))
}

fn about(key: &'static Key, bundle: &Bundle) -> [(&'static str, Value); 2] {
    [
        ("google.crypto-key-version", answer::attested_version(key, bundle)),
        ("google.public-key", answer::google_public_key(key, &bundle.resource)),
    ]
}

const SECOND: &str = "projects/synthetic/locations/europe-west1/keyRings/release/cryptoKeys/signer/cryptoKeyVersions/2";

/// A piece of evidence once more, as it stands.
fn again(mut report: Report, index: usize) -> Report {
    let piece = report.payload["evidence"][index].clone();
    report.payload["evidence"].as_array_mut().unwrap().push(piece);
    report
}

pub(super) const VECTORS: &[Vector] = &[
    Vector::by_check("6.4", "a report that has ended", Check::ReportInTime, || {
        with(|report| report.with("not_after", "2026-11-21T11:59:59Z".into()))
    }),
    Vector::by_check("6.5", "a report for another request with the same key", Check::CsrDigest, || Attempt {
        request: Request::of(subject()).der(),
        ..with(|report| report)
    }),
    Vector::by_check("6.6", "a report that names no request", Check::CsrDigest, || {
        with(|report| report.without("csr_sha256"))
    }),
    Vector::by_check("6.7", "a report that carries the challenge of an earlier order", Check::ReportChallenge, || {
        with(|report| report.challenge(&Challenge::new().order("4710")))
    }),
    Vector::by_check(
        "6.8",
        "a report whose challenge has the CA's nonce, and a later end than the CA gave it",
        Check::ReportChallenge,
        || {
            with(|report| {
                report.challenge(&Challenge { expires: "2026-12-01T06:00:00Z".to_owned(), ..Challenge::new() })
            })
        },
    ),
    Vector::by_rule("6.9", "a report made before there was a challenge", "nonce", || {
        with(|report| report.without("challenge"))
    }),
    Vector::by_check("6.13", "a report that was accepted before", Check::NotSeen, || {
        let attempt = with(|report| report);
        Attempt { asked: (attempt.asked.0, attempt.asked.1, Some(true)), ..attempt }
    }),
    Vector::by_check("6.14", "a report that is good for 31 days", Check::ReportLifetime, || {
        with(|report| report.with("not_after", "2026-12-22T08:00:00Z".into()))
    }),
    Vector::by_check("6.15", "a report for another order, with the challenge of this one", Check::ReportOrder, || {
        with(|report| report.with("order", "4712".into()))
    }),
    Vector::by_check("6.16", "a report that names no order", Check::ReportOrder, || {
        with(|report| report.without("order"))
    }),
    Vector::by_check("8.6", "a report about version 2 with the evidence of version 1", Check::ReportResource, || {
        // The CA was told version 1.
        Attempt { name: bundle::RESOURCE.to_owned(), ..with(|report| report.with("resource", SECOND.into())) }
    }),
    Vector::by_check("10.4", "a payload changed after it was signed", Check::ReportSignature, || {
        with(|report| report.then(|payload| payload["requested_as"] = "another name".into()))
    }),
    Vector::by_check("10.5", "a report signed by a software key", Check::ReportSignature, || {
        with(|report| report.signers(&[other()]))
    }),
    Vector::by_check("10.6", "a report that states a key imported, which was generated", Check::ReportClaims, || {
        with(|mut report| {
            report.payload["claims"]["origin"]["value"] = "imported".into();
            report
        })
    }),
    Vector::by_check("10.7", "a report that states more than anybody says", Check::ReportClaims, || {
        with(|mut report| {
            report.payload["claims"]["hsm"]["value"] = "no".into();
            report
        })
    }),
    Vector::by_check("10.8", "a report signed in the way of another curve", Check::ReportAlgorithm, || {
        with(|report| report.with("signature_algorithm", "ecdsa-p384-sha384".into()))
    }),
    Vector::by_form("16.17", "a report of 300 kB", Form::Limits, "at most 262144 bytes", || {
        let mut attempt = with(|report| report);
        attempt.files[0].resize(300_000, b' ');
        attempt
    }),
    Vector::by_form(
        "16.18",
        "a report with a name of 300 characters",
        Form::Limits,
        "generator.name with 1 to 64 characters, all of them visible",
        || {
            with(|mut report| {
                report.payload["generator"]["name"] = "a".repeat(300).into();
                report
            })
        },
    ),
    Vector::by_form("16.19", "a report with one piece of evidence twice", Form::EvidenceOnce, ONCE, || {
        with(|report| again(report, 1))
    }),
    Vector::by_form("16.20", "a report with two answers of one kind", Form::EvidenceOnce, ONCE, || {
        with(|report| {
            let mut answer = answer::google_public_key(subject(), bundle::RESOURCE);
            answer.as_object_mut().unwrap().remove("pemCrc32c");
            report.evidence("google.public-key", &answer)
        })
    }),
    Vector::by_form("16.21", "two reports", Form::OneReport, "one report", || {
        let mut attempt = with(|report| report);
        let second = made::good(Shape::P256).0.with("requested_as", "another".into());
        attempt.files.insert(0, second.bytes());
        attempt
    }),
    Vector::by_form("16.22", "a report within a report", Form::OneReport, "an answer of a cloud", || {
        with(|report| {
            let inside = report.json();
            report.with("evidence", json!([])).evidence("google.crypto-key-version", &inside)
        })
    }),
    Vector::by_form("16.23", "a report that two keys signed, its own first", Form::OneSignature, ONE, || {
        with(|report| report.signers(&[subject(), other()]))
    }),
    Vector::by_check("27.5", "a report made in the future", Check::ReportCreated, || {
        with(|report| report.with("created", "2026-11-21T12:05:01Z".into()))
    }),
    Vector::by_form(
        "a.1",
        "an attestation of in-toto that the key was led to sign",
        Form::PayloadType,
        "the payload type application/vnd.hardkey.report.v1+json",
        || with(|report| report.payload_type("application/vnd.in-toto+json")),
    ),
    Vector::by_check("c.1", "a report for another CA, with this one's challenge", Check::ReportAudience, || {
        with(|report| report.with("audience", "Other CA".into()))
    }),
    Vector::by_form(
        "d.1",
        "a name with a character that turns the direction of text",
        Form::PlainText,
        "requested_as with 1 to 2048 characters, all of them visible",
        || with(|report| report.with("requested_as", "alias/\u{202e}release".into())),
    ),
    Vector::by_check("g.1", "a report accepted before, with another signature of the key", Check::NotSeen, || {
        let attempt = with(|report| report);
        let (report, request) = made::good(Shape::P256);
        assert_ne!(attempt.files[0], report.bytes(), "ECDSA takes a random number");
        let again = Attempt::report(&report, request, &Challenge::new());
        Attempt { asked: (again.asked.0, again.asked.1, Some(true)), ..again }
    }),
    Vector::by_check("h.4", "a report of one key with the evidence of another", Check::ReportKey, || {
        let bundle = Bundle::of(&Pki::new(), &hardkey_synthetic::Statement::generated(subject(), bundle::RESOURCE));
        let (report, request) = made::good(Shape::P256);
        let report = answers(report, about(subject(), &bundle))
            .with("spki", openssl_base64(other().spki()).into())
            .signers(&[other()]);
        Attempt::report(&report, request, &Challenge::new())
    }),
];

const ONCE: &str = "each kind of evidence once";
const ONE: &str = "one signature, by the key that the report is about";

fn openssl_base64(bytes: &[u8]) -> String {
    use base64ct::{Base64, Encoding};
    Base64::encode_string(bytes)
}

#[test]
fn a_report_without_a_flaw_is_attested() {
    for shape in [Shape::P256, Shape::P384, Shape::RSA_3072, Shape::RSA_4096] {
        let (report, request) = made::good(shape);
        let verdict = Attempt::report(&report, request, &Challenge::new()).judged(None).unwrap();
        assert_eq!((verdict.level(), verdict.csbr_method()), (Level::Attested, Some(2)), "{verdict:#?}");
    }
}
