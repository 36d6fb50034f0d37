//! Faults as a client on a socket sees them, against the built program.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod wire;

use serde_json::{Value, json};
use std::io::{ErrorKind, Read, Write};
use std::process::Command;
use std::time::{Duration, Instant};
use wire::{Emulator, receive};

/// How long silence is listened to before it counts as silence.
const SILENCE: Duration = Duration::from_millis(300);

const SIGN: &str = r#"{"KeyId":"alias/release","Message":"bQ==","SigningAlgorithm":"ECDSA_SHA_256"}"#;

fn head() -> String {
    format!(
        "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: TrentService.Sign\r\nX-Amz-Date: 20261121T000000Z\r\n\
         Authorization: AWS4-HMAC-SHA256 Credential=AKIA1/20261121/eu-west-1/kms/aws4_request, SignedHeaders=host, Signature=00\r\n\
         Content-Length: {}\r\n\r\n",
        SIGN.len()
    )
}

fn send(stream: &mut impl Write) {
    stream.write_all((head() + SIGN).as_bytes()).unwrap();
    stream.flush().unwrap();
}

fn sign(stream: &mut (impl Read + Write)) -> (String, Vec<u8>) {
    send(stream);
    receive(stream)
}

#[test]
fn a_reset_before_the_body_comes_while_the_client_still_sends() {
    let emulator = Emulator::start(&[]);
    emulator.fault(json!({"operation": "Sign", "times": 1, "reset": "before"}));
    let mut stream = emulator.connect("aws");
    stream.write_all(head().as_bytes()).unwrap();
    assert_eq!(stream.read(&mut [0; 9]).unwrap_err().kind(), ErrorKind::ConnectionReset);
}

#[test]
fn a_reset_after_the_request_comes_in_place_of_the_answer() {
    let emulator = Emulator::start(&[]);
    emulator.fault(json!({"operation": "Sign", "times": 1, "reset": "after"}));
    let mut stream = emulator.connect("aws");
    send(&mut stream);
    assert_eq!(stream.read(&mut [0; 9]).unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert_eq!(emulator.control("GET", "/counts", &Value::Null)["requests"], json!({"Sign": 1}));
    assert!(sign(&mut emulator.connect("aws")).0.starts_with("http/1.1 200"));
}

#[test]
fn a_truncated_answer_promises_more_than_it_sends() {
    let emulator = Emulator::start(&[]);
    for length in [0, 7] {
        emulator.fault(json!({"operation": "Sign", "times": 1, "truncate": length}));
        let mut stream = emulator.connect("aws");
        send(&mut stream);
        let mut all = String::new();
        stream.read_to_string(&mut all).unwrap();
        let (head, body) = all.split_once("\r\n\r\n").unwrap();
        assert_eq!(body.len(), length);
        assert!(head.contains("content-length: 2"), "{head}");
    }
}

#[test]
fn a_hanging_request_delays_nobody_else() {
    let emulator = Emulator::start(&[]);
    emulator.fault(json!({"operation": "Sign", "times": 1, "hang": true}));
    emulator.fault(json!({"operation": "Sign", "times": 1, "latency_ms": 2000}));
    let (mut hanging, mut late) = (emulator.connect("aws"), emulator.connect("aws"));
    send(&mut hanging);
    std::thread::sleep(Duration::from_millis(100));
    send(&mut late);
    std::thread::sleep(Duration::from_millis(100));
    let started = Instant::now();
    for _ in 0..50 {
        sign(&mut emulator.connect("aws"));
    }
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
    receive(&mut late);
    assert!(started.elapsed() >= Duration::from_secs(1), "{:?}", started.elapsed());
    hanging.set_read_timeout(Some(SILENCE)).unwrap();
    assert_eq!(hanging.read(&mut [0; 9]).unwrap_err().kind(), ErrorKind::WouldBlock);
}

#[test]
fn throttling_says_when_to_come_back() {
    let emulator = Emulator::start(&[]);
    emulator.fault(json!({"operation": "*", "times": 1, "error": "ThrottlingException", "retry_after": 1.5}));
    let mut stream = emulator.connect("aws");
    let (head, body) = sign(&mut stream);
    assert!(head.starts_with("http/1.1 400"), "{head}");
    assert!(head.contains("\nretry-after: 2\r"), "{head}");
    assert!(head.contains("\nx-amz-retry-after: 1500\r"), "{head}");
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(body["__type"], "ThrottlingException");
    assert!(sign(&mut stream).0.starts_with("http/1.1 200"));
}

#[test]
fn parked_connections_end_as_they_are_told_to() {
    let ca = std::env::temp_dir().join(format!("hardkey-emulator-{}.pem", std::process::id()));
    let emulator = Emulator::start(&["--aws-tls", "127.0.0.1:0", "--ca-file", ca.to_str().unwrap()]);
    for how in ["fin", "rst", "silence"] {
        let mut plain = emulator.connect("aws");
        let mut tls = emulator.connect_tls();
        sign(&mut plain);
        sign(&mut tls);
        let told = emulator.control("POST", "/connections", &json!({"how": how}));
        assert_eq!(told, json!({"connections": 2}));
        // Under TLS the socket itself shows how it ended; tickets may lie in front of the end.
        let mut sockets = [plain, tls.get_ref().try_clone().unwrap()];
        for socket in &mut sockets {
            if how == "silence" {
                socket.set_read_timeout(Some(SILENCE)).unwrap();
                send(socket);
            }
            let end = loop {
                match socket.read(&mut [0; 4096]) {
                    Ok(1..) => {}
                    Ok(0) => break "fin",
                    Err(error) if error.kind() == ErrorKind::ConnectionReset => break "rst",
                    Err(error) if error.kind() == ErrorKind::WouldBlock => break "silence",
                    Err(error) => panic!("{error}"),
                }
            };
            assert_eq!(end, how);
        }
    }
    let counts = emulator.control("GET", "/counts", &Value::Null);
    assert_eq!((&counts["connections"], &counts["tls_handshakes"]), (&json!(6), &json!(3)));
    std::fs::remove_file(ca).unwrap();
}

#[test]
fn an_address_that_is_not_loopback_is_refused_before_anything_listens() {
    let output = Command::new(env!("CARGO_BIN_EXE_hardkey-emulator")).args(["--aws", "0.0.0.0:0"]).output().unwrap();
    assert!(!output.status.success());
    assert!(output.stdout.is_empty());
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("0.0.0.0 is not a loopback address"), "{error}");
}

#[test]
fn it_ends_well_with_stdin_and_with_a_signal_sent_at_once() {
    let mut by_stdin = Emulator::start(&[]);
    drop(by_stdin.stdin.take());
    assert!(by_stdin.process.wait().unwrap().success());

    let mut by_signal = Emulator::start(&[]);
    // The shell's own kill: the program is in a package that small machines do without.
    let kill = Command::new("sh").args(["-c", &format!("kill -TERM {}", by_signal.process.id())]).status();
    assert!(kill.unwrap().success());
    assert!(by_signal.process.wait().unwrap().success());
}
