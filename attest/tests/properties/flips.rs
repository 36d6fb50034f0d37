//! Every single bit of what was signed.

use std::thread;

use hardkey_attest::challenge::{Challenge, ChallengeKey};
use hardkey_attest::evidence::{Evidence, verify};
use hardkey_attest::instant::Instant;
use hardkey_attest::policy::{Expected, Policy};
use hardkey_attest::report::{Envelope, Report, envelope};
use hardkey_synthetic::gzip::gzip;
use hardkey_synthetic::{Bundle, Pki, Shape};

use super::anchors::anchors;

/// Whether evidence is accepted under the more lenient policy. What cannot be read is not.
fn is_accepted(compressed: Vec<u8>, certificates: Vec<Vec<u8>>) -> bool {
    let evidence = [Evidence::GoogleStatement { compressed, certificates }];
    let claims = verify(&evidence, &anchors());
    claims.is_ok_and(|claims| {
        let expected = Expected { now: Instant::parse("2026-11-21"), ..Expected::default() };
        let accepted = claims.appraise(&Policy::statement(), &expected).level().is_accepted();
        assert_eq!(accepted, claims.is_sound(), "a bit that nothing but the policy refuses");
        accepted
    })
}

/// The bits whose change is accepted, of so many bytes.
fn accepted(length: usize, is_accepted: impl Fn(usize) -> bool + Sync) -> Vec<usize> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let is_accepted = &is_accepted;
    thread::scope(|scope| {
        let parts: Vec<_> = (0..threads)
            .map(|first| {
                scope.spawn(move || {
                    (first..8 * length).step_by(threads).filter(|bit| is_accepted(*bit)).collect::<Vec<_>>()
                })
            })
            .collect();
        parts.into_iter().flat_map(|part| part.join().unwrap()).collect()
    })
}

fn with_bit(bytes: &[u8], bit: usize) -> Vec<u8> {
    let mut changed = bytes.to_vec();
    changed[bit / 8] ^= 1 << (bit % 8);
    changed
}

#[test]
fn no_bit_of_a_statement_can_change() {
    let bundle = Bundle::generated(Shape::P256);
    let statement = hardkey_attest::liquid_security::gunzip(&bundle.compressed).unwrap();
    assert_eq!(statement.len(), 2112);
    let certificates = Pki::new().certificates();
    assert!(is_accepted(gzip(&statement), certificates.clone()));
    let found = accepted(statement.len(), |bit| is_accepted(gzip(&with_bit(&statement, bit)), certificates.clone()));
    assert_eq!(found, [0; 0]);
}

#[test]
fn no_bit_of_a_certificate_can_change() {
    let bundle = Bundle::generated(Shape::P256);
    let certificates = Pki::new().certificates();
    for index in 0..certificates.len() {
        let found = accepted(certificates[index].len(), |bit| {
            let mut changed = certificates.clone();
            changed[index] = with_bit(&changed[index], bit);
            is_accepted(bundle.compressed.clone(), changed)
        });
        assert_eq!(found, [0; 0], "certificate {index}");
    }
}

/// Whether an envelope with this payload and signature stands as a report that its key signed.
fn stands(payload: &[u8], signature: &[u8]) -> bool {
    let opened = Envelope::open(envelope(payload, signature).as_bytes()).unwrap();
    Report::parse(opened.payload()).is_ok_and(|report| opened.verify(&report).is_ok())
}

#[test]
fn no_bit_of_a_reports_payload_or_signature_can_change() {
    for report in [hardkey_synthetic::Report::aws(), hardkey_synthetic::report::good(Shape::RSA_3072).0] {
        // The evidence is covered like the rest, and is what takes the time.
        let report = report.with("evidence", serde_json::json!([]));
        let opened = Envelope::open(&report.bytes()).unwrap();
        let (payload, signature) = (opened.payload(), opened.signature());
        assert!(stands(payload, signature));
        assert_eq!(accepted(payload.len(), |bit| stands(&with_bit(payload, bit), signature)), [0; 0]);
        assert_eq!(accepted(signature.len(), |bit| stands(payload, &with_bit(signature, bit))), [0; 0]);
    }
}

#[test]
fn no_bit_of_a_records_payload_or_signature_can_change() {
    use hardkey_attest::confirmation::{Envelope, Record, envelope};
    let stands = |payload: &[u8], signature: &[u8]| {
        let opened = Envelope::open(envelope(payload, signature).as_bytes()).unwrap();
        Record::parse(opened.payload()).is_ok_and(|record| opened.verify(&record).is_ok())
    };
    let (report, _) = hardkey_synthetic::record::aws_report();
    let record = hardkey_synthetic::record::of(&report).refused("aws.describe-trails", "1", "a", "Denied");
    let opened = Envelope::open(&record.bytes()).unwrap();
    let (payload, signature) = (opened.payload(), opened.signature());
    assert!(stands(payload, signature));
    assert_eq!(accepted(payload.len(), |bit| stands(&with_bit(payload, bit), signature)), [0; 0]);
    assert_eq!(accepted(signature.len(), |bit| stands(payload, &with_bit(signature, bit))), [0; 0]);
}

#[test]
fn no_bit_of_a_challenge_can_change_but_in_what_is_no_field() {
    let made = hardkey_synthetic::Challenge::new();
    let key = ChallengeKey::parse(made.key_file().as_bytes()).unwrap();
    let text = made.json().to_string().into_bytes();
    let genuine = |bytes: &[u8]| Challenge::parse(bytes).is_ok_and(|challenge| key.made(&challenge));
    assert!(genuine(&text));
    assert_eq!(accepted(text.len(), |bit| genuine(&with_bit(&text, bit))), [0; 0]);
}
