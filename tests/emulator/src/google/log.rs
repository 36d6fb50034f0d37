//! The log of Admin Activity: how each version came about. Cloud KMS, "Audit logging information"; Cloud Logging, "Logging query
//! language" (2026-11), as far as comparisons joined by AND, and by OR within brackets, go.

use crate::google::GoogleKms;
use crate::google::error::{GoogleError, denied};
use crate::google::moment::Moment;
use crate::google::request::Request;
use crate::google::version::Version;
use serde_json::{Map, Value, json};

/// `entries.list`, `page_size`.
const USUAL_SIZE: i64 = 50;
const READ: &str = "logging.logEntries.list";

/// ListLogEntries: of the projects that the body names.
pub(crate) fn list(kms: &GoogleKms, request: &Request) -> Result<Value, GoogleError> {
    let named = request.member("resourceNames").and_then(Value::as_array).cloned().unwrap_or_default();
    let projects: Vec<&str> = named.iter().filter_map(Value::as_str).collect();
    if projects.is_empty() {
        return Err(GoogleError::argument("At least one resource name must be provided."));
    }
    if let Some(project) = projects.iter().find(|project| !kms.permits(request.caller.as_deref(), READ, project)) {
        return Err(GoogleError::new("PERMISSION_DENIED", denied(READ, project)));
    }
    let filter = request.text("filter")?.unwrap_or_default().to_owned();
    let mut found: Vec<(Moment, Value)> = Vec::new();
    for version in kms.store().versions() {
        let entry = entry(version);
        let own = projects.iter().any(|project| version.name.starts_with(&format!("{project}/")));
        if own && fits(&filter, &entry).ok_or_else(|| GoogleError::argument(format!("Unparseable filter: {filter}")))? {
            found.push((version.created, entry));
        }
    }
    found.sort_by_key(|(created, _)| *created);
    if request.text("orderBy")? == Some("timestamp desc") {
        found.reverse();
    }
    let start: usize = match request.text("pageToken")? {
        None => 0,
        Some(token) => token.parse().map_err(|_| GoogleError::argument("page_token is invalid"))?,
    };
    let size = request.integer("pageSize")?.filter(|size| *size > 0).unwrap_or(USUAL_SIZE);
    let size = usize::try_from(size).unwrap_or_default();
    let mut answer = Map::new();
    let page: Vec<Value> = found.iter().skip(start).take(size).map(|(_, entry)| entry.clone()).collect();
    if start + page.len() < found.len() {
        answer.insert("nextPageToken".to_owned(), json!((start + page.len()).to_string()));
    }
    if !page.is_empty() {
        answer.insert("entries".to_owned(), json!(page));
    }
    Ok(Value::Object(answer))
}

/// A key's first version comes with the key, unless it was imported.
fn entry(version: &Version) -> Value {
    let (key, number) = version.name.split_once("/cryptoKeyVersions/").unwrap_or_default();
    let project = version.name.split('/').nth(1).unwrap_or_default();
    let (method, name) = match (version.import.is_some(), number) {
        (true, _) => ("ImportCryptoKeyVersion", version.name.as_str()),
        (false, "1") => ("CreateCryptoKey", key),
        (false, _) => ("CreateCryptoKeyVersion", version.name.as_str()),
    };
    json!({
        "protoPayload": {
            "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
            "authenticationInfo": {"principalEmail": "admin@example.com"},
            "requestMetadata": {"callerIp": "192.0.2.1"},
            "serviceName": "cloudkms.googleapis.com",
            "methodName": method,
            "authorizationInfo": [{"resource": name, "granted": true}],
            "resourceName": name,
        },
        "insertId": format!("{}-{number}", version.created.nanoseconds()),
        "resource": {"type": "cloudkms_cryptokeyversion", "labels": {"project_id": project}},
        "timestamp": version.created,
        "severity": "NOTICE",
        "logName": format!("projects/{project}/logs/cloudaudit.googleapis.com%2Factivity"),
        "receiveTimestamp": version.created,
    })
}

/// Whether an entry fits; nothing for a filter of another form.
fn fits(filter: &str, entry: &Value) -> Option<bool> {
    let parts = filter.split(" AND ").map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| alternatives(part, entry)).try_fold(true, |all, one| Some(all & one?))
}

fn alternatives(part: &str, entry: &Value) -> Option<bool> {
    let inside = part.strip_prefix('(').and_then(|part| part.strip_suffix(')')).unwrap_or(part);
    inside.split(" OR ").map(|one| compared(one.trim(), entry)).try_fold(false, |any, one| Some(any | one?))
}

fn compared(text: &str, entry: &Value) -> Option<bool> {
    let (end, _) = text.char_indices().find(|(_, one)| matches!(one, '=' | ':' | '<' | '>'))?;
    let (path, rest) = text.split_at(end);
    let operator = ["<=", ">=", "=", ":"].into_iter().find(|operator| rest.starts_with(operator))?;
    let value = rest.strip_prefix(operator)?.strip_prefix('"')?.strip_suffix('"')?;
    let pointer = format!("/{}", path.trim().replace('.', "/"));
    let Some(found) = entry.pointer(&pointer).and_then(Value::as_str) else { return Some(false) };
    Some(match operator {
        "=" => found == value,
        ":" => found.contains(value),
        // Times of one form, to the second.
        "<=" => found.get(..19)? <= value.get(..19)?,
        _ => found.get(..19)? >= value.get(..19)?,
    })
}

#[cfg(test)]
mod tests {
    use super::fits;
    use crate::google::rehearsal::{LOCATION, Rehearsal};
    use serde_json::{Value, json};

    #[test]
    fn a_filter_is_read_or_refused() {
        let entry = json!({"a": {"b": "one two"}, "timestamp": "2026-11-21T09:00:00.123Z"});
        for (filter, whether) in [
            ("", Some(true)),
            ("a.b=\"one two\"", Some(true)),
            ("a.b=\"one\"", Some(false)),
            ("a.b:\"one\" AND a.b:\"two\"", Some(true)),
            ("a.b:\"one\" AND (a.b:\"three\" OR a.c:\"four\")", Some(false)),
            ("(a.b:\"three\" OR a.b:\"two\")", Some(true)),
            ("timestamp>=\"2026-11-21T09:00:00Z\" AND timestamp<=\"2026-11-21T09:00:00Z\"", Some(true)),
            ("timestamp>=\"2026-11-21T09:00:01Z\"", Some(false)),
            ("a.b", None),
            ("a.b=one", None),
            ("NOT a.b=\"one\"", Some(false)),
        ] {
            assert_eq!(fits(filter, &entry), whether, "{filter}");
        }
    }

    #[test]
    fn every_version_has_one_event_in_the_log_of_its_project() {
        let kms = Rehearsal::new();
        let version = kms.key("k", "EC_SIGN_P256_SHA256", "HSM");
        let key = format!("{LOCATION}/keyRings/r/cryptoKeys/k");
        kms.post(&format!("{key}/cryptoKeyVersions"), &json!({})).unwrap();
        let list = |project: &str, size: u32, token: &str| {
            let body =
                json!({"resourceNames": [project], "orderBy": "timestamp asc", "pageSize": size, "pageToken": token});
            kms.ask_of("v2", "POST", "entries:list", &body).unwrap()
        };
        let said = |answer: &Value| {
            let entries = answer["entries"].as_array().cloned().unwrap_or_default();
            let line = |entry: &Value| {
                let event = &entry["protoPayload"];
                format!("{} {}", event["methodName"].as_str().unwrap(), event["resourceName"].as_str().unwrap())
            };
            entries.iter().map(line).collect::<Vec<_>>()
        };
        let made = [format!("CreateCryptoKey {key}"), format!("CreateCryptoKeyVersion {key}/cryptoKeyVersions/2")];
        assert!(version.starts_with(&key));
        assert_eq!(said(&list("projects/p", 10, "")), made);
        assert_eq!(said(&list("projects/q", 10, "")), [""; 0]);
        let first = list("projects/p", 1, "");
        assert_eq!(said(&first), made[..1]);
        assert_eq!(said(&list("projects/p", 1, first["nextPageToken"].as_str().unwrap())), made[1..]);
    }
}
