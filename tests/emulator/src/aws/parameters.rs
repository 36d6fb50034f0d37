//! The members of a request, checked against the constraints of the service model before anything else happens.

use crate::aws::error::KmsError;
use openssl::base64::decode_block;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// `TagKeyType` and `TagValueType` of the service model.
const LONGEST_TAG_KEY: usize = 128;
const LONGEST_TAG_VALUE: usize = 256;

/// A request's JSON object.
#[derive(Debug)]
pub(crate) struct Parameters(Map<String, Value>);

impl Parameters {
    /// Reads a body. An absent one is an empty object.
    pub(crate) fn parse(body: &[u8]) -> Result<Parameters, KmsError> {
        if body.is_empty() {
            return Ok(Parameters(Map::new()));
        }
        match serde_json::from_slice(body) {
            Ok(Value::Object(members)) => Ok(Parameters(members)),
            Ok(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => {
                Err(KmsError::serialization("Start of structure or map found where not expected."))
            }
            Err(error) => Err(KmsError::serialization(format!("Could not parse the request body: {error}"))),
        }
    }

    /// A text of 1 to `longest` characters.
    pub(crate) fn text(&self, name: &str, longest: usize) -> Result<Option<&str>, KmsError> {
        let Some(text) = self.any_text(name)? else {
            return Ok(None);
        };
        check_length(text, name, 1, longest)?;
        Ok(Some(text))
    }

    /// A text that may be empty.
    pub(crate) fn free_text(&self, name: &str, longest: usize) -> Result<Option<&str>, KmsError> {
        let Some(text) = self.any_text(name)? else {
            return Ok(None);
        };
        check_length(text, name, 0, longest)?;
        Ok(Some(text))
    }

    /// A text that must be there.
    pub(crate) fn required_text(&self, name: &str, longest: usize) -> Result<&str, KmsError> {
        self.text(name, longest)?.ok_or_else(|| null(name))
    }

    /// One of a closed set of names.
    pub(crate) fn choice(&self, name: &str, choices: &[&str]) -> Result<Option<&str>, KmsError> {
        match self.any_text(name)? {
            Some(text) if !choices.contains(&text) => Err(KmsError::constraint(
                &format!("'{text}'"),
                name,
                &format!("satisfy enum value set: [{}]", choices.join(", ")),
            )),
            text => Ok(text),
        }
    }

    /// One of a closed set of names, which must be there.
    pub(crate) fn required_choice(&self, name: &str, choices: &[&str]) -> Result<&str, KmsError> {
        self.choice(name, choices)?.ok_or_else(|| null(name))
    }

    /// Base64 of 1 to `longest` bytes, which must be there.
    pub(crate) fn required_blob(&self, name: &str, longest: usize) -> Result<Vec<u8>, KmsError> {
        let text = self.any_text(name)?.ok_or_else(|| null(name))?;
        let blob = decode_block(text).map_err(|_| KmsError::serialization(format!("{name} is not valid Base64")))?;
        if blob.is_empty() {
            return Err(KmsError::blob_constraint(name, "have length greater than or equal to 1"));
        }
        if blob.len() > longest {
            return Err(KmsError::blob_constraint(name, &format!("have length less than or equal to {longest}")));
        }
        Ok(blob)
    }

    /// A whole number within a range.
    pub(crate) fn integer(&self, name: &str, range: RangeInclusive<i64>) -> Result<Option<i64>, KmsError> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let number = value.as_i64().ok_or_else(|| mistyped(value, "an Integer"))?;
        let bound = if number < *range.start() {
            format!("have value greater than or equal to {}", range.start())
        } else if number > *range.end() {
            format!("have value less than or equal to {}", range.end())
        } else {
            return Ok(Some(number));
        };
        Err(KmsError::constraint(&format!("'{number}'"), name, &bound))
    }

    /// A moment in seconds since 1970.
    pub(crate) fn moment(&self, name: &str) -> Result<Option<f64>, KmsError> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => Ok(Some(value.as_f64().ok_or_else(|| mistyped(value, "a Timestamp"))?)),
        }
    }

    /// A truth value; absent is false.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, KmsError> {
        match self.get(name) {
            None => Ok(false),
            Some(value) => value.as_bool().ok_or_else(|| mistyped(value, "a Boolean")),
        }
    }

    /// A list of tags; `None` if the member is absent.
    pub(crate) fn tags(&self) -> Result<Option<BTreeMap<String, String>>, KmsError> {
        let Some(list) = self.list("Tags")? else {
            return Ok(None);
        };
        let mut tags = BTreeMap::new();
        for entry in list {
            let Value::Object(members) = entry else {
                return Err(mistyped(entry, "a Tag"));
            };
            let entry = Parameters(members.clone());
            let key = entry.required_text("TagKey", LONGEST_TAG_KEY)?;
            let value = entry.free_text("TagValue", LONGEST_TAG_VALUE)?.ok_or_else(|| null("TagValue"))?;
            if key.starts_with("aws:") {
                return Err(KmsError::new("TagException", "Tag keys must not begin with aws:"));
            }
            if tags.insert(key.to_owned(), value.to_owned()).is_some() {
                return Err(KmsError::new("TagException", "Duplicate tag keys"));
            }
        }
        Ok(Some(tags))
    }

    /// A list of texts, which must be there.
    pub(crate) fn required_texts(&self, name: &str) -> Result<Vec<String>, KmsError> {
        let list = self.list(name)?.ok_or_else(|| null(name))?;
        list.iter()
            .map(|entry| entry.as_str().map(String::from))
            .collect::<Option<Vec<_>>>()
            .ok_or_else(|| KmsError::serialization(format!("{name} is not a list of strings")))
    }

    fn any_text(&self, name: &str) -> Result<Option<&str>, KmsError> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => Ok(Some(value.as_str().ok_or_else(|| mistyped(value, "a String"))?)),
        }
    }

    fn list(&self, name: &str) -> Result<Option<&Vec<Value>>, KmsError> {
        match self.get(name) {
            None => Ok(None),
            Some(value) => Ok(Some(value.as_array().ok_or_else(|| mistyped(value, "a List"))?)),
        }
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }
}

/// A member that must be there is not.
pub(crate) fn null(name: &str) -> KmsError {
    KmsError::constraint("null", name, "not be null")
}

fn check_length(text: &str, name: &str, shortest: usize, longest: usize) -> Result<(), KmsError> {
    let length = text.chars().count();
    let bound = if length < shortest {
        format!("have length greater than or equal to {shortest}")
    } else if length > longest {
        format!("have length less than or equal to {longest}")
    } else {
        return Ok(());
    };
    Err(KmsError::constraint(&format!("'{text}'"), name, &bound))
}

fn mistyped(value: &Value, wanted: &str) -> KmsError {
    let found = match value {
        Value::Null => "NULL_VALUE",
        Value::Bool(true) => "TRUE_VALUE",
        Value::Bool(false) => "FALSE_VALUE",
        Value::Number(number) if number.is_f64() => "DECIMAL_VALUE",
        Value::Number(_) => "NUMBER_VALUE",
        Value::String(_) => "STRING_VALUE",
        Value::Array(_) => "START_OF_LIST",
        Value::Object(_) => "START_OF_STRUCTURE",
    };
    KmsError::serialization(format!("{found} can not be converted to {wanted}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(json: &str) -> Parameters {
        Parameters::parse(json.as_bytes()).unwrap()
    }

    #[test]
    fn a_missing_member_is_named_as_aws_names_it() {
        let error = parameters("{}").required_text("KeyId", 2048).unwrap_err();
        assert_eq!(
            error.message,
            "1 validation error detected: Value null at 'keyId' failed to satisfy constraint: Member must not be null"
        );
    }

    #[test]
    fn an_unknown_choice_lists_the_known_ones() {
        let error = parameters(r#"{"MessageType":"Digest"}"#).choice("MessageType", &["RAW", "DIGEST"]).unwrap_err();
        assert_eq!(
            error.message,
            "1 validation error detected: Value 'Digest' at 'messageType' failed to satisfy constraint: Member must satisfy enum value set: [RAW, DIGEST]"
        );
    }

    #[test]
    fn a_number_where_a_text_belongs_is_a_serialization_error() {
        let error = parameters(r#"{"KeyId":5}"#).text("KeyId", 9).unwrap_err();
        assert_eq!(error.name, "SerializationException");
        assert_eq!(error.message, "NUMBER_VALUE can not be converted to a String");
        assert_eq!(Parameters::parse(b"{").unwrap_err().name, "SerializationException");
    }

    #[test]
    fn a_blob_is_measured_after_decoding() {
        let longest = parameters(r#"{"Message":"AAAA"}"#).required_blob("Message", 3);
        assert_eq!(longest.unwrap(), [0, 0, 0]);
        let error = parameters(r#"{"Message":"AAAA"}"#).required_blob("Message", 2).unwrap_err();
        assert_eq!(
            error.message,
            "1 validation error detected: Value at 'message' failed to satisfy constraint: Member must have length less than or equal to 2"
        );
    }

    #[test]
    fn a_tag_key_given_twice_is_a_tag_error() {
        let twice = r#"{"Tags":[{"TagKey":"a","TagValue":"1"},{"TagKey":"a","TagValue":"2"}]}"#;
        assert_eq!(parameters(twice).tags().unwrap_err().name, "TagException");
    }
}
