//! A client on a socket, which sees every byte.

#![allow(dead_code, reason = "no test uses all of it")]

use openssl::ssl::{SslConnector, SslMethod, SslStream, SslVerifyMode};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

/// Longer than anything here takes, so that a test that would hang fails instead.
const LIMIT: Duration = Duration::from_secs(10);
/// A running emulator with a key of AWS and one of Google.
pub(crate) struct Emulator {
    pub(crate) process: Child,
    pub(crate) stdin: Option<ChildStdin>,
    pub(crate) ready: Value,
}

impl Emulator {
    pub(crate) fn start(arguments: &[&str]) -> Emulator {
        let mut process = Command::new(env!("CARGO_BIN_EXE_hardkey-emulator"))
            .args(["--until-stdin-closes", "--key", "ECC_NIST_P256,alias=release"])
            .args(["--google-key", "EC_SIGN_P256_SHA256,key=release,protection=SOFTWARE"])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let stdin = process.stdin.take();
        Emulator { process, stdin, ready: serde_json::from_str(&line).unwrap() }
    }

    pub(crate) fn connect(&self, name: &str) -> TcpStream {
        let port = self.ready[name].as_str().unwrap().rsplit(':').next().unwrap();
        let stream = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        stream
    }

    pub(crate) fn connect_tls(&self) -> SslStream<TcpStream> {
        let mut connector = SslConnector::builder(SslMethod::tls()).unwrap();
        connector.set_ca_file(self.ready["ca"].as_str().unwrap()).unwrap();
        connector.set_verify(SslVerifyMode::PEER);
        connector.build().connect("localhost", self.connect("aws_tls")).unwrap()
    }

    pub(crate) fn control(&self, method: &str, path: &str, body: &Value) -> Value {
        let mut stream = self.connect("control");
        let body = body.to_string();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap()).unwrap()
    }

    pub(crate) fn fault(&self, fault: Value) {
        assert_eq!(self.control("POST", "/faults", &fault), json!({}));
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        drop(self.stdin.take());
        self.process.wait().unwrap();
    }
}

/// One answer of a keep-alive connection: its head and its body.
pub(crate) fn receive(stream: &mut impl Read) -> (String, Vec<u8>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap().to_lowercase();
    let length = head.split("content-length: ").nth(1).unwrap().lines().next().unwrap().parse().unwrap();
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    (head, body)
}
