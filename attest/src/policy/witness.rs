//! Rules of what only the cloud can tell the CA: logs, and who administers the key.

use super::judge::{Judgement, View, missing};
use crate::claim::{Claim, Topic, Value};
use crate::confirmation::{Kind, Said, mark};
use crate::finding::Outcome;
use crate::shown;

pub(super) fn logging(view: &View<'_>) -> Judgement {
    if view.record.is_none() {
        return missing("nobody asked the cloud: no record of a confirmation is among the evidence");
    }
    let known = texts(view, Topic::Logs);
    let flags: Vec<&Claim> = view.claims.iter().filter(|claim| claim.topic == Topic::Logging).copied().collect();
    let off = flags.iter().find(|claim| claim.value == Value::Flag(false));
    match off.or_else(|| flags.first()) {
        Some(claim) => Judgement {
            observed: known.join("; "),
            basis: Some(claim.basis),
            outcome: if off.is_some() { Outcome::Failed } else { Outcome::Passed },
        },
        None if known.is_empty() => missing(&unanswered(view, "the logs")),
        None => missing(&[known, texts(view, Topic::Refused)].concat().join("; ")),
    }
}

pub(super) fn ownership(view: &View<'_>) -> Judgement {
    let expected = view.expected;
    let posed = expected.challenge.as_ref().map(|posed| posed.challenge.nonce()).or_else(|| expected.nonce.clone());
    // The report's own challenge is not it: whoever made the report could have written an older mark into that.
    let Some(nonce) = posed else {
        return missing("the CA gave no nonce that the key could be marked with");
    };
    match view.text(Topic::Mark) {
        Some((text, basis)) => {
            let whole = view.report.map(|report| mark::value(&nonce, &report.resource));
            let marked = whole.as_deref() == Some(text);
            Judgement {
                observed: format!("the key is marked \"{}\"{}", shown::text(text), who_can_mark(view)),
                basis: Some(basis),
                outcome: if marked { Outcome::Passed } else { Outcome::Failed },
            }
        }
        None if view.record.is_none() => {
            missing("not shown: who may sign with the key need not own it, and nobody asked the cloud for its tags")
        }
        None => missing(&unanswered(view, &format!("a tag or label {}", mark::NAME))),
    }
}

/// Azure documentation, "Azure built-in roles" and "Managed HSM local RBAC built-in roles" (November 2026): Crypto User has `keys/sign` and
/// `keys/update`, which is what sets a tag.
fn who_can_mark(view: &View<'_>) -> &'static str {
    if is_azures(view) { "; in Azure, whoever is Crypto User may sign and mark" } else { "" }
}

fn is_azures(view: &View<'_>) -> bool {
    view.report.is_some_and(|report| report.resource.starts_with("https://"))
}

pub(super) fn one_region(view: &View<'_>) -> Judgement {
    match view.text(Topic::Copies) {
        Some((text, basis)) => Judgement {
            observed: format!("copies: {}", shown::text(text)),
            basis: Some(basis),
            outcome: Outcome::Failed,
        },
        None if view.best(Topic::Hsm).is_none() => missing("nothing in the evidence says"),
        None if !tells_of_copies(view) => missing(&unanswered(view, "whether a backup of the key was taken")),
        None => Judgement { observed: "the evidence tells of none".to_owned(), basis: None, outcome: Outcome::Passed },
    }
}

/// Whether the evidence would tell of copies. AWS and Google say it of the key itself; of Azure's, backups are in the vault's log alone.
fn tells_of_copies(view: &View<'_>) -> bool {
    let answers = view.record.iter().flat_map(|record| &record.answers);
    let mut logs = answers.filter(|answer| answer.kind == Kind::AzureKeyEvents && matches!(answer.said, Said::Data(_)));
    !is_azures(view) || logs.next().is_some()
}

/// What is not known, and what the cloud did not answer.
fn unanswered(view: &View<'_>, what: &str) -> String {
    let refused = texts(view, Topic::Refused);
    if refused.is_empty() {
        return format!("no answer of the cloud shows {what}");
    }
    format!("no answer of the cloud shows {what}; it did not answer {}", refused.join(", "))
}

fn texts(view: &View<'_>, topic: Topic) -> Vec<String> {
    view.claims.iter().filter(|claim| claim.topic == topic).map(|claim| claim.value.to_string()).collect()
}
