//! A verdict in one plain sentence.

use crate::finding::{Finding, Outcome};
use crate::shown;
use crate::verdict::{Level, Verdict};

/// The first line of what a person reads.
pub(super) fn headline<A>(verdict: &Verdict<A>) -> String {
    let policy = shown::text(verdict.policy());
    match (verdict.level(), verdict.csbr_method()) {
        (Level::Attested, Some(method)) => format!(
            "attested: the HSM itself vouches that the key was generated in it and cannot leave it; this supports CSBR method {method}."
        ),
        (Level::Confirmed, Some(method)) => format!(
            "confirmed: the cloud vouches to this CA that the key was generated in its HSM and cannot leave it; this supports CSBR \
             method {method}."
        ),
        (Level::Attested, None) => {
            format!(
                "attested: the HSM itself vouches for all that the policy {policy} demands, which is less than the CSBR do."
            )
        }
        (Level::Confirmed, None) => {
            format!(
                "confirmed: the cloud vouches to this CA for all that the policy {policy} demands, which is less than the CSBR do."
            )
        }
        (Level::Reported, _) => {
            "reported: the subscriber says what should be said, but nobody vouches for it. Not accepted.".to_owned()
        }
        (Level::Rejected, _) => match unmet(verdict.checks()).count() {
            0 => format!(
                "rejected: {} of the {} rules of the policy {policy} are not met. Not accepted.",
                unmet(verdict.rules()).count(),
                verdict.rules().len()
            ),
            1 => "rejected: the evidence fails a check, so that nothing it says counts. Not accepted.".to_owned(),
            failed => {
                format!("rejected: the evidence fails {failed} checks, so that nothing it says counts. Not accepted.")
            }
        },
    }
}

/// What an accepted verdict of a policy that asks for less than the Baseline Requirements does not show.
pub(super) fn caveat<A>(verdict: &Verdict<A>) -> Option<String> {
    let left_out: Vec<&str> = verdict.left_out().map(|spec| spec.id).collect();
    let concerns = verdict.level().is_accepted() && !left_out.is_empty();
    concerns.then(|| {
        format!(
            "The policy leaves out rules of the CSBR ({}): issue no certificate on this verdict.",
            left_out.join(", ")
        )
    })
}

/// Findings that stand in the way.
pub(super) fn unmet(findings: &[Finding]) -> impl Iterator<Item = &Finding> {
    findings.iter().filter(|finding| match finding.outcome {
        Outcome::Failed | Outcome::Missing => true,
        Outcome::Passed | Outcome::Warning => false,
    })
}

/// How many findings came out how: `12 passed, 1 failed, 2 missing, 1 warning`.
pub(super) fn tally(findings: &[Finding]) -> String {
    let count = |outcome| findings.iter().filter(|finding| finding.outcome == outcome).count();
    let parts = [Outcome::Passed, Outcome::Failed, Outcome::Missing, Outcome::Warning]
        .into_iter()
        .filter(|outcome| matches!(outcome, Outcome::Passed) || count(*outcome) > 0)
        .map(|outcome| format!("{} {}", count(outcome), outcome.name()));
    parts.collect::<Vec<_>>().join(", ")
}

/// What a missing thing is called where a person reads it.
pub(super) fn or_none(value: Option<&str>) -> String {
    value.map_or_else(|| "none given".to_owned(), shown::text)
}
