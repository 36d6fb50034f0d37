//! Evidence that is right, changed as an input says, and judged as a whole.

use hardkey_attest::csr::Csr;
use hardkey_attest::evidence::{Evidence, verify};
use hardkey_attest::instant::Instant;
use hardkey_attest::policy::{Expected, Policy};
use hardkey_attest::rendering::{Decision, Input, InputRole, decision_html, decision_json, decision_text};
use hardkey_attest::verdict::Level;
use hardkey_synthetic::gzip::gzip;
use hardkey_synthetic::{Hash, Key, Shape, bundle};

use super::anchors::anchors;
use super::edit::Script;
use super::harmless;
use super::made::{Made, NONCE, made};

/// What is handed in, before it is judged.
struct Handed {
    statement: Vec<u8>,
    certificates: Vec<Vec<u8>>,
    request: Vec<u8>,
    name: Vec<u8>,
    version: Option<Vec<u8>>,
}

/// One input: whose evidence, which policy, then changes: which part, and what is done to it.
///
/// Answers the level of the verdict, if there is one.
pub fn verification(input: &[u8]) -> Option<Level> {
    let mut script = Script(input);
    let made = &made()[script.below(made().len())];
    let options = script.byte();
    let policy = if options & 1 == 0 { Policy::statement() } else { Policy::csbr() };
    let mut handed = Handed {
        statement: made.statement.clone(),
        certificates: made.bundle.certificates.clone(),
        request: made.request.clone(),
        name: bundle::RESOURCE.as_bytes().to_vec(),
        version: (options & 2 != 0).then(|| made.version.clone()),
    };
    while !script.is_over() {
        change(&mut handed, &mut script);
    }
    judge(made, &handed, &policy)
}

fn change(handed: &mut Handed, script: &mut Script<'_>) {
    let count = handed.certificates.len();
    match script.byte() % 8 {
        0 | 1 => script.edit(&mut handed.statement),
        2 if count > 0 => {
            let which = script.below(count);
            script.edit(&mut handed.certificates[which]);
        }
        3 if count > 0 => _ = handed.certificates.remove(script.below(count)),
        4 if (1..32).contains(&count) => {
            let copy = handed.certificates[script.below(count)].clone();
            handed.certificates.insert(script.below(count), copy);
        }
        5 => script.edit(&mut handed.request),
        6 => {
            // Signed again, by whom it should not be.
            let end = handed.statement.len().saturating_sub(256);
            handed.statement.truncate(end);
            let owner = ["card", "root ls1", "root hawksbill"][script.below(3)];
            let signature = Key::of(Shape::RSA_2048, owner).sign(Hash::Sha256, &handed.statement);
            handed.statement.extend(signature);
        }
        _ if script.byte().is_multiple_of(2) => script.edit(&mut handed.name),
        _ => handed.version.iter_mut().for_each(|json| script.edit(json)),
    }
}

fn judge(made: &Made, handed: &Handed, policy: &Policy) -> Option<Level> {
    let compressed = gzip(&handed.statement);
    let inputs = [Input::new(&String::from_utf8_lossy(&handed.name), InputRole::Evidence, &compressed)];
    let csr = match Csr::parse(&handed.request) {
        Ok(csr) => Some(csr),
        Err(error) => {
            harmless::refusal(&error);
            None
        }
    };
    let expected = Expected {
        csr,
        name: Some(String::from_utf8_lossy(&handed.name).into_owned()),
        nonce: Some(NONCE.to_owned()),
        now: Instant::parse("2026-11-21"),
        ..Expected::default()
    };
    let mut evidence = vec![Evidence::GoogleStatement { compressed, certificates: handed.certificates.clone() }];
    evidence.extend(handed.version.clone().map(Evidence::GoogleVersion));
    let anchors = anchors();
    let claims = match verify(&evidence, &anchors) {
        Ok(claims) => claims,
        Err(error) => {
            harmless::refusal(&error);
            return None;
        }
    };
    let verdict = claims.appraise(policy, &expected);
    let decision = Decision { verdict: &verdict, claims: &claims, expected: &expected, inputs: &inputs };
    harmless::text(&decision_text(&decision));
    harmless::html(&decision_html(&decision));
    let json = harmless::json(&decision_json(&decision, &anchors));
    assert_eq!(json["accepted"], verdict.level().is_accepted());
    assert_eq!(json["test_keys"], true);
    if claims.is_sound() {
        assert_eq!(handed.statement, made.statement, "sound, and not what was signed");
        // The console's chain has roots first and fourth; the four others are what was signed.
        for (index, certificate) in
            made.bundle.certificates.iter().enumerate().filter(|(index, _)| ![0, 3].contains(index))
        {
            assert!(handed.certificates.contains(certificate), "sound without certificate {index} as it was signed");
        }
    }
    if verdict.level().is_accepted() {
        assert!(claims.is_sound());
        if policy.name == "csbr" {
            assert_eq!(handed.name, bundle::RESOURCE.as_bytes(), "accepted under another name");
            let csr = expected.csr.as_ref().unwrap();
            assert_eq!(csr.verify(), Ok(()));
            assert_eq!(Some(csr.public_key()), claims.key());
            assert_eq!(csr.challenge().map(String::as_str), Some(NONCE));
        }
    }
    // Nothing that was made here means anything under the vendors' keys.
    let release = verify(&evidence, &hardkey_attest::anchor::Release).unwrap();
    assert!(!release.is_sound() && !release.appraise(policy, &expected).level().is_accepted());
    Some(verdict.level())
}
