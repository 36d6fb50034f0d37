//! A verdict in one plain sentence.

use crate::claim::Topic;
use crate::evidence::Claims;
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
        (Level::Rejected, _) if verdict.is_sound() && unmet(verdict.checks()).any(is_of_record) => {
            "rejected: the record of the confirmation does not count. Not accepted.".to_owned()
        }
        (Level::Rejected, _) => match unmet(verdict.checks()).count() {
            1 if verdict.is_sound() => "rejected: the report or the challenge fails a check. Not accepted.".to_owned(),
            failed @ 2.. if verdict.is_sound() => {
                format!("rejected: the report or the challenge fails {failed} checks. Not accepted.")
            }
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

/// What it would take for more than *reported*, by the cloud that the key is in. Of a key of Azure nothing offline is enough, so
/// that it is said of a rejected one too, unless the evidence itself is why.
pub(super) fn more<A>(verdict: &Verdict<A>, claims: &Claims<A>) -> Option<String> {
    let found = |topic| claims.all().iter().find(|claim| claim.topic == topic).map(|claim| claim.value.to_string());
    let operator = found(Topic::Operator);
    let of_azure = operator.as_deref() == Some("Microsoft Azure");
    match verdict.level() {
        // Who asked knows what is missing by what stands in the way.
        _ if claims.record().is_some() => return None,
        Level::Reported => {}
        Level::Rejected if of_azure && waits_for_the_cloud(verdict) => {}
        Level::Attested | Level::Confirmed | Level::Rejected => return None,
    }
    let then = "what the cloud says of the key and of its logs is then confirmed, and supports CSBR method 5";
    Some(match operator.as_deref() {
        Some("Amazon Web Services") => format!(
            "What is missing for more: AWS itself. Its HSMs make no statement about a key, so that nothing offline is more than \
             reported. Ask AWS as the CA, with hardkey-confirm and the role that hardkey grant-ca aws prints: {then}."
        ),
        // attest/src/evidence/managed_hsm.rs: the format is that of the statement alone.
        Some("Microsoft Azure") if found(Topic::Format).is_some() => format!(
            "What is missing for more: Azure itself. The HSM's maker attests the key, in a format that no genuine statement has \
             confirmed; that Microsoft runs the HSM is no more than reported, because it publishes no key to know it by. Ask Azure as \
             the CA, with hardkey-confirm and the roles that hardkey grant-ca azure prints: {then}."
        ),
        Some("Microsoft Azure") => format!(
            "What is missing for more: Azure itself. A vault's HSMs make no statement about a key, so that nothing offline is more \
             than reported, and where the key came from only the vault's log says (AuditEvent, KeyCreate). Ask Azure as the CA, with \
             hardkey-confirm and the roles that hardkey grant-ca azure prints: {then}."
        ),
        Some(_) | None => format!(
            "What is missing for more: the HSM's own statement about this key, which is attested and supports CSBR method 2; or ask \
             the cloud as the CA, with hardkey-confirm: {then}."
        ),
    })
}

/// Of the record that a CA handed in itself: these say nothing of the subscriber's evidence.
fn is_of_record(finding: &Finding) -> bool {
    finding.id.starts_with("record-")
}

/// Whether nothing is wrong but that nobody says it who is good enough, in a format that is known.
fn waits_for_the_cloud<A>(verdict: &Verdict<A>) -> bool {
    let waits = |finding: &Finding| finding.outcome == Outcome::Missing || finding.id == "format";
    unmet(verdict.checks()).next().is_none() && unmet(verdict.rules()).all(waits)
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

#[cfg(test)]
mod tests;
