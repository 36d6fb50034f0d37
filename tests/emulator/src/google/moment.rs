//! Moments as Google writes them: RFC 3339 with as many digits after the second as are needed.

use crate::clock::iso_8601;
use serde::{Serialize, Serializer};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A moment since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(Duration);

impl Moment {
    /// This one.
    pub(crate) fn now() -> Moment {
        Moment(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
    }

    /// So much later.
    pub(crate) fn after(self, time: Duration) -> Moment {
        Moment(self.0.saturating_add(time))
    }

    /// Since 1970.
    pub(crate) fn nanoseconds(self) -> u128 {
        self.0.as_nanos()
    }

    fn text(self) -> String {
        let whole = iso_8601(self.0.as_secs());
        match self.0.subsec_nanos() {
            0 => whole,
            nanos => format!("{}.{nanos:09}Z", whole.trim_end_matches('Z')),
        }
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fraction_has_nine_digits_and_none_is_not_written() {
        assert_eq!(Moment(Duration::new(1_795_247_999, 5_000)).text(), "2026-11-21T07:59:59.000005000Z");
        assert_eq!(Moment(Duration::from_secs(1_795_247_999)).text(), "2026-11-21T07:59:59Z");
    }
}
