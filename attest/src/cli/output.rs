//! Writing, and saying why nothing could be decided.

use std::io::Write;

use hardkey_attest::malformed::Malformed;
use hardkey_attest::policy::PolicyError;
use hardkey_attest::rendering::undecided_json;
use hardkey_attest::shown;

use super::UNDECIDED;

/// Why nothing could be decided: what was expected, and what was found where.
pub(crate) struct Undecided(pub(crate) Malformed);

impl Undecided {
    pub(crate) fn new(part: &str, expected: impl Into<String>, found: &str) -> Self {
        let (part, found) = (shown::text(part), shown::text(found));
        Self(Malformed { part, position: None, expected: expected.into(), found })
    }
}

impl From<Malformed> for Undecided {
    fn from(error: Malformed) -> Self {
        Self(error)
    }
}

impl From<PolicyError> for Undecided {
    fn from(error: PolicyError) -> Self {
        let text = error.to_string();
        let found = text.strip_prefix("policy: ").unwrap_or(&text);
        Self::new("policy", "one that can be read", found)
    }
}

/// Writes to standard output, all of it or an error: a verdict that nobody could read is none.
pub(crate) fn print(bytes: &[u8]) -> Result<(), Undecided> {
    let mut out = std::io::stdout().lock();
    out.write_all(bytes)
        .and_then(|()| out.flush())
        .map_err(|error| Undecided::new("standard output", "to be able to write the answer", &error.to_string()))
}

/// Writes to standard error, where a failure has nobody left to be told to.
pub(crate) fn print_error(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// Says why nothing was decided.
pub(crate) fn complain(error: &Undecided) -> u8 {
    print_error(&format!("{}: could not be decided: {}\n", super::arguments::NAME, error.0));
    UNDECIDED
}

/// The same, and as JSON on standard output for whoever asked for JSON.
pub(crate) fn complain_as(error: &Undecided, json: bool) -> u8 {
    if json {
        // Standard error says it in any case.
        let _ = print(undecided_json(&error.0).as_bytes());
    }
    complain(error)
}
