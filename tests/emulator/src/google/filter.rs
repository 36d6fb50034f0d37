//! Filters of lists: Cloud KMS documentation, "Sorting and filtering list results" (2026-11), as far as comparisons joined by AND go.

use crate::google::error::GoogleError;
use crate::google::request::Request;
use serde_json::Value;

/// Comparisons that all have to hold.
pub(crate) struct Filter(Vec<(String, String)>);

impl Filter {
    /// Reads a request's filter; a kind that is not known here is an error, because to pass over it would show too much.
    pub(crate) fn of(request: &Request) -> Result<Filter, GoogleError> {
        let text = request.parameter("filter").unwrap_or_default();
        if let Some(order) = request.parameter("orderBy").filter(|order| order != "name") {
            return Err(GoogleError::new("UNIMPLEMENTED", format!("This emulator does not sort by '{order}'.")));
        }
        let parts = text.split(" AND ").map(str::trim).filter(|part| !part.is_empty());
        let comparisons: Option<Vec<(String, String)>> = parts.map(comparison).collect();
        comparisons.map(Filter).ok_or_else(|| GoogleError::argument(format!("Invalid filter: {text}")))
    }

    /// Whether a record fits.
    pub(crate) fn fits(&self, record: &Value) -> bool {
        self.0.iter().all(|(path, wanted)| {
            let pointer = format!("/{}", camel(path).replace('.', "/"));
            record.pointer(&pointer).and_then(Value::as_str).is_some_and(|value| value.eq_ignore_ascii_case(wanted))
        })
    }
}

fn comparison(part: &str) -> Option<(String, String)> {
    let (name, value) = part.split_once(['=', ':'])?;
    let (name, value) = (name.trim(), value.trim().trim_matches('"'));
    let plain = |text: &str| !text.is_empty() && !text.contains([' ', '(', ')', '<', '>', '!', '*']);
    (plain(name) && plain(value)).then(|| (name.to_owned(), value.to_owned()))
}

fn camel(name: &str) -> String {
    let mut text = String::new();
    let mut raise = false;
    for letter in name.chars() {
        if letter == '_' {
            raise = true;
        } else {
            text.push(if raise { letter.to_ascii_uppercase() } else { letter });
            raise = false;
        }
    }
    text
}
