//! What a policy demands, before anything is held against it.

use serde::Serialize;

use super::json::written;
use super::text::Lines;
use super::{SCHEMA, TOOL};
use crate::check::Check;
use crate::policy::{Policy, RULES};
use crate::shown;

#[derive(Serialize)]
struct PolicyJson {
    schema: u32,
    tool: &'static str,
    policy: String,
    rules: Vec<RuleJson>,
    rules_left_out: Vec<&'static str>,
    checks: Vec<CheckJson>,
}

#[derive(Serialize)]
struct RuleJson {
    id: &'static str,
    weakest: &'static str,
    demand: &'static str,
    source: &'static str,
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
            "The policy {name} has {} of {} rules. A key is accepted if it meets every one.",
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
        lines.push(1, &format!("{} ({}): {}", rule.spec.id, rule.weakest, rule.spec.demand));
        lines.push(2, &format!("source: {}", rule.spec.source));
    }
    let left_out = left_out(policy);
    if !left_out.is_empty() {
        lines.heading("Rules that it leaves out");
        lines.push(1, &left_out.join(", "));
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
        checks: checks.collect(),
    })
}

fn left_out(policy: &Policy) -> Vec<&'static str> {
    let has = |id: &str| policy.rules.iter().any(|rule| rule.spec.id == id);
    RULES.iter().map(|spec| spec.id).filter(|id| !has(id)).collect()
}
