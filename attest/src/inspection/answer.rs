//! The members of an answer in JSON.

use serde_json::Value;

use super::Section;
use crate::malformed::Malformed;

/// Longer values are keys, certificates and statements in base64: their beginning tells them apart.
const SHOWN: usize = 96;

/// Every member of an answer, each by its path.
pub(super) fn section(title: &str, json: &[u8]) -> Result<Section, Malformed> {
    let value: Value =
        serde_json::from_slice(json).map_err(|error| Malformed::new(title, "an answer in JSON", error))?;
    let mut section = Section::new(title);
    members("", &value, &mut section);
    Ok(section)
}

/// serde_json goes no deeper than 128 levels.
fn members(path: &str, value: &Value, section: &mut Section) {
    match value {
        Value::Object(inner) if !inner.is_empty() => {
            for (name, value) in inner {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                members(&path, value, section);
            }
        }
        Value::Array(inner) if !inner.is_empty() => {
            for (index, value) in inner.iter().enumerate() {
                members(&format!("{path}[{index}]"), value, section);
            }
        }
        Value::String(text) if text.chars().nth(SHOWN).is_some() => {
            let start: String = text.chars().take(SHOWN).collect();
            section.sized(&crate::shown::text(path), text.len(), &format!("{start}…"));
        }
        Value::String(text) => section.field(&crate::shown::text(path), text),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            section.field(&crate::shown::text(path), value);
        }
    }
}
