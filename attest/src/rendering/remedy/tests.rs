use std::fmt::Write;
use std::path::Path;

use super::remedy;
use crate::check::Check;
use crate::finding::{Basis, Finding, Outcome};
use crate::policy::RULES;

fn next(id: &'static str, outcome: Outcome, basis: Option<Basis>) -> &'static str {
    remedy(&Finding { id, demand: String::new(), source: "", observed: String::new(), basis, outcome }, None)
}

/// For each check that fails, and each rule that fails or that nothing speaks to, the next step.
fn steps() -> String {
    let mut text = String::new();
    for check in Check::ALL {
        writeln!(text, "{} failed\n    {}", check.id(), next(check.id(), Outcome::Failed, None)).unwrap();
    }
    for rule in RULES {
        writeln!(text, "{} failed\n    {}", rule.id, next(rule.id, Outcome::Failed, None)).unwrap();
        writeln!(text, "{} missing\n    {}", rule.id, next(rule.id, Outcome::Missing, None)).unwrap();
    }
    text
}

#[test]
fn whatever_stands_in_the_way_has_its_next_step() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rendering/remedy/steps.txt");
    if std::env::var_os("HARDKEY_TEST_BLESS").is_some() {
        std::fs::write(&file, steps()).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap();
    let differs = kept.lines().zip(steps().lines().map(str::to_owned)).find(|(kept, made)| kept != made);
    assert!(kept == steps(), "{} has other steps; HARDKEY_TEST_BLESS=1 writes it: {differs:#?}", file.display());
}

#[test]
fn what_is_not_vouched_for_well_enough_is_asked_for_again_from_who_can() {
    let reported = "Ask for the HSM's own statement, or ask the cloud yourself: copies of answers can be made up.";
    assert_eq!(next("hsm", Outcome::Missing, Some(Basis::Reported)), reported);
    let weak = "Ask for evidence that more than this stands behind: the HSM's own statement.";
    for basis in [Basis::Recorded, Basis::Confirmed, Basis::Attested] {
        assert_eq!(next("hsm", Outcome::Missing, Some(basis)), weak);
    }
}
