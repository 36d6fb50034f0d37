//! The record of a confirmation, beside a report that is right: bytes as they are, or one that is right with a changed payload, signed
//! again.

use std::sync::OnceLock;

use hardkey_attest::anchor::Release;
use hardkey_attest::challenge::{Challenge, ChallengeKey, Posed};
use hardkey_attest::confirmation::{Confirmer, Envelope, Record, envelope, is_record, to_be_signed};
use hardkey_attest::csr::Csr;
use hardkey_attest::evidence::{Evidence, Presented, verify_confirmed};
use hardkey_attest::finding::Basis;
use hardkey_attest::inspection::inspect_record;
use hardkey_attest::instant::Instant;
use hardkey_attest::policy::{Expected, Policy};
use hardkey_attest::public_key::PublicKey;
use hardkey_attest::rendering::{Decision, decision_html, decision_json, decision_text};
use hardkey_attest::verdict::Level;
use hardkey_synthetic::{Hash, Key, Report, Shape, record as made, trail};
use serde_json::json;

use super::edit::Script;
use super::harmless;

/// What is right, made once in each process.
struct Good {
    report: Report,
    record: Report,
    request: Vec<u8>,
    challenge: hardkey_synthetic::Challenge,
}

fn good() -> &'static Good {
    static GOOD: OnceLock<Good> = OnceLock::new();
    GOOD.get_or_init(|| {
        let (report, request) = made::aws_report();
        let record = made::aws(&report);
        Good { report, record, request, challenge: hardkey_synthetic::Challenge::new() }
    })
}

/// One input: what it is (bytes of a record, of a payload, or changes of a payload that is right), by whom it is signed, then
/// those. Answers the level of the verdict, if there is one.
pub fn record(input: &[u8]) -> Option<Level> {
    let mut script = Script(input);
    let (kind, by_another) = (script.byte() % 3, script.byte() & 1 == 1);
    let signer = if by_another { Key::of(Shape::P256, "another") } else { made::confirmer() };
    let payload = match kind {
        0 => return judge(script.0),
        1 => script.0.to_vec(),
        _ => {
            let mut payload = good().record.payload.to_string().into_bytes();
            while !script.is_over() {
                script.edit(&mut payload);
            }
            payload
        }
    };
    let bytes = envelope(&payload, &signer.sign(Hash::Sha256, &to_be_signed(&payload)));
    assert!(is_record(bytes.as_bytes()));
    let level = judge(bytes.as_bytes());
    assert!(!by_another || level != Some(Level::Confirmed), "signed by a key that the policy does not list");
    level
}

/// The seeds: what is right in each kind, and one change of it.
pub(super) fn seeds() -> Vec<Vec<u8>> {
    let refused = good().record.clone().unasked("aws.describe-trails");
    let refused =
        refused.refused("aws.describe-trails", "111122223333", "cloudtrail.us-west-2.amazonaws.com", "Denied");
    let others = made::of(&good().report)
        .answer("azure.diagnostic-settings", made::VAULT, "management.azure.com", &made::diagnostic_settings())
        .answer("google.iam-policy", "projects/p", "cloudresourcemanager.googleapis.com", &made::iam_policy())
        .answer(
            "google.parent",
            "projects/p",
            "cloudresourcemanager.googleapis.com",
            &made::project("p", &json!("folders/7")),
        )
        .answer("google.key-iam-policy", "projects/p", "cloudkms.googleapis.com", &made::iam_policy())
        .answer(
            "google.key-events",
            "projects/p",
            "logging.googleapis.com",
            &json!({ "entries": [made::key_event("CreateCryptoKey", "projects/p")] }),
        )
        .answer("aws.list-public-keys", "us-west-2", "cloudtrail.us-west-2.amazonaws.com", &trail::public_keys())
        .answer("azure.vault", made::VAULT, "management.azure.com", &made::vault())
        .answer("azure.role-assignments", made::VAULT, "management.azure.com", &made::role_assignments())
        .answer("azure.key-events", made::VAULT, "api.loganalytics.azure.com", &made::audit_rows(&[]));
    vec![
        [&[0, 0][..], &good().record.bytes()].concat(),
        [&[1, 0][..], good().record.payload.to_string().as_bytes()].concat(),
        [&[1, 0][..], refused.payload.to_string().as_bytes()].concat(),
        [&[1, 0][..], others.payload.to_string().as_bytes()].concat(),
        vec![2, 0],
        vec![2, 1],
        vec![2, 0, 0, 0, 20, 3],
    ]
}

fn judge(bytes: &[u8]) -> Option<Level> {
    match inspect_record(bytes) {
        Ok(section) => harmless::sections(&[section]),
        Err(error) => harmless::refusal(&error),
    }
    let Good { report, request, challenge, .. } = good();
    let key = ChallengeKey::parse(challenge.key_file().as_bytes()).unwrap();
    let posed = Challenge::parse(challenge.json().to_string().as_bytes()).unwrap();
    let now = Instant::parse("2026-11-21T12:00:00Z").unwrap();
    let expected = Expected {
        csr: Some(Csr::parse(request).unwrap()),
        challenge: Some(Posed { challenge: posed.clone(), key }),
        now: Some(now),
        ..Expected::default()
    };
    let confirmer = PublicKey::from_spki(made::confirmer().spki()).unwrap();
    let lines = Confirmer::lines(&confirmer).join("\n");
    let policy = Policy::from_toml(&format!("name = \"a\"\nbased_on = \"csbr\"\n{lines}\n")).unwrap();
    let evidence = [Evidence::Report(report.bytes())];
    let presented = Presented { record: bytes, policy: &policy, expected: &expected };
    let claims = match verify_confirmed(&evidence, &presented, &Release) {
        Ok(claims) => claims,
        Err(error) => {
            harmless::refusal(&error);
            return None;
        }
    };
    let verdict = claims.appraise(&policy, &expected);
    let decision = Decision { verdict: &verdict, claims: &claims, expected: &expected, inputs: &[] };
    harmless::text(&decision_text(&decision));
    harmless::html(&decision_html(&decision));
    let json = harmless::json(&decision_json(&decision, &Release));
    assert_eq!(json["accepted"], verdict.level().is_accepted());
    let (opened, record) = (Envelope::open(bytes).unwrap(), claims.record().unwrap());
    assert_eq!(Record::parse(opened.payload()).as_ref(), Ok(record), "the same bytes are the same record");
    let counts = claims.all().iter().any(|claim| claim.basis == Basis::Confirmed);
    assert!(verdict.level() != Level::Confirmed || counts);
    if counts {
        assert_eq!(opened.verify(record), Ok(()));
        assert_eq!(record.confirmer, confirmer);
        let report = claims.report().unwrap();
        assert_eq!((&record.public_key, &record.resource), (&report.public_key, &report.resource));
        assert_eq!((&record.nonce, record.audience.as_str()), (posed.nonce_bytes(), "Example CA"));
        assert_eq!(record.order, "4711");
        assert!(record.created.unix() <= now.unix() + 300 && now.unix() - record.oldest().unix() <= 30 * 86_400);
    }
    // Under a policy that lists no key of the CA's nothing of it counts.
    assert!(!claims.appraise(&Policy::csbr(), &expected).level().is_accepted());
    Some(verdict.level())
}
