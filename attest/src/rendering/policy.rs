//! What a policy demands, before anything is held against it.

use serde::Serialize;

use super::json::written;
use super::text::Lines;
use super::{SCHEMA, TOOL};
use crate::check::Check;
use crate::confirmation::Confirmer;
use crate::policy::{Demanded, Policy, RULES};
use crate::shown;

#[derive(Serialize)]
struct PolicyJson {
    schema: u32,
    tool: &'static str,
    policy: String,
    rules: Vec<RuleJson>,
    rules_left_out: Vec<&'static str>,
    confirmers: Vec<ConfirmerJson>,
    confirmation_max_age_seconds: u64,
    confirmation_endpoints: Vec<String>,
    checks: Vec<CheckJson>,
}

#[derive(Serialize)]
struct RuleJson {
    id: &'static str,
    weakest: &'static str,
    demanded: &'static str,
    demand: &'static str,
    source: &'static str,
}

#[derive(Serialize)]
struct ConfirmerJson {
    name: String,
    spki_sha256: String,
}

#[derive(Serialize)]
struct CheckJson {
    id: &'static str,
    demand: &'static str,
    source: &'static str,
}

/// The rules of a policy, and the checks that come before them, for a person.
#[must_use]
pub fn policy_text(policy: &Policy) -> String {
    let mut lines = Lines::default();
    let name = shown::text(&policy.name);
    lines.push(
        0,
        &format!(
            "The policy {name} has {} of {} rules. A key is accepted if it meets every one that is no note.",
            policy.rules.len(),
            RULES.len()
        ),
    );
    lines.push(0, "After each rule: the weakest basis that it accepts. From the strongest:");
    for meaning in [
        "attested: the HSM's manufacturer and its operator vouch, by certificates of pinned keys",
        "confirmed: the cloud told the CA itself",
        "recorded: the cloud says so in a record that it signed",
        "reported: the subscriber says so",
    ] {
        lines.push(1, meaning);
    }
    lines.heading(&format!("Rules of {name}"));
    for rule in &policy.rules {
        let when = match rule.demanded {
            Demanded::Always => "",
            Demanded::UnderMethod5 => ", a note but under method 5",
            Demanded::Never => ", a note",
        };
        lines.push(1, &format!("{} ({}{when}): {}", rule.spec.id, rule.weakest, rule.spec.demand));
        lines.push(2, &format!("source: {}", rule.spec.source));
    }
    let left_out = left_out(policy);
    if !left_out.is_empty() {
        lines.heading("Rules that it leaves out");
        lines.push(1, &left_out.join(", "));
    }
    lines.heading("Keys whose records of a confirmation count");
    for confirmer in &policy.confirmers {
        lines.push(1, &format!("{}: SHA-256 {}", shown::text(&confirmer.name), shown::hex(&confirmer.spki_sha256)));
    }
    if policy.confirmers.is_empty() {
        lines.push(1, "none: a policy of your own lists yours");
    }
    lines.push(1, &format!("the oldest answer that counts: {} days", days(policy)));
    for host in &policy.confirmation_endpoints {
        lines.push(1, &format!("a host besides the clouds' own: {}", shown::text(host)));
    }
    lines.heading("Checks of the evidence, which no policy can leave out");
    for check in Check::ALL {
        lines.push(1, &format!("{}: {}", check.id(), check.demand()));
        lines.push(2, &format!("source: {}", check.source()));
    }
    lines.0
}

/// The same for a machine.
#[must_use]
pub fn policy_json(policy: &Policy) -> String {
    let rules = policy.rules.iter().map(|rule| RuleJson {
        id: rule.spec.id,
        weakest: rule.weakest.name(),
        demanded: rule.demanded.name(),
        demand: rule.spec.demand,
        source: rule.spec.source,
    });
    let checks =
        Check::ALL.iter().map(|check| CheckJson { id: check.id(), demand: check.demand(), source: check.source() });
    written(&PolicyJson {
        schema: SCHEMA,
        tool: TOOL,
        policy: shown::text(&policy.name),
        rules: rules.collect(),
        rules_left_out: left_out(policy),
        confirmers: policy.confirmers.iter().map(confirmer).collect(),
        confirmation_max_age_seconds: policy.confirmation_max_age.as_secs(),
        confirmation_endpoints: policy.confirmation_endpoints.iter().map(|host| shown::text(host)).collect(),
        checks: checks.collect(),
    })
}

fn confirmer(confirmer: &Confirmer) -> ConfirmerJson {
    ConfirmerJson { name: shown::text(&confirmer.name), spki_sha256: shown::hex(&confirmer.spki_sha256) }
}

/// Days with the part of one that is left: `30`, `0.5`.
fn days(policy: &Policy) -> f64 {
    policy.confirmation_max_age.as_secs_f64() / 86_400.0
}

fn left_out(policy: &Policy) -> Vec<&'static str> {
    let has = |id: &str| policy.rules.iter().any(|rule| rule.spec.id == id);
    RULES.iter().map(|spec| spec.id).filter(|id| !has(id)).collect()
}
