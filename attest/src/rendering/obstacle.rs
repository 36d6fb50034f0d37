//! What stands between a key and its certificate, most telling first, each with what to do next.

use super::remedy::remedy;
use super::unanswered::counting;
use crate::confirmation::Record;
use crate::evidence::Claims;
use crate::finding::{Finding, Outcome};
use crate::verdict::Verdict;

/// One thing that is not as it must be.
#[derive(Debug)]
pub(super) struct Obstacle {
    pub(super) title: String,
    pub(super) demanded: String,
    pub(super) found: String,
    pub(super) next: &'static str,
}

impl Obstacle {
    fn new(finding: &Finding, counts: Option<&Record>) -> Self {
        Self {
            title: format!("{} {}", finding.id, finding.outcome.name()),
            demanded: finding.demand.clone(),
            found: finding.observed.clone(),
            next: remedy(finding, counts),
        }
    }
}

/// All of them: failed checks, failed rules, what is missing. What is missing only because the evidence failed its own
/// checks is one of them.
pub(super) fn obstacles<A>(verdict: &Verdict<A>, claims: &Claims<A>) -> Vec<Obstacle> {
    let all = || verdict.checks().iter().chain(verdict.rules());
    let counts = counting(verdict, claims);
    let new = |finding| Obstacle::new(finding, counts);
    let mut obstacles: Vec<Obstacle> = with(all(), Outcome::Failed).map(new).collect();
    if claims.is_sound() {
        obstacles.extend(with(all(), Outcome::Missing).map(new));
    } else {
        let waiting = with(all(), Outcome::Missing).count();
        if waiting > 0 {
            obstacles.push(Obstacle {
                title: format!("{waiting} rules of the policy missing"),
                demanded: "evidence that stands every check of its own".to_owned(),
                found: "evidence that does not, so that nothing it says counts".to_owned(),
                next: "First settle the checks above.",
            });
        }
    }
    obstacles
}

/// What is worth a look and decides nothing.
pub(super) fn warnings<A>(verdict: &Verdict<A>) -> impl Iterator<Item = &Finding> {
    with(verdict.checks().iter().chain(verdict.rules()), Outcome::Warning)
}

fn with<'a>(findings: impl Iterator<Item = &'a Finding>, outcome: Outcome) -> impl Iterator<Item = &'a Finding> {
    findings.filter(move |finding| finding.outcome == outcome)
}
