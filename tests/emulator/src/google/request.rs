//! A request as the operations see it: a name, a query and a body whose enumerations are names.

use crate::form::form;
use crate::google::enumeration::{name_of, to_names};
use crate::google::error::GoogleError;
use crate::google::name::Name;
use base64ct::{Base64, Base64Unpadded, Base64Url, Base64UrlUnpadded, Encoding};
use hyper::http::request::Parts;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What one operation is asked for.
#[derive(Debug)]
pub(crate) struct Request {
    /// The resource or collection of the path.
    pub(crate) name: Name,
    /// The member who asks, where IAM is enforced.
    pub(crate) caller: Option<String>,
    query: BTreeMap<String, String>,
    body: Map<String, Value>,
}

impl Request {
    /// Reads what is left of a request when its operation is known.
    pub(crate) fn read(name: Name, caller: Option<String>, head: &Parts, body: &[u8]) -> Result<Request, GoogleError> {
        let query = form(head.uri.query().unwrap_or_default());
        let mut body = if body.is_empty() { Value::Object(Map::new()) } else { parse(body)? };
        to_names(&mut body);
        match body {
            Value::Object(body) => Ok(Request { name, caller, query, body }),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                Err(unreadable("Root element must be a message."))
            }
        }
    }

    /// Whether enumerations are to be numbers in the answer: system parameter `$alt`.
    pub(crate) fn wants_numbers(head: &Parts) -> bool {
        let query = form(head.uri.query().unwrap_or_default());
        let alt = query.get("$alt").or_else(|| query.get("alt"));
        alt.is_some_and(|alt| alt.split(';').any(|part| part == "enum-encoding=int"))
    }

    /// A parameter of the query, by its JSON name or its proto name. An enumeration is its name.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        let text = self.query.get(name).or_else(|| self.query.get(&snake(name)))?;
        Some(name_of(name, text)).filter(|text| !text.is_empty())
    }

    /// A member of the body; `a.b` is member `b` of member `a`. Null is absent.
    pub(crate) fn member(&self, path: &str) -> Option<&Value> {
        let mut parts = path.split('.');
        let mut found = pick(&self.body, parts.next()?)?;
        for part in parts {
            found = pick(found.as_object()?, part)?;
        }
        Some(found)
    }

    /// A text of the body, if it is there and not empty.
    pub(crate) fn text(&self, path: &str) -> Result<Option<&str>, GoogleError> {
        match self.member(path) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
            Some(_) => Err(mistyped(path, "TYPE_STRING")),
        }
    }

    /// A flag of the body.
    pub(crate) fn flag(&self, path: &str) -> Result<bool, GoogleError> {
        match self.member(path) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(mistyped(path, "TYPE_BOOL")),
        }
    }

    /// Bytes of the body, in either alphabet of base64, padded or not.
    pub(crate) fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, GoogleError> {
        let Some(text) = self.text(path)? else {
            return Ok(None);
        };
        let readings =
            [Base64::decode_vec, Base64Url::decode_vec, Base64Unpadded::decode_vec, Base64UrlUnpadded::decode_vec];
        let bytes = readings.iter().find_map(|read| read(text).ok());
        bytes.map(Some).ok_or_else(|| mistyped(path, "TYPE_BYTES"))
    }

    /// A whole number of the body: a 64-bit one is a text in JSON, or a number.
    pub(crate) fn integer(&self, path: &str) -> Result<Option<i64>, GoogleError> {
        let number = match self.member(path) {
            None => return Ok(None),
            Some(Value::String(text)) => text.parse().ok(),
            Some(value) => value.as_i64(),
        };
        number.map(Some).ok_or_else(|| mistyped(path, "TYPE_INT64"))
    }
}

fn pick<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    members.get(name).or_else(|| members.get(&snake(name))).filter(|value| !value.is_null())
}

/// The proto name of a JSON name: both are read (protobuf guide, "ProtoJSON format").
pub(crate) fn snake(name: &str) -> String {
    name.chars().fold(String::new(), |mut text, letter| {
        if letter.is_ascii_uppercase() {
            text.push('_');
        }
        text.push(letter.to_ascii_lowercase());
        text
    })
}

fn parse(body: &[u8]) -> Result<Value, GoogleError> {
    serde_json::from_slice(body).map_err(|error| unreadable(&error.to_string()))
}

fn unreadable(why: &str) -> GoogleError {
    GoogleError::argument(format!("Invalid JSON payload received. {why}"))
}

fn mistyped(path: &str, kind: &str) -> GoogleError {
    GoogleError::argument(format!("Invalid value at '{path}' ({kind})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(query: &str, body: &str) -> Request {
        let head = hyper::Request::get(format!("/v1/projects/p?{query}")).body(()).unwrap().into_parts().0;
        Request::read(Name::parse("projects/p"), None, &head, body.as_bytes()).unwrap()
    }

    #[test]
    fn bytes_are_read_in_either_alphabet_with_or_without_padding() {
        for text in ["-_-_-w==", "+/+/+w==", "-_-_-w", "+/+/+w"] {
            let request = request("", &format!("{{\"digest\":{{\"sha256\":\"{text}\"}}}}"));
            assert_eq!(request.bytes("digest.sha256").unwrap().unwrap(), [0xfb, 0xff, 0xbf, 0xfb], "{text}");
        }
        let request = request("", r#"{"data":"*"}"#);
        assert_eq!(request.bytes("data").unwrap_err().message, "Invalid value at 'data' (TYPE_BYTES)");
    }

    #[test]
    fn json_names_and_proto_names_mean_the_same() {
        let request = request("key_ring_id=a&pageSize=2", r#"{"digest_crc32c":"5","dataCrc32c":6,"import_only":true}"#);
        // The digit stands in the proto's own name as well.
        assert_eq!(request.integer("digestCrc32c").unwrap(), Some(5));
        assert_eq!(request.integer("dataCrc32c").unwrap(), Some(6));
        assert!(request.flag("importOnly").unwrap());
        assert_eq!(request.parameter("keyRingId").unwrap(), "a");
        assert_eq!(request.parameter("pageSize").unwrap(), "2");
    }

    #[test]
    fn numbers_are_wanted_by_a_system_parameter() {
        let wants = |query: &str| {
            let head = hyper::Request::get(format!("/v1/projects/p?{query}")).body(()).unwrap().into_parts().0;
            Request::wants_numbers(&head)
        };
        assert!(wants("publicKeyFormat=0&$alt=json;enum-encoding=int"));
        assert!(wants("%24alt=json%3Benum-encoding%3Dint"));
        assert!(!wants("$alt=json") && !wants(""));
    }
}
