//! A report: bytes as they are, or one that is right with a changed payload, signed again.

use std::sync::OnceLock;

use hardkey_attest::bundle::{self, File};
use hardkey_attest::challenge::{Challenge, ChallengeKey, Posed};
use hardkey_attest::csr::Csr;
use hardkey_attest::evidence::{Evidence, verify};
use hardkey_attest::inspection::inspect;
use hardkey_attest::instant::Instant;
use hardkey_attest::policy::{Expected, Policy};
use hardkey_attest::rendering::{Decision, decision_html, decision_json, decision_text};
use hardkey_attest::report::{Envelope, Report, envelope, to_be_signed};
use hardkey_attest::verdict::Level;
use hardkey_synthetic::{Bundle, Hash, Key, Shape, report};

use super::anchors::anchors;
use super::edit::Script;
use super::harmless;

/// What is right, made once in each process.
struct Good {
    payload: Vec<u8>,
    request: Vec<u8>,
    challenge: hardkey_synthetic::Challenge,
}

fn good() -> &'static Good {
    static GOOD: OnceLock<Good> = OnceLock::new();
    GOOD.get_or_init(|| {
        let (report, request) = report::good(Shape::P256);
        let challenge = hardkey_synthetic::Challenge::new();
        Good { payload: report.payload.to_string().into_bytes(), request, challenge }
    })
}

/// One input: what it is (bytes of a report, of a payload, or changes of a payload that is right), by whom it is signed, then
/// those. Answers the level of the verdict, if there is one.
pub fn report(input: &[u8]) -> Option<Level> {
    let mut script = Script(input);
    let (kind, by_another) = (script.byte() % 3, script.byte() & 1 == 1);
    let signer = if by_another { Key::of(Shape::P256, "another") } else { Bundle::key(Shape::P256) };
    let payload = match kind {
        0 => return judge(script.0),
        1 => script.0.to_vec(),
        _ => {
            let mut payload = good().payload.clone();
            while !script.is_over() {
                script.edit(&mut payload);
            }
            payload
        }
    };
    let bytes = envelope(&payload, &signer.sign(Hash::Sha256, &to_be_signed(&payload)));
    let level = judge(bytes.as_bytes());
    assert!(!by_another || level != Some(Level::Attested), "signed by a key that it is not about");
    level
}

/// The seeds: what is right in each kind, and one change of it.
pub(super) fn seeds() -> Vec<Vec<u8>> {
    let (report, _) = report::good(Shape::P256);
    vec![
        [&[0, 0][..], &report.bytes()].concat(),
        [&[0, 0][..], &hardkey_synthetic::Report::aws().bytes()].concat(),
        [&[1, 0][..], &good().payload].concat(),
        [&[1, 0][..], hardkey_synthetic::Report::aws().payload.to_string().as_bytes()].concat(),
        vec![2, 0],
        vec![2, 1],
        vec![2, 0, 0, 0, 20, 3],
    ]
}

fn judge(bytes: &[u8]) -> Option<Level> {
    let Good { request, challenge, .. } = good();
    if let Err(error) = bundle::evidence(&[File { name: "report.json".to_owned(), bytes: bytes.to_vec() }]) {
        harmless::refusal(&error);
    }
    let evidence = [Evidence::Report(bytes.to_vec())];
    match inspect(&evidence[0]) {
        Ok(sections) => harmless::sections(&sections),
        Err(error) => harmless::refusal(&error),
    }
    let anchors = anchors();
    let claims = match verify(&evidence, &anchors) {
        Ok(claims) => claims,
        Err(error) => {
            harmless::refusal(&error);
            return None;
        }
    };
    let posed = Challenge::parse(challenge.json().to_string().as_bytes()).unwrap();
    let key = ChallengeKey::parse(challenge.key_file().as_bytes()).unwrap();
    let now = Instant::parse("2026-11-21T12:00:00Z").unwrap();
    let expected = Expected {
        csr: Some(Csr::parse(request).unwrap()),
        challenge: Some(Posed { challenge: posed.clone(), key }),
        audience: Some("Example CA".to_owned()),
        order: Some("4711".to_owned()),
        seen: Some(false),
        now: Some(now),
        ..Expected::default()
    };
    let verdict = claims.appraise(&Policy::csbr(), &expected);
    let decision = Decision { verdict: &verdict, claims: &claims, expected: &expected, inputs: &[] };
    harmless::text(&decision_text(&decision));
    harmless::html(&decision_html(&decision));
    let json = harmless::json(&decision_json(&decision, &anchors));
    assert_eq!(json["accepted"], verdict.level().is_accepted());
    let opened = Envelope::open(bytes).unwrap();
    let report = claims.report().unwrap();
    assert_eq!(Report::parse(opened.payload()).as_ref(), Ok(report), "the same bytes are the same report");
    if claims.is_sound() {
        assert_eq!(opened.verify(report), Ok(()));
        assert_eq!(Some(&report.public_key), claims.key());
    }
    if verdict.level().is_accepted() {
        assert!(claims.is_sound());
        assert_eq!((report.audience.as_str(), report.order.as_deref()), ("Example CA", Some("4711")));
        assert_eq!(report.challenge.as_ref(), Some(&posed));
        assert_eq!(report.csr_sha256.as_ref(), expected.csr.as_ref().map(Csr::digest));
        assert_eq!(report.resource, hardkey_synthetic::bundle::RESOURCE);
        assert!(report.created.unix() <= now.unix() + 300 && now <= report.not_after);
        assert!(report.not_after.unix() - report.created.unix() <= 30 * 86_400);
    }
    // Nothing that was made here means anything under the vendors' keys.
    let release = verify(&evidence, &hardkey_attest::anchor::Release).unwrap();
    assert!(!release.appraise(&Policy::csbr(), &expected).level().is_accepted());
    Some(verdict.level())
}
