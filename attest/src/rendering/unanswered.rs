//! What to do where the CA asked the cloud and a rule is not met all the same.

use crate::confirmation::{Kind, NOT_ASKED, Record, Said};
use crate::evidence::Claims;
use crate::finding::{Basis, Finding, Outcome};
use crate::verdict::Verdict;

const NOBODY_ASKED: &str = "Your own configuration kept hardkey-confirm from asking: set what the record says is missing, have the \
                            subscriber run hardkey grant-ca, and ask the cloud again.";
const REFUSED: &str = "The cloud refused you, in the words that the record has. Compare as whom you asked with whom the subscriber let ask \
                       (of AWS role and external id), or have the subscriber run hardkey grant-ca; then ask the cloud again.";
const UNSAID: &str = "Ask for the HSM's own statement: you asked the cloud, and it did not say this.";

/// The record, if it counts: one that fails a check is as none.
pub(super) fn counting<'a, A>(verdict: &Verdict<A>, claims: &'a Claims<A>) -> Option<&'a Record> {
    let fails = |finding: &Finding| finding.id.starts_with("record-") && finding.outcome == Outcome::Failed;
    claims.record().filter(|_| !verdict.checks().iter().any(fails))
}

/// The next step about what is missing because of an answer that the cloud did not give.
pub(super) fn unanswered(finding: &Finding, record: &Record) -> Option<&'static str> {
    let is_about: fn(Kind) -> bool = match (finding.id, finding.outcome, finding.basis) {
        ("logging", Outcome::Missing, None) => of_logs,
        ("ownership", Outcome::Missing, None) => of_marks,
        (_, Outcome::Missing, Some(Basis::Reported)) => |kind| matches!(kind, Kind::Key(_)),
        _ => return None,
    };
    let codes: Vec<&str> = record
        .answers
        .iter()
        .filter_map(|answer| match &answer.said {
            Said::Refused { code, .. } if is_about(answer.kind) => Some(code.as_str()),
            Said::Refused { .. } | Said::Data(_) => None,
        })
        .collect();
    match codes.as_slice() {
        [] => finding.basis.map(|_| UNSAID),
        codes if codes.contains(&NOT_ASKED) => Some(NOBODY_ASKED),
        _ => Some(REFUSED),
    }
}

fn of_logs(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::AwsDescribeTrails
            | Kind::AwsGetTrailStatus
            | Kind::AwsGetEventSelectors
            | Kind::AzureVault
            | Kind::AzureDiagnosticSettings
            | Kind::GoogleIamPolicy
            | Kind::GoogleParent
    )
}

fn of_marks(kind: Kind) -> bool {
    matches!(kind, Kind::AwsListResourceTags | Kind::GoogleCryptoKey | Kind::Key(_))
}
