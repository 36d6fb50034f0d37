//! What a CA may do, held against what the template gives it.

use std::fmt;

use crate::failure::Failure;
use crate::output;

/// One right, in words: `kms:DescribeKey on arn:…`.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Right(pub(super) String);

impl fmt::Display for Right {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// What is missing, and what is too much, each in words.
pub(super) fn differences<Right: PartialEq + fmt::Display>(expected: &[Right], found: &[Right]) -> Vec<String> {
    let missing = expected.iter().filter(|right| !found.contains(right));
    let surplus = found.iter().filter(|right| !expected.contains(right));
    missing
        .map(|right| format!("missing is {right}"))
        .chain(surplus.map(|right| format!("too much is {right}")))
        .collect()
}

/// How a check of `name`, a `kind` of thing, ends.
pub(super) fn concluded(kind: &str, name: &str, wrong: &[String], remedy: &str) -> Result<(), Failure> {
    if wrong.is_empty() {
        let line = format!("{name} gives this CA what it asks for, and nothing else\n");
        return output::product(line.as_bytes(), None);
    }
    Err(Failure::refused(format!("--check: the {kind} {name}: {}; {remedy}", wrong.join("; "))))
}
