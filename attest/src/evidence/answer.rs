//! Reading answers of cloud APIs: JSON in which every field is known, and stands once.

use std::fmt;

use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use der::Document;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, Deserializer, Error, MapAccess, Visitor};

use crate::form;
use crate::instant::Instant;
use crate::malformed::Malformed;
use crate::public_key::PublicKey;
use crate::shown;

/// The largest answer, one of a Managed HSM with two statements and their certificates, has 30 kB.
pub(crate) const LARGEST: usize = 128 << 10;
/// Lists of fields are cut here: they are for people.
const LONGEST_MESSAGE: usize = 600;

/// Reads one answer, to the last byte.
pub(crate) fn read<T: DeserializeOwned>(part: &str, bytes: &[u8]) -> Result<T, Malformed> {
    read_up_to(part, bytes, LARGEST)
}

/// Reads one object of at most so many bytes, to the last byte.
pub(crate) fn read_up_to<T: DeserializeOwned>(part: &str, bytes: &[u8], largest: usize) -> Result<T, Malformed> {
    if bytes.len() > form::limit(largest) {
        return Err(Malformed::new(part, format!("at most {largest} bytes"), format!("{} bytes", bytes.len())));
    }
    if bytes.first() != Some(&b'{') {
        let expected = "a JSON object, which starts with {, without a byte order mark";
        return Err(Malformed::new(part, expected, shown::start_of(bytes)).at(0));
    }
    let answer: Object<T> = serde_json::from_slice(bytes).map_err(|error| malformed(part, bytes, &error))?;
    Ok(answer.0)
}

/// In our words: where, what was expected, what was found.
pub(crate) fn malformed(part: &str, bytes: &[u8], error: &serde_json::Error) -> Malformed {
    let text = error.to_string();
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
    let (expected, found) = match (text.strip_prefix("missing field "), text.rsplit_once(", expected ")) {
        (Some(field), _) => (format!("the field {field}"), "none".to_owned()),
        (None, Some((found, expected))) => (expected.to_owned(), found.to_owned()),
        (None, None) => ("the answer as the API documents it, and nothing after it".to_owned(), text.to_owned()),
    };
    let cut = |text: String| shown::text(&text).chars().take(LONGEST_MESSAGE).collect::<String>();
    let line = error.line().saturating_sub(1);
    let start = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at.saturating_add(1));
    let start = std::iter::once(0).chain(start).nth(line).unwrap_or_default();
    let position = start.saturating_add(error.column().saturating_sub(1)).min(bytes.len());
    Malformed::new(part, cut(expected), cut(found)).at(position)
}

/// A JSON object and nothing else: what is derived for a struct would take an array too, field by field.
#[derive(Debug)]
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: serde::Deserialize<'de>> serde::Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OnlyMaps<T>(std::marker::PhantomData<T>);
        impl<'de, T: serde::Deserialize<'de>> Visitor<'de> for OnlyMaps<T> {
            type Value = T;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map))
            }
        }
        deserializer.deserialize_map(OnlyMaps(std::marker::PhantomData)).map(Self)
    }
}

impl<T: serde::Serialize> serde::Serialize for Object<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// An object of texts with names of its owner's choice, each once.
#[derive(Debug, Default)]
pub(super) struct Tags(pub(super) std::collections::BTreeMap<String, String>);

impl<'de> serde::Deserialize<'de> for Tags {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;
        impl<'de> Visitor<'de> for Names {
            type Value = Tags;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object of texts")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tags, A::Error> {
                let mut tags = std::collections::BTreeMap::new();
                while let Some((name, text)) = map.next_entry::<String, String>()? {
                    if tags.insert(name, text).is_some() {
                        return Err(A::Error::custom("duplicate tag"));
                    }
                }
                Ok(Tags(tags))
            }
        }
        deserializer.deserialize_map(Names)
    }
}

/// A moment: seconds since 1970, as APIs and AWS's first command line write it, or text, as the second does.
#[derive(Debug)]
pub(super) struct Moment;

impl<'de> serde::Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl Visitor<'_> for Either {
            type Value = Moment;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a time")
            }

            fn visit_u64<E: Error>(self, _: u64) -> Result<Moment, E> {
                Ok(Moment)
            }

            fn visit_f64<E: Error>(self, _: f64) -> Result<Moment, E> {
                Ok(Moment)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Moment, E> {
                // RFC 3339 with nine digits of a second and an offset has 35.
                let plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"-:.+TZ".contains(&byte));
                if plain && (10..=35).contains(&text.len()) {
                    Ok(Moment)
                } else {
                    Err(E::invalid_value(serde::de::Unexpected::Str(text), &self))
                }
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// A moment as AWS's APIs write it: seconds since 1970, with a fraction or without.
#[derive(Debug)]
pub(super) struct Seconds(pub(super) Instant);

impl<'de> serde::Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Number;
        impl Visitor<'_> for Number {
            type Value = Seconds;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("seconds since 1970")
            }

            fn visit_u64<E: Error>(self, seconds: u64) -> Result<Seconds, E> {
                Ok(Seconds(Instant::from_unix(seconds)))
            }

            fn visit_f64<E: Error>(self, seconds: f64) -> Result<Seconds, E> {
                let time = std::time::Duration::try_from_secs_f64(seconds);
                let time = time.map_err(|_| E::invalid_value(serde::de::Unexpected::Float(seconds), &self))?;
                Ok(Seconds(Instant::from_unix(time.as_secs())))
            }
        }
        deserializer.deserialize_any(Number)
    }
}

/// Bytes in base64 with padding (RFC 4648 §4): one spelling per value, no line breaks.
pub(crate) fn base64(part: &str, field: &str, text: &str) -> Result<Vec<u8>, Malformed> {
    Base64::decode_vec(text).map_err(|_| wrong(part, field, "base64 with padding, on one line", text))
}

/// Bytes in base64url without padding (RFC 4648 §5): one spelling per value, no line breaks.
pub(super) fn base64url(part: &str, field: &str, text: &str) -> Result<Vec<u8>, Malformed> {
    Base64UrlUnpadded::decode_vec(text).map_err(|_| wrong(part, field, "base64url without padding, on one line", text))
}

fn wrong(part: &str, field: &str, expected: &str, text: &str) -> Malformed {
    let start: String = text.chars().take(16).collect();
    let found = format!("{} characters, starting {:?}", text.chars().count(), shown::text(&start));
    Malformed::new(part, format!("{expected}, in {field}"), found)
}

/// A public key in PEM (RFC 7468 §13).
pub(super) fn public_key_pem(part: &str, field: &str, pem: &str) -> Result<PublicKey, Malformed> {
    let expected = format!("a public key in PEM, in {field}");
    let (label, document) = Document::from_pem(pem).map_err(|error| Malformed::new(part, expected.as_str(), error))?;
    if label != "PUBLIC KEY" {
        return Err(Malformed::new(part, expected, format!("BEGIN {label}")));
    }
    public_key(part, field, document.as_bytes())
}

/// A public key as a `SubjectPublicKeyInfo`.
pub(crate) fn public_key(part: &str, field: &str, der: &[u8]) -> Result<PublicKey, Malformed> {
    PublicKey::from_spki(der).map_err(|error| not_a_key(part, field, &error))
}

/// Bytes that are no key that could be certified.
pub(super) fn not_a_key(part: &str, field: &str, error: &dyn fmt::Display) -> Malformed {
    Malformed::new(part, format!("a key that can be certified, in its one encoding, in {field}"), error)
}

#[cfg(test)]
mod tests;
