//! The table as Markdown.

use std::collections::BTreeMap;

use hardkey_tests::cloud::{Cloud, Which};

use crate::fault::{Call, Fault, Place, USUAL};
use crate::row::Row;

/// The rows of each part, in order.
#[derive(Default)]
pub struct Table {
    parts: BTreeMap<(Which, Part), Vec<String>>,
}

/// What the host was doing, and where it went wrong.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Part {
    Signing,
    Search,
    Way,
}

impl Table {
    /// Adds a row that [`line`] made.
    pub fn add(&mut self, fault: &Fault, line: String) {
        let part = match (fault.call, fault.place) {
            (Call::Sign, _) => Part::Signing,
            (Call::Search, Place::Emulator) => Part::Search,
            (Call::Search, _) => Part::Way,
        };
        self.parts.entry((fault.cloud.which, part)).or_default().push(line);
    }

    /// The whole document.
    pub fn finish(self) -> String {
        let mut text = head();
        for ((cloud, part), rows) in &self.parts {
            let Cloud { service, sign, describe, public_key, .. } = Cloud::of(*cloud);
            let title = match part {
                Part::Signing => format!("{service}, while signing (`C_Sign`, {})", sign.said),
                Part::Search => {
                    let asked = match (describe.said, public_key.said) {
                        (describe, public_key) if describe == public_key => describe.to_owned(),
                        (describe, public_key) => format!("{describe} and {public_key}"),
                    };
                    format!("{service}, while searching (`C_FindObjectsInit`, {asked})")
                }
                Part::Way => format!("{service}, on the way (`C_FindObjectsInit`, {})", describe.said),
            };
            let columns = "| fault | the host gets | after | requests | signatures | lines in the log |\n| --- | --- | --- | --- | --- | --- |";
            text += &format!("\n## {title}\n\n{columns}\n{}\n", rows.join("\n"));
        }
        text
    }
}

fn head() -> String {
    format!(
        "# Faults

What a host gets when its key service, or the way to it, is out of order. Made by `tests/faults`, which has the module meet each fault in
the emulator and compares; `HARDKEY_WRITE_FAULTS=1 cargo test -p hardkey-tests --test faults` writes this file.

One key, named by its immutable name. `attempts = {}`, `connect_timeout = {}`, `attempt_timeout = {}`, `timeout = {}`; where `timeout` is to be
shorter than `attempt_timeout`, they are 4 and 8. *After* is the limit or the wait that had passed; *within a
back-off*: none had, but something was asked for again, at once or after a random time of up to 1 s; *at once*: nothing that arrived
was. *Requests* are those of the operation that was disturbed, *signatures* those that the service made. In the log's lines the key
is `KEY`, AWS's request id is left out, and dates are `DATE`. A Google token comes from the key of a service account, or, where a new one
is to be had, from the metadata server. A vault of Azure is asked at an `endpoint`, over TLS; its tokens come from Entra, for a secret.

A request that was sent and not answered well may have been carried out. A signature does no harm when it is made twice, so it is
asked for again, and a line says so before.
",
        USUAL.attempts, USUAL.connect_timeout, USUAL.attempt_timeout, USUAL.timeout
    )
}

/// One row.
pub fn line(fault: &Fault, row: &Row) -> String {
    let lines = if row.lines.is_empty() { "none".to_owned() } else { row.lines.join("<br>") };
    let signatures = match fault.call {
        Call::Search => "–".to_owned(),
        Call::Sign => row.signatures.to_string(),
    };
    let cells = [&*fault.name, &row.got, &row.after, &row.requests.to_string(), &signatures, &lines];
    format!("| {} |", cells.map(|cell| cell.replace('|', "\\|")).join(" | "))
}
