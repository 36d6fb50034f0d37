//! What a decision was about, before what came of it: the same lines in text and on the page.

use super::Decision;
use super::sentence::or_none;
use crate::anchor::Anchors;
use crate::challenge::Seen;
use crate::confirmation::Said;
use crate::shown;

/// Terms, in small letters, and values. What was not handed in has no line, but for what a decision always wants.
pub(super) fn header<A: Anchors>(decision: &Decision<'_, A>) -> Vec<(&'static str, String)> {
    let Decision { verdict, claims, expected, .. } = decision;
    let moment = expected.now.map(|now| now.to_string());
    let mut lines = vec![
        ("decided at", or_none(moment.as_deref())),
        ("policy", shown::text(verdict.policy())),
        ("trusted", A::NAME.to_owned()),
    ];
    let report = claims.report();
    lines.push(match (&expected.name, report) {
        (None, Some(report)) => ("claimed name of the key, in the report", shown::text(&report.resource)),
        (name, _) => ("claimed name of the key", or_none(name.as_deref())),
    });
    match &expected.challenge {
        None => lines.push(("the CA's nonce", or_none(expected.nonce.as_deref()))),
        Some(posed) => {
            let challenge = &posed.challenge;
            lines.push(("the CA's nonce", challenge.nonce()));
            let told = format!(
                "of {}, for order {}, from {} until {}",
                shown::text(challenge.audience()),
                shown::text(challenge.order()),
                challenge.issued(),
                challenge.expires()
            );
            lines.push(("the CA's challenge", told));
        }
    }
    if let Some(report) = report {
        let told = format!(
            "{}, for {}, order {}, made at {} by {} {}, good until {}",
            report.report_id,
            shown::text(&report.audience),
            or_none(report.order.as_deref()),
            report.created,
            shown::text(&report.generator.name),
            shown::text(&report.generator.version),
            report.not_after
        );
        lines.push(("report, by whoever can use the key", told));
    }
    if let Some(record) = claims.record() {
        let told = format!(
            "{}, made at {} by {} {}, for {}, order {}",
            record.record_id,
            record.created,
            shown::text(&record.generator.name),
            shown::text(&record.generator.version),
            shown::text(&record.audience),
            shown::text(&record.order)
        );
        lines.push(("record of a confirmation", told));
        for answer in &record.answers {
            let refused = match &answer.said {
                Said::Data(_) => String::new(),
                Said::Refused { code, message } => {
                    format!("; refused: {}, {}", shown::text(code), shown::text(message))
                }
            };
            let told = format!(
                "{} at {}: {}{refused}",
                shown::text(&answer.endpoint),
                answer.asked,
                shown::text(&answer.request)
            );
            lines.push(("asked", told));
        }
    }
    if let Some(seen) = seen(decision) {
        lines.push(("for the list of what was seen", seen.to_string()));
    }
    lines
}

/// What the CA keeps, so that the same is not accepted twice.
pub(super) fn seen<A>(decision: &Decision<'_, A>) -> Option<Seen> {
    let posed = decision.expected.challenge.as_ref()?;
    Some(Seen::of(&posed.challenge, decision.claims.key()?))
}
