//! Wall-clock time as the protocols write it.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970 with a fraction.
pub(crate) fn seconds() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

/// Seconds since 1970, cut to milliseconds as AWS prints them.
pub(crate) fn milliseconds() -> f64 {
    (seconds() * 1000.0).floor() / 1000.0
}

/// Whole seconds since 1970.
pub(crate) fn whole_seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// `20261121T080000Z` of a moment in whole seconds since 1970: the form of `X-Amz-Date`.
pub(crate) fn basic(moment: u64) -> String {
    iso_8601(moment).replace(['-', ':'], "")
}

/// `Sat, 21 Nov 2026 08:00:00 GMT` of a moment in whole seconds since 1970: RFC 9110 §5.6.7.
pub(crate) fn http_date(moment: u64) -> String {
    const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (days, second) = (moment / 86_400, moment % 86_400);
    let (year, month, day) = civil(days);
    let named = |names: &[&'static str], number: u64| {
        (0..).zip(names).find(|(place, _)| *place == number).map_or("", |(_, name)| *name)
    };
    let (weekday, month) = (named(&WEEKDAYS, days % 7), named(&MONTHS, month - 1));
    format!("{weekday}, {day:02} {month} {year:04} {:02}:{:02}:{:02} GMT", second / 3600, second / 60 % 60, second % 60)
}

/// `2026-11-21T08:00:00Z` of a moment in whole seconds since 1970.
pub(crate) fn iso_8601(moment: u64) -> String {
    let (days, second) = (moment / 86_400, moment % 86_400);
    let (year, month, day) = civil(days);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60)
}

/// Year, month and day of a day since 1970: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms",
/// `civil_from_days`, for days after 1970 only.
fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_moments_print_as_they_should() {
        assert_eq!(iso_8601(0), "1970-01-01T00:00:00Z");
        assert_eq!(iso_8601(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(iso_8601(1_795_247_999), "2026-11-21T07:59:59Z");
        assert_eq!(basic(1_795_247_999), "20261121T075959Z");
        assert_eq!(http_date(1_795_247_999), "Sat, 21 Nov 2026 07:59:59 GMT");
        assert_eq!(http_date(951_782_400), "Tue, 29 Feb 2000 00:00:00 GMT");
    }
}
