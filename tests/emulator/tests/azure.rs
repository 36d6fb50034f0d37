//! Faults of Azure's operations as a client on a socket sees them, against the built program.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod wire;

use serde_json::{Value, json};
use std::io::{ErrorKind, Read, Write};
use std::time::{Duration, Instant};
use wire::{Emulator, receive};

const TENANT: &str = "0f5c2d1e-7a34-4b6e-9c1d-3e8a5b7f9012";
/// A digest of 32 zeros.
const BODY: &str = r#"{"alg":"ES256","value":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#;

/// An emulator with a key `release`, the key's version and a token for its vault.
fn start() -> (Emulator, String, String) {
    let emulator = Emulator::start(&[]);
    let made = emulator.control("POST", "/azure/keys", &json!({"kty": "EC-HSM", "name": "release"}));
    let token = emulator.control("POST", "/azure/tokens", &json!({"holder": "mine"}));
    (emulator, made["version"].as_str().unwrap().to_owned(), token["token"].as_str().unwrap().to_owned())
}

fn send(stream: &mut impl Write, method: &str, path: &str, token: &str, body: &str) {
    let authorization = if token.is_empty() { String::new() } else { format!("Authorization: Bearer {token}\r\n") };
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: vault.vault.azure.net\r\n{authorization}Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    // At once: what comes in pieces may meet a reset on its way.
    stream.write_all(request.as_bytes()).unwrap();
    stream.flush().unwrap();
}

fn ask(stream: &mut (impl Read + Write), method: &str, path: &str, token: &str, body: &str) -> (String, Value) {
    send(stream, method, path, token, body);
    let (head, body) = receive(stream);
    (head, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

fn sign(stream: &mut (impl Read + Write), token: &str) -> (String, Value) {
    ask(stream, "POST", "/keys/release/sign?api-version=7.6", token, BODY)
}

#[test]
fn who_has_no_token_or_an_old_one_is_told_where_tokens_come_from() {
    let (emulator, _, token) = start();
    let mut stream = emulator.connect("aws");
    let challenge = format!(
        "www-authenticate: bearer authorization=\"https://login.microsoftonline.com/{TENANT}\", resource=\"https://vault.azure.net\"\r"
    );
    let (head, body) = sign(&mut stream, "");
    assert!(head.starts_with("http/1.1 401") && head.contains(&challenge), "{head}");
    let message = "AKV10000: Request is missing a Bearer or PoP token.";
    assert_eq!(body, json!({"error": {"code": "Unauthorized", "message": message}}));
    emulator.fault(json!({"operation": "Sign", "times": 1, "error": "TokenExpired"}));
    let (head, body) = sign(&mut stream, &token);
    assert!(head.starts_with("http/1.1 401") && head.contains(&challenge), "{head}");
    assert_eq!(body["error"]["message"], "[TokenExpired] Error validating token: 'S2S12086'.");
    let over = emulator.control("POST", "/azure/tokens", &json!({"holder": "mine", "expires_in_seconds": 0}));
    assert_eq!(sign(&mut stream, over["token"].as_str().unwrap()).1, body);
    emulator.fault(json!({"operation": "Sign", "times": 1, "status": 401, "corrupt": "authorization-uri"}));
    let old = format!(
        "www-authenticate: bearer resource=\"https://vault.azure.net\", authorization_uri=\"https://login.microsoftonline.com/{TENANT}\"\r"
    );
    assert!(sign(&mut stream, &token).0.contains(&old));
    assert!(sign(&mut stream, &token).0.starts_with("http/1.1 200"));
    let counts = emulator.control("GET", "/counts", &Value::Null);
    assert_eq!((&counts["requests"], &counts["carried_out"]), (&json!({"Sign": 5}), &json!({"Sign": 1})));
    assert_eq!(counts["access_keys"], json!({"mine": 4}));
}

#[test]
fn a_token_for_something_else_is_for_something_else() {
    let (emulator, ..) = start();
    let management = json!({"holder": "mine", "resource": "https://management.azure.com/"});
    let token = emulator.control("POST", "/azure/tokens", &management);
    let (head, body) = sign(&mut emulator.connect("aws"), token["token"].as_str().unwrap());
    assert!(head.starts_with("http/1.1 401"), "{head}");
    let said = "AKV10022: Invalid audience. Expected https://vault.azure.net, found: https://management.azure.com.";
    assert_eq!(body["error"]["message"], said);
}

#[test]
fn throttling_says_when_to_come_back_in_the_standards_header_alone() {
    let (emulator, version, token) = start();
    let mut stream = emulator.connect("aws");
    let named = format!("release/{version}");
    emulator.fault(json!({"operation": "Sign", "key": named, "times": 1, "error": "Throttled", "retry_after": 1.5}));
    assert!(sign(&mut stream, &token).0.starts_with("http/1.1 200"), "no version is in this request");
    let path = format!("/keys/release/{version}/sign?api-version=7.6");
    let (head, body) = ask(&mut stream, "POST", &path, &token, BODY);
    assert!(head.starts_with("http/1.1 429") && head.contains("\nretry-after: 2\r"), "{head}");
    assert!(!head.contains("x-amz") && !head.contains("retry-after-ms"), "{head}");
    let message =
        "Request was not processed because too many requests were received. Reason: VaultRequestTypeLimitReached";
    assert_eq!(body, json!({"error": {"code": "Throttled", "message": message}}));
    assert!(ask(&mut stream, "POST", &path, &token, BODY).0.starts_with("http/1.1 200"));
}

#[test]
fn a_fault_of_one_operation_leaves_others_and_other_clouds_alone() {
    let (emulator, _, token) = start();
    let mut stream = emulator.connect("aws");
    emulator.fault(json!({"operation": "GetKey", "status": 503}));
    let (head, body) = ask(&mut stream, "GET", "/keys/release?api-version=7.6", &token, "");
    assert!(head.starts_with("http/1.1 503"), "{head}");
    assert_eq!(body["error"]["code"], "ServiceUnavailable");
    let (head, body) = ask(&mut stream, "GET", "/keys?api-version=7.6", &token, "");
    assert!(head.starts_with("http/1.1 200"), "{head}");
    assert_eq!(body["value"][0]["kid"], "https://vault.vault.azure.net/keys/release");
    stream
        .write_all(
            b"POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: TrentService.ListKeys\r\nX-Amz-Date: 20261121T000000Z\r\n\
              Authorization: AWS4-HMAC-SHA256 Credential=AKIA1/20261121/eu-west-1/kms/aws4_request, SignedHeaders=host, Signature=00\r\n\
              Content-Length: 2\r\n\r\n{}",
        )
        .unwrap();
    assert!(receive(&mut stream).0.starts_with("http/1.1 200"));
}

#[test]
fn resets_silence_and_half_answers_come_as_they_are_asked_for() {
    let (emulator, _, token) = start();
    for (when, carried_out) in [("before", 0), ("after", 1)] {
        emulator.fault(json!({"operation": "Sign", "times": 1, "reset": when}));
        let mut stream = emulator.connect("aws");
        send(&mut stream, "POST", "/keys/release/sign?api-version=7.6", &token, BODY);
        assert_eq!(stream.read(&mut [0]).unwrap_err().kind(), ErrorKind::ConnectionReset, "{when}");
        let counts = emulator.control("GET", "/counts", &Value::Null);
        assert_eq!(counts["carried_out"]["Sign"].as_u64().unwrap_or(0), carried_out, "{when}");
    }
    emulator.fault(json!({"operation": "Sign", "times": 1, "truncate": 10}));
    let mut stream = emulator.connect("aws");
    send(&mut stream, "POST", "/keys/release/sign?api-version=7.6", &token, BODY);
    let mut all = Vec::new();
    stream.read_to_end(&mut all).unwrap();
    let all = String::from_utf8(all).unwrap();
    let (head, body) = all.split_once("\r\n\r\n").unwrap();
    assert_eq!((head.contains("content-length: "), body.len()), (true, 10), "{all}");
    emulator.fault(json!({"operation": "Sign", "times": 1, "hang": true}));
    let mut stream = emulator.connect("aws");
    stream.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    send(&mut stream, "POST", "/keys/release/sign?api-version=7.6", &token, BODY);
    assert!(matches!(stream.read(&mut [0]).unwrap_err().kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut));
    emulator.fault(json!({"operation": "Sign", "times": 1, "latency_ms": 120}));
    let began = Instant::now();
    assert!(sign(&mut emulator.connect("aws"), &token).0.starts_with("http/1.1 200"));
    assert!(began.elapsed() >= Duration::from_millis(120));
}

#[test]
fn a_token_endpoint_refuses_in_its_own_form_and_is_counted() {
    let emulator = Emulator::start(&[]);
    let mut stream = emulator.connect("aws");
    let path = format!("/{TENANT}/oauth2/v2.0/token");
    let form =
        "grant_type=client_credentials&client_id=mine&client_secret=x&scope=https%3A%2F%2Fvault.azure.net%2F.default";
    emulator.fault(json!({"operation": "GetToken", "times": 1, "status": 503, "message": "AADSTS90033: later"}));
    let (head, body) = ask(&mut stream, "POST", &path, "", form);
    assert!(head.starts_with("http/1.1 503"), "{head}");
    assert_eq!((&body["error"], &body["error_codes"]), (&json!("temporarily_unavailable"), &json!([90033])));
    emulator.fault(json!({"operation": "GetToken", "times": 1, "corrupt": "html"}));
    send(&mut stream, "POST", &path, "", form);
    let (head, body) = receive(&mut stream);
    assert!(head.starts_with("http/1.1 200") && head.contains("\ncontent-type: text/html\r"), "{head}");
    assert!(body.starts_with(b"<html>"));
    emulator.control("PUT", "/credentials", &json!({"expires_in_seconds": 90}));
    let (_, body) = ask(&mut stream, "POST", &path, "", form);
    assert!(matches!(body["expires_in"].as_u64(), Some(89 | 90)), "{body}");
    let counts = emulator.control("GET", "/counts", &Value::Null);
    assert_eq!((&counts["requests"]["GetToken"], &counts["credential_fetches"]), (&json!(3), &json!(2)));
    let asked = emulator.control("GET", "/asked", &Value::Null);
    assert_eq!(
        asked["asked"][1],
        json!({"issuer": "entra", "tenant": TENANT, "grant_type": "client_credentials", "client_id": "mine",
               "scope": "https://vault.azure.net/.default", "assertion": null})
    );
}
