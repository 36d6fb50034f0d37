//! The keys by which AWS signs a trail's digest files: asked of CloudTrail itself, with the CA's own credentials.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc;
use std::thread;

use hardkey_attest::confirmation::{Envelope, Kind, Record, Said};
use serde_json::Value;

use crate::desk::Desk;

/// Answers one request, and tells of it: its head and its body.
fn cloudtrail(answer: &'static str) -> (String, mpsc::Receiver<(String, Value)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let authority = listener.local_addr().unwrap().to_string();
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(reader.read_line(&mut head).unwrap() > 0, "{head}");
        }
        let length =
            head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        reader.read_exact(&mut body).unwrap();
        let length = answer.len();
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: {length}\r\n\r\n{answer}"
        )
        .unwrap();
        tell.send((head, serde_json::from_slice(&body).unwrap())).unwrap();
    });
    (authority, told)
}

#[test]
fn the_keys_of_digest_files_are_asked_of_aws_since_the_keys_creation_where_the_ca_wants_them() {
    const ANSWER: &str = "{\"PublicKeyList\":[]}";
    let desk = Desk::with(&["ECC_NIST_P256,alias=release"]);
    desk.order("release");
    let (authority, told) = cloudtrail(ANSWER);
    let config = String::from_utf8(desk.scene.read("ca.toml")).unwrap();
    let place = format!("[endpoints]\n\"cloudtrail.eu-west-1.amazonaws.com\" = \"http://{authority}\"");
    desk.scene.write("ca.toml", config.replace("[endpoints]", &place));
    let [report, config, record] = ["release-report.json", "ca.toml", "record.json"].map(|name| desk.path(name));
    desk.confirm(&[&report, "--digest-keys", "--config", &config, "--out", &record]).success();
    let (head, body) = told.recv().unwrap();
    let head = head.to_ascii_lowercase();
    assert!(head.contains("x-amz-target: cloudtrail_20131101.listpublickeys"), "{head}");
    // The desk's own credentials: it has no role.
    let id = desk.environment["AWS_ACCESS_KEY_ID"].to_ascii_lowercase();
    assert!(
        head.contains(&format!("credential={id}/")) && head.contains("/eu-west-1/cloudtrail/aws4_request"),
        "{head}"
    );
    let envelope = Envelope::open(&desk.scene.read("record.json")).unwrap();
    let answers = Record::parse(envelope.payload()).unwrap().answers;
    let of = |kind: &str| answers.iter().find(|answer| answer.kind == Kind::named(kind).unwrap()).unwrap();
    let keys = of("aws.list-public-keys");
    assert_eq!((keys.of.as_str(), keys.endpoint.as_str()), ("eu-west-1", authority.as_str()));
    assert_eq!(keys.said, Said::Data(ANSWER.into()));
    let Said::Data(described) = &of("aws.describe-key").said else { panic!("{answers:?}") };
    let described: Value = serde_json::from_slice(described).unwrap();
    let created = described["KeyMetadata"]["CreationDate"].as_f64().unwrap();
    assert!((body["StartTime"].as_f64().unwrap() - (created.floor() - 3600.0)).abs() < 1.0, "{body} {created}");
    assert!(body["EndTime"].as_f64().unwrap() >= created.floor(), "{body}");
}
