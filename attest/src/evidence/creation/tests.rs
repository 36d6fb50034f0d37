use hardkey_synthetic::trail::{self, Trail};
use serde_json::{Value, json};

use super::digest::{Digest, account_and_region};
use super::keys;
use super::log::Log;

fn gzip(json: &Value) -> Vec<u8> {
    hardkey_synthetic::gzip::gzip(json.to_string().as_bytes())
}

fn digest(change: fn(usize, &mut Value)) -> (String, String) {
    let files = Trail { change, ..Trail::default() }.files();
    let error = Digest::parse(&files.digests[1]).map(|_| ()).unwrap_err();
    assert_eq!(error.part, "the digest file of CloudTrail");
    (error.expected, error.found)
}

#[test]
fn a_digest_that_is_not_as_documented_is_refused_with_what_was_expected() {
    let (expected, _) = digest(|_, digest| digest["more"] = 1.into());
    assert!(expected.starts_with("one of `awsAccountId`, `digestStartTime`"), "{expected}");
    let (expected, found) = digest(|_, digest| digest["previousDigestHashAlgorithm"] = "MD5".into());
    assert_eq!((expected.as_str(), found.as_str()), ("the hash algorithm SHA-256", "MD5"));
    let (expected, _) = digest(|_, digest| digest["previousDigestHashValue"] = "00".into());
    assert_eq!(expected, "32 bytes in lower-case hexadecimal, in a hash");
    let (expected, found) = digest(|_, digest| digest["previousDigestSignature"] = Value::Null);
    assert_eq!(
        (expected.as_str(), found.as_str()),
        ("the digest before with place, hash and signature", "a part of it")
    );
    let (expected, _) = digest(|_, digest| digest["digestEndTime"] = "2019-10-22".into());
    assert_eq!(expected, "a moment such as 2026-11-21T01:23:45Z, in digestEndTime");
    let error = Digest::parse(&hardkey_synthetic::gzip::bomb(2 << 20)).map(|_| ()).unwrap_err();
    assert_eq!(error.expected, "at most 1048576 bytes when decompressed");
}

#[test]
fn a_log_has_events_of_every_service_in_their_own_shapes_and_each_name_once() {
    let log = Log::parse(&Trail::default().files().log).unwrap();
    assert_eq!(log.events.len(), 1, "the events of others are not kept");
    assert!(log.events[0].creates(hardkey_synthetic::answer::ARN));
    assert_eq!(log.events[0].origin(), Some("AWS_KMS"));
    let event = trail::create_key(hardkey_synthetic::answer::ARN).to_string();
    let twice = event.replacen("\"origin\":\"AWS_KMS\"", "\"origin\":\"AWS_KMS\",\"origin\":\"EXTERNAL\"", 1);
    let twice = hardkey_synthetic::gzip::gzip(format!("{{\"Records\":[{twice}]}}").as_bytes());
    assert_eq!(Log::parse(&twice).map(|_| ()).unwrap_err().found, "duplicate field");
    let error = Log::parse(&hardkey_synthetic::gzip::bomb(9 << 20)).map(|_| ()).unwrap_err();
    assert_eq!(
        (error.part.as_str(), error.expected.as_str()),
        (super::log::PART, "at most 8388608 bytes when decompressed")
    );
    assert_eq!(Log::parse(&gzip(&json!({ "Records": {} }))).map(|_| ()).unwrap_err().expected, "a list of events");
}

#[test]
fn keys_of_aws_are_read_in_one_encoding() {
    assert_eq!(keys::parse(trail::public_keys().to_string().as_bytes()).unwrap().len(), 1);
    let with = |field: &str, value: Value| {
        let mut keys = trail::public_keys();
        keys["PublicKeyList"][0][field] = value;
        keys::parse(keys.to_string().as_bytes()).unwrap_err().expected
    };
    assert_eq!(with("Value", "MAA=".into()), "a key that can be certified, in its one encoding, in Value");
    assert_eq!(with("Value", "MAA".into()), "base64 with padding, on one line, in Value");
    assert_eq!(with("ValidityEndTime", "2026".into()), "seconds since 1970");
    assert_eq!(with("ValidityEndTime", (-1).into()), "seconds since 1970");
    let spki = openssl_base64(trail::key().spki());
    assert_eq!(with("Value", spki.into()), "a key that can be certified, in its one encoding, in Value");
}

fn openssl_base64(bytes: &[u8]) -> String {
    use base64ct::{Base64, Encoding};
    Base64::encode_string(bytes)
}

#[test]
fn account_and_region_are_read_from_the_end_of_a_name() {
    let of =
        |object: &str| account_and_region(object, "CloudTrail").map(|(account, region)| format!("{account} {region}"));
    let tail = "1/CloudTrail/r/2019/10/22/1_CloudTrail_r_20191022T1810Z_a.json.gz";
    for start in ["AWSLogs/", "prefix/AWSLogs/", "AWSLogs/o-abc/", "2/CloudTrail/s/2019/10/22/AWSLogs/"] {
        assert_eq!(of(&format!("{start}{tail}")).as_deref(), Some("1 r"), "{start}");
    }
    for other in [
        "AWSLogs/1/CloudTrail-Digest/r/2019/10/22/1_CloudTrail-Digest_r_a.json.gz",
        "AWSLogs/2/CloudTrail/r/2019/10/22/1_CloudTrail_r_a.json.gz",
        "AWSLogs/1/CloudTrail/s/2019/10/22/1_CloudTrail_r_a.json.gz",
        "a.json.gz",
    ] {
        assert_eq!(of(other), None, "{other}");
    }
}
