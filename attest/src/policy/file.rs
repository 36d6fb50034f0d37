//! Policies that a CA writes, in TOML.
//!
//! ```toml
//! name = "example-ca"
//! based_on = "csbr"            # optional; its rules are the beginning
//!
//! demanded = ["ownership"]     # optional: rules that are notes otherwise, or under method 2
//! confirmation_max_age = "30d" # optional: the oldest answer in a record that counts
//! confirmation_endpoints = []  # optional: private endpoints that answer for a cloud besides its own
//!
//! [rules]
//! resource-name = "attested"   # the weakest basis accepted
//! nonce = "off"                # takes a rule out
//!
//! [[confirmer]]                # a key whose records count, as many as there are
//! name = "confirmation host"
//! spki_sha256 = "…"
//! ```

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::Deserialize;

use super::{Demanded, Policy, RULES, Rule};
use crate::confirmation::{Confirmer, MAX_AGE};
use crate::field;
use crate::finding::Basis;
use crate::instant;
use crate::shown;

/// Policies have a few dozen lines.
const LARGEST: usize = 64 << 10;

/// CSBR §4.2.1: what was found of a key's protection may be used again for 13 months, which have 397 days at most.
const LONGEST_AGE: Duration = Duration::from_secs(397 * 86_400);

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
    demanded: Vec<String>,
    confirmation_max_age: Option<String>,
    #[serde(default)]
    confirmation_endpoints: Vec<String>,
    #[serde(default)]
    rules: BTreeMap<String, String>,
    #[serde(default)]
    confirmer: Vec<FileConfirmer>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileConfirmer {
    name: String,
    spki_sha256: String,
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
            rules.push(Rule { spec, weakest: basis, demanded: spec.demanded });
        }
        if rules.is_empty() {
            return Err(PolicyError("it has no rule, and would accept nothing".to_owned()));
        }
        for id in &file.demanded {
            let rule = rules.iter_mut().find(|rule| rule.spec.id == id);
            let rule = rule.ok_or_else(|| {
                PolicyError(format!("demanded has \"{}\", which is no rule of the policy", shown::short(id)))
            })?;
            rule.demanded = Demanded::Always;
        }
        // In the order of the table, so that verdicts read alike.
        rules.sort_by_key(|rule| RULES.iter().position(|spec| spec.id == rule.spec.id));
        Ok(Self {
            name: file.name,
            rules,
            confirmers: confirmers(file.confirmer)?,
            confirmation_max_age: max_age(file.confirmation_max_age.as_deref())?,
            confirmation_endpoints: endpoints(file.confirmation_endpoints)?,
        })
    }
}

fn confirmers(written: Vec<FileConfirmer>) -> Result<Vec<Confirmer>, PolicyError> {
    let mut all: Vec<Confirmer> = Vec::new();
    for FileConfirmer { name, spki_sha256 } in written {
        let spki_sha256 = field::bytes(&spki_sha256).ok_or_else(|| {
            let found = shown::short(&spki_sha256);
            PolicyError(format!(
                "spki_sha256 of the confirmer \"{}\" is \"{found}\"; it must be 64 hexadecimal digits in lower case",
                shown::short(&name)
            ))
        })?;
        if let Some(known) = all.iter().find(|known| known.spki_sha256 == spki_sha256) {
            let (name, known) = (shown::short(&name), shown::short(&known.name));
            return Err(PolicyError(format!("the confirmers \"{known}\" and \"{name}\" are one key; list it once")));
        }
        all.push(Confirmer { name, spki_sha256 });
    }
    Ok(all)
}

/// Hosts as records have them: in lower case, with a port where it is not that of HTTPS.
fn endpoints(written: Vec<String>) -> Result<Vec<String>, PolicyError> {
    let is_host = |text: &&String| {
        !text.is_empty()
            && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b':' | b'[' | b']'))
    };
    match written.iter().find(|text| !is_host(text)) {
        Some(text) => Err(PolicyError(format!(
            "confirmation_endpoints has \"{}\"; write the host alone, in lower case, with a port if it has one of its own",
            shown::short(text)
        ))),
        None => Ok(written),
    }
}

fn max_age(written: Option<&str>) -> Result<Duration, PolicyError> {
    let Some(text) = written else { return Ok(MAX_AGE) };
    let read = instant::duration(text).filter(|age| !age.is_zero() && *age <= LONGEST_AGE);
    read.ok_or_else(|| {
        PolicyError(format!(
            "confirmation_max_age is \"{}\"; it must be a number with s, m, h or d after it, {} days at most",
            shown::short(text),
            LONGEST_AGE.as_secs() / 86_400
        ))
    })
}

/// What the parser says, and of which line. Not the line itself: a file that was named by mistake may hold a secret.
fn sentence(text: &str, error: &toml::de::Error) -> String {
    let start = error.span().map_or(0, |span| span.start);
    let before = text.get(..start).unwrap_or_default().matches('\n').count();
    let number = before.saturating_add(1);
    shown::short(&format!("line {number}: {}", error.message().replace('\n', ", ")))
}

#[cfg(test)]
mod tests;
