//! The table as Markdown.

use crate::fault::{Call, Fault, Place, USUAL};
use crate::row::Row;

/// The rows of each part, in order.
#[derive(Default)]
pub struct Table {
    signing: Vec<String>,
    search: Vec<String>,
    way: Vec<String>,
}

impl Table {
    /// Adds a row that [`line`] made.
    pub fn add(&mut self, fault: &Fault, line: String) {
        let part = match (fault.call, fault.place) {
            (Call::Sign, _) => &mut self.signing,
            (Call::Search, Place::Emulator) => &mut self.search,
            (Call::Search, _) => &mut self.way,
        };
        part.push(line);
    }

    /// The whole document.
    pub fn finish(self) -> String {
        let head = format!(
            "# Faults

What a host gets when AWS KMS, or the way to it, is out of order. Made by `tests/faults`, which has the module meet each fault in
the emulator and compares; `HARDKEY_WRITE_FAULTS=1 cargo test -p hardkey-tests --test faults` writes this file.

One key, named by its ARN. `attempts = {}`, `connect_timeout = {}`, `attempt_timeout = {}`, `timeout = {}`; where `timeout` is to be
shorter than `attempt_timeout`, they are 4 and 8. *After* is the limit or the wait that had passed; *within a
back-off*: none had, but something was asked for again, at once or after a random time of up to 1 s; *at once*: nothing that arrived
was. *Requests* are those of the operation that was disturbed, *signatures* those that the service made. In the log's lines the key
is `KEY`, AWS's request id is left out, and dates are `DATE`.

A request that was sent and not answered well may have been carried out. A signature does no harm when it is made twice, so it is
asked for again, and a line says so before.
",
            USUAL.attempts, USUAL.connect_timeout, USUAL.attempt_timeout, USUAL.timeout
        );
        let part = |title: &str, rows: &[String]| {
            let columns = "| fault | the host gets | after | requests | signatures | lines in the log |\n| --- | --- | --- | --- | --- | --- |";
            format!("\n## {title}\n\n{columns}\n{}\n", rows.join("\n"))
        };
        [
            head,
            part("While signing (`C_Sign`, kms:Sign)", &self.signing),
            part("While searching (`C_FindObjectsInit`, kms:DescribeKey and kms:GetPublicKey)", &self.search),
            part("On the way (`C_FindObjectsInit`, kms:DescribeKey)", &self.way),
        ]
        .concat()
    }
}

/// One row.
pub fn line(fault: &Fault, row: &Row) -> String {
    let lines = if row.lines.is_empty() { "none".to_owned() } else { row.lines.join("<br>") };
    let signatures = match fault.call {
        Call::Search => "–".to_owned(),
        Call::Sign => row.signatures.to_string(),
    };
    let cells = [fault.name, &row.got, &row.after, &row.requests.to_string(), &signatures, &lines];
    format!("| {} |", cells.map(|cell| cell.replace('|', "\\|")).join(" | "))
}
