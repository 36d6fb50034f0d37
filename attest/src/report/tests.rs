use base64ct::{Base64, Encoding};
use hardkey_synthetic::{Bundle, Hash as Sha, Key, Request, Shape, answer, bundle, hex, report as made};
use serde_json::{Value, json};

use super::*;
use crate::challenge::{Challenge, ChallengeKey};
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

fn refused(change: impl FnOnce(&mut Draft<'_>)) -> String {
    with_draft(|mut draft| {
        change(&mut draft);
        draft.payload().unwrap_err().to_string()
    })
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

#[test]
fn a_draft_that_a_ca_would_refuse_becomes_no_report() {
    assert_eq!(
        refused(|draft| draft.audience = "Other CA"),
        "audience: the challenge is of \"Example CA\", the report for \"Other CA\"; answer the challenge of the CA that the \
         report is for"
    );
    assert_eq!(
        refused(|draft| draft.order = Some("4712")),
        "order: the challenge is for \"4711\", the report for \"4712\"; answer the challenge of that order"
    );
    assert_eq!(
        refused(|draft| draft.order = None),
        "order: the challenge is for \"4711\", the report for none; answer the challenge of that order"
    );
    assert_eq!(
        refused(|draft| {
            draft.created = moment("2026-11-22T06:00:01Z");
            draft.not_after = moment("2026-11-22T06:00:02Z");
        }),
        "challenge: it expired at 2026-11-22T06:00:00Z, and now it is 2026-11-22T06:00:01Z; ask the CA for a new one"
    );
    let days = "is not within 1 second to 30 days after 2026-11-21T08:00:00Z, when the report is made";
    for end in ["2026-11-21T07:59:59Z", "2026-11-21T08:00:00Z", "2026-12-21T08:00:01Z"] {
        assert_eq!(refused(|draft| draft.not_after = moment(end)), format!("not_after: {end} {days}"));
    }
    assert_eq!(
        refused(|draft| draft.scheme = Scheme::RsaPss(Hash::Sha256)),
        "scheme: a key of kind P-256 does not sign by RsaPss(Sha256)"
    );
    let (key, other) = (Bundle::key(Shape::P256), Key::of(Shape::P256, "another"));
    let (of_other, signed_by_other, broken) = (
        Request::of(other).der(),
        Request { signer: other, ..Request::of(key) }.der(),
        Request { broken: true, ..Request::of(key) }.der(),
    );
    let [hash, other_hash] = [key, other].map(Key::spki_hash);
    let refuse_csr = |csr: &[u8]| {
        let (public, challenge) = (public(key), challenge());
        draft(&public, &challenge, csr, google(Shape::P256)).payload().unwrap_err().to_string()
    };
    assert_eq!(
        refuse_csr(&of_other),
        format!(
            "csr: the request is for the key {other_hash}, the report is about {hash}; make the request with this key"
        )
    );
    let unsigned = "csr: the signature does not verify with the key's public half; make the request with this key";
    assert_eq!(refuse_csr(&signed_by_other), unsigned);
    assert_eq!(refuse_csr(&broken), unsigned);
    assert!(refuse_csr(b"nothing").starts_with("csr: certificate request: expected a PKCS#10 request"));
    assert_eq!(
        refused(|draft| draft.requested_as = Some("")),
        "report: expected requested_as with 1 to 2048 characters, all of them visible, found none"
    );
    assert_eq!(
        refused(|draft| draft.version = "1\n2"),
        "report: expected generator.version with 1 to 64 characters, all of them visible, found \"1\\n2\""
    );
}

#[test]
fn a_draft_with_evidence_of_something_else_becomes_no_report() {
    let hash = Bundle::key(Shape::P256).spki_hash();
    let other = Key::of(Shape::P256, "another");
    let of_other = || raw(Kind::GooglePublicKey, &answer::google_public_key(other, bundle::RESOURCE));
    assert_eq!(
        refused(|draft| draft.evidence = vec![of_other()]),
        format!("evidence: the report is about the key {hash}, its evidence about {}", other.spki_hash())
    );
    assert_eq!(
        refused(|draft| draft.evidence.clear()),
        format!("evidence: the report is about the key {hash}, its evidence holds no key")
    );
    let second = bundle::RESOURCE.replace("Versions/1", "Versions/2");
    assert_eq!(
        refused(|draft| {
            let key = Bundle::key(Shape::P256);
            draft.evidence[1] = raw(Kind::GooglePublicKey, &answer::google_public_key(key, &second));
        }),
        format!("evidence: the report is about {}, its evidence about {second}", bundle::RESOURCE)
    );
    assert_eq!(
        refused(|draft| draft.evidence.push(draft.evidence[1].clone())),
        "report: expected each kind of evidence once, found google.public-key again"
    );
    assert_eq!(
        refused(|draft| draft.evidence[0].data.truncate(10)),
        "evidence: google.crypto-key-version: the answer to GetCryptoKeyVersion, byte 9: expected the answer as the API \
         documents it, and nothing after it, found EOF while parsing a string"
    );
    assert_eq!(
        refused(|draft| draft.evidence[1].data.truncate(10)),
        "evidence: the answer to GetPublicKey, byte 9: expected the answer as the API documents it, and nothing after it, \
         found EOF while parsing a string"
    );
    let large = refused(|draft| draft.evidence.iter_mut().for_each(|raw| raw.data.resize(80 << 10, b' ')));
    assert_eq!(
        large.replace(|character: char| character.is_ascii_digit(), ""),
        "evidence: the report would have  bytes,  are the most; leave a piece of evidence out"
    );
}

#[test]
fn the_key_of_a_challenge_is_not_needed_to_answer_it() {
    // The subscriber cannot tell a forged challenge: the CA can.
    let other = ChallengeKey::from_bytes([9; 32]);
    assert!(!other.made(&challenge()));
    assert!(with_draft(|draft| draft.payload()).is_ok());
}

#[test]
fn an_envelope_has_one_signature_and_one_type() {
    let (good, _) = made::good(Shape::P256);
    let key = Bundle::key(Shape::P256);
    let told = |report: made::Report| {
        let error = Envelope::open(&report.bytes()).unwrap_err();
        (error.expected, error.found)
    };
    let pair = |expected: &str, found: &str| (expected.to_owned(), found.to_owned());
    let one = "one signature, by the key that the report is about";
    assert_eq!(told(good.clone().signers(&[])), pair(one, "0"));
    assert_eq!(told(good.clone().signers(&[key, key])), pair(one, "2"));
    let in_toto = "application/vnd.in-toto+json";
    assert_eq!(
        told(good.clone().payload_type(in_toto)),
        (format!("the payload type {PAYLOAD_TYPE}"), format!("\"{in_toto}\""))
    );
    let with = |change: fn(&mut Value)| {
        let mut envelope = good.json();
        change(&mut envelope);
        let error = Envelope::open(envelope.to_string().as_bytes()).unwrap_err();
        (error.expected, error.found)
    };
    assert_eq!(with(|envelope| envelope["signatures"][0]["keyid"] = "".into()), pair("`sig`", "unknown field `keyid`"));
    assert_eq!(
        with(|envelope| envelope["note"] = "".into()),
        pair("one of `payload`, `payloadType`, `signatures`", "unknown field `note`")
    );
    assert_eq!(with(|envelope| envelope["signatures"][0]["sig"] = "a".into()).1, "1 characters, starting \"a\"");
    assert_eq!(with(|envelope| envelope["payload"] = "e30".into()).1, "3 characters, starting \"e30\"");
    assert_eq!(
        with(|envelope| envelope["signatures"][0]["sig"] = Base64::encode_string(&[1; 513]).into()),
        pair("at most 512 bytes of a signature", "513 bytes")
    );
    let large = format!("{}{}", good.json(), " ".repeat(LARGEST));
    assert_eq!(Envelope::open(large.as_bytes()).unwrap_err().expected, format!("at most {LARGEST} bytes"));
}
