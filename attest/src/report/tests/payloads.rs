//! What is no payload, and how that is said; and what evidence bears.

use super::*;

/// What is said of the good payload with a field in another way.
fn said(field: &str, value: Value) -> String {
    let report = made::good(Shape::P256).0.with(field, value);
    Report::parse(report.payload.to_string().as_bytes()).unwrap_err().to_string()
}

#[test]
fn a_field_that_is_not_as_it_must_be_is_named() {
    let visible = |field: &str, most: usize| {
        format!("report: expected {field} with 1 to {most} characters, all of them visible, found")
    };
    let uuid = "report: expected a UUID in lower case, in report_id, found";
    for wrong in [
        "3F1C1F9E-5D0E-4C6B-9A53-0A4D3C2B1E0F",
        "3f1c1f9e5d0e4c6b9a530a4d3c2b1e0f",
        "3f1c1f9-e5d0e-4c6b-9a53-0a4d3c2b1e0f",
        "3f1c1f9g-5d0e-4c6b-9a53-0a4d3c2b1e0f",
        "3f1c1f9e-5d0e-4c6b-9a53-0a4d3c2b1e0f-",
        "",
    ] {
        assert_eq!(said("report_id", wrong.into()), format!("{uuid} \"{wrong}\""));
    }
    assert_eq!(said("audience", "".into()), format!("{} none", visible("audience", 256)));
    assert_eq!(said("audience", "a".repeat(257).into()), format!("{} 257 characters", visible("audience", 256)));
    assert_eq!(said("order", "a\tb".into()), format!("{} \"a\\tb\"", visible("order", 256)));
    assert_eq!(said("resource", "a".repeat(2049).into()), format!("{} 2049 characters", visible("resource", 2048)));
    assert_eq!(said("requested_as", "".into()), format!("{} none", visible("requested_as", 2048)));
    let generator = |name: &str, version: &str| said("generator", json!({ "name": name, "version": version }));
    assert_eq!(generator("", "1"), format!("{} none", visible("generator.name", 64)));
    assert_eq!(generator("a", &"1".repeat(65)), format!("{} 65 characters", visible("generator.version", 64)));
    let moment = "report: expected a moment such as 2026-11-21T01:23:45Z, in";
    assert_eq!(said("created", "2026-11-21".into()), format!("{moment} created, found \"2026-11-21\""));
    assert_eq!(said("not_after", "soon".into()), format!("{moment} not_after, found \"soon\""));
    assert_eq!(
        said("csr_sha256", "ab".into()),
        "report: expected 32 bytes in lower-case hexadecimal, in csr_sha256, found 2 characters"
    );
    assert_eq!(
        said("signature_algorithm", "ed25519".into()),
        "report: expected one of ecdsa-p256-sha256, ecdsa-p384-sha384, ecdsa-p521-sha512, ecdsa-secp256k1-sha256, \
         rsa-pkcs1-sha256, rsa-pkcs1-sha384, rsa-pkcs1-sha512, rsa-pss-sha256, rsa-pss-sha384, rsa-pss-sha512, in \
         signature_algorithm, found \"ed25519\""
    );
    assert_eq!(
        said("spki", "-".into()),
        "report: expected base64 with padding, on one line, in spki, found 1 characters, starting \"-\""
    );
    assert!(
        said("spki", "AAAA".into())
            .starts_with("report: expected a key that can be certified, in its one encoding, in spki, found")
    );
    let mut challenge = hardkey_synthetic::Challenge::new().json();
    challenge["version"] = 2.into();
    assert_eq!(said("challenge", challenge), "report: challenge: expected 1, in version, found 2");
}

#[test]
fn a_piece_of_evidence_that_is_not_as_it_must_be_is_named_by_its_place() {
    let piece = |field: &str, value: &str| {
        let mut all = made::good(Shape::P256).0.payload["evidence"].clone();
        all[1][field] = value.into();
        said("evidence", all)
    };
    assert_eq!(
        piece("kind", "gcp.statement"),
        "report: expected one of google.crypto-key-version, google.public-key, aws.describe-key, aws.get-public-key, azure.key, \
         azure.attestation, in evidence[1].kind, found \"gcp.statement\""
    );
    assert_eq!(
        piece("kind", "google.crypto-key-version"),
        "report: expected each kind of evidence once, found google.crypto-key-version again"
    );
    assert_eq!(
        piece("collected", "never"),
        "report: expected a moment such as 2026-11-21T01:23:45Z, in evidence[1].collected, found \"never\""
    );
    assert_eq!(
        piece("request", ""),
        "report: expected evidence[1].request with 1 to 2048 characters, all of them visible, found none"
    );
    assert_eq!(
        piece("data", "_"),
        "report: expected base64 with padding, on one line, in evidence[1].data, found 1 characters, starting \"_\""
    );
    for kind in Kind::ALL {
        assert_eq!(Kind::named(kind.name()), Some(kind));
    }
}

#[test]
fn a_claim_has_a_basis_or_is_unknown() {
    let claims = |field: &str, answer: Value| {
        let mut all = made::good(Shape::P256).0.payload["claims"].clone();
        all[field] = answer;
        made::good(Shape::P256).0.with("claims", all)
    };
    let parsed = |field: &str, answer: Value| Report::parse(claims(field, answer).payload.to_string().as_bytes());
    let read = |field: &str, answer: Value| parsed(field, answer).map(|report| report.claims).unwrap();
    let basis = |value: &str, basis: &str| json!({ "value": value, "basis": basis });
    assert_eq!(read("hsm", basis("yes", "confirmed")).hsm, Answer::Yes(Basis::Confirmed));
    assert_eq!(read("origin", basis("imported", "recorded")).generated, Answer::No(Basis::Recorded));
    assert_eq!(read("extractable", json!({ "value": "unknown" })).extractable, Answer::Unknown);
    for (field, answer, words, found) in [
        ("hsm", json!({ "value": "yes" }), "yes or no", "yes"),
        ("hsm", basis("generated", "reported"), "yes or no", "generated, reported"),
        ("origin", basis("yes", "reported"), "generated or imported", "yes, reported"),
        ("origin", basis("unknown", "reported"), "generated or imported", "unknown, reported"),
        ("extractable", basis("no", "certain"), "yes or no", "no, certain"),
        ("extractable", basis("", "reported"), "yes or no", ", reported"),
    ] {
        let said = parsed(field, answer).unwrap_err().to_string();
        let expected = format!("{words} with a basis, or unknown without one, in claims.{field}");
        assert_eq!(said, format!("report: expected {expected}, found {found}"));
    }
}

#[test]
fn evidence_bears_what_it_says_and_nothing_that_is_more() {
    use Answer::{No, Unknown, Yes};
    use Basis::{Attested, Reported};
    let all = [Yes(Attested), Yes(Reported), No(Attested), No(Reported), Unknown];
    for stated in all {
        for borne in all {
            let bears = matches!(
                (stated, borne),
                (Unknown, _)
                    | (Yes(Attested), Yes(Attested))
                    | (No(Attested), No(Attested))
                    | (Yes(Reported), Yes(_))
                    | (No(Reported), No(_))
            );
            for field in 0..3 {
                let of = |answer: Answer| {
                    let mut all = [Unknown; 3];
                    all[field] = answer;
                    Stated { hsm: all[0], generated: all[1], extractable: all[2] }
                };
                assert_eq!(of(stated).is_borne_by(&of(borne)).is_ok(), bears, "{field}: {stated:?} {borne:?}");
            }
        }
    }
    let of = |hsm, generated| Stated { hsm, generated, extractable: Unknown };
    assert_eq!(
        of(Unknown, Yes(Attested)).is_borne_by(&of(Unknown, No(Reported))),
        Err("the report states origin generated (attested), its evidence imported (reported)".to_owned())
    );
    assert_eq!(
        of(No(Reported), Unknown).is_borne_by(&of(Unknown, Unknown)),
        Err("the report states hsm no (reported), its evidence unknown".to_owned())
    );
}

#[test]
fn two_who_contradict_each_other_say_nothing() {
    use crate::claim::{Claim, Topic, Value as Said};
    let claim = |topic, value, basis| Claim { topic, value, basis, from: "a test" };
    let flag = |topic, flag, basis| claim(topic, Said::Flag(flag), basis);
    let hsm = |claims: &[Claim]| Stated::of(claims).hsm;
    let (yes, no) = (flag(Topic::Hsm, true, Basis::Reported), flag(Topic::Hsm, false, Basis::Attested));
    assert_eq!(hsm(&[]), Answer::Unknown);
    assert_eq!(hsm(std::slice::from_ref(&yes)), Answer::Yes(Basis::Reported));
    assert_eq!(hsm(std::slice::from_ref(&no)), Answer::No(Basis::Attested));
    assert_eq!(hsm(&[yes.clone(), no.clone()]), Answer::Unknown);
    assert_eq!(hsm(&[no, yes.clone()]), Answer::Unknown);
    // The better word is the one that counts, and other topics and texts are none.
    let better = flag(Topic::Hsm, true, Basis::Attested);
    assert_eq!(hsm(&[yes.clone(), better.clone()]), Answer::Yes(Basis::Attested));
    assert_eq!(hsm(&[better, yes]), Answer::Yes(Basis::Attested));
    assert_eq!(hsm(&[flag(Topic::Local, true, Basis::Attested)]), Answer::Unknown);
    assert_eq!(hsm(&[claim(Topic::Hsm, Said::Text("yes".to_owned()), Basis::Attested)]), Answer::Unknown);
    let stated =
        Stated::of(&[flag(Topic::Local, false, Basis::Reported), flag(Topic::Extractable, true, Basis::Reported)]);
    assert_eq!((stated.generated, stated.extractable), (Answer::No(Basis::Reported), Answer::Yes(Basis::Reported)));
}
