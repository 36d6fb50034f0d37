//! A verdict in a few lines: for whoever made what was handed in, and wants to know what it would come to.

use super::obstacle::obstacles;
use super::sentence::{caveat, headline, more};
use super::text::Lines;
use super::{Decision, TEST_KEYS};
use crate::anchor::Anchors;
use crate::verdict::Level;

/// What stands first in [`super::decision_text`]; and if the key is rejected, what is in the way, each remedy once.
#[must_use]
pub fn summary_text<A: Anchors>(decision: &Decision<'_, A>) -> String {
    let Decision { verdict, claims, .. } = decision;
    let mut lines = Lines::default();
    if A::FOR_TESTS {
        lines.push(0, TEST_KEYS);
    }
    lines.push(0, &headline(verdict));
    for line in [caveat(verdict), more(verdict, claims)].into_iter().flatten() {
        lines.push(0, &line);
    }
    if verdict.level() != Level::Rejected {
        return lines.0;
    }
    let mut remedies: Vec<(&str, Vec<String>)> = Vec::new();
    for obstacle in obstacles(verdict, claims) {
        let told = format!("{}: {}", obstacle.title, obstacle.found);
        match remedies.iter_mut().find(|(next, _)| *next == obstacle.next) {
            Some((_, titles)) => titles.push(told),
            None => remedies.push((obstacle.next, vec![told])),
        }
    }
    for (next, titles) in remedies {
        for title in titles {
            lines.push(1, &title);
        }
        lines.push(2, &format!("next: {next}"));
    }
    lines.0
}

#[cfg(test)]
mod tests;
