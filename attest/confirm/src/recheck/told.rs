//! What is told of one key.

use hardkey_attest::confirmation::{Change, Seen};
use hardkey_attest::shown;
use serde_json::{Value, json};

/// A record of earlier, and what came of asking again.
pub(super) struct Told {
    /// The file.
    pub(super) name: String,
    /// Order and key version, where the record could be read.
    pub(super) of: Option<(String, String)>,
    pub(super) outcome: Outcome,
}

pub(super) enum Outcome {
    /// The cloud answered.
    Known {
        /// Checks and rules that do not come out as they did.
        changes: Vec<Change>,
    },
    /// It could not be asked, or the record not be read.
    Undecided(String),
}

impl Told {
    /// Whether something that passed does not pass any more.
    pub(super) fn is_worse(&self) -> bool {
        match &self.outcome {
            Outcome::Known { changes } => changes.iter().any(Change::is_worse),
            Outcome::Undecided(_) => false,
        }
    }

    /// One line, for standard error: with the reason, if it is undecided.
    pub(super) fn line(&self) -> String {
        match &self.outcome {
            Outcome::Undecided(why) => format!("{}: {why}", self.headline()),
            Outcome::Known { .. } => self.headline(),
        }
    }

    fn headline(&self) -> String {
        let of = self.of.as_ref().map(|(order, key)| format!(", order {order}, {key}")).unwrap_or_default();
        format!("{}{of}: {}", self.name, self.outcome_name())
    }

    fn outcome_name(&self) -> &'static str {
        match &self.outcome {
            Outcome::Known { changes } if changes.is_empty() => "unchanged",
            Outcome::Known { .. } => "changed",
            Outcome::Undecided(_) => "undecided",
        }
    }

    /// For standard output: lines for a person, or one line of JSON.
    pub(super) fn text(&self, json: bool) -> String {
        if json {
            return format!("{}\n", self.json());
        }
        let mut text = format!("{}\n", shown::text(&self.headline()));
        match &self.outcome {
            Outcome::Known { changes } => {
                for change in changes {
                    let worse = if change.is_worse() { "" } else { " (no obstacle)" };
                    let (was, is) = (seen(&change.was), seen(&change.is));
                    text.push_str(&format!("  {}{worse}\n    was {was}\n    is {is}\n", change.id));
                }
            }
            // Escaped already, as all failures are.
            Outcome::Undecided(why) => text.push_str(&format!("  {why}\n")),
        }
        text
    }

    fn json(&self) -> Value {
        let (order, resource) = self.of.as_ref().map(|(order, resource)| (order.as_str(), resource.as_str())).unzip();
        let seen = |seen: &Seen| {
            seen.as_ref().map(|(outcome, observed)| json!({ "outcome": outcome.name(), "observed": observed }))
        };
        let change = |change: &Change| json!({ "id": change.id, "worse": change.is_worse(), "was": seen(&change.was), "is": seen(&change.is) });
        let (changes, why): (Vec<Value>, Option<&str>) = match &self.outcome {
            Outcome::Known { changes } => (changes.iter().map(change).collect(), None),
            Outcome::Undecided(why) => (Vec::new(), Some(why)),
        };
        json!({
            "record": self.name, "order": order, "resource": resource, "outcome": self.outcome_name(),
            "worse": self.is_worse(), "changes": changes, "why": why,
        })
    }
}

/// What is observed is escaped already.
fn seen(seen: &Seen) -> String {
    seen.as_ref()
        .map_or_else(|| "not looked at".to_owned(), |(outcome, observed)| format!("{}: {observed}", outcome.name()))
}
