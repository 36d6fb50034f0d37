use super::headline;
use crate::anchor::Release;
use crate::check::{Check, Ledger};
use crate::claim::{Topic, Value};
use crate::evidence::Claims;
use crate::finding::Basis;
use crate::policy::{Expected, Policy};
use crate::public_key::PublicKey;

/// The headline where these checks of the evidence fail, and the CA asks for these to be answered by something.
fn told(failed: &[Check], audience: Option<&str>, order: Option<&str>) -> String {
    let key = hardkey_synthetic::Bundle::key(hardkey_synthetic::Shape::P256);
    let mut ledger = Ledger::default();
    for check in failed {
        ledger.check(*check, Err("it does not".to_owned()));
    }
    let said = vec![(Topic::Sign, Value::Flag(true), Basis::Attested)];
    let claims = Claims::<Release>::of_tests(PublicKey::from_spki(key.spki()).unwrap(), said, ledger);
    let rules = "signs = \"attested\"\nhsm = \"attested\"\n";
    let policy = Policy::from_toml(&format!("name = \"a\"\n[rules]\n{rules}")).unwrap();
    let [audience, order] = [audience, order].map(|asked| asked.map(str::to_owned));
    headline(&claims.appraise(&policy, &Expected { audience, order, ..Expected::default() }))
}

#[test]
fn a_rejection_says_whether_evidence_report_or_rules_are_the_reason_and_how_many() {
    let (one, two) = ([Check::Signature], [Check::Signature, Check::OneKey]);
    let (audience, order) = (Some("Example CA"), Some("4711"));
    for (told, sentence) in [
        (told(&[], None, None), "1 of the 2 rules of the policy a are not met"),
        (told(&[], audience, None), "the report or the challenge fails a check"),
        (told(&[], audience, order), "the report or the challenge fails 2 checks"),
        (told(&one, None, None), "the evidence fails a check, so that nothing it says counts"),
        (told(&two, None, None), "the evidence fails 2 checks, so that nothing it says counts"),
    ] {
        assert_eq!(told, format!("rejected: {sentence}. Not accepted."));
    }
}
