use std::collections::BTreeMap;

use serde::de::DeserializeOwned;

use super::{LARGEST, Moment, Object, Tags, read};
use crate::malformed::Malformed;

/// Reads an object whose one field has this value.
fn with<T: DeserializeOwned>(value: &str) -> Result<BTreeMap<String, T>, Malformed> {
    read("a test", format!("{{\"a\":{value}}}").as_bytes())
}

/// What was expected there, and what was found.
fn refused<T: DeserializeOwned>(value: &str) -> (String, String) {
    let error = with::<T>(value).err().unwrap_or_else(|| panic!("{value} was read"));
    (error.expected, error.found)
}

fn of(expected: &str, found: &str) -> (String, String) {
    (expected.to_owned(), found.to_owned())
}

#[test]
fn the_largest_answer_is_read_and_one_byte_more_is_not() {
    let padded = |size: usize| format!("{{}}{}", " ".repeat(size - 2));
    assert!(read::<Tags>("a test", padded(LARGEST).as_bytes()).is_ok());
    let error = read::<Tags>("a test", padded(LARGEST + 1).as_bytes()).unwrap_err();
    assert_eq!(error.to_string(), "a test: expected at most 131072 bytes, found 131073 bytes");
}

#[test]
fn a_value_of_another_type_is_told_what_belongs_there() {
    assert_eq!(refused::<Object<Tags>>("[]"), of("an object", "invalid type: sequence"));
    assert_eq!(refused::<Tags>("1"), of("an object of texts", "invalid type: integer `1`"));
    assert_eq!(refused::<Moment>("true"), of("a time", "invalid type: boolean `true`"));
}

#[test]
fn a_time_in_text_has_the_letters_and_the_length_of_one() {
    for good in ["2026-01-02", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.123456789+00:00"] {
        assert!(with::<Moment>(&format!("{good:?}")).is_ok(), "{good}");
    }
    for bad in ["2026-01-0", "2026-01-02T03:04:05.1234567890+00:00", "2026-01-02 03:04:05", "tomorrow, at noon"] {
        let expected = of("a time", &format!("invalid value: string {bad:?}"));
        assert_eq!(refused::<Moment>(&format!("{bad:?}")), expected);
    }
}
