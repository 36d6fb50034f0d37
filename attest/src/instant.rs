//! A moment, handed in by the caller: nothing in this library reads a clock.

use std::fmt;
use std::time::Duration;

use der::DateTime;

/// RFC 4120 §8.2, acceptable clock skew: seconds.
pub(crate) const SKEW: u64 = 5 * 60;

/// A time as people write it: a number with `s`, `m`, `h` or `d` after it.
#[must_use]
pub fn duration(text: &str) -> Option<Duration> {
    const UNITS: [(char, u64); 4] = [('s', 1), ('m', 60), ('h', 60 * 60), ('d', 24 * 60 * 60)];
    let read = UNITS.into_iter().find_map(|(unit, seconds)| {
        let number = text.strip_suffix(unit)?;
        let is_plain = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        number.parse::<u64>().ok().filter(|_| is_plain)?.checked_mul(seconds)
    });
    read.map(Duration::from_secs)
}

/// Seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Instant(u64);

impl Instant {
    /// From seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn from_unix(seconds: u64) -> Self {
        Self(seconds)
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn unix(self) -> u64 {
        self.0
    }

    /// From a date and time as RFC 3339 writes it in UTC, `2026-11-21T01:23:45Z`, or a date alone, `2026-11-21`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let whole = if text.len() == "2026-11-21".len() { format!("{text}T00:00:00Z") } else { text.to_owned() };
        let time: DateTime = whole.parse().ok()?;
        Some(Self(time.unix_duration().as_secs()))
    }
}

/// RFC 3339 in UTC. What lies beyond the year 9999 is shown in seconds.
impl fmt::Display for Instant {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match DateTime::from_unix_duration(Duration::from_secs(self.0)) {
            Ok(time) => write!(out, "{time}"),
            Err(_) => write!(out, "{} seconds after 1970", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_times_are_read_and_written() {
        assert_eq!(Instant::parse("2026-11-21T01:23:45Z").unwrap().to_string(), "2026-11-21T01:23:45Z");
        assert_eq!(Instant::parse("1970-01-02"), Some(Instant(86_400)));
        assert_eq!(Instant::from_unix(u64::MAX).to_string(), "18446744073709551615 seconds after 1970");
        for text in ["", "2026-13-01", "2026-11-21 01:23:45", "2026-11-21T01:23:45+01:00", "tomorrow"] {
            assert_eq!(Instant::parse(text), None, "{text}");
        }
    }
}
