//! AWS CloudTrail: the event history of the hour in which a key was made. AWS keeps it for 90 days, and nobody can change it or switch it
//! off: CloudTrail user guide, "Working with CloudTrail event history".
//!
//! Fields: AWS CloudTrail API reference, `LookupEvents`; user guide, "CloudTrail record contents"; AWS KMS developer guide, "Logging AWS KMS
//! API calls", `CreateKey`, `ImportKeyMaterial` (read November 2026).

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::claim::{Topic, Value};
use crate::confirmation::region_and_account;
use crate::malformed::Malformed;
use crate::shown;

use super::Gathered;
use super::answer::{self, Object};

const FROM: &str = "the answer to cloudtrail:LookupEvents";
const KMS: &str = "kms.amazonaws.com";

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct Events {
    events: Vec<Object<Event>>,
    next_token: Option<String>,
}

/// Fields with an underscore decide nothing: the record has them all.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct Event {
    _access_key_id: Option<IgnoredAny>,
    cloud_trail_event: Option<String>,
    _event_id: IgnoredAny,
    _event_name: Option<IgnoredAny>,
    _event_source: Option<IgnoredAny>,
    _event_time: Option<IgnoredAny>,
    _read_only: Option<IgnoredAny>,
    _resources: Option<IgnoredAny>,
    _username: Option<IgnoredAny>,
}

/// What is read of a record. Others of its fields come with each version of it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    aws_region: Option<String>,
    error_code: Option<String>,
    event_name: Option<String>,
    event_source: Option<String>,
    event_time: Option<String>,
    recipient_account_id: Option<String>,
    request_parameters: Option<Object<Parameters>>,
    resources: Option<Vec<Object<Named>>>,
    response_elements: Option<Object<Elements>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parameters {
    key_id: Option<String>,
}

#[derive(Deserialize)]
struct Named {
    #[serde(rename = "ARN")]
    arn: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Elements {
    key_metadata: Option<Object<Made>>,
}

#[derive(Deserialize)]
struct Made {
    arn: Option<String>,
    origin: Option<String>,
}

/// Gathers how this very key was made. Nothing, where the history does not show it.
pub(super) fn gather(json: &[u8], resource: &str, gathered: &mut Gathered) -> Result<(), Malformed> {
    let answer: Events = answer::read(FROM, json)?;
    let mut said = Vec::new();
    for Object(event) in &answer.events {
        let Some(text) = &event.cloud_trail_event else { continue };
        let record: Object<Record> =
            answer::read(FROM, text.as_bytes()).map_err(|error| error.inside("CloudTrailEvent"))?;
        said.extend(record.0.of(resource));
    }
    let flags: Vec<bool> = said.iter().filter_map(|(local, _)| *local).collect();
    if !flags.is_empty() {
        gathered.answered(FROM, Topic::Local, Value::Flag(flags.iter().all(|local| *local)));
    }
    if said.is_empty() {
        let more = if answer.next_token.is_some() { ", in as much of it as was shown" } else { "" };
        let none = format!("the event history has no CreateKey of this key in the hour of its creation{more}");
        said.push((None, none));
    }
    for (_, text) in said {
        gathered.answered(FROM, Topic::Events, Value::Text(text));
    }
    Ok(())
}

impl Record {
    /// What it says of the key, if it is about it and was not refused: whether it was generated there, and in words.
    fn of(&self, resource: &str) -> Option<(Option<bool>, String)> {
        let (region, account) = region_and_account(resource)?;
        let is = |field: &Option<String>, value: &str| field.as_deref() == Some(value);
        let here = is(&self.aws_region, region) && is(&self.recipient_account_id, account);
        if !here || !is(&self.event_source, KMS) || self.error_code.is_some() {
            return None;
        }
        let time = shown::short(self.event_time.as_deref().unwrap_or("a time that is not told"));
        match self.event_name.as_deref() {
            Some("CreateKey") => {
                let Object(elements) = self.response_elements.as_ref()?;
                let Object(made) = elements.key_metadata.as_ref()?;
                let origin = made.origin.as_deref().filter(|_| is(&made.arn, resource))?;
                let local = match origin {
                    "AWS_KMS" => Some(true),
                    "EXTERNAL" => Some(false),
                    _ => None,
                };
                Some((local, format!("CreateKey of this key at {time}, with the origin {}", shown::short(origin))))
            }
            Some("ImportKeyMaterial") if self.names(resource) => {
                Some((Some(false), format!("ImportKeyMaterial into this key at {time}")))
            }
            _ => None,
        }
    }

    /// Whether the key is what the event was about, by its ARN or by its id in this account and region.
    fn names(&self, resource: &str) -> bool {
        let id = resource.rsplit_once('/').map(|(_, id)| id);
        let mut arns = self.resources.iter().flatten().filter_map(|Object(named)| named.arn.as_deref());
        let asked = self.request_parameters.as_ref().and_then(|Object(parameters)| parameters.key_id.as_deref());
        arns.any(|arn| arn == resource) || asked.is_some_and(|name| name == resource || Some(name) == id)
    }
}

#[cfg(test)]
mod tests;
