//! Reports: what a subscriber hands to a CA, a payload of JSON in an envelope that the key signs.

use serde_json::{Value, json};

use crate::answer;
use crate::bundle::Bundle;
use crate::challenge::Challenge;
use crate::key::{Hash, Key, Shape, hex};
use crate::request::Request;

/// The type of a report's payload.
pub const PAYLOAD_TYPE: &str = "application/vnd.hardkey.report.v1+json";

/// A report in the making: change its payload, who signs and what it is said to be.
#[derive(Clone, Debug)]
pub struct Report {
    /// What is signed.
    pub payload: Value,
    /// What it is said to be.
    pub payload_type: String,
    /// Whose keys sign, one after the other.
    pub signers: Vec<&'static Key>,
    /// What becomes of the payload after it was signed.
    pub then: fn(&mut Value),
}

impl Report {
    /// About a key of Google Cloud HSM, with its statement.
    #[must_use]
    pub fn google(key: &'static Key, bundle: &Bundle) -> Self {
        let version = answer::attested_version(key, bundle);
        let public_key = answer::google_public_key(key, &bundle.resource);
        let yes = |value: &str| json!({ "value": value, "basis": "attested" });
        Self::of(key, &bundle.resource)
            .evidence("google.crypto-key-version", &version)
            .evidence("google.public-key", &public_key)
            .with("claims", json!({ "hsm": yes("yes"), "origin": yes("generated"), "extractable": yes("no") }))
    }

    /// About a key of AWS KMS: two answers, for which nobody vouches.
    #[must_use]
    pub fn aws() -> Self {
        let key = Bundle::key(Shape::P256);
        let answers = answer::all();
        let yes = |value: &str| json!({ "value": value, "basis": "reported" });
        Self::of(key, answer::ARN)
            .evidence("aws.describe-key", &answers[0].1)
            .evidence("aws.get-public-key", &answers[1].1)
            .with("claims", json!({ "hsm": yes("yes"), "origin": yes("generated"), "extractable": yes("no") }))
    }

    fn of(key: &'static Key, resource: &str) -> Self {
        let algorithm = match key.shape() {
            Shape::P384 => "ecdsa-p384-sha384",
            Shape::P521 => "ecdsa-p521-sha512",
            Shape::SECP256K1 => "ecdsa-secp256k1-sha256",
            Shape::Curve(_) => "ecdsa-p256-sha256",
            Shape::Rsa { .. } => "rsa-pkcs1-sha256",
        };
        let unknown = json!({ "value": "unknown" });
        let payload = json!({
            "report_id": "3f1c1f9e-5d0e-4c6b-9a53-0a4d3c2b1e0f",
            "audience": "Example CA",
            "order": "4711",
            "created": "2026-11-21T08:00:00Z",
            "not_after": "2026-11-22T08:00:00Z",
            "signature_algorithm": algorithm,
            "spki": openssl::base64::encode_block(key.spki()),
            "resource": resource,
            "generator": { "name": "hardkey-synthetic", "version": env!("CARGO_PKG_VERSION") },
            "claims": { "hsm": unknown, "origin": unknown, "extractable": unknown },
            "evidence": [],
        });
        Self { payload, payload_type: PAYLOAD_TYPE.to_owned(), signers: vec![key], then: |_| {} }
    }

    /// With another field, or a field in another way.
    #[must_use]
    pub fn with(mut self, field: &str, value: Value) -> Self {
        self.payload[field] = value;
        self
    }

    /// Without a field.
    #[must_use]
    pub fn without(mut self, field: &str) -> Self {
        self.payload.as_object_mut().unwrap().remove(field);
        self
    }

    /// With one more piece of evidence.
    #[must_use]
    pub fn evidence(mut self, kind: &str, answer: &Value) -> Self {
        let data = openssl::base64::encode_block(answer.to_string().as_bytes());
        self.payload["evidence"].as_array_mut().unwrap().push(json!({
            "kind": kind, "collected": "2026-11-21T07:59:58Z", "request": format!("a request for {kind}"), "data": data,
        }));
        self
    }

    /// With a CA's challenge in it.
    #[must_use]
    pub fn challenge(self, challenge: &Challenge) -> Self {
        self.with("challenge", challenge.json())
    }

    /// For a request, DER.
    #[must_use]
    pub fn request(self, request: &[u8]) -> Self {
        self.with("csr_sha256", hex(&Hash::Sha256.of(request)).into())
    }

    /// With another payload type.
    #[must_use]
    pub fn payload_type(self, payload_type: &str) -> Self {
        Self { payload_type: payload_type.to_owned(), ..self }
    }

    /// Signed by others.
    #[must_use]
    pub fn signers(self, signers: &[&'static Key]) -> Self {
        Self { signers: signers.to_vec(), ..self }
    }

    /// With a payload that changes after it was signed.
    #[must_use]
    pub fn then(self, then: fn(&mut Value)) -> Self {
        Self { then, ..self }
    }

    /// The envelope, JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        let signed = self.payload.to_string();
        let mut said = self.payload.clone();
        (self.then)(&mut said);
        let encode = |bytes: &[u8]| openssl::base64::encode_block(bytes);
        let signatures =
            self.signers.iter().map(|key| json!({ "sig": encode(&self.signature(key, signed.as_bytes())) }));
        json!({
            "payload": encode(said.to_string().as_bytes()),
            "payloadType": self.payload_type,
            "signatures": signatures.collect::<Vec<Value>>(),
        })
    }

    /// The envelope, bytes.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        self.json().to_string().into_bytes()
    }

    /// DSSE's signature over the payload and its type, in the way that the payload says.
    fn signature(&self, key: &Key, payload: &[u8]) -> Vec<u8> {
        let head = format!("DSSEv1 {} {} {} ", self.payload_type.len(), self.payload_type, payload.len());
        let signed = [head.as_bytes(), payload].concat();
        let algorithm = self.payload["signature_algorithm"].as_str().unwrap_or_default();
        let hash = match algorithm.rsplit('-').next() {
            Some("sha384") => Hash::Sha384,
            Some("sha512") => Hash::Sha512,
            _ => Hash::Sha256,
        };
        if algorithm.contains("-pss-") && matches!(key.shape(), Shape::Rsa { .. }) {
            key.sign_pss(hash, &signed)
        } else {
            key.sign(hash, &signed)
        }
    }
}

/// What stands every check: the report about the key of [`Bundle::generated`], with a challenge, and the request that it is for, DER.
#[must_use]
pub fn good(shape: Shape) -> (Report, Vec<u8>) {
    let key = Bundle::key(shape);
    let request = Request::of(key).der();
    (Report::google(key, &Bundle::generated(shape)).challenge(&Challenge::new()).request(&request), request)
}
