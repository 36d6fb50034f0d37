//! Input that cannot be read, and where.

use std::fmt;

use crate::shown;

/// Why input could not be read: what was expected and what was found, at which byte or character of which part.
///
/// Nothing is decided about such input. All text in it is escaped, and cut where it is too long for a line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Malformed {
    /// The part of the input, in the words of the field: "statement", "certificate 3", `bundle.zip: chain.pem`.
    pub part: String,
    /// Offset in bytes from the start of the part, where there is one.
    pub position: Option<usize>,
    /// What should be there.
    pub expected: String,
    /// What is there.
    pub found: String,
}

impl Malformed {
    pub(crate) fn new(part: &str, expected: impl Into<String>, found: impl fmt::Display) -> Self {
        let [part, expected, found] = [part, &expected.into(), &found.to_string()].map(shown::short);
        Self { part, position: None, expected, found }
    }

    pub(crate) fn at(mut self, position: usize) -> Self {
        self.position = Some(position);
        self
    }

    /// The same, of a part of a larger whole.
    #[must_use]
    pub fn inside(mut self, whole: &str) -> Self {
        self.part = format!("{}: {}", shown::short(whole), self.part);
        self
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.part)?;
        if let Some(position) = self.position {
            write!(out, ", byte {position}")?;
        }
        write!(out, ": expected {}, found {}", self.expected, self.found)
    }
}

impl std::error::Error for Malformed {}
