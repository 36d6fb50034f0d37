//! Policies: what a CA demands of a key, rule by rule.
//!
//! A rule names the weakest [`Basis`] it accepts. What no evidence says never passes a rule, and one claim that
//! contradicts a rule fails it, whoever else says the opposite.

mod file;
mod judge;
mod name;
mod rule;
mod rules;
mod witness;

pub use file::PolicyError;
pub use rule::{Demanded, Expected, Rule, RuleSpec};
pub use rules::RULES;

use std::time::Duration;

use crate::confirmation::{Confirmer, MAX_AGE};
use crate::finding::Basis;

/// A set of rules with a name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Policy {
    /// What the verdict calls it.
    pub name: String,
    /// The rules, each once.
    pub rules: Vec<Rule>,
    /// The keys whose records of a confirmation count. Built-in policies have none: they do not know the CA's.
    pub confirmers: Vec<Confirmer>,
    /// The oldest answer in a record that counts.
    pub confirmation_max_age: Duration,
    /// Hosts that answer for clouds besides the clouds' own: private endpoints of the CA's.
    pub confirmation_endpoints: Vec<String>,
}

impl Policy {
    /// What a statement alone can show: the hardware's word and its chains, and no more. For looking at samples; no
    /// certificate should be issued on it.
    #[must_use]
    pub fn statement() -> Self {
        Self::of("statement", |spec| spec.in_statement.then_some(Basis::Attested))
    }

    /// The CA/Browser Forum's Code Signing Baseline Requirements 3.10 of 17 November 2025.
    #[must_use]
    pub fn csbr() -> Self {
        Self::of("csbr", |spec| spec.in_csbr)
    }

    /// A built-in policy by its name.
    #[must_use]
    pub fn built_in(name: &str) -> Option<Self> {
        match name {
            "statement" => Some(Self::statement()),
            "csbr" => Some(Self::csbr()),
            _ => None,
        }
    }

    fn of(name: &str, weakest: impl Fn(&RuleSpec) -> Option<Basis>) -> Self {
        let rule = |spec| Some(Rule { spec, weakest: weakest(spec)?, demanded: spec.demanded });
        Self {
            name: name.to_owned(),
            rules: RULES.iter().filter_map(rule).collect(),
            confirmers: Vec::new(),
            confirmation_max_age: MAX_AGE,
            confirmation_endpoints: Vec::new(),
        }
    }
}
