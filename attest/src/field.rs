//! Fields of challenges, reports and records: texts, moments, hashes, each with one spelling.

use serde::{Deserialize, Deserializer};

use crate::form::{self, Form};
use crate::instant::Instant;
use crate::malformed::Malformed;
use crate::shown;

/// Names of certification authorities and numbers of their orders have a few dozen characters.
pub(crate) const LONGEST_NAME: usize = 256;
/// AWS KMS API reference, `KeyId`: 2048 characters, the most of the three clouds.
pub(crate) const LONGEST_RESOURCE: usize = 2048;

/// A text of one line, which is shown as it is; `part` is what it is a part of.
pub(crate) fn checked(part: &str, field: &str, value: String, longest: usize) -> Result<String, Malformed> {
    let wrong = |found: String| {
        Malformed::new(part, format!("{field} with 1 to {longest} characters, all of them visible"), found)
    };
    let count = value.chars().count();
    if count == 0 {
        return Err(wrong("none".to_owned()));
    }
    if count > form::limit(longest) {
        return Err(wrong(format!("{count} characters")));
    }
    if form::has(Form::PlainText, shown::text(&value) == value) {
        return Ok(value);
    }
    Err(wrong(format!("\"{value}\"")))
}

/// A moment as `2026-11-21T01:23:45Z`, and in no other spelling.
pub(crate) fn moment(part: &str, field: &str, text: &str) -> Result<Instant, Malformed> {
    let moment = Instant::parse(text).filter(|moment| moment.to_string() == text);
    let expected = format!("a moment such as 2026-11-21T01:23:45Z, in {field}");
    moment.ok_or_else(|| Malformed::new(part, expected, format!("\"{}\"", shown::short(text))))
}

/// So many bytes in lower-case hexadecimal.
pub(crate) fn hex<const LENGTH: usize>(part: &str, field: &str, text: &str) -> Result<[u8; LENGTH], Malformed> {
    bytes(text).ok_or_else(|| {
        let expected = format!("{LENGTH} bytes in lower-case hexadecimal, in {field}");
        Malformed::new(part, expected, format!("{} characters", text.chars().count()))
    })
}

/// What lower-case hexadecimal stands for, if it is that and has this length.
pub(crate) fn bytes<const LENGTH: usize>(text: &str) -> Option<[u8; LENGTH]> {
    let digit = |digit: &u8| match digit {
        b'0'..=b'9' => Some(digit.wrapping_sub(b'0')),
        b'a'..=b'f' => Some(digit.wrapping_sub(b'a').wrapping_add(10)),
        _ => None,
    };
    let read: Option<Vec<u8>> = text
        .as_bytes()
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => Some(digit(high)? << 4 | digit(low)?),
            _ => None,
        })
        .collect();
    read?.try_into().ok()
}

/// RFC 9562 §4, in lower case.
pub(crate) fn uuid(part: &str, field: &str, text: String) -> Result<String, Malformed> {
    let parts: Vec<usize> = text.split('-').map(str::len).collect();
    let is_hex = |character: char| matches!(character, '0'..='9' | 'a'..='f' | '-');
    if parts == [8, 4, 4, 4, 12] && text.chars().all(is_hex) {
        return Ok(text);
    }
    Err(Malformed::new(part, format!("a UUID in lower case, in {field}"), format!("\"{text}\"")))
}

/// RFC 9562 §5.4, version 4, of random bytes.
pub(crate) fn uuid_of(mut bytes: [u8; 16]) -> String {
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let text = shown::hex(&bytes);
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| text.get(part).unwrap_or_default());
    parts.join("-")
}

/// A member that may be absent, and has a value where it is not: `null` would be a second way to say nothing.
pub(crate) fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_one_visible_line_of_a_length() {
        let wrong = |value: &str| {
            let error = checked("report", "order", value.to_owned(), 5).unwrap_err();
            assert_eq!(error.expected, "order with 1 to 5 characters, all of them visible");
            (error.part, error.found)
        };
        let report = |found: &str| ("report".to_owned(), found.to_owned());
        assert_eq!(checked("report", "order", "Zür 1".to_owned(), 5).as_deref(), Ok("Zür 1"));
        assert_eq!(wrong(""), report("none"));
        assert_eq!(wrong("Zürich"), report("6 characters"));
        assert_eq!(wrong("a\nb"), report("\"a\\nb\""));
        assert_eq!(wrong("a\u{202e}b"), report("\"a\\u{202e}b\""));
    }

    #[test]
    fn a_moment_has_one_spelling() {
        assert_eq!(moment("report", "created", "2026-11-21T01:23:45Z").unwrap().unix(), 1_795_224_225);
        for text in ["2026-11-21", "2026-11-21T01:23:45+00:00", "2026-11-21T01:23:45.0Z", "", "1795224225"] {
            let error = moment("report", "created", text).unwrap_err();
            assert_eq!(error.expected, "a moment such as 2026-11-21T01:23:45Z, in created");
            assert_eq!(error.found, format!("\"{text}\""));
        }
    }

    #[test]
    fn hexadecimal_has_one_spelling_and_one_length() {
        assert_eq!(bytes("00ff9a"), Some([0, 0xff, 0x9a]));
        for text in ["00ff9", "00FF9a", "00ff9a00", "00ff", "0xff9a", "00ff:a", "00ff9g", "00ff9`"] {
            assert_eq!(bytes::<3>(text), None, "{text}");
        }
        let error = hex::<32>("report", "csr_sha256", "abc").unwrap_err();
        assert_eq!(
            error.to_string(),
            "report: expected 32 bytes in lower-case hexadecimal, in csr_sha256, found 3 characters"
        );
    }
}
