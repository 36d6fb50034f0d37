//! Whether the key is the version that the subscriber named.

use super::judge::{Judgement, View, missing};
use crate::admission::azure;
use crate::certificate::sha256;
use crate::claim::{Claim, Topic, Value};
use crate::finding::Outcome;
use crate::shown;

/// Holds the expected name against what a claim has of it, and says in either case what was seen.
type Compare = fn(&str, &str) -> Result<String, String>;

/// Every piece of evidence that names a version must name this one. The best of them vouches for it.
pub(super) fn judge(view: &View<'_>) -> Judgement {
    let in_report = view.report.map(|report| &report.resource);
    let Some(name) = view.expected.name.as_ref().or(in_report) else {
        return missing("no name was given to compare with");
    };
    let mut best: Option<(&Claim, String)> = None;
    for claim in &view.claims {
        let Value::Text(text) = &claim.value else { continue };
        let judges: [(Topic, Compare); 3] =
            [(Topic::Resource, resource), (Topic::NameHash, hash), (Topic::KeyId, tail)];
        let Some((_, compare)) = judges.iter().find(|(topic, _)| *topic == claim.topic) else { continue };
        match compare(name, text) {
            Err(observed) => return Judgement { observed, basis: Some(claim.basis), outcome: Outcome::Failed },
            Ok(observed) if best.as_ref().is_none_or(|(known, _)| known.basis < claim.basis) => {
                best = Some((claim, observed));
            }
            Ok(_) => {}
        }
    }
    match best {
        None => missing("the evidence names no key version"),
        Some((claim, observed)) => Judgement { observed, basis: Some(claim.basis), outcome: Outcome::Passed },
    }
}

fn resource(name: &str, stated: &str) -> Result<String, String> {
    if stated == name { Ok(shown::text(stated)) } else { Err(shown::text(stated)) }
}

fn hash(name: &str, stated: &str) -> Result<String, String> {
    let (expected, stated) = (shown::hex(&sha256(name.as_bytes())), shown::text(stated));
    if stated == expected {
        return Ok(format!("{} hashes to {stated}", shown::text(name)));
    }
    let why = "give the full name of the version, with the project's id and not its number";
    Err(format!("{} hashes to {expected}, the key's name to {stated}; {why}", shown::text(name)))
}

fn tail(name: &str, stated: &str) -> Result<String, String> {
    let stated = shown::text(stated);
    match azure::key_version(name) {
        Some((_, key, version)) if format!("{key}/{version}") == stated => {
            Ok(format!("{stated}, as the statement has it; the host in {} is unproven", shown::text(name)))
        }
        Some(_) => Err(format!("the statement names {stated}")),
        None => {
            let why = "give the full URL of the version, https://NAME.managedhsm.azure.net/keys/KEY/VERSION";
            Err(format!("the statement names {stated}; {why}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Basis;
    use crate::policy::Expected;

    const VERSION: &str = "projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1";

    fn claim(topic: Topic, text: &str, basis: Basis) -> Claim {
        Claim { topic, value: Value::Text(text.to_owned()), basis, from: "a test" }
    }

    fn judged(claims: &[Claim], name: &str) -> (Outcome, Option<Basis>) {
        let expected = Expected { name: Some(name.to_owned()), ..Expected::default() };
        let judgement = judge(&View {
            claims: claims.iter().collect(),
            key: None,
            report: None,
            record: None,
            expected: &expected,
        });
        (judgement.outcome, judgement.basis)
    }

    #[test]
    fn the_best_of_those_who_name_the_version_vouches_for_it() {
        let reported = claim(Topic::Resource, VERSION, Basis::Reported);
        let attested = claim(Topic::NameHash, &shown::hex(&sha256(VERSION.as_bytes())), Basis::Attested);
        let passed = |basis| (Outcome::Passed, Some(basis));
        assert_eq!(judged(std::slice::from_ref(&reported), VERSION), passed(Basis::Reported));
        assert_eq!(judged(&[reported.clone(), attested.clone()], VERSION), passed(Basis::Attested));
        assert_eq!(judged(&[attested, reported], VERSION), passed(Basis::Attested));
        assert_eq!(judged(&[claim(Topic::State, VERSION, Basis::Attested)], VERSION), (Outcome::Missing, None));
    }

    #[test]
    fn of_several_who_are_as_good_the_first_is_shown() {
        let expected = Expected { name: Some(VERSION.to_owned()), ..Expected::default() };
        let hash = shown::hex(&sha256(VERSION.as_bytes()));
        let claims = [claim(Topic::Resource, VERSION, Basis::Attested), claim(Topic::NameHash, &hash, Basis::Attested)];
        let observed =
            |claims| judge(&View { claims, key: None, report: None, record: None, expected: &expected }).observed;
        assert_eq!(observed(claims.iter().collect()), VERSION);
        assert_eq!(observed(claims.iter().rev().collect()), format!("{VERSION} hashes to {hash}"));
    }

    #[test]
    fn a_statement_that_has_the_end_of_a_name_alone_is_held_against_that() {
        let stated = [claim(Topic::KeyId, "code/1", Basis::Attested)];
        let url = |end: &str| format!("https://release.managedhsm.azure.net/keys/{end}");
        assert_eq!(judged(&stated, &url("code/1")), (Outcome::Passed, Some(Basis::Attested)));
        for other in [&url("code/2"), &url("other/1"), &url("xcode/1"), "code/1", VERSION] {
            assert_eq!(judged(&stated, other), (Outcome::Failed, Some(Basis::Attested)), "{other}");
        }
    }

    #[test]
    fn one_who_names_another_version_is_enough_to_fail() {
        let fits = claim(Topic::Resource, VERSION, Basis::Confirmed);
        for other in [
            claim(Topic::Resource, "projects/q", Basis::Reported),
            claim(Topic::NameHash, &"0".repeat(64), Basis::Attested),
            claim(Topic::KeyId, "k/1", Basis::Attested),
        ] {
            let failed = (Outcome::Failed, Some(other.basis));
            assert_eq!(judged(&[fits.clone(), other], VERSION), failed);
        }
    }
}
