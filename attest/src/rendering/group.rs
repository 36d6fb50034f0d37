//! Claims in the order in which a person wants to hear them.

use crate::claim::{Claim, Topic, Value};
use crate::evidence::Claims;
use crate::finding::Basis;

/// Headings, and what stands under each.
const GROUPS: [(&str, &[Topic]); 6] = [
    (
        "The key",
        &[
            Topic::Algorithm,
            Topic::Spki,
            Topic::Resource,
            Topic::NameHash,
            Topic::KeyId,
            Topic::State,
            Topic::Copies,
            Topic::Vault,
        ],
    ),
    (
        "How it is protected",
        &[
            Topic::Hsm,
            Topic::ProtectionLevel,
            Topic::Local,
            Topic::Events,
            Topic::Extractable,
            Topic::NeverExtractable,
            Topic::Sensitive,
            Topic::AlwaysSensitive,
            Topic::Sign,
            Topic::Decrypt,
            Topic::Wrap,
            Topic::Unwrap,
            Topic::Split,
        ],
    ),
    (
        "The hardware",
        &[
            Topic::Vendor,
            Topic::Serial,
            Topic::Partition,
            Topic::FipsMode,
            Topic::Format,
            Topic::ValidFrom,
            Topic::ValidUntil,
        ],
    ),
    ("Who runs it", &[Topic::Operator]),
    ("Who administers it, and who watches", &[Topic::Mark, Topic::Signers, Topic::Logging, Topic::Logs]),
    ("What the cloud did not answer", &[Topic::Refused]),
];
/// Topics that no heading has.
const OTHER: &str = "Besides";

/// Claims under one heading that the same people vouch for.
#[derive(Debug)]
pub(super) struct Group<'a> {
    pub(super) heading: &'static str,
    /// Who vouches, and in which piece of evidence.
    pub(super) vouched: String,
    pub(super) claims: Vec<&'a Claim>,
}

/// Every claim, once.
pub(super) fn groups<A>(claims: &Claims<A>) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let is_placed = |topic: Topic| GROUPS.iter().any(|(_, topics)| topics.contains(&topic));
    let others: Vec<Topic> = Topic::ALL.iter().copied().filter(|topic| !is_placed(*topic)).collect();
    let headings = GROUPS.into_iter().chain([(OTHER, others.as_slice())]);
    for (heading, topics) in headings {
        for topic in topics {
            for claim in claims.all().iter().filter(|claim| claim.topic == *topic) {
                let vouched = vouched(claims, claim);
                match groups.iter_mut().find(|group| group.heading == heading && group.vouched == vouched) {
                    Some(group) => group.claims.push(claim),
                    None => groups.push(Group { heading, vouched, claims: vec![claim] }),
                }
            }
        }
    }
    groups
}

fn vouched<A>(claims: &Claims<A>, claim: &Claim) -> String {
    if claims.is_sound() {
        format!("{}, in {}", who(claims, claim.basis), claim.from)
    } else {
        format!("nobody vouches for this, because the evidence failed a check; it stands in {}", claim.from)
    }
}

/// Who vouches for a claim, in a person's words.
fn who<A>(claims: &Claims<A>, basis: Basis) -> String {
    match basis {
        Basis::Attested => match vouchers(claims, basis).as_slice() {
            [vendor, operator] => {
                format!("attested by the HSM's manufacturer, {vendor}, and its operator, {operator}")
            }
            [vendor] => format!("attested by the HSM's manufacturer, {vendor}"),
            _ => "attested by the HSM's manufacturer".to_owned(),
        },
        Basis::Confirmed => "confirmed by the cloud, which answered this CA itself".to_owned(),
        Basis::Recorded => "recorded by the cloud, in a record that it signed".to_owned(),
        Basis::Reported => "reported by the subscriber, for which nobody vouches".to_owned(),
    }
}

/// The names of those whose pinned keys stand behind what is attested: manufacturer, then operator.
pub(super) fn vouchers<A>(claims: &Claims<A>, basis: Basis) -> Vec<String> {
    if basis != Basis::Attested || !claims.is_sound() {
        return Vec::new();
    }
    let name = |topic| {
        claims.all().iter().find(|claim| claim.topic == topic && claim.basis == basis).and_then(|claim| {
            match &claim.value {
                Value::Text(_) => Some(claim.value.to_string()),
                Value::Flag(_) | Value::Moment(_) => None,
            }
        })
    };
    [Topic::Vendor, Topic::Operator].into_iter().filter_map(name).collect()
}

#[cfg(test)]
mod tests;
