//! Policies that a CA writes, in TOML.
//!
//! ```toml
//! name = "example-ca"
//! based_on = "csbr"            # optional; its rules are the beginning
//!
//! [rules]
//! resource-name = "attested"   # the weakest basis accepted
//! nonce = "off"                # takes a rule out
//! ```

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

use super::{Policy, RULES, Rule};
use crate::finding::Basis;
use crate::shown;

/// Policies have a few dozen lines.
const LARGEST: usize = 64 << 10;

/// Lines of a policy fit on a screen.
const SHOWN: usize = 100;

/// Why a policy could not be read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PolicyError(String);

impl fmt::Display for PolicyError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "policy: {}", self.0)
    }
}

impl std::error::Error for PolicyError {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    based_on: Option<String>,
    #[serde(default)]
    rules: BTreeMap<String, String>,
}

impl Policy {
    /// Reads a policy.
    ///
    /// # Errors
    /// [`PolicyError`] names the field and what would be right. A policy without a rule is refused.
    pub fn from_toml(text: &str) -> Result<Self, PolicyError> {
        if text.len() > LARGEST {
            return Err(PolicyError(format!("it has {} bytes; {LARGEST} are the most", text.len())));
        }
        let file: File = toml::from_str(text).map_err(|error| PolicyError(sentence(text, &error)))?;
        if Self::built_in(&file.name).is_some() {
            let why = "that is the name of a built-in policy; verdicts must tell them apart";
            return Err(PolicyError(format!("name is \"{}\": {why}", file.name)));
        }
        let mut rules = match &file.based_on {
            None => Vec::new(),
            Some(name) => {
                let built_in = Self::built_in(name).ok_or_else(|| {
                    PolicyError(format!("based_on is \"{}\"; it must be statement or csbr", shown::short(name)))
                })?;
                built_in.rules
            }
        };
        for (id, weakest) in &file.rules {
            let spec = RULES.iter().find(|spec| spec.id == id);
            let spec = spec.ok_or_else(|| {
                let known: Vec<&str> = RULES.iter().map(|spec| spec.id).collect();
                PolicyError(format!("there is no rule \"{}\"; there are {}", shown::short(id), known.join(", ")))
            })?;
            rules.retain(|rule| rule.spec.id != spec.id);
            if weakest == "off" {
                continue;
            }
            let basis = Basis::ALL.into_iter().find(|basis| basis.name() == weakest);
            let basis = basis.ok_or_else(|| {
                PolicyError(format!(
                    "rule {id} is \"{}\"; it must be attested, confirmed, recorded, reported or off",
                    shown::short(weakest)
                ))
            })?;
            rules.push(Rule { spec, weakest: basis });
        }
        if rules.is_empty() {
            return Err(PolicyError("it has no rule, and would accept nothing".to_owned()));
        }
        // In the order of the table, so that verdicts read alike.
        rules.sort_by_key(|rule| RULES.iter().position(|spec| spec.id == rule.spec.id));
        Ok(Self { name: file.name, rules })
    }
}

/// What the parser says, in one line and with the line that it says it of.
fn sentence(text: &str, error: &toml::de::Error) -> String {
    let start = error.span().map_or(0, |span| span.start);
    let before = text.get(..start).unwrap_or_default().matches('\n').count();
    let line: String = text.lines().nth(before).unwrap_or_default().chars().take(SHOWN).collect();
    let number = before.saturating_add(1);
    shown::short(&format!("line {number} ({}): {}", line.trim(), error.message().replace('\n', ", ")))
}

#[cfg(test)]
mod tests;
