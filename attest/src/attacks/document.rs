//! The table of attacks in docs/threat-model.md, made from the attacks and vectors.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use super::attempt::Guard;
use super::table::ATTACKS;
use super::{Seen, vectors};

const START: &str =
    "<!-- made by the tests of hardkey-attest: HARDKEY_WRITE_ATTACKS=1 cargo test -p hardkey-attest attacks -->\n";
const END: &str = "<!-- end -->\n";

fn table() -> String {
    let mut text = String::from("| | attack | decided | what stops it |\n| --- | --- | --- | --- |\n");
    for attack in ATTACKS {
        writeln!(text, "| {} | {} | {} | {} |", attack.id, attack.what, attack.decided.name(), attack.how).unwrap();
    }
    text.push_str("\nThe vectors, and what alone stops each:\n\n");
    text.push_str("| | handed in | stopped by | verdict |\n| --- | --- | --- | --- |\n");
    for vector in vectors() {
        let guard = match vector.guard {
            Guard::Check(_) => "check",
            Guard::Rule(_) => "rule",
            Guard::Form(_) => "form",
        };
        let seen = match vector.seen {
            Seen::Level(level) => level.name(),
            Seen::Fails(_) => "rejected",
            Seen::Malformed(_) => "none: it cannot be read",
        };
        writeln!(text, "| {} | {} | {guard} `{}` | {seen} |", vector.id, vector.what, vector.guard.id()).unwrap();
    }
    text.push_str("\nDemands on form, which are no findings because nothing is judged without them:\n\n");
    text.push_str("| form | demand |\n| --- | --- |\n");
    for form in crate::form::Form::ALL {
        writeln!(text, "| `{}` | {} |", form.id(), form.demand()).unwrap();
    }
    text
}

#[test]
fn the_threat_model_has_the_table_of_attacks() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/threat-model.md");
    let kept = fs::read_to_string(&file).unwrap();
    let (before, rest) = kept.split_once(START).unwrap();
    let (between, after) = rest.split_once(END).unwrap();
    let made = format!("\n{}\n", table());
    if std::env::var_os("HARDKEY_WRITE_ATTACKS").is_some() {
        fs::write(&file, [before, START, &made, END, after].concat()).unwrap();
        return;
    }
    let differs = between.lines().zip(made.lines()).find(|(kept, made)| kept != made);
    assert!(between == made, "{} has another table; HARDKEY_WRITE_ATTACKS=1 writes it: {differs:#?}", file.display());
}
