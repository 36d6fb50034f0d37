//! One self-contained page for a person: no script, nothing loaded, readable on paper.

mod page;

pub use page::undecided_html;
use page::{Page, escaped};

use super::group::groups;
use super::header::header;
use super::obstacle::{Obstacle, obstacles, warnings};
use super::sentence::{caveat, headline, more, tally};
use super::{Decision, TEST_KEYS};
use crate::anchor::Anchors;
use crate::finding::{Finding, Outcome};
use crate::shown;

/// A verdict for a person.
#[must_use]
pub fn decision_html<A: Anchors>(decision: &Decision<'_, A>) -> String {
    let Decision { verdict, claims, .. } = decision;
    let level = verdict.level().name();
    let mut page = Page::new(&format!("{level}: HSM key attestation"));
    if A::FOR_TESTS {
        page.tag("p class=\"test\" role=\"alert\"", TEST_KEYS);
    }
    let caveat = caveat(verdict);
    let class = match (verdict.level().is_accepted(), &caveat) {
        (true, None) => "yes",
        (true, Some(_)) => "care",
        (false, _) => "no",
    };
    let sentence = headline(verdict);
    let (word, rest) = sentence.split_once(": ").unwrap_or((level, &sentence));
    page.open(&format!("header class=\"{class}\""));
    page.tag("h1", word);
    page.tag("p", &capital(rest));
    for line in [caveat, more(verdict, claims)].into_iter().flatten() {
        page.tag("p class=\"caveat\"", &line);
    }
    page.close("header");
    page.open("dl");
    for (term, value) in header(decision) {
        page.tag("dt", &capital(term));
        page.tag("dd", &value);
    }
    for input in decision.inputs {
        page.tag("dt", &capital(input.role.name()));
        page.raw(&format!(
            "<dd>{}, {} bytes<br><code>{}</code></dd>\n",
            escaped(&input.name),
            input.bytes,
            escaped(&input.sha256)
        ));
    }
    page.close("dl");
    why_not(&mut page, &obstacles(verdict, claims));
    worth_a_look(&mut page, warnings(verdict).collect());
    let mut heading = "";
    for group in groups(claims) {
        if group.heading != heading {
            page.tag("h2", group.heading);
            heading = group.heading;
        }
        page.tag("p class=\"who\"", &capital(&group.vouched));
        page.open("table class=\"claims\"");
        page.raw("<tbody>\n");
        for claim in group.claims {
            page.row(&[("th scope=\"row\"", &capital(claim.topic.meaning())), ("td", &claim.value.to_string())]);
        }
        page.raw("</tbody>\n");
        page.close("table");
    }
    findings(&mut page, "Checks of the evidence", verdict.checks(), false);
    findings(&mut page, &format!("Rules of the policy {}", shown::text(verdict.policy())), verdict.rules(), true);
    page.end()
}

fn why_not(page: &mut Page, obstacles: &[Obstacle]) {
    if obstacles.is_empty() {
        return;
    }
    page.tag("h2", "Why not, and what to do");
    page.open("ol class=\"why\"");
    for obstacle in obstacles {
        page.open("li");
        page.tag("strong", &obstacle.title);
        page.open("dl");
        for (term, text) in
            [("Demanded", obstacle.demanded.as_str()), ("Found", &obstacle.found), ("Next", obstacle.next)]
        {
            page.tag("dt", term);
            page.tag("dd", &capital(text));
        }
        page.close("dl");
        page.close("li");
    }
    page.close("ol");
}

fn worth_a_look(page: &mut Page, warnings: Vec<&Finding>) {
    if warnings.is_empty() {
        return;
    }
    page.tag("h2", "Worth a look, though nothing hangs on it");
    page.open("ul");
    for warning in warnings {
        page.tag("li", &format!("{}: {}", warning.id, warning.observed));
    }
    page.close("ul");
}

/// Who vouches matters where a policy asks for it.
fn findings(page: &mut Page, heading: &str, findings: &[Finding], with_basis: bool) {
    page.tag("h2", heading);
    page.tag("p class=\"who\"", &tally(findings));
    page.open("table class=\"findings\"");
    page.raw("<thead>\n");
    let head = "th scope=\"col\"";
    page.row(&[(head, "Outcome"), (head, "Demand"), (head, "Found"), (head, "Source")]);
    page.raw("</thead>\n<tbody>\n");
    for finding in findings {
        let class = match finding.outcome {
            Outcome::Passed => "passed",
            Outcome::Failed | Outcome::Missing => "failed",
            Outcome::Warning => "warning",
        };
        let basis = finding.basis.filter(|_| with_basis).map(|basis| format!("<br>{basis}")).unwrap_or_default();
        page.raw(&format!(
            "<tr class=\"{class}\"><th scope=\"row\">{}{basis}</th><td>{}<br><code>{}</code></td><td>{}</td><td>{}</td></tr>\n",
            escaped(finding.outcome.name()),
            escaped(&capital(&finding.demand)),
            escaped(finding.id),
            escaped(&finding.observed),
            escaped(finding.source),
        ));
    }
    page.raw("</tbody>\n");
    page.close("table");
}

/// With a capital first letter.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
