//! Whether a record counts for this CA: by whose key it is, of which challenge, from where its answers are, and how old.

use super::Record;
use crate::certificate::sha256;
use crate::check::{Check, Ledger};
use crate::instant::{Instant, SKEW};
use crate::policy::{Expected, Policy};
use crate::report::Report;
use crate::shown;

/// Makes every check that takes what the CA's policy says and what the CA expects.
pub(crate) fn check(
    record: &Record,
    report: Option<&Report>,
    policy: &Policy,
    expected: &Expected,
    ledger: &mut Ledger,
) {
    ledger.check_own(Check::RecordConfirmer, confirmer(record, policy));
    ledger.check_own(Check::RecordChallenge, challenge(record, report, expected));
    ledger.check_own(Check::RecordEndpoint, endpoints(record, policy));
    ledger.check_own(Check::RecordAge, age(record, policy, expected.now));
}

fn confirmer(record: &Record, policy: &Policy) -> Result<String, String> {
    let hash = shown::hex(&sha256(record.confirmer.spki()));
    match policy.confirmers.iter().find(|confirmer| confirmer.is(&record.confirmer)) {
        Some(known) => Ok(format!("{}, {hash}", shown::text(&known.name))),
        None => Err(format!(
            "the record is by the key {hash}, which the policy {} does not list",
            shown::text(&policy.name)
        )),
    }
}

/// Held against the challenge that the CA posed; without one, against the report's. Either way nonce, CA and order.
fn challenge(record: &Record, report: Option<&Report>, expected: &Expected) -> Result<String, String> {
    let nonce = shown::hex(&record.nonce);
    let posed = expected.challenge.as_ref().map(|posed| &posed.challenge);
    let Some(challenge) = posed.or_else(|| report.and_then(|report| report.challenge.as_ref())) else {
        return Err(format!("the record has the nonce {nonce}, and there is no challenge to hold it against"));
    };
    // What the CA said itself counts as well: where it hands in no challenge, the report's is the subscriber's word.
    let said = [("CA", &record.audience, &expected.audience), ("order", &record.order, &expected.order)];
    for (what, has, wants) in said.into_iter().filter_map(|(what, has, wants)| Some((what, has, wants.as_ref()?))) {
        if has != wants {
            let (has, wants) = (shown::text(has), shown::text(wants));
            return Err(format!("the record has the {what} \"{has}\", the CA said \"{wants}\""));
        }
    }
    for (what, has, wants) in [
        ("nonce", nonce.as_str(), challenge.nonce().as_str()),
        ("CA", &record.audience, challenge.audience()),
        ("order", &record.order, challenge.order()),
    ] {
        if has != wants {
            let (has, wants) = (shown::text(has), shown::text(wants));
            return Err(format!("the record has the {what} \"{has}\", the challenge \"{wants}\""));
        }
    }
    Ok(match (posed, &expected.order) {
        (Some(_), _) => format!("nonce {nonce}"),
        (None, Some(_)) => format!("nonce {nonce}, of the report's own challenge, for the order that the CA named"),
        (None, None) => format!(
            "nonce {nonce}, of the report's own challenge: none was handed in to hold it against, so that nobody checked which order it is of"
        ),
    })
}

/// Only the clouds' own hosts, and those that the CA's policy adds, answer for a cloud.
fn endpoints(record: &Record, policy: &Policy) -> Result<String, String> {
    let mut known: Vec<&str> = Vec::new();
    for answer in &record.answers {
        let host = answer.endpoint.as_str();
        let hosts = answer.kind.hosts(&answer.of, &record.resource);
        if !hosts.iter().chain(&policy.confirmation_endpoints).any(|own| own == host) {
            return Err(format!(
                "{} was asked at {}, which is no host of its cloud",
                answer.kind.name(),
                shown::text(host)
            ));
        }
        if !known.contains(&host) {
            known.push(host);
        }
    }
    if known.is_empty() {
        return Err("nothing was asked".to_owned());
    }
    Ok(shown::text(&known.join(", ")))
}

fn age(record: &Record, policy: &Policy, now: Option<Instant>) -> Result<String, String> {
    let (oldest, most) = (record.oldest(), policy.confirmation_max_age.as_secs());
    let Some(now) = now else { return Err("no time was given to decide at".to_owned()) };
    let said = format!("asked at {oldest}, made at {}, decided at {now}", record.created);
    let latest = record.answers.iter().map(|answer| answer.asked).chain([record.created]).max();
    if latest.is_some_and(|latest| latest.unix() > now.unix().saturating_add(SKEW)) {
        return Err(format!("{said}: of the future"));
    }
    if now.unix().saturating_sub(oldest.unix()) > most {
        return Err(format!("{said}; {most} seconds are the most"));
    }
    Ok(said)
}
