//! Faults of Google's operations as a client on a socket sees them, against the built program.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod wire;

use serde_json::{Value, json};
use std::io::{ErrorKind, Read, Write};
use std::time::{Duration, Instant};
use wire::{Emulator, receive};

const VERSION: &str =
    "projects/emulated-project/locations/europe-west1/keyRings/release/cryptoKeys/release/cryptoKeyVersions/1";
const BODY: &str = r#"{"data":"cmVsZWFzZQ=="}"#;

fn send(stream: &mut impl Write, method: &str, path: &str, token: &str, body: &str) {
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    // At once: what comes in pieces may meet a reset on its way.
    stream.write_all(request.as_bytes()).unwrap();
    stream.flush().unwrap();
}

fn sign(stream: &mut (impl Read + Write)) -> (String, Value) {
    send(stream, "POST", &format!("/v1/{VERSION}:asymmetricSign"), "mine", BODY);
    let (head, body) = receive(stream);
    (head, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

fn get(stream: &mut (impl Read + Write), path: &str, token: &str) -> (String, Value) {
    send(stream, "GET", path, token, "");
    let (head, body) = receive(stream);
    (head, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

#[test]
fn one_connection_serves_two_clouds_and_a_fault_of_one_leaves_the_other_alone() {
    let emulator = Emulator::start(&[]);
    emulator.fault(json!({"operation": "AsymmetricSign", "times": 1, "error": "UNAVAILABLE"}));
    let mut stream = emulator.connect("aws");
    stream
        .write_all(
            b"POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: TrentService.ListKeys\r\nX-Amz-Date: 20261121T000000Z\r\n\
              Authorization: AWS4-HMAC-SHA256 Credential=AKIA1/20261121/eu-west-1/kms/aws4_request, SignedHeaders=host, Signature=00\r\n\
              Content-Length: 2\r\n\r\n{}",
        )
        .unwrap();
    assert!(receive(&mut stream).0.starts_with("http/1.1 200"));
    let (head, body) = sign(&mut stream);
    assert!(head.starts_with("http/1.1 503"), "{head}");
    assert_eq!(
        body,
        json!({"error": {"code": 503, "message": "The service is currently unavailable.", "status": "UNAVAILABLE"}})
    );
    assert_eq!(sign(&mut stream).1["name"], VERSION);
    let counts = emulator.control("GET", "/counts", &Value::Null);
    assert_eq!(counts["requests"], json!({"ListKeys": 1, "AsymmetricSign": 2}));
    assert_eq!(counts["carried_out"], json!({"ListKeys": 1, "AsymmetricSign": 1}));
    assert_eq!(counts["access_keys"], json!({"AKIA1": 1, "mine": 2}));
}

#[test]
fn a_quota_says_when_to_come_back_in_the_standards_header_alone_or_not_at_all() {
    let emulator = Emulator::start(&[]);
    let mut stream = emulator.connect("aws");
    for (wait, header) in [(json!(1.5), true), (Value::Null, false)] {
        emulator.fault(json!({"operation": "*", "times": 1, "error": "RESOURCE_EXHAUSTED", "retry_after": wait}));
        let (head, body) = sign(&mut stream);
        assert!(head.starts_with("http/1.1 429"), "{head}");
        assert_eq!(head.contains("\nretry-after: 2\r"), header, "{head}");
        assert!(!head.contains("x-amz"), "{head}");
        assert_eq!(
            body["error"]["message"],
            "Quota exceeded for quota metric 'Cryptographic requests' and limit 'Cryptographic requests per minute' of service 'cloudkms.googleapis.com' for consumer 'project_number:111122223333'."
        );
    }
}

#[test]
fn resets_and_half_answers_come_as_they_are_asked_for() {
    let emulator = Emulator::start(&[]);
    for (when, carried_out) in [("before", json!({})), ("after", json!({"AsymmetricSign": 1}))] {
        emulator.control("DELETE", "/counts", &Value::Null);
        emulator.fault(json!({"operation": "AsymmetricSign", "times": 1, "reset": when}));
        let mut stream = emulator.connect("aws");
        send(&mut stream, "POST", &format!("/v1/{VERSION}:asymmetricSign"), "mine", BODY);
        assert_eq!(stream.read(&mut [0; 9]).unwrap_err().kind(), ErrorKind::ConnectionReset, "{when}");
        assert_eq!(emulator.control("GET", "/counts", &Value::Null)["carried_out"], carried_out);
    }
    emulator.fault(json!({"operation": "GetPublicKey", "times": 1, "truncate": 7}));
    let mut stream = emulator.connect("aws");
    send(&mut stream, "GET", &format!("/v1/{VERSION}/publicKey"), "mine", "");
    let mut all = String::new();
    stream.read_to_string(&mut all).unwrap();
    assert_eq!(all.split_once("\r\n\r\n").unwrap().1.len(), 7);
}

#[test]
fn a_fault_can_be_for_one_version_and_a_delay_for_any() {
    let emulator = Emulator::start(&[]);
    let key = VERSION.split("/cryptoKeyVersions").next().unwrap();
    emulator.fault(json!({"operation": "GetPublicKey", "key": VERSION, "error": "INTERNAL"}));
    emulator.fault(json!({"operation": "ListCryptoKeyVersions", "key": key, "error": "NOT_FOUND"}));
    emulator.fault(json!({"operation": "GetCryptoKey", "latency_ms": 200}));
    let mut stream = emulator.connect("aws");
    let mut status = |path: &str| get(&mut stream, path, "mine").0[9..12].to_owned();
    assert_eq!(status(&format!("/v1/{VERSION}")), "200");
    assert_eq!(status(&format!("/v1/{VERSION}/publicKey")), "500");
    assert_eq!(status(&format!("/v1/{key}/cryptoKeyVersions")), "404");
    let started = Instant::now();
    assert_eq!(status(&format!("/v1/{key}")), "200");
    assert!(started.elapsed() >= Duration::from_millis(200));
}

#[test]
fn what_google_would_not_say_can_be_said() {
    let emulator = Emulator::start(&[]);
    let mut stream = emulator.connect("aws");
    for (corruption, kind) in [("body", "application/json"), ("html", "text/html")] {
        emulator.fault(json!({"operation": "GetCryptoKeyVersion", "times": 1, "corrupt": corruption}));
        let (head, body) = get(&mut stream, &format!("/v1/{VERSION}"), "mine");
        assert!(head.starts_with("http/1.1 200") && head.contains(kind), "{head}");
        assert!(body.is_null(), "{corruption} is no JSON");
    }
    emulator.fault(json!({"operation": "GetCryptoKeyVersion", "times": 1, "corrupt": "key-id"}));
    let (_, body) = get(&mut stream, &format!("/v1/{VERSION}"), "mine");
    assert_eq!(body["name"], VERSION.replace("cryptoKeyVersions/1", "cryptoKeyVersions/999999"));
}

#[test]
fn a_token_that_was_handed_out_expires_whoever_is_let_in() {
    let emulator = Emulator::start(&[]);
    let mut stream = emulator.connect("aws");
    let refresh = r#"{"grant_type":"refresh_token","refresh_token":"r"}"#;
    let mut fetch = || {
        send(&mut stream, "POST", "/google/token", "", refresh);
        let answer: Value = serde_json::from_slice(&receive(&mut stream).1).unwrap();
        answer["access_token"].as_str().unwrap().to_owned()
    };
    let good = fetch();
    emulator.control("PUT", "/credentials", &json!({"expires_in_seconds": -1}));
    let late = fetch();
    let mut ask = |token: &str| get(&mut stream, &format!("/v1/{VERSION}"), token);
    assert_eq!(ask(&good).1["name"], VERSION);
    let (head, body) = ask(&late);
    assert!(head.starts_with("http/1.1 401"), "{head}");
    assert_eq!(body["error"]["details"][0]["reason"], "ACCESS_TOKEN_EXPIRED");
    let counts = emulator.control("GET", "/counts", &Value::Null);
    assert_eq!(counts["access_keys"], json!({good: 1, late: 1}));
    assert_eq!(counts["credential_fetches"], 2);
}
