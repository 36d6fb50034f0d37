//! Projects and folders, and what is above them. Every name is that of one.

use crate::google::GoogleKms;
use crate::google::error::GoogleError;
use crate::google::request::Request;
use serde_json::{Value, json};

/// The number of every project here.
const NUMBER: &str = "projects/111122223333";
const MADE: &str = "2026-01-01T00:00:00.123Z";

/// GetProject and GetFolder: google/cloud/resourcemanager/v3.
pub(crate) fn get(kms: &GoogleKms, request: &Request) -> Result<Value, GoogleError> {
    let name = request.name.text();
    let id = request.name.id("projects");
    let called = if id.is_empty() { name.as_str() } else { NUMBER };
    let mut answer = json!({
        "name": called, "state": "ACTIVE", "displayName": name, "createTime": MADE, "updateTime": MADE, "etag": "W/\"1\"",
    });
    let parent = kms.with_iam(|iam| iam.parent(&name).cloned());
    if let Some(members) = answer.as_object_mut() {
        members.extend((!id.is_empty()).then(|| ("projectId".to_owned(), json!(id))));
        members.extend(parent.map(|parent| ("parent".to_owned(), json!(parent))));
    }
    Ok(answer)
}

/// GetAncestry, of version 1: the project itself, then what is above it.
pub(crate) fn ancestry(kms: &GoogleKms, request: &Request) -> Result<Value, GoogleError> {
    let project = request.name.text();
    let mut all = vec![json!({"resourceId": {"type": "project", "id": request.name.id("projects")}})];
    for above in kms.with_iam(|iam| iam.above(&project)) {
        let (kind, id) = above.split_once('/').unwrap_or_default();
        all.push(json!({"resourceId": {"type": kind.trim_end_matches('s'), "id": id}}));
    }
    Ok(json!({"ancestor": all}))
}
