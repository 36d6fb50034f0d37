use super::{groups, vouchers};
use crate::anchor::Release;
use crate::check::{Check, Ledger};
use crate::claim::{Topic, Value};
use crate::evidence::Claims;
use crate::finding::Basis;
use crate::public_key::PublicKey;

const VENDOR: (Topic, &str) = (Topic::Vendor, "Marvell");
const OPERATOR: (Topic, &str) = (Topic::Operator, "Google Hawksbill");

/// What is said on one basis, by evidence that passes its checks or does not.
fn said(texts: &[(Topic, &str)], basis: Basis, is_sound: bool) -> Claims<Release> {
    let key = hardkey_synthetic::Bundle::key(hardkey_synthetic::Shape::P256);
    let claims = texts.iter().map(|(topic, text)| (*topic, Value::Text((*text).to_owned()), basis)).collect();
    let mut ledger = Ledger::default();
    let outcome = if is_sound { Ok("signed".to_owned()) } else { Err("not signed".to_owned()) };
    ledger.check(Check::Signature, outcome);
    Claims::of_tests(PublicKey::from_spki(key.spki()).unwrap(), claims, ledger)
}

#[test]
fn who_vouches_is_named_as_far_as_the_evidence_has_names() {
    let vouched = |texts: &[(Topic, &str)], basis, is_sound| -> Vec<String> {
        groups(&said(texts, basis, is_sound)).into_iter().map(|group| group.vouched).collect()
    };
    let maker = "attested by the HSM's manufacturer";
    let state = (Topic::State, "Enabled");
    for (texts, told) in [
        (&[VENDOR, state][..], &*format!("{maker}, Marvell, in a test")),
        (&[state], &format!("{maker}, in a test")),
        (&[VENDOR, OPERATOR, state], &format!("{maker}, Marvell, and its operator, Google Hawksbill, in a test")),
    ] {
        let all = vouched(texts, Basis::Attested, true);
        assert!(!all.is_empty() && all.iter().all(|one| one == told), "{all:?}");
    }
    for (basis, told) in [
        (Basis::Confirmed, "confirmed by the cloud, which answered this CA itself, in a test"),
        (Basis::Recorded, "recorded by the cloud, in a record that it signed, in a test"),
        (Basis::Reported, "reported by the subscriber, for which nobody vouches, in a test"),
    ] {
        assert_eq!(vouched(&[VENDOR], basis, true), [told]);
    }
    let nobody = "nobody vouches for this, because the evidence failed a check; it stands in a test";
    assert_eq!(vouched(&[VENDOR], Basis::Attested, false), [nobody]);
}

#[test]
fn only_for_what_is_attested_by_sound_evidence_somebody_vouches_by_name() {
    let both = [VENDOR, OPERATOR];
    assert_eq!(vouchers(&said(&both, Basis::Attested, true), Basis::Attested), ["Marvell", "Google Hawksbill"]);
    assert_eq!(vouchers(&said(&both, Basis::Reported, true), Basis::Attested), [] as [&str; 0]);
    assert_eq!(vouchers(&said(&both, Basis::Attested, false), Basis::Attested), [] as [&str; 0]);
    for basis in [Basis::Confirmed, Basis::Recorded, Basis::Reported] {
        assert_eq!(vouchers(&said(&both, basis, true), basis), [] as [&str; 0], "{basis}");
    }
}
