//! What is around a key: policies of IAM, and what is above a project.

use reqwest::Method;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::action::Action;
use super::integrity::Damage;

/// A request that only reads. Names are checked before they come here: nothing in them needs escaping.
pub(super) struct Reading {
    pub(super) action: Action,
    /// It begins with the version of the API.
    pub(super) path: String,
    /// What is sent, if it is not a GET.
    pub(super) body: Option<Value>,
}

impl Reading {
    /// The policy of a key, a key ring, a project, a folder or an organization, conditions included: google/iam/v1/iam_policy.proto.
    pub(super) fn policy(of: &str) -> Self {
        let action = match of.split_once('/') {
            Some(("projects", rest)) if rest.contains("/cryptoKeys/") => Action::GetKeyIamPolicy,
            #[cfg(feature = "grants")]
            Some(("projects", rest)) if rest.contains("/keyRings/") => Action::GetKeyRingIamPolicy,
            Some(("projects", _)) => Action::GetProjectIamPolicy,
            Some(("folders", _)) => Action::GetFolderIamPolicy,
            _ => Action::GetOrganizationIamPolicy,
        };
        if of.contains("/keyRings/") {
            let path = format!("v1/{of}:getIamPolicy?options.requestedPolicyVersion=3");
            return Self { action, path, body: None };
        }
        let body = Some(json!({ "options": { "requestedPolicyVersion": 3 } }));
        Self { action, path: format!("v3/{of}:getIamPolicy"), body }
    }

    /// A project or a folder, which says what is above it.
    pub(super) fn itself(of: &str) -> Self {
        let action = if of.starts_with("folders/") { Action::GetFolder } else { Action::GetProject };
        Self { action, path: format!("v3/{of}"), body: None }
    }
}

/// What has a body is posted.
pub(super) fn method(body: Option<&Value>) -> Method {
    if body.is_some() { Method::POST } else { Method::GET }
}

pub(super) fn read<Read: DeserializeOwned>(data: &[u8]) -> Result<Read, Damage> {
    serde_json::from_slice(data).map_err(|_| "it is not of the documented shape".to_owned())
}

/// A project is called by its number in `name`.
pub(super) fn names_it(of: &str, data: &[u8]) -> Result<(), Damage> {
    let answer: Value = read(data)?;
    let text = |member: &str| answer.get(member).and_then(Value::as_str);
    let project = text("projectId").map(|id| format!("projects/{id}"));
    if text("name") == Some(of) || project.as_deref() == Some(of) {
        return Ok(());
    }
    Err("it names something else (name)".to_owned())
}
