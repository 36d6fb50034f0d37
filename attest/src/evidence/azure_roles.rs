//! Azure: who has which role at a vault, above it and below.
//!
//! Fields: Azure REST API, Role Assignments - List For Scope, 2022-04-01 (read November 2026).

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::claim::{Topic, Value};
use crate::malformed::Malformed;

use super::Gathered;
use super::answer::{self, Object};
use super::azure_vault::listed;

const FROM: &str = "the role assignments of Azure";
/// Roles that may sign with the keys of a vault, or let somebody do so: Azure documentation, "Azure built-in roles" (read November 2026).
const ROLES: [(&str, &str); 7] = [
    ("12338af0-0e69-4776-bea7-57ae8d297424", "Key Vault Crypto User"),
    ("14b46e9e-c2b7-41b4-b07b-48a6ebf60603", "Key Vault Crypto Officer"),
    ("00482a5a-887f-4fb3-b363-3b7fe8e74483", "Key Vault Administrator"),
    ("8b54135c-b56d-4d72-a534-26097cfdc8d8", "Key Vault Data Access Administrator"),
    ("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner"),
    ("18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", "User Access Administrator"),
    ("f58310d9-a9f6-439a-9e8d-f62e7b41a168", "Role Based Access Control Administrator"),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Assignments {
    value: Vec<Object<Assignment>>,
    next_link: Option<String>,
}

/// Every documented field; those with an underscore decide nothing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Assignment {
    #[serde(rename = "id")]
    _id: Option<String>,
    #[serde(rename = "name")]
    _name: Option<String>,
    #[serde(rename = "type")]
    _type: Option<String>,
    properties: Object<Properties>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Properties {
    _condition: Option<String>,
    _condition_version: Option<String>,
    _created_by: Option<String>,
    _created_on: Option<String>,
    _delegated_managed_identity_resource_id: Option<String>,
    _description: Option<String>,
    principal_id: String,
    principal_type: Option<String>,
    role_definition_id: String,
    scope: Option<String>,
    _updated_by: Option<String>,
    _updated_on: Option<IgnoredAny>,
}

/// Gathers who may sign, or may let others, by a role that Azure has made.
pub(super) fn gather(json: &[u8], of: &str, gathered: &mut Gathered) -> Result<(), Malformed> {
    let Assignments { value, next_link } = answer::read(FROM, json)?;
    let mut named = Vec::new();
    let mut others: usize = 0;
    for Object(Assignment { properties: Object(properties), .. }) in &value {
        match properties.role() {
            Some(role) => named.push(format!("{} ({role}, {})", properties.principal(), properties.place(of))),
            None => others = others.saturating_add(1),
        }
    }
    let mut text = format!("by roles: {}", listed(&named));
    if others > 0 {
        text.push_str(&format!("; what {others} assignments of other roles allow was not looked at"));
    }
    if next_link.is_some() {
        text.push_str("; there are more assignments than were read");
    }
    gathered.answered(FROM, Topic::Signers, Value::Text(text));
    Ok(())
}

impl Properties {
    fn role(&self) -> Option<&'static str> {
        let (_, id) = self.role_definition_id.rsplit_once('/')?;
        ROLES.iter().find(|(known, _)| known.eq_ignore_ascii_case(id)).map(|(_, name)| *name)
    }

    fn principal(&self) -> String {
        format!("{} {}", self.principal_type.as_deref().unwrap_or("principal"), self.principal_id)
    }

    fn place(&self, of: &str) -> &'static str {
        // Resource Manager's names are compared without case.
        let (scope, of) = (self.scope.as_deref().unwrap_or_default().to_ascii_lowercase(), of.to_ascii_lowercase());
        if scope == of {
            "at the vault"
        } else if scope.starts_with(&of) {
            "in the vault"
        } else {
            "above the vault"
        }
    }
}

#[cfg(test)]
mod tests;
