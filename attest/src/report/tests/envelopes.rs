//! Envelopes, and how they are signed.

use base64ct::{Base64, Encoding};

use super::*;
use crate::public_key::Algorithm;

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
    let filled = |length: usize| {
        let mut bytes = good.bytes();
        bytes.resize(length, b' ');
        Envelope::open(&bytes)
    };
    assert!(filled(LARGEST).is_ok());
    assert_eq!(
        filled(LARGEST + 1).unwrap_err().to_string(),
        "report: expected at most 262144 bytes, found 262145 bytes"
    );
    let mut longest = good.json();
    longest["signatures"][0]["sig"] = Base64::encode_string(&[1; 512]).into();
    assert_eq!(Envelope::open(longest.to_string().as_bytes()).unwrap().signature(), [1; 512]);
}

#[test]
fn every_kind_of_key_signs_in_its_ways_and_in_no_other() {
    let names = |key: Algorithm| -> Vec<&str> {
        SignatureAlgorithm::all()
            .iter()
            .filter(|algorithm| algorithm.fits(key))
            .map(|algorithm| algorithm.name())
            .collect()
    };
    assert_eq!(names(Algorithm::P256), ["ecdsa-p256-sha256"]);
    assert_eq!(names(Algorithm::P384), ["ecdsa-p384-sha384"]);
    assert_eq!(names(Algorithm::P521), ["ecdsa-p521-sha512"]);
    assert_eq!(names(Algorithm::Secp256k1), ["ecdsa-secp256k1-sha256"]);
    for key in [Algorithm::Rsa2048, Algorithm::Rsa3072, Algorithm::Rsa4096] {
        assert_eq!(
            names(key),
            [
                "rsa-pkcs1-sha256",
                "rsa-pkcs1-sha384",
                "rsa-pkcs1-sha512",
                "rsa-pss-sha256",
                "rsa-pss-sha384",
                "rsa-pss-sha512"
            ]
        );
    }
    for algorithm in SignatureAlgorithm::all() {
        assert_eq!(SignatureAlgorithm::named(algorithm.name()), Some(*algorithm));
        for key in Algorithm::ALL {
            let found = SignatureAlgorithm::of(key, algorithm.scheme());
            assert_eq!(found == Some(*algorithm), algorithm.fits(key), "{} {}", algorithm.name(), key.name());
        }
        let hash = match algorithm.hash() {
            Hash::Sha256 => "-sha256",
            Hash::Sha384 => "-sha384",
            Hash::Sha512 => "-sha512",
        };
        assert!(algorithm.name().ends_with(hash));
    }
    assert_eq!(SignatureAlgorithm::named("ecdsa-p256-sha384"), None);
}

#[test]
fn a_signature_of_another_key_or_over_another_thing_does_not_verify() {
    let good = made::good(Shape::P256).0;
    let told = |report: &made::Report| {
        let envelope = Envelope::open(&report.bytes()).unwrap();
        envelope.verify(&Report::parse(envelope.payload()).unwrap())
    };
    let wrong = Err("the signature does not verify with the key's public half".to_owned());
    assert_eq!(told(&good), Ok(()));
    assert_eq!(told(&good.clone().signers(&[Key::of(Shape::P256, "another")])), wrong);
    assert_eq!(told(&good.clone().then(|payload| payload["order"] = "4712".into())), wrong);
    let mut rsa = good;
    rsa.payload["signature_algorithm"] = "rsa-pkcs1-sha256".into();
    assert_eq!(told(&rsa), Err("the signature scheme does not fit the key or the digest".to_owned()));
}
