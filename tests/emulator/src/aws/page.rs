//! One page of a list and the marker that continues it.

use crate::aws::error::KmsError;
use crate::aws::parameters::Parameters;
use openssl::base64::{decode_block, encode_block};
use serde_json::{Map, Value, json};

/// `MarkerType` of the service model.
const LONGEST_MARKER: usize = 1024;

/// Answers one page of entries that are sorted by name. The marker holds the name of the last entry seen, so
/// that entries made or deleted meanwhile neither repeat nor hide others.
pub(crate) fn page(
    parameters: &Parameters,
    member: &str,
    default: i64,
    largest: i64,
    entries: Vec<(String, Value)>,
) -> Result<Value, KmsError> {
    let limit = parameters.integer("Limit", 1..=largest)?.unwrap_or(default);
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let after = match parameters.text("Marker", LONGEST_MARKER)? {
        Some(marker) => Some(open_marker(marker)?),
        None => None,
    };
    let mut rest = entries.into_iter().filter(|(name, _)| after.as_ref().is_none_or(|after| name > after)).peekable();
    let mut last = String::new();
    let mut shown = Vec::new();
    for (name, entry) in rest.by_ref().take(limit) {
        last = name;
        shown.push(entry);
    }
    let truncated = rest.peek().is_some();
    let mut answer = Map::new();
    answer.insert(member.to_owned(), Value::Array(shown));
    answer.insert("Truncated".to_owned(), json!(truncated));
    if truncated {
        answer.insert("NextMarker".to_owned(), json!(marker(&last)));
    }
    Ok(Value::Object(answer))
}

const MARKER_PREFIX: &str = "after:";

fn marker(last: &str) -> String {
    encode_block(format!("{MARKER_PREFIX}{last}").as_bytes())
}

fn open_marker(marker: &str) -> Result<String, KmsError> {
    decode_block(marker)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .and_then(|text| text.strip_prefix(MARKER_PREFIX).map(str::to_owned))
        .ok_or_else(|| KmsError::new("InvalidMarkerException", "Invalid marker."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(count: usize) -> Vec<(String, Value)> {
        (0..count).map(|number| (format!("{number:02}"), json!(number))).collect()
    }

    fn ask(json: &Value) -> Result<Value, KmsError> {
        let parameters = Parameters::parse(json.to_string().as_bytes()).unwrap();
        page(&parameters, "Keys", 3, 5, entries(7))
    }

    #[test]
    fn pages_follow_each_other_without_gap_or_repetition() {
        let first = ask(&json!({})).unwrap();
        assert_eq!(first["Keys"], json!([0, 1, 2]));
        assert_eq!(first["Truncated"], json!(true));
        let second = ask(&json!({"Marker": first["NextMarker"], "Limit": 4})).unwrap();
        assert_eq!(second["Keys"], json!([3, 4, 5, 6]));
        assert_eq!(second["Truncated"], json!(false));
        assert_eq!(second.get("NextMarker"), None);
    }

    #[test]
    fn a_limit_out_of_range_is_a_validation_error() {
        for limit in [0, 6] {
            let error = ask(&json!({"Limit": limit})).unwrap_err();
            assert_eq!(error.name, "ValidationException");
        }
    }

    #[test]
    fn a_marker_of_somebody_else_is_invalid() {
        for marker in ["x", "aGVsbG8="] {
            let error = ask(&json!({"Marker": marker})).unwrap_err();
            assert_eq!(error.name, "InvalidMarkerException");
        }
    }
}
