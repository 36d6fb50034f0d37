//! What changed between two records of one key: CAs have to look again (CSBR §4.2.1).

use super::payload::Record;
use crate::anchor::Anchors;
use crate::evidence;
use crate::finding::{Finding, Outcome};
use crate::instant::Instant;
use crate::malformed::Malformed;
use crate::policy::{Expected, Policy};

/// A check or rule that does not come out as it did.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Change {
    /// Which check or rule.
    pub id: &'static str,
    /// What came of it, and what was seen then.
    pub was: Seen,
    /// What comes of it, and what is seen now.
    pub is: Seen,
}

/// What was seen, if the check could be made at all, and what came of it.
pub type Seen = Option<(Outcome, String)>;

impl Change {
    /// Whether what passed does not pass any more.
    #[must_use]
    pub fn is_worse(&self) -> bool {
        let passes = |seen: &Seen| match seen {
            None | Some((Outcome::Passed | Outcome::Warning, _)) => true,
            Some((Outcome::Failed | Outcome::Missing, _)) => false,
        };
        passes(&self.was) && !passes(&self.is)
    }
}

/// Holds what the answers of two records say against the same policy. What only report and request can show is in neither, and who
/// owned the key when it was ordered was decided then.
///
/// # Errors
/// [`Malformed`] for an answer that cannot be read.
pub fn changes<A: Anchors>(
    earlier: &Record,
    later: &Record,
    policy: &Policy,
    now: Instant,
    anchors: &A,
) -> Result<Vec<Change>, Malformed> {
    let (was, is) = (standing(earlier, policy, now, anchors)?, standing(later, policy, now, anchors)?);
    let mut ids: Vec<&'static str> = Vec::new();
    for finding in was.iter().chain(&is) {
        if !ids.contains(&finding.id) {
            ids.push(finding.id);
        }
    }
    let change = |id: &'static str| {
        let (was, is) = (seen(&was, id), seen(&is, id));
        let outcome = |seen: &Seen| seen.as_ref().map(|(outcome, _)| *outcome);
        (outcome(&was) != outcome(&is)).then_some(Change { id, was, is })
    };
    Ok(ids.into_iter().filter_map(change).collect())
}

fn standing<A: Anchors>(
    record: &Record,
    policy: &Policy,
    now: Instant,
    anchors: &A,
) -> Result<Vec<Finding>, Malformed> {
    let claims = evidence::of_record(record, anchors)?;
    let expected = Expected { now: Some(now), ..Expected::default() };
    let verdict = claims.appraise(policy, &expected);
    Ok(claims.checks().iter().chain(verdict.rules()).cloned().collect())
}

/// The worst of what is called so: a check is made of each piece of evidence.
fn seen(findings: &[Finding], id: &str) -> Seen {
    let all = || findings.iter().filter(|finding| finding.id == id);
    let bad = all().find(|finding| matches!(finding.outcome, Outcome::Failed | Outcome::Missing));
    bad.or_else(|| all().next()).map(|finding| (finding.outcome, finding.observed.clone()))
}
