//! Answers of the clouds' APIs, in JSON.

use hardkey_attest::bundle::{self, File};
use hardkey_attest::claim::Claim;
use hardkey_attest::evidence::{Evidence, verify};
use hardkey_attest::finding::Basis;
use hardkey_attest::inspection::inspect;
use hardkey_attest::policy::{Expected, Policy};
use hardkey_attest::rendering::{Decision, decision_html, decision_json, decision_text};
use hardkey_synthetic::gzip::gzip;

use super::anchors::anchors;
use super::harmless;

/// The kinds of answers: a way to make evidence of JSON.
const KINDS: [fn(Vec<u8>) -> Evidence; 9] = [
    Evidence::AwsDescribeKey,
    Evidence::AwsPublicKey,
    Evidence::KeyVaultKey,
    Evidence::ManagedHsmKey,
    Evidence::GoogleVersion,
    Evidence::GooglePublicKey,
    Evidence::CloudTrailSignature,
    |json| Evidence::CloudTrailDigest(gzip(&json)),
    |json| Evidence::CloudTrailLog(gzip(&json)),
];
const MANAGED_HSM: usize = 3;

/// One input: a byte that says which answer it is, then JSON.
pub fn answers(input: &[u8]) {
    let Some((choice, json)) = input.split_first() else { return };
    let kind = usize::from(*choice) % KINDS.len();
    let evidence = KINDS[kind](json.to_vec());
    match inspect(&evidence) {
        Ok(sections) => harmless::sections(&sections),
        Err(error) => harmless::refusal(&error),
    }
    if let Err(error) = bundle::evidence(&[File { name: "answer.json".to_owned(), bytes: json.to_vec() }]) {
        harmless::refusal(&error);
    }
    let anchors = anchors();
    let evidence = [evidence];
    let claims = match verify(&evidence, &anchors) {
        Ok(claims) => claims,
        Err(error) => return harmless::refusal(&error),
    };
    let reported = |claim: &Claim| claim.basis == Basis::Reported;
    assert!(kind == MANAGED_HSM || claims.all().iter().all(reported), "a copy of an answer is the subscriber's word");
    let expected = Expected::default();
    for policy in [Policy::statement(), Policy::csbr()] {
        let verdict = claims.appraise(&policy, &expected);
        assert!(!verdict.level().is_accepted(), "accepted under {}: {claims:?}", policy.name);
        let decision = Decision { verdict: &verdict, claims: &claims, expected: &expected, inputs: &[] };
        harmless::text(&decision_text(&decision));
        harmless::html(&decision_html(&decision));
        assert_eq!(harmless::json(&decision_json(&decision, &anchors))["accepted"], false);
    }
}
