mod envelopes;
mod payloads;
mod refused;

use hardkey_synthetic::{Bundle, Hash as Sha, Key, Request, Shape, answer, bundle, hex, report as made};
use serde_json::{Value, json};

use super::*;
use crate::challenge::Challenge;
use crate::finding::Basis;
use crate::instant::Instant;
use crate::public_key::PublicKey;
use crate::signature::{Hash, Scheme};

fn moment(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

fn public(key: &Key) -> PublicKey {
    PublicKey::from_spki(key.spki()).unwrap()
}

fn raw(kind: Kind, answer: &Value) -> RawEvidence {
    RawEvidence {
        kind,
        collected: moment("2026-11-21T07:59:58Z"),
        request: format!("a request for {}", kind.name()),
        data: answer.to_string().into_bytes(),
    }
}

fn google(shape: Shape) -> Vec<RawEvidence> {
    let key = Bundle::key(shape);
    vec![
        raw(Kind::GoogleCryptoKeyVersion, &answer::attested_version(key, &Bundle::generated(shape))),
        raw(Kind::GooglePublicKey, &answer::google_public_key(key, bundle::RESOURCE)),
    ]
}

fn challenge() -> Challenge {
    Challenge::parse(hardkey_synthetic::Challenge::new().json().to_string().as_bytes()).unwrap()
}

/// The draft of what `hardkey_synthetic::report::good` makes by another hand.
fn draft<'a>(key: &'a PublicKey, challenge: &'a Challenge, csr: &'a [u8], evidence: Vec<RawEvidence>) -> Draft<'a> {
    Draft {
        id: [0x3f, 0x1c, 0x1f, 0x9e, 0x5d, 0x0e, 0x0c, 0x6b, 0x1a, 0x53, 0x0a, 0x4d, 0x3c, 0x2b, 0x1e, 0x0f],
        audience: "Example CA",
        order: Some("4711"),
        challenge: Some(challenge),
        csr: Some(csr),
        public_key: key,
        scheme: Scheme::Ecdsa,
        created: moment("2026-11-21T08:00:00Z"),
        not_after: moment("2026-11-22T08:00:00Z"),
        resource: bundle::RESOURCE,
        requested_as: None,
        generator: "hardkey-synthetic",
        version: env!("CARGO_PKG_VERSION"),
        evidence,
    }
}

/// Does something with the draft of a good report about a P-256 key.
fn with_draft<T>(does: impl FnOnce(Draft<'_>) -> T) -> T {
    let key = Bundle::key(Shape::P256);
    does(draft(&public(key), &challenge(), &Request::of(key).der(), google(Shape::P256)))
}

#[test]
fn a_draft_becomes_the_report_that_another_hand_makes_of_the_same() {
    let payload = with_draft(|draft| draft.payload()).unwrap();
    let written: Value = serde_json::from_slice(&payload).unwrap();
    // ECDSA takes a random number: the requests, and so their hashes, differ.
    let same = |mut payload: Value| {
        payload["csr_sha256"].take();
        payload
    };
    assert_eq!(same(written), same(made::good(Shape::P256).0.payload));
}

#[test]
fn a_report_is_opened_to_what_was_put_into_it() {
    for (shape, scheme, name) in [
        (Shape::P256, Scheme::Ecdsa, "ecdsa-p256-sha256"),
        (Shape::P384, Scheme::Ecdsa, "ecdsa-p384-sha384"),
        (Shape::RSA_3072, Scheme::RsaPkcs1(Hash::Sha512), "rsa-pkcs1-sha512"),
        (Shape::RSA_3072, Scheme::RsaPss(Hash::Sha384), "rsa-pss-sha384"),
    ] {
        let key = Bundle::key(shape);
        let (public, challenge, csr) = (public(key), challenge(), Request::of(key).der());
        let draft =
            Draft { scheme, requested_as: Some("alias/release"), ..draft(&public, &challenge, &csr, google(shape)) };
        let payload = draft.payload().unwrap();
        let signed = to_be_signed(&payload);
        assert_eq!(signed, [format!("DSSEv1 38 {PAYLOAD_TYPE} {} ", payload.len()).as_bytes(), &payload].concat());
        let signature = match name {
            "rsa-pss-sha384" => key.sign_pss(Sha::Sha384, &signed),
            "rsa-pkcs1-sha512" => key.sign(Sha::Sha512, &signed),
            "ecdsa-p384-sha384" => key.sign(Sha::Sha384, &signed),
            _ => key.sign(Sha::Sha256, &signed),
        };
        let envelope = Envelope::open(envelope(&payload, &signature).as_bytes()).unwrap();
        assert_eq!((envelope.payload(), envelope.signature()), (payload.as_slice(), signature.as_slice()));
        let report = Report::parse(envelope.payload()).unwrap();
        assert_eq!(report.signature_algorithm.name(), name);
        assert_eq!(envelope.verify(&report), Ok(()), "{name}");
        assert_eq!(report.audience, "Example CA");
        assert_eq!(report.order.as_deref(), Some("4711"));
        assert_eq!(report.challenge, Some(challenge.clone()));
        assert_eq!(report.csr_sha256.map(|hash| hex(&hash)), Some(hex(&Sha::Sha256.of(&csr))));
        assert_eq!(report.public_key, public);
        assert_eq!(report.resource, bundle::RESOURCE);
        assert_eq!(report.requested_as.as_deref(), Some("alias/release"));
        assert_eq!(report.evidence, google(shape));
        assert_eq!(
            report.claims,
            Stated {
                hsm: Answer::Yes(Basis::Attested),
                generated: Answer::Yes(Basis::Attested),
                extractable: Answer::No(Basis::Attested)
            }
        );
        let other = Report { signature_algorithm: SignatureAlgorithm::named("rsa-pkcs1-sha256").unwrap(), ..report };
        assert!(envelope.verify(&other).is_err(), "in another way");
    }
}

#[test]
fn a_report_states_only_what_its_evidence_says() {
    let key = Bundle::key(Shape::P256);
    let answers = answer::all();
    let stated = |kind, answer: &Value, resource| {
        let (public, challenge, csr) = (public(key), challenge(), Request::of(key).der());
        let mut evidence = vec![raw(kind, answer)];
        if kind == Kind::AwsDescribeKey {
            evidence.push(raw(Kind::AwsGetPublicKey, &answers[1].1));
        }
        let draft = Draft { resource, ..draft(&public, &challenge, &csr, evidence) };
        let payload: Value = serde_json::from_slice(&draft.payload().unwrap()).unwrap();
        payload["claims"].clone()
    };
    let reported = |value: &str| json!({ "value": value, "basis": "reported" });
    let unknown = json!({ "value": "unknown" });
    assert_eq!(
        stated(Kind::AwsDescribeKey, &answers[0].1, answer::ARN),
        json!({ "hsm": reported("yes"), "origin": reported("generated"), "extractable": reported("no") })
    );
    let mut imported = answers[0].1.clone();
    imported["KeyMetadata"]["Origin"] = "EXTERNAL".into();
    assert_eq!(
        stated(Kind::AwsDescribeKey, &imported, answer::ARN),
        json!({ "hsm": unknown, "origin": reported("imported"), "extractable": unknown })
    );
    // Where a key of Key Vault is from, its record does not say.
    let vault = answers[2].1["key"]["kid"].as_str().unwrap();
    assert_eq!(
        stated(Kind::AzureKey, &answers[2].1, vault),
        json!({ "hsm": reported("yes"), "origin": unknown, "extractable": reported("no") })
    );
}
