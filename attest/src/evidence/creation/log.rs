//! A log file of AWS CloudTrail: of all its events, those in which a key of AWS KMS was created or material was imported into one.
//!
//! Format: AWS CloudTrail user guide, "CloudTrail record contents"; AWS KMS developer guide, "CreateKey" and "ImportKeyMaterial" log
//! entries (read November 2026). Events of every service are in a file, in shapes of their own: what no service writes alike is skipped.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::certificate::sha256;
use crate::liquid_security::{Gzip, inflated};
use crate::malformed::Malformed;

use super::super::answer::{self, Object};

pub(super) const PART: &str = "the log file of CloudTrail";
/// Files are closed every five minutes or so. Those seen have 1 MB at most when inflated.
pub(crate) const GZIP: Gzip = Gzip { part: PART, largest_compressed: 1 << 20, largest: 8 << 20 };
/// What is looked at.
const NAMES: [&str; 2] = [CREATE, IMPORT];
const CREATE: &str = "CreateKey";
const IMPORT: &str = "ImportKeyMaterial";
const KMS: &str = "kms.amazonaws.com";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    #[serde(rename = "Records")]
    records: Events,
}

/// A log file, as far as it is looked at.
pub(crate) struct Log {
    pub(super) hash: [u8; 32],
    pub(super) events: Vec<Event>,
}

/// An event.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::evidence) struct Event {
    event_source: String,
    event_name: String,
    pub(in crate::evidence) event_time: String,
    pub(in crate::evidence) aws_region: String,
    pub(in crate::evidence) recipient_account_id: Option<String>,
    error_code: Option<String>,
    #[serde(default)]
    request_parameters: Texts,
    #[serde(default)]
    response_elements: Texts,
    #[serde(default)]
    resources: Texts,
}

impl Log {
    /// Reads a file as it is in S3.
    pub(super) fn parse(compressed: &[u8]) -> Result<Self, Malformed> {
        let json = inflated(compressed, &GZIP)?;
        let Fields { records: Events(events) } = answer::read_up_to(PART, &json, GZIP.largest)?;
        Ok(Self { hash: sha256(&json), events })
    }
}

impl Event {
    /// Whether this key was created in it.
    pub(in crate::evidence) fn creates(&self, arn: &str) -> bool {
        self.is_done(CREATE) && self.response_elements.has("keyMetadata.arn", arn)
    }

    /// Where the key material is from that was created in it.
    pub(in crate::evidence) fn origin(&self) -> Option<&str> {
        self.response_elements.first("keyMetadata.origin")
    }

    /// Whether material was imported into this key: an ARN or the id alone names it.
    pub(in crate::evidence) fn imports(&self, arn: &str) -> bool {
        let id = arn.rsplit_once(":key/").map_or(arn, |(_, id)| id);
        let names = [arn, id].map(|name| self.request_parameters.has("keyId", name));
        self.is_done(IMPORT) && (names.contains(&true) || self.resources.has("ARN", arn))
    }

    fn is_done(&self, name: &str) -> bool {
        self.event_source == KMS && self.event_name == name && self.error_code.is_none()
    }
}

/// The events that are looked at.
struct Events(Vec<Event>);

impl<'de> Deserialize<'de> for Events {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;
        impl<'de> Visitor<'de> for List {
            type Value = Events;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a list of events")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Events, A::Error> {
                let mut events = Vec::new();
                while let Some(Object(event)) = list.next_element::<Object<Event>>()? {
                    if NAMES.contains(&event.event_name.as_str()) {
                        events.push(event);
                    }
                }
                Ok(Events(events))
            }
        }
        deserializer.deserialize_seq(List)
    }
}

/// The texts of some names in a value of any shape, with the names above them.
#[derive(Default)]
struct Texts(Vec<(String, String)>);

/// What is kept.
const KEPT: [&str; 4] = ["ARN", "arn", "keyId", "origin"];
/// What is looked into.
const ABOVE: &str = "keyMetadata";

impl Texts {
    fn has(&self, name: &str, text: &str) -> bool {
        self.0.iter().any(|(known, value)| known == name && value == text)
    }

    fn first(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Texts;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("anything")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Texts, A::Error> {
                let mut texts: Vec<(String, String)> = Vec::new();
                while let Some(name) = map.next_key::<String>()? {
                    let found = if name == ABOVE {
                        let Texts(inner) = map.next_value()?;
                        inner.into_iter().map(|(inner, text)| (format!("{name}.{inner}"), text)).collect()
                    } else if KEPT.contains(&name.as_str()) {
                        let Text(text) = map.next_value()?;
                        text.map(|text| vec![(name, text)]).unwrap_or_default()
                    } else {
                        map.next_value::<IgnoredAny>()?;
                        Vec::new()
                    };
                    if found.iter().any(|(name, _)| texts.iter().any(|(known, _)| known == name)) {
                        return Err(A::Error::custom("duplicate field"));
                    }
                    texts.extend(found);
                }
                Ok(Texts(texts))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Texts, A::Error> {
                let mut texts = Vec::new();
                while let Some(Texts(inner)) = list.next_element()? {
                    texts.extend(inner);
                }
                Ok(Texts(texts))
            }

            fn visit_unit<E: Error>(self) -> Result<Texts, E> {
                Ok(Texts::default())
            }

            fn visit_str<E: Error>(self, _: &str) -> Result<Texts, E> {
                Ok(Texts::default())
            }

            fn visit_bool<E: Error>(self, _: bool) -> Result<Texts, E> {
                Ok(Texts::default())
            }

            fn visit_i64<E: Error>(self, _: i64) -> Result<Texts, E> {
                Ok(Texts::default())
            }

            fn visit_u64<E: Error>(self, _: u64) -> Result<Texts, E> {
                Ok(Texts::default())
            }

            fn visit_f64<E: Error>(self, _: f64) -> Result<Texts, E> {
                Ok(Texts::default())
            }
        }
        deserializer.deserialize_any(Any)
    }
}

/// A text, or something else.
struct Text(Option<String>);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Text(String),
            Other(IgnoredAny),
        }
        Ok(match Either::deserialize(deserializer)? {
            Either::Text(text) => Self(Some(text)),
            Either::Other(IgnoredAny) => Self(None),
        })
    }
}
