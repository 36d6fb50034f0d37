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
use super::creation::Event as Record;

const FROM: &str = "the answer to cloudtrail:LookupEvents";

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

/// Gathers how this very key was made. Nothing, where the history does not show it.
pub(super) fn gather(json: &[u8], resource: &str, gathered: &mut Gathered) -> Result<(), Malformed> {
    let answer: Events = answer::read(FROM, json)?;
    let mut said = Vec::new();
    for Object(event) in &answer.events {
        let Some(text) = &event.cloud_trail_event else { continue };
        let record: Object<Record> =
            answer::read(FROM, text.as_bytes()).map_err(|error| error.inside("CloudTrailEvent"))?;
        said.extend(told(&record.0, resource));
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

/// What an event says of the key, if it is about it and was not refused: whether it was generated there, and in words.
fn told(record: &Record, resource: &str) -> Option<(Option<bool>, String)> {
    let (region, account) = region_and_account(resource)?;
    if record.aws_region != region || record.recipient_account_id.as_deref() != Some(account) {
        return None;
    }
    let time = shown::short(&record.event_time);
    if record.creates(resource) {
        let origin = record.origin()?;
        let local = match origin {
            "AWS_KMS" => Some(true),
            "EXTERNAL" => Some(false),
            _ => None,
        };
        return Some((local, format!("CreateKey of this key at {time}, with the origin {}", shown::short(origin))));
    }
    record.imports(resource).then(|| (Some(false), format!("ImportKeyMaterial into this key at {time}")))
}

#[cfg(test)]
mod tests;
