//! Plain text. No colours: it reads the same in a terminal, a ticket and a printout.

use super::group::groups;
use super::header::header;
use super::html::capital;
use super::obstacle::{obstacles, warnings};
use super::sentence::{caveat, headline, more, tally};
use super::{Decision, TEST_KEYS};
use crate::anchor::Anchors;
use crate::finding::Finding;
use crate::inspection::Section;
use crate::shown;

/// A verdict for a person. The first line says it all, unless it rests on test keys, which the first line then says.
#[must_use]
pub fn decision_text<A: Anchors>(decision: &Decision<'_, A>) -> String {
    let Decision { verdict, claims, .. } = decision;
    let mut lines = Lines::default();
    if A::FOR_TESTS {
        lines.push(0, TEST_KEYS);
        lines.push(0, "");
    }
    lines.push(0, &headline(verdict));
    for line in [caveat(verdict), more(verdict, claims)].into_iter().flatten() {
        lines.push(0, &line);
    }
    lines.push(0, "");
    for (term, value) in header(decision) {
        lines.push(1, &format!("{term}: {value}"));
    }
    for input in decision.inputs {
        lines.push(
            1,
            &format!("{}: {}, {} bytes, SHA-256 {}", input.role.name(), input.name, input.bytes, input.sha256),
        );
    }
    let obstacles = obstacles(verdict, claims);
    if !obstacles.is_empty() {
        lines.heading("Why not, and what to do");
    }
    for obstacle in obstacles {
        lines.push(1, &obstacle.title);
        lines.push(2, &format!("demanded: {}", obstacle.demanded));
        lines.push(2, &format!("found: {}", obstacle.found));
        lines.push(2, &format!("next: {}", obstacle.next));
    }
    let warnings: Vec<&Finding> = warnings(verdict).collect();
    if !warnings.is_empty() {
        lines.heading("Worth a look, though nothing hangs on it");
    }
    for warning in warnings {
        lines.push(1, &format!("{}: {}", warning.id, warning.observed));
    }
    let mut heading = "";
    for group in groups(claims) {
        if group.heading != heading {
            lines.heading(group.heading);
            heading = group.heading;
        }
        lines.push(1, &format!("{}:", capital(&group.vouched)));
        for claim in group.claims {
            lines.push(2, &format!("{}: {}", claim.topic.meaning(), claim.value));
        }
    }
    lines.findings("Checks of the evidence", verdict.checks(), false);
    lines.findings(&format!("Rules of the policy {}", shown::text(verdict.policy())), verdict.rules(), true);
    lines.0
}

/// What is in there, for a person.
#[must_use]
pub fn inspection_text(sections: &[Section]) -> String {
    let mut lines = Lines::default();
    lines
        .push(0, "This is what is in there. Nothing of it was checked; anybody can write a file that looks like this.");
    for section in sections {
        lines.push(0, "");
        lines.section(0, section);
    }
    lines.0
}

#[derive(Default)]
pub(super) struct Lines(pub(super) String);

impl Lines {
    pub(super) fn push(&mut self, depth: usize, line: &str) {
        if !line.is_empty() {
            self.0.push_str(&"  ".repeat(depth));
        }
        self.0.push_str(line);
        self.0.push('\n');
    }

    pub(super) fn heading(&mut self, heading: &str) {
        self.push(0, "");
        self.push(0, heading);
    }

    /// Who vouches matters where a policy asks for it.
    fn findings(&mut self, heading: &str, findings: &[Finding], with_basis: bool) {
        self.heading(&format!("{heading}: {}", tally(findings)));
        for finding in findings {
            self.push(1, &format!("{} {}: {}", finding.outcome.name(), finding.id, finding.demand));
            let basis = finding.basis.filter(|_| with_basis).map(|basis| format!(", {basis}")).unwrap_or_default();
            self.push(2, &format!("found{basis}: {}", finding.observed));
            self.push(2, &format!("source: {}", finding.source));
        }
    }

    fn section(&mut self, depth: usize, section: &Section) {
        self.push(depth, &section.title);
        let inner = depth.saturating_add(1);
        for field in &section.fields {
            let size = field
                .bytes
                .map(|bytes| format!(" ({bytes} byte{})", if bytes == 1 { "" } else { "s" }))
                .unwrap_or_default();
            self.push(inner, &format!("{}{size}: {}", field.name, field.value));
        }
        for section in &section.sections {
            self.section(inner, section);
        }
    }
}
