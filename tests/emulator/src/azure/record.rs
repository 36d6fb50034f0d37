//! GetKey, and a key as every operation on it answers it.

use crate::azure::KeyVault;
use crate::azure::deletion::RECOVERABLE_DAYS;
use crate::azure::error::Refused;
use crate::azure::jwk;
use crate::azure::key::Version;
use crate::azure::request::Request;
use crate::credentials::with;
use serde_json::{Map, Value, json};

/// GetKey.
pub(crate) fn get(service: &KeyVault, request: &Request) -> Result<Value, Refused> {
    let vaults = service.vaults();
    bundle(request, &request.name, vaults.version(request)?)
}

/// `KeyBundle` of the REST specification 7.6.
pub(crate) fn bundle(request: &Request, name: &str, version: &Version) -> Result<Value, Refused> {
    let mut answer = Map::new();
    let identifier = request.url("keys", name, Some(&version.id));
    answer.insert("key".to_owned(), jwk::public(version, &identifier)?);
    let mut attributes = attributes(version);
    if let (Some(platform), true) = (&version.hsm_platform, request.speaks("7.5")) {
        attributes.insert("hsmPlatform".to_owned(), json!(platform));
    }
    answer.insert("attributes".to_owned(), Value::Object(attributes));
    if !version.tags.is_empty() {
        answer.insert("tags".to_owned(), Value::Object(version.tags.clone()));
    }
    if version.managed {
        answer.insert("managed".to_owned(), json!(true));
    }
    if let Some(policy) = &version.release_policy {
        answer.insert("release_policy".to_owned(), policy.clone());
    }
    Ok(Value::Object(answer))
}

/// What lists say of a key.
pub(crate) fn item(identifier: &str, version: &Version) -> Value {
    let mut item = json!({"kid": identifier, "attributes": attributes(version)});
    if !version.tags.is_empty() {
        item = with(item, "tags", Value::Object(version.tags.clone()));
    }
    if version.managed {
        item = with(item, "managed", json!(true));
    }
    item
}

fn attributes(version: &Version) -> Map<String, Value> {
    let mut attributes = Map::new();
    let mut put = |name: &str, value: Value| attributes.insert(name.to_owned(), value);
    put("enabled", json!(version.enabled));
    if let Some(start) = version.not_before {
        put("nbf", json!(start));
    }
    if let Some(end) = version.expires {
        put("exp", json!(end));
    }
    put("created", json!(version.created));
    put("updated", json!(version.updated));
    put("recoveryLevel", json!("Recoverable+Purgeable"));
    put("recoverableDays", json!(RECOVERABLE_DAYS));
    put("exportable", json!(version.exportable));
    attributes
}
