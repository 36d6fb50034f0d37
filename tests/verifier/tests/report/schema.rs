//! The schema of reports, held by a validator that knows nothing of Hardkey against what the verifier takes and refuses.

use boon::{Compiler, Draft, SchemaIndex, Schemas};
use hardkey_attest::challenge::Challenge as ReadChallenge;
use hardkey_attest::instant::Instant;
use hardkey_attest::public_key::PublicKey;
use hardkey_attest::report::{
    Draft as ReportDraft, Envelope, Kind, RawEvidence, Report as Read, SignatureAlgorithm, envelope,
};
use hardkey_attest::signature::Scheme;
use hardkey_synthetic::{Bundle, Challenge, Report, Request, Shape, answer, bundle, report};
use serde_json::{Value, json};

const SCHEMA: &str = include_str!("../../../../docs/report-v1.schema.json");
const ID: &str = "urn:hardkey:report:v1";

struct Schema {
    schemas: Schemas,
    envelope: SchemaIndex,
    payload: SchemaIndex,
    challenge: SchemaIndex,
}

impl Schema {
    fn new() -> Self {
        let (schemas, [envelope, payload, challenge]) =
            compiled(ID, SCHEMA, ["", "#/$defs/payload", "#/$defs/challenge"]);
        Self { schemas, envelope, payload, challenge }
    }

    fn takes(&self, place: SchemaIndex, value: &Value) -> bool {
        self.schemas.validate(value, place).is_ok()
    }

    /// Whether the schema takes an envelope and the payload in it.
    fn takes_report(&self, envelope: &Value) -> bool {
        let payload = openssl::base64::decode_block(envelope["payload"].as_str().unwrap()).unwrap();
        self.takes(self.envelope, envelope) && self.takes(self.payload, &serde_json::from_slice(&payload).unwrap())
    }
}

/// Places in a schema, as the validator takes them.
pub fn compiled<const COUNT: usize>(id: &str, schema: &str, places: [&str; COUNT]) -> (Schemas, [SchemaIndex; COUNT]) {
    let mut compiler = Compiler::new();
    compiler.set_default_draft(Draft::V2020_12);
    compiler.enable_format_assertions();
    compiler.enable_content_assertions();
    compiler.add_resource(id, serde_json::from_str(schema).unwrap()).unwrap();
    let mut schemas = Schemas::new();
    let places = places.map(|place| compiler.compile(&format!("{id}{place}"), &mut schemas).unwrap());
    (schemas, places)
}

fn reads(report: &Report) -> bool {
    Envelope::open(&report.bytes()).and_then(|envelope| Read::parse(envelope.payload())).is_ok()
}

/// Every kind of report that is made here.
fn good() -> Vec<Report> {
    let request = Request::of(Bundle::key(Shape::P256)).der();
    let mut all: Vec<Report> = [Shape::P256, Shape::P384, Shape::RSA_3072].map(|shape| report::good(shape).0).into();
    all.push(Report::aws().challenge(&Challenge::new()).request(&request));
    all.push(Report::aws().without("order"));
    all.push(report::good(Shape::P256).0.with("requested_as", "alias/release".into()));
    all
}

#[test]
fn every_report_that_is_read_is_one_by_the_schema() {
    let schema = Schema::new();
    for report in good() {
        assert!(reads(&report));
        let payload = serde_json::to_value(&report.payload).unwrap();
        let wrong = schema.schemas.validate(&payload, schema.payload).map_err(|error| error.to_string());
        assert_eq!(wrong, Ok(()));
        assert!(schema.takes_report(&report.json()));
    }
}

#[test]
fn what_a_draft_makes_is_a_report_by_the_schema() {
    let schema = Schema::new();
    let key = Bundle::key(Shape::P256);
    let (public, request) = (PublicKey::from_spki(key.spki()).unwrap(), Request::of(key).der());
    let challenge = ReadChallenge::parse(Challenge::new().json().to_string().as_bytes()).unwrap();
    let moment = |text: &str| Instant::parse(text).unwrap();
    let raw = |kind, answer: Value| RawEvidence {
        kind,
        collected: moment("2026-11-21T07:59:58Z"),
        request: "GetCryptoKeyVersion".to_owned(),
        data: answer.to_string().into_bytes(),
    };
    let version = answer::attested_version(key, &Bundle::generated(Shape::P256));
    for (challenge, requested_as) in [(None, None), (Some(&challenge), Some("release"))] {
        let draft = ReportDraft {
            id: [0xff; 16],
            audience: "Example CA",
            order: challenge.map(|_| "4711"),
            challenge,
            csr: challenge.map(|_| request.as_slice()),
            public_key: &public,
            scheme: Scheme::Ecdsa,
            created: moment("2026-11-21T08:00:00Z"),
            not_after: moment("2026-11-22T08:00:00Z"),
            resource: bundle::RESOURCE,
            requested_as,
            generator: "hardkey",
            version: "0.1.0",
            evidence: vec![
                raw(Kind::GoogleCryptoKeyVersion, version.clone()),
                raw(Kind::GooglePublicKey, answer::google_public_key(key, bundle::RESOURCE)),
            ],
        };
        let payload = draft.payload().unwrap();
        let text = envelope(&payload, &[0x30; 70]);
        assert!(schema.takes_report(&serde_json::from_str(&text).unwrap()), "{text}");
        // Nothing else is in it: no host, no person, no address, no credential.
        let names: Vec<String> =
            serde_json::from_slice::<Value>(&payload).unwrap().as_object().unwrap().keys().cloned().collect();
        let all = [
            "audience",
            "challenge",
            "claims",
            "created",
            "csr_sha256",
            "evidence",
            "generator",
            "not_after",
            "order",
            "report_id",
            "requested_as",
            "resource",
            "signature_algorithm",
            "spki",
        ];
        assert!(names.iter().all(|name| all.contains(&name.as_str())), "{names:?}");
    }
}

#[test]
fn a_challenge_of_the_program_is_one_by_the_schema() {
    let folder = crate::folder::Folder::good();
    let said = folder.run("challenge --audience Example --order 4711 --key own.key");
    let schema = Schema::new();
    assert!(schema.takes(schema.challenge, &serde_json::from_str(&said.out).unwrap()));
    assert!(!schema.takes(schema.challenge, &json!({ "version": 1 })));
}

/// Ways to change a member, of which the schema and the verifier must think alike.
fn changes() -> Vec<(&'static str, Value)> {
    let hash = "a".repeat(64);
    let answer = |value: &str, basis: Value| json!({ "value": value, "basis": basis });
    let claims = |origin: Value| json!({ "hsm": { "value": "unknown" }, "origin": origin, "extractable": { "value": "unknown" } });
    vec![
        ("report_id", json!("3F1C1F9E-5D0E-4C6B-9A53-0A4D3C2B1E0F")),
        ("report_id", json!("3f1c1f9e5d0e4c6b9a530a4d3c2b1e0f")),
        ("report_id", json!("-3f1c1f9-5d0e-4c6b-9a53-0a4d3c2b1e0f")),
        ("report_id", json!(1)),
        ("audience", json!("")),
        ("audience", json!("a".repeat(257))),
        ("audience", json!("é".repeat(256))),
        ("audience", json!("a\nb")),
        ("audience", Value::Null),
        ("order", Value::Null),
        ("order", json!(4711)),
        ("challenge", Value::Null),
        ("challenge", json!({})),
        ("challenge", json!([])),
        ("csr_sha256", json!(hash)),
        ("csr_sha256", json!(&hash[1..])),
        ("csr_sha256", json!(hash.to_uppercase())),
        ("csr_sha256", Value::Null),
        ("created", json!("2026-11-21")),
        ("created", json!("2026-11-21T08:00:00+00:00")),
        ("created", json!("2026-13-21T08:00:00Z")),
        ("created", json!("2026-11-21T08:00:00.5Z")),
        ("not_after", json!(1_795_224_225)),
        ("signature_algorithm", json!("ed25519")),
        ("signature_algorithm", json!("ECDSA-P256-SHA256")),
        ("signature_algorithm", json!("rsa-pss-sha512")),
        ("spki", json!("not base64")),
        ("resource", json!("a".repeat(2048))),
        ("resource", json!("a".repeat(2049))),
        ("requested_as", Value::Null),
        ("requested_as", json!("")),
        ("generator", json!({ "name": "hardkey" })),
        ("generator", json!({ "name": "hardkey", "version": "1", "host": "build-7" })),
        ("generator", json!({ "name": "hardkey", "version": "1".repeat(65) })),
        ("generator", json!(["hardkey", "1"])),
        ("claims", json!({})),
        ("claims", claims(answer("generated", json!("reported")))),
        ("claims", claims(answer("imported", json!("confirmed")))),
        ("claims", claims(json!({ "value": "generated" }))),
        ("claims", claims(json!({ "value": "unknown" }))),
        ("claims", claims(answer("unknown", json!("reported")))),
        ("claims", claims(answer("unknown", Value::Null))),
        ("claims", claims(answer("yes", json!("reported")))),
        ("claims", claims(answer("generated", json!("certain")))),
        ("claims", claims(json!("generated"))),
        ("evidence", json!([])),
        ("evidence", json!({})),
        ("evidence", json!([{ "kind": "google.public-key" }])),
        (
            "evidence",
            json!([{ "kind": "gcp.statement", "collected": "2026-11-21T07:59:58Z", "request": "x", "data": "" }]),
        ),
        ("evidence", json!([{ "kind": "azure.key", "collected": "2026-11-21T07:59:58Z", "request": "x", "data": "" }])),
        (
            "evidence",
            json!([{ "kind": "azure.key", "collected": "2026-11-21T07:59:58Z", "request": "x", "data": "", "tls": "" }]),
        ),
        (
            "evidence",
            json!([{ "kind": "azure.key", "collected": "2026-11-21T07:59:58Z", "request": "x", "data": "e30" }]),
        ),
        ("nonce", json!("a")),
        ("logging", Value::Null),
    ]
}

#[test]
fn schema_and_verifier_refuse_the_same() {
    let schema = Schema::new();
    let (mut taken, mut refused) = (0, 0);
    for (field, value) in changes() {
        let report = report::good(Shape::P256).0.with(field, value.clone());
        // That base64 is of a key, only the verifier sees.
        let by_schema = schema.takes(schema.payload, &report.payload);
        assert_eq!(reads(&report), by_schema, "{field}: {value}");
        *(if by_schema { &mut taken } else { &mut refused }) += 1;
    }
    assert_eq!((taken, refused), (9, 45));
    for field in report::good(Shape::P256).0.payload.as_object().unwrap().keys() {
        let report = report::good(Shape::P256).0.without(field);
        let may_be_absent = ["order", "challenge", "csr_sha256"].contains(&field.as_str());
        assert_eq!(
            (reads(&report), schema.takes(schema.payload, &report.payload)),
            (may_be_absent, may_be_absent),
            "{field}"
        );
    }
}

#[test]
fn the_schema_lists_every_algorithm_and_kind() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let payload = &schema["$defs"]["payload"]["properties"];
    let listed = |value: &Value| -> Vec<String> {
        value["enum"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
    };
    let algorithms: Vec<String> =
        SignatureAlgorithm::all().iter().map(|algorithm| algorithm.name().to_owned()).collect();
    assert_eq!(listed(&payload["signature_algorithm"]), algorithms);
    let kinds: Vec<String> = Kind::ALL.map(|kind| kind.name().to_owned()).into();
    assert_eq!(listed(&payload["evidence"]["items"]["properties"]["kind"]), kinds);
    let documentation = include_str!("../../../../docs/report.md");
    for name in payload.as_object().unwrap().keys() {
        assert!(documentation.contains(&format!("`{name}`")), "{name}");
    }
    for name in kinds {
        assert!(documentation.contains(&format!("`{name}`")), "{name}");
    }
}
