//! A pair of requests that is sent, and every way in which one is not.

use hardkey_synthetic::{record as made, signed_requests};
use serde_json::{Value, json};

use super::super::About;
use super::*;

fn subject() -> Record {
    About::Report(&made::aws_report().0.bytes()).subject().unwrap()
}

fn now() -> Instant {
    Instant::parse("2026-11-21T10:04:59Z").unwrap()
}

fn pair() -> Value {
    signed_requests::pair(&made::aws_report().0)
}

fn read(pair: &Value) -> Result<[SignedRequest; 2], String> {
    SignedRequest::pair(pair.to_string().as_bytes(), &subject(), now())
}

/// Why it is not sent when one field of the second request is another.
fn refused(pointer: &str, value: Value) -> String {
    let mut pair = pair();
    *pair.pointer_mut(&format!("/requests/1/{pointer}")).unwrap() = value;
    read(&pair).unwrap_err()
}

#[test]
fn two_requests_about_the_reports_key_with_the_cas_nonce_are_sent_as_they_were_signed() {
    let [describe, public_key] = read(&pair()).unwrap();
    assert_eq!((describe.kind().name(), public_key.kind().name()), ("aws.describe-key", "aws.get-public-key"));
    for request in [&describe, &public_key] {
        assert_eq!(request.host(), "kms.us-west-2.amazonaws.com");
        assert_eq!(request.body(), format!("{{\"KeyId\":\"{}\"}}", subject().resource));
        assert_eq!(request.headers().len(), 7);
        assert!(request.headers().contains(&("x-amz-date", "20261121T100000Z".to_owned())));
        let shown = format!("{request:?}");
        assert!(!shown.contains("c2VjcmV0") && !shown.contains("0123456789abcdef"), "{shown}");
    }
    // Without a session there is no token, and none is signed.
    let mut long_lived = pair();
    for request in long_lived["requests"].as_array_mut().unwrap() {
        request["headers"].as_object_mut().unwrap().remove("x-amz-security-token");
        let signed = request["headers"]["authorization"].as_str().unwrap().replace("x-amz-security-token;", "");
        request["headers"]["authorization"] = signed.into();
    }
    assert_eq!(read(&long_lived).unwrap()[0].headers().len(), 6);
}

#[test]
fn nothing_else_is_sent() {
    let arn = subject().resource;
    let authorization = pair()["requests"][1]["headers"]["authorization"].as_str().unwrap().to_owned();
    let signed = |from: &str, to: &str| json!(authorization.replace(from, to));
    let names = "content-type;host;x-amz-date;x-amz-security-token;x-amz-target;x-hardkey-challenge";
    let nonce = shown::hex(&subject().nonce);
    for (field, value, why) in [
        ("headers/host", json!("kms.us-west-2.amazonaws.com.example"), "host: the key is at kms.us-west-2.amazonaws.com or kms-fips.us-west-2.amazonaws.com".to_owned()),
        ("headers/host", json!("kms.us-east-1.amazonaws.com"), "host: the key is at kms.us-west-2.amazonaws.com or kms-fips.us-west-2.amazonaws.com".to_owned()),
        ("headers/x-amz-target", json!("TrentService.Sign"), format!("x-amz-target: {DESCRIBE} and {PUBLIC_KEY} are wanted")),
        ("headers/content-type", json!("text/plain"), format!("content-type: \"{CONTENT_TYPE}\" is wanted")),
        ("headers/x-hardkey-challenge", json!("00"), format!("x-hardkey-challenge: \"{nonce}\" is wanted")),
        ("headers/x-amz-date", json!("20261121T095958Z"), "x-amz-date: signed at 2026-11-21T09:59:58Z, and it is 2026-11-21T10:04:59Z; AWS takes a request for 300 seconds: have it signed again, and check both clocks".to_owned()),
        ("headers/x-amz-date", json!("20261121T101000Z"), "x-amz-date: signed at 2026-11-21T10:10:00Z, and it is 2026-11-21T10:04:59Z; AWS takes a request for 300 seconds: have it signed again, and check both clocks".to_owned()),
        ("headers/x-amz-date", json!("2026-11-21T10:00"), "x-amz-date: it is no time as in 20261121T012345Z".to_owned()),
        ("headers/x-amz-date", json!("20261121 100000Z"), "x-amz-date: it is no time as in 20261121T012345Z".to_owned()),
        ("headers/x-amz-security-token", json!("a\r\nb"), "x-amz-security-token: it is no token of AWS's".to_owned()),
        ("headers/authorization", signed("us-west-2", "us-east-1"), "authorization: the scope 20261121/us-west-2/kms/aws4_request is wanted".to_owned()),
        ("headers/authorization", signed("/kms/", "/sts/"), "authorization: the scope 20261121/us-west-2/kms/aws4_request is wanted".to_owned()),
        ("headers/authorization", signed("/20261121/", "/20261120/"), "authorization: the scope 20261121/us-west-2/kms/aws4_request is wanted".to_owned()),
        ("headers/authorization", signed("ASIAEXAMPLE", ""), "authorization: the scope 20261121/us-west-2/kms/aws4_request is wanted".to_owned()),
        ("headers/authorization", signed(";x-hardkey-challenge", ""), format!("authorization: SignedHeaders={names} is wanted")),
        ("headers/authorization", signed("host;", ""), format!("authorization: SignedHeaders={names} is wanted")),
        ("headers/authorization", signed("Signature=0", "Signature=X"), "authorization: its signature is not 64 hexadecimal digits".to_owned()),
        ("headers/authorization", json!("Bearer x"), "authorization: AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=… is wanted".to_owned()),
    ] {
        assert_ne!(value, json!(authorization), "nothing was changed");
        assert_eq!(refused(field, value.clone()), format!("requests[1].{why}"), "{field} {value}");
    }
    // The other key of the pair, which is the attack.
    let other = arn.replace("key/", "key/1");
    let why = refused("body", json!(format!("{{\"KeyId\":\"{other}\"}}")));
    assert!(why.starts_with("requests[1].body: \"") && why.ends_with(" is wanted"), "{why}");
    assert!(refused("body", json!(format!("{{ \"KeyId\":\"{arn}\"}}"))).starts_with("requests[1].body: "));
}

/// What is good for five minutes would be in a terminal, or in a log.
#[test]
fn of_a_pair_that_cannot_be_read_nothing_is_shown() {
    let secret = "IQoJb3JpZ2luX2VjSECRET";
    let at = |pointer: &str, value: Value| {
        let mut pair = pair();
        *pair.pointer_mut(pointer).unwrap() = value;
        read(&pair).unwrap_err()
    };
    let field = "/requests/0/headers";
    for said in [
        read(&json!({ "version": 1, "requests": [format!("POST x-amz-security-token: {secret}")] })).unwrap_err(),
        read(&json!({ "version": 1, "requests": secret })).unwrap_err(),
        read(&json!({ "version": 1, "requests": [], secret: 1 })).unwrap_err(),
        SignedRequest::pair(secret.as_bytes(), &subject(), now()).unwrap_err(),
        at(field, secret.into()),
        at(field, json!({ secret: "" })),
        at(&format!("{field}/host"), secret.into()),
        at(&format!("{field}/content-type"), secret.into()),
        at(&format!("{field}/x-amz-target"), secret.into()),
        at(&format!("{field}/x-amz-date"), secret.into()),
        at(&format!("{field}/x-hardkey-challenge"), secret.into()),
        at(&format!("{field}/authorization"), secret.into()),
        at("/requests/0/body", secret.into()),
    ] {
        assert!(!said.contains("SECRET"), "{said}");
    }
}

#[test]
fn a_pair_is_two_requests_in_fields_that_are_known() {
    let mut same = pair();
    same["requests"][1] = same["requests"][0].clone();
    assert_eq!(
        read(&same).unwrap_err(),
        format!("requests: both are aws.describe-key; {DESCRIBE} and {PUBLIC_KEY} are wanted")
    );
    let mut three = pair();
    let one = three["requests"][0].clone();
    three["requests"].as_array_mut().unwrap().push(one);
    let two = format!("requests: two are wanted, {DESCRIBE} and {PUBLIC_KEY}");
    assert_eq!(read(&three).unwrap_err(), two);
    assert_eq!(read(&json!({ "version": 1, "requests": [] })).unwrap_err(), two);
    let mut later = pair();
    later["version"] = 2.into();
    assert_eq!(read(&later).unwrap_err(), "version: 2; 1 is the one that is read");
    let mut more = pair();
    more["requests"][0]["headers"]["x-forwarded-host"] = "evil.example".into();
    let why = read(&more).unwrap_err();
    assert!(
        why.starts_with("request, byte ") && why.contains("expected one of `authorization`, `content-type`, "),
        "{why}"
    );
    let mut of_google = subject();
    of_google.resource = "projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1".to_owned();
    let why = SignedRequest::pair(pair().to_string().as_bytes(), &of_google, now()).unwrap_err();
    assert_eq!(why, format!("the report is about {}, which is no key of AWS KMS", of_google.resource));
    assert!(SignedRequest::pair(&vec![b' '; LARGEST_REQUESTS + 1], &subject(), now()).is_err());
}
