//! Answers of the cloud that contradict a good statement. What only answers say is never accepted, so that alone they have no
//! vectors; the tests of each kind of answer have what it refuses.

use hardkey_synthetic::bundle::RESOURCE;
use hardkey_synthetic::{Pki, attribute};
use serde_json::json;

use super::Vector;
use super::attempt::{Attempt, pair, stopped, subject};
use crate::check::Check;
use crate::evidence::Evidence;
use crate::finding::Finding;

/// Good evidence, and what Google answers about the version.
fn version(state: &str, algorithm: &str) -> Attempt {
    let answer = json!({
        "name": RESOURCE,
        "state": state,
        "protectionLevel": "HSM",
        "algorithm": algorithm,
        "createTime": "2026-01-02T03:04:05Z",
        "generateTime": "2026-01-02T03:04:06Z",
    });
    let mut attempt = Attempt::honest();
    attempt.evidence.push(Evidence::GoogleVersion(answer.to_string().into_bytes()));
    attempt
}

/// Good evidence, and what Google answers about the public key.
fn public_key(level: Option<&str>) -> Attempt {
    let mut answer = json!({ "name": RESOURCE, "pem": subject().spki_pem(), "algorithm": "EC_SIGN_P256_SHA256" });
    if let Some(level) = level {
        answer["protectionLevel"] = level.into();
    }
    let mut attempt = version("ENABLED", "EC_SIGN_P256_SHA256");
    attempt.evidence.push(Evidence::GooglePublicKey(answer.to_string().into_bytes()));
    attempt
}

#[test]
fn answers_that_agree_with_a_statement_do_no_harm() {
    let verdict = public_key(Some("HSM")).judged(None).unwrap();
    assert_eq!(verdict.level(), crate::verdict::Level::Attested, "{verdict:#?}");
}

#[test]
fn an_answer_beside_a_statement_that_names_no_version_is_of_no_key() {
    let nameless = pair().each(|object| _ = object.set(attribute::ID, b"unnamed"));
    let mut attempt = Attempt::of(&Pki::new(), &nameless);
    attempt.evidence.extend(version("ENABLED", "EC_SIGN_P256_SHA256").evidence.pop());
    let verdict = attempt.judged(None).unwrap();
    assert_eq!(stopped(&verdict), ["one-name"]);
    let observed = |finding: &Finding| finding.observed == "nothing ties the answer to GetCryptoKeyVersion to the key";
    assert!(verdict.checks().iter().any(observed), "{verdict:#?}");
}

pub(super) const VECTORS: &[Vector] = &[
    Vector::by_check("7.1", "the cloud's answer says that the key is disabled", Check::Admission, || {
        version("DISABLED", "EC_SIGN_P256_SHA256")
    }),
    Vector::by_check("7.2", "the cloud's answer says that the key is destroyed", Check::Admission, || {
        version("DESTROYED", "EC_SIGN_P256_SHA256")
    }),
    Vector::by_check("10.3", "the cloud's answer is about a key of another kind", Check::StatedKind, || {
        version("ENABLED", "EC_SIGN_P384_SHA384")
    }),
    Vector::by_check("20.2", "the answer about the public key states no protection", Check::ProtectionLevel, || {
        public_key(None)
    }),
    Vector::by_check(
        "20.3",
        "the answer about the public key states another protection than the version's",
        Check::ProtectionLevel,
        || public_key(Some("HSM_SINGLE_TENANT")),
    ),
];
