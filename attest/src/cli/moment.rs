//! The moment that is decided at.

use std::time::{SystemTime, UNIX_EPOCH};

use hardkey_attest::instant::Instant;

use super::output::Undecided;

/// The given moment, or now.
pub(crate) fn at(given: Option<&str>) -> Result<Instant, Undecided> {
    match given {
        Some(text) => Instant::parse(text)
            .ok_or_else(|| Undecided::new("--at", "a moment in UTC such as 2026-11-21T01:23:45Z, or a day", text)),
        None => SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map(|since| Instant::from_unix(since.as_secs()))
            .map_err(|_| Undecided::new("the clock", "a time after 1970", "an earlier one")),
    }
}
