//! Policies of keys, key rings, projects and what is above them, and roles that somebody made.

use crate::google::GoogleKms;
use crate::google::error::GoogleError;
use crate::google::request::Request;
use serde_json::{Value, json};

/// GetIamPolicy.
pub(crate) fn get(kms: &GoogleKms, request: &Request) -> Result<Value, GoogleError> {
    let resource = there_is(kms, request)?;
    Ok(kms.with_iam(|iam| iam.policy(&resource)))
}

/// SetIamPolicy: as a whole.
pub(crate) fn set(kms: &GoogleKms, request: &Request) -> Result<Value, GoogleError> {
    let resource = there_is(kms, request)?;
    let policy = request.member("policy").cloned().unwrap_or_default();
    kms.with_iam(|iam| iam.set_policy(&resource, &policy).map(|()| iam.policy(&resource)))
        .map_err(GoogleError::argument)
}

/// GetRole.
pub(crate) fn role(kms: &GoogleKms, request: &Request) -> Result<Value, GoogleError> {
    let name = request.name.text();
    let missing = || GoogleError::new("NOT_FOUND", format!("The role named {name} was not found."));
    kms.with_iam(|iam| iam.role(&name).map(|permissions| shown(&name, permissions))).ok_or_else(missing)
}

/// CreateRole.
pub(crate) fn create_role(kms: &GoogleKms, request: &Request) -> Result<Value, GoogleError> {
    let name = format!("{}/{}", request.name.text(), request.text("roleId")?.unwrap_or_default());
    if kms.with_iam(|iam| iam.role(&name).is_some()) {
        let id = name.rsplit('/').next().unwrap_or_default();
        return Err(GoogleError::new("ALREADY_EXISTS", format!("A role named {id} in {name} already exists.")));
    }
    put(kms, &name, request.member("role.includedPermissions"))
}

/// UpdateRole: of its permissions alone.
pub(crate) fn update_role(kms: &GoogleKms, request: &Request) -> Result<Value, GoogleError> {
    put(kms, &request.name.text(), request.member("includedPermissions"))
}

fn put(kms: &GoogleKms, name: &str, permissions: Option<&Value>) -> Result<Value, GoogleError> {
    let permissions: Vec<String> = permissions
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    let answer = shown(name, &permissions);
    kms.with_iam(|iam| iam.set_role(name, permissions)).map_err(GoogleError::argument)?;
    Ok(answer)
}

fn shown(name: &str, permissions: &[String]) -> Value {
    json!({"name": name, "title": name, "includedPermissions": permissions, "stage": "GA", "etag": "BwXhqDVO5tI="})
}

/// What is asked about. A key and a key ring have to be there.
fn there_is(kms: &GoogleKms, request: &Request) -> Result<String, GoogleError> {
    let mut store = kms.store();
    if !request.name.id("cryptoKeys").is_empty() {
        store.key(&request.name)?;
    } else if !request.name.id("keyRings").is_empty() {
        store.ring(&request.name)?;
    }
    Ok(request.name.resource())
}
