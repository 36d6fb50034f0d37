//! Locations, what they give to anybody, and what a caller may do with a key.

use crate::google::GoogleKms;
use crate::google::error::GoogleError;
use crate::google::name::Name;
use crate::google::page::page;
use crate::google::request::Request;
use crate::identifier::random;
use hardkey_synthetic::answer::crc32c;
use openssl::base64::encode_block;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A few of the real ones.
const SOME: [&str; 5] = ["global", "us", "europe-west1", "europe-west3", "us-east1"];
/// Cloud KMS RPC reference, `length_bytes`.
const RANDOM_LENGTH: std::ops::RangeInclusive<i64> = 8..=1024;

/// ListLocations: a few, and those that have a key ring.
pub(crate) fn list(kms: &GoogleKms, request: &Request) -> Result<Value, GoogleError> {
    let project = request.name.resource();
    let mut ids: BTreeSet<String> = SOME.iter().map(|id| (*id).to_owned()).collect();
    ids.extend(kms.store().rings.keys().map(|ring| Name::parse(ring).id("locations").to_owned()));
    let locations = ids.into_iter().map(|id| (id.clone(), location(&project, &id))).collect();
    let mut answer = page(request, "locations", locations)?;
    if let Some(members) = answer.as_object_mut() {
        // google/cloud/location/locations.proto has no such member, and clients refuse what they do not know.
        members.remove("totalSize");
    }
    Ok(answer)
}

/// GetLocation.
pub(crate) fn get(_: &GoogleKms, request: &Request) -> Result<Value, GoogleError> {
    Ok(location(&request.name.up_to("projects"), request.name.id("locations")))
}

/// GenerateRandomBytes: from HSMs alone.
pub(crate) fn random_bytes(_: &GoogleKms, request: &Request) -> Result<Value, GoogleError> {
    let length = request.integer("lengthBytes")?.unwrap_or(0);
    if !RANDOM_LENGTH.contains(&length) {
        return Err(GoogleError::argument(format!("length_bytes must be from 8 to 1024, not {length}.")));
    }
    if request.text("protectionLevel")? != Some("HSM") {
        return Err(GoogleError::argument("protection_level must be HSM."));
    }
    let data = random(usize::try_from(length).unwrap_or_default())?;
    Ok(json!({"data": encode_block(&data), "dataCrc32c": crc32c(&data).to_string()}))
}

/// TestIamPermissions of a key: those asked for that the caller has.
pub(crate) fn permissions(kms: &GoogleKms, request: &Request) -> Result<Value, GoogleError> {
    let asked = request.member("permissions").and_then(Value::as_array).cloned().unwrap_or_default();
    let resource = request.name.resource();
    let has = |permission: &Value| {
        permission.as_str().is_some_and(|name| kms.permits(request.caller.as_deref(), name, &resource))
    };
    let granted: Vec<Value> = asked.into_iter().filter(has).collect();
    Ok(if granted.is_empty() { json!({}) } else { json!({"permissions": granted}) })
}

fn location(project: &str, id: &str) -> Value {
    json!({
        "name": format!("{project}/locations/{id}"),
        "locationId": id,
        "labels": {"cloud.googleapis.com/region": id},
        "metadata": {
            "@type": "type.googleapis.com/google.cloud.kms.v1.LocationMetadata",
            "hsmAvailable": true,
            "ekmAvailable": false,
        },
    })
}
