//! Google Cloud: the project's log of Admin Activity around the creation of a key version. Nobody can switch it off or write into it
//! (Cloud Logging, "Cloud Audit Logs overview"), and it goes back 400 days.
//!
//! Fields: google/logging/v2/log_entry.proto, google/cloud/audit/audit_log.proto; Cloud KMS, "Audit logging information" (read
//! November 2026).

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::claim::{Topic, Value};
use crate::malformed::Malformed;
use crate::shown;

use super::Gathered;
use super::answer::{self, Moment, Object};

const FROM: &str = "the project's log of Admin Activity";

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Entries {
    entries: Option<Vec<Object<Entry>>>,
    next_page_token: Option<String>,
}

/// Fields with an underscore decide nothing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Entry {
    _apphub: Option<IgnoredAny>,
    _apphub_destination: Option<IgnoredAny>,
    _apphub_source: Option<IgnoredAny>,
    _error_groups: Option<IgnoredAny>,
    _http_request: Option<IgnoredAny>,
    _insert_id: Option<String>,
    _labels: Option<IgnoredAny>,
    log_name: String,
    _metadata: Option<IgnoredAny>,
    _operation: Option<IgnoredAny>,
    _otel: Option<IgnoredAny>,
    proto_payload: Object<AuditLog>,
    _receive_timestamp: Option<Moment>,
    _resource: Option<IgnoredAny>,
    _severity: Option<String>,
    _source_location: Option<IgnoredAny>,
    _span_id: Option<String>,
    _split: Option<IgnoredAny>,
    _timestamp: Option<Moment>,
    _trace: Option<String>,
    _trace_sampled: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct AuditLog {
    #[serde(rename = "@type")]
    _type: Option<String>,
    _authentication_info: Option<IgnoredAny>,
    _authorization_info: Option<IgnoredAny>,
    _metadata: Option<IgnoredAny>,
    method_name: String,
    _num_response_items: Option<IgnoredAny>,
    _policy_violation_info: Option<IgnoredAny>,
    request: Option<Object<Request>>,
    _request_metadata: Option<IgnoredAny>,
    _resource_location: Option<IgnoredAny>,
    resource_name: Option<String>,
    _resource_original_state: Option<IgnoredAny>,
    response: Option<Object<Response>>,
    _service_data: Option<IgnoredAny>,
    service_name: String,
    status: Option<Object<Status>>,
}

/// Any request of the service's: what is in it is not documented for logs.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    skip_initial_version_creation: Option<bool>,
}

/// Any answer of the service's.
#[derive(Deserialize)]
struct Response {
    name: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Status {
    code: Option<i32>,
    _details: Option<IgnoredAny>,
    _message: Option<String>,
}

/// How a version came about, as one event says.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Birth {
    Generated,
    Imported,
    /// A version was imported into the key, and the event does not say which.
    PerhapsImported,
}

/// Gathers whether this version was generated or imported. Nothing, where the log does not show it.
pub(super) fn gather(json: &[u8], version: &str, gathered: &mut Gathered) -> Result<(), Malformed> {
    let answer: Entries = answer::read(FROM, json)?;
    let mut births = Vec::new();
    for Object(entry) in answer.entries.iter().flatten() {
        births.extend(birth(entry, version)?);
    }
    let is_whole = answer.next_page_token.as_ref().is_none_or(String::is_empty);
    let local = if births.contains(&Birth::Imported) {
        Some(false)
    } else {
        (is_whole && !births.contains(&Birth::PerhapsImported) && births.contains(&Birth::Generated)).then_some(true)
    };
    if let Some(local) = local {
        gathered.answered(FROM, Topic::Local, Value::Flag(local));
    }
    Ok(())
}

fn birth(entry: &Entry, version: &str) -> Result<Option<Birth>, Malformed> {
    let Object(event) = &entry.proto_payload;
    if entry.log_name.rsplit_once("/logs/").map(|(_, log)| log) != Some("cloudaudit.googleapis.com%2Factivity") {
        let expected = "an entry of cloudaudit.googleapis.com%2Factivity, in logName";
        return Err(Malformed::new(FROM, expected, shown::short(&entry.log_name)));
    }
    let failed = event.status.as_ref().and_then(|Object(status)| status.code).is_some_and(|code| code != 0);
    let Some((key, number)) = version.split_once("/cryptoKeyVersions/") else { return Ok(None) };
    if failed || event.service_name != "cloudkms.googleapis.com" {
        return Ok(None);
    }
    let said = event.response.as_ref().and_then(|Object(response)| response.name.as_deref());
    let names = [event.resource_name.as_deref(), said];
    let names_it = |name: &str| names.contains(&Some(name));
    let names_a_version = names.iter().flatten().any(|name| name.contains("/cryptoKeyVersions/"));
    let skipped = event.request.as_ref().and_then(|Object(request)| request.skip_initial_version_creation);
    // The log has the method with and without the service before it.
    Ok(match event.method_name.rsplit('.').next() {
        Some("CreateCryptoKeyVersion") if names_it(version) => Some(Birth::Generated),
        // A key's first version is made with it.
        Some("CreateCryptoKey") if names_it(key) && number == "1" && skipped != Some(true) => Some(Birth::Generated),
        Some("ImportCryptoKeyVersion") if names_it(version) => Some(Birth::Imported),
        Some("ImportCryptoKeyVersion") if names_it(key) && !names_a_version => Some(Birth::PerhapsImported),
        _ => None,
    })
}

#[cfg(test)]
mod tests;
