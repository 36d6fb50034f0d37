//! What tests of evidence share: keys, and short ways to say what came out.

use der::Document;

use super::{Claims, Evidence, verify, verify_with};
use crate::anchor::Release;
use crate::check::{Check, Ledger};
use crate::finding::Outcome;
use crate::malformed::Malformed;
use crate::policy::{Expected, Policy};
use crate::public_key::PublicKey;
use crate::verdict::Level;

pub(super) const P256: &str = include_str!("../../tests/vectors/p256.pem");
pub(super) const P384: &str = include_str!("../../tests/vectors/p384.pem");
pub(super) const RSA3072: &str = include_str!("../../tests/vectors/rsa3072.pem");

/// The PEM of a vector, without the line of what is expected of it.
pub(super) fn pem(vector: &str) -> &str {
    &vector[vector.find("-----BEGIN").unwrap()..]
}

pub(super) fn key(vector: &str) -> PublicKey {
    PublicKey::from_spki(Document::from_pem(pem(vector)).unwrap().1.as_bytes()).unwrap()
}

/// Everything that was claimed, a line each.
pub(super) fn said<A>(claims: &Claims<A>) -> Vec<String> {
    let line = |claim: &crate::claim::Claim| format!("{} {}: {}", claim.basis, claim.topic.name(), claim.value);
    claims.all().iter().map(line).collect()
}

/// The checks that failed, and what was seen.
pub(super) fn failed<A>(claims: &Claims<A>) -> Vec<(&'static str, String)> {
    let failed = claims.checks().iter().filter(|finding| finding.outcome == Outcome::Failed);
    failed.map(|finding| (finding.id, finding.observed.clone())).collect()
}

pub(super) fn read(evidence: &[Evidence]) -> Claims<Release> {
    verify(evidence, &Release).unwrap()
}

pub(super) fn malformed(evidence: Evidence) -> Malformed {
    verify(&[evidence], &Release).unwrap_err()
}

/// Whether only this check stands between the evidence and claims that count.
pub(super) fn only(check: Check, evidence: &[Evidence]) -> Vec<(&'static str, String)> {
    let mut ledger = Ledger::default();
    ledger.without = Some(check);
    assert_eq!(failed(&verify_with(evidence, &Release, ledger).unwrap()), [], "without {}", check.id());
    let found = failed(&read(evidence));
    assert!(found.iter().all(|(id, _)| *id == check.id()), "{found:?}");
    found
}

/// No built-in policy accepts it.
pub(super) fn is_accepted_by_none<A>(claims: &Claims<A>) -> bool {
    let levels = ["statement", "csbr"]
        .map(|name| claims.appraise(&Policy::built_in(name).unwrap(), &Expected::default()).level());
    levels.iter().all(|level| matches!(level, Level::Rejected | Level::Reported))
}

/// Ways to break any answer, each with where the fault is and what should be there.
pub(super) fn spoiled(good: &str) -> Vec<(&'static str, String, Option<usize>)> {
    let deep = format!("{}{}", "{\"a\":".repeat(5000), "1".to_owned() + &"}".repeat(5000));
    let last = good.rfind('}').unwrap();
    vec![
        ("a byte order mark", format!("\u{feff}{good}"), Some(0)),
        ("white space first", format!(" {good}"), Some(0)),
        ("PEM", pem(P256).to_owned(), Some(0)),
        ("nothing", String::new(), Some(0)),
        ("an array", format!("[{good}]"), Some(0)),
        ("trailing garbage", format!("{good}\n{{}}"), Some(good.len() + 1)),
        ("the end missing", good[..last].to_owned(), None),
        ("an unknown field", format!("{{\"Surprise\":1,{}", &good[1..]), Some(10)),
        ("deep nesting", deep, None),
        ("deep nesting in a value", good.replacen('"', &"[".repeat(500), 1), None),
        ("a huge number", format!("{{\"Surprise\":1e999,{}", &good[1..]), None),
        ("too many bytes", format!("{good}{}", " ".repeat(200 << 10)), None),
        ("UTF-16", good.chars().flat_map(|character| [character, '\0']).collect(), None),
    ]
}
