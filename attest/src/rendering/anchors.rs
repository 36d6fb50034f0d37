//! The pinned keys that everything rests on, and how long their certificates have to go.

use serde::Serialize;

use super::json::written;
use super::text::Lines;
use super::{SCHEMA, TEST_KEYS, TOOL};
use crate::anchor::{Anchor, Anchors, Role};
use crate::instant::Instant;

/// A day, in seconds.
const DAY: u64 = 86_400;
/// A new root has to reach every CA before the old one ends, and CAs plan by the year.
const SOON: u64 = 365 * DAY;

#[derive(Serialize)]
struct AnchorsJson {
    schema: u32,
    tool: &'static str,
    test_keys: bool,
    at: String,
    anchors: Vec<AnchorJson>,
}

#[derive(Serialize)]
struct AnchorJson {
    id: &'static str,
    name: &'static str,
    role: &'static str,
    spki_sha256: &'static str,
    common_name: &'static str,
    origin: &'static str,
    certificates: Vec<CertificateJson>,
    ends: Option<String>,
    warning: Option<String>,
}

#[derive(Serialize)]
struct CertificateJson {
    sha256: &'static str,
    not_before: &'static str,
    not_after: &'static str,
}

/// Every pinned key, for a person.
#[must_use]
pub fn anchors_text<A: Anchors>(anchors: &A, at: Instant) -> String {
    let mut lines = Lines::default();
    if A::FOR_TESTS {
        lines.push(0, TEST_KEYS);
        lines.push(0, "");
    }
    lines.push(0, "The keys that verdicts rest on. They are part of this program; nothing that is handed in adds one.");
    lines.push(0, "Keys are pinned, not certificates: a key goes on when one of its certificates has ended.");
    for anchor in anchors.all() {
        lines.heading(&format!("{}: {}, {}", anchor.id, anchor.name, role(anchor)));
        lines.push(1, &format!("SHA-256 of the public key: {}", anchor.key_hash));
        lines.push(1, &format!("common name of the root: {}", anchor.common_name));
        lines.push(1, &format!("origin: {}", anchor.origin));
        for published in anchor.published {
            let (from, until) = (published.not_before, published.not_after);
            lines.push(1, &format!("certificate from {from} until {until}, SHA-256 {}", published.fingerprint));
        }
        if let Some(warning) = warning(anchor, at) {
            lines.push(1, &format!("WARNING: {warning}"));
        }
    }
    lines.0
}

/// The same for a machine.
#[must_use]
pub fn anchors_json<A: Anchors>(anchors: &A, at: Instant) -> String {
    let each = anchors.all().iter().map(|anchor| AnchorJson {
        id: anchor.id,
        name: anchor.name,
        role: role(anchor),
        spki_sha256: anchor.key_hash,
        common_name: anchor.common_name,
        origin: anchor.origin,
        certificates: anchor
            .published
            .iter()
            .map(|published| CertificateJson {
                sha256: published.fingerprint,
                not_before: published.not_before,
                not_after: published.not_after,
            })
            .collect(),
        ends: anchor.end().map(|end| end.to_string()),
        warning: warning(anchor, at),
    });
    written(&AnchorsJson {
        schema: SCHEMA,
        tool: TOOL,
        test_keys: A::FOR_TESTS,
        at: at.to_string(),
        anchors: each.collect(),
    })
}

fn role(anchor: &Anchor) -> &'static str {
    match anchor.role {
        Role::Manufacturer => "makes HSMs",
        Role::Operator => "runs HSMs",
    }
}

/// A sentence once the last certificate of a key ends within a year, or has ended.
fn warning(anchor: &Anchor, at: Instant) -> Option<String> {
    let Some(end) = anchor.end() else { return Some("no certificate with this key is known".to_owned()) };
    let day = |moment: Instant| moment.to_string().chars().take("2026-11-21".len()).collect::<String>();
    let left = end.unix().saturating_sub(at.unix());
    if end.unix().saturating_add(DAY) <= at.unix() {
        return Some(format!("its last certificate ended on {}; look for a newer version of this program", day(end)));
    }
    (left <= SOON).then(|| {
        let days = left.checked_div(DAY).unwrap_or_default();
        format!("its last certificate ends on {}, in {days} days; look for a newer version of this program", day(end))
    })
}
