use super::super::TEST_KEYS;
use super::{Decision, summary_text};
use crate::anchor::{Anchors, ForTests, Release};
use crate::check::Ledger;
use crate::claim::{Topic, Value};
use crate::evidence::Claims;
use crate::finding::Basis;
use crate::policy::{Expected, Policy};
use crate::public_key::PublicKey;

/// What is told of a key of which three things are said, under a policy that asks for them and for its name.
fn told<A: Anchors>(said: [bool; 3], basis: Basis, named: bool) -> String {
    let key = hardkey_synthetic::Bundle::key(hardkey_synthetic::Shape::P256);
    let topics = [Topic::Hsm, Topic::Local, Topic::Sign];
    let mut claims: Vec<_> =
        topics.into_iter().zip(said).map(|(topic, flag)| (topic, Value::Flag(flag), basis)).collect();
    claims.extend([Topic::Resource, Topic::Format].map(|topic| (topic, Value::Text("a/1".to_owned()), basis)));
    let claims = Claims::<A>::of_tests(PublicKey::from_spki(key.spki()).unwrap(), claims, Ledger::default());
    let rules = ["hsm", "generated", "signs", "resource-name"].map(|id| format!("{id} = \"attested\"\n")).concat();
    let policy = Policy::from_toml(&format!("name = \"a\"\n[rules]\n{rules}")).unwrap();
    let expected = Expected { name: named.then(|| "a/1".to_owned()), ..Expected::default() };
    let verdict = claims.appraise(&policy, &expected);
    summary_text(&Decision { verdict: &verdict, claims: &claims, expected: &expected, inputs: &[] })
}

#[test]
fn what_is_in_the_way_is_told_with_each_next_step_once() {
    assert_eq!(
        told::<Release>([false, true, false], Basis::Attested, false),
        "rejected: 3 of the 4 rules of the policy a are not met. Not accepted.\n  \
         hsm failed: the key lives in a hardware security module: no (a test)\n  \
         signs failed: the key may sign: no (a test)\n    \
         next: The subscriber must make a new key: generated in the HSM, for signing, not importable, not exportable.\n  \
         resource-name missing: no name was given to compare with\n    \
         next: Run it again with --name and the full name of the key version that the subscriber gave you.\n"
    );
}

#[test]
fn of_what_is_not_rejected_the_first_lines_are_told() {
    let good = [true; 3];
    let [accepted, reported] = [Basis::Attested, Basis::Reported].map(|basis| told::<Release>(good, basis, true));
    assert_eq!(
        accepted,
        "attested: the HSM itself vouches for all that the policy a demands, which is less than the CSBR do.\n\
         The policy leaves out rules of the CSBR (not-extractable, never-extractable, sensitive, always-sensitive, operator, \
         fips-certificate, key-size, csr-key, csr-signature): issue no certificate on this verdict.\n"
    );
    assert_eq!(
        reported,
        "reported: the subscriber says what should be said, but nobody vouches for it. Not accepted.\n\
         What is missing for more: the HSM's own statement about this key, which is attested and supports CSBR method 2; or ask \
         the cloud as the CA, with hardkey-confirm: what the cloud says of the key and of its logs is then confirmed, and \
         supports CSBR method 5.\n"
    );
    assert_eq!(told::<ForTests>(good, Basis::Attested, true), format!("{TEST_KEYS}\n{accepted}"));
}
