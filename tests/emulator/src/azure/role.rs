//! Azure's own roles: definitions, assignments, and what they come to.

use crate::azure::permission::SUBSCRIPTION;
use serde::Deserialize;
use serde_json::{Value, json};

/// What the tenant's administrators have set. Without `enforced` everybody may do everything.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Directory {
    enforced: bool,
    definitions: Vec<Definition>,
    assignments: Vec<Assignment>,
}

/// A role.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Definition {
    /// A GUID.
    id: String,
    name: String,
    #[serde(default)]
    actions: Vec<String>,
    #[serde(default)]
    not_actions: Vec<String>,
    #[serde(default)]
    data_actions: Vec<String>,
}

/// Who has one, and where.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Assignment {
    /// The holder of a token.
    principal: String,
    /// The GUID of a definition.
    role: String,
    scope: String,
}

/// Which list of a role has an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plane {
    /// Resource Manager's.
    Control,
    /// That of vaults.
    Data,
}

impl Directory {
    /// Whether somebody may do this there. Assignments hold at their scope and below.
    pub(crate) fn allows(&self, holder: &str, plane: Plane, action: &str, scope: &str) -> bool {
        !self.enforced || self.grants(holder, plane, action, scope)
    }

    /// The same where only a role counts.
    pub(crate) fn grants(&self, holder: &str, plane: Plane, action: &str, scope: &str) -> bool {
        let here = self.assignments.iter().filter(|one| one.principal == holder && covers(&one.scope, scope));
        let mut roles =
            here.filter_map(|one| self.definitions.iter().find(|role| role.id.eq_ignore_ascii_case(&one.role)));
        roles.any(|role| {
            let (list, except): (_, &[String]) = match plane {
                Plane::Data => (&role.data_actions, &[]),
                Plane::Control => (&role.actions, &role.not_actions),
            };
            let fit = |patterns: &[String]| patterns.iter().any(|pattern| fits(pattern, action));
            fit(list) && !fit(except)
        })
    }

    /// Assignments at, above and below a scope, as Resource Manager lists them; with `atScope()` none below.
    pub(crate) fn assignments(&self, scope: &str, at_scope: bool, principal: Option<&str>) -> Value {
        let near = |one: &&Assignment| covers(&one.scope, scope) || (!at_scope && covers(scope, &one.scope));
        let named = |one: &&Assignment| principal.is_none_or(|principal| one.principal == principal);
        let all = self.assignments.iter().filter(near).filter(named).map(Assignment::shown);
        json!({"value": all.collect::<Vec<_>>(), "nextLink": null})
    }

    /// A definition, by its GUID.
    pub(crate) fn definition(&self, id: &str) -> Option<Value> {
        let role = self.definitions.iter().find(|role| role.id.eq_ignore_ascii_case(id))?;
        Some(json!({
            "id": path_of(&role.id), "name": role.id, "type": "Microsoft.Authorization/roleDefinitions",
            "properties": {
                "roleName": role.name, "type": "CustomRole", "description": "",
                "assignableScopes": [format!("/subscriptions/{SUBSCRIPTION}")],
                "permissions": [{
                    "actions": role.actions, "notActions": role.not_actions, "dataActions": role.data_actions, "notDataActions": [],
                }],
                "createdOn": MADE, "updatedOn": MADE, "createdBy": ADMINISTRATOR, "updatedBy": ADMINISTRATOR,
            },
        }))
    }
}

/// When roles were made, and by whom.
const MADE: &str = "2026-01-02T03:04:05.6789012Z";
const ADMINISTRATOR: &str = "00000000-0000-0000-0000-00000000000a";

impl Assignment {
    fn shown(&self) -> Value {
        json!({
            "id": format!("{}/providers/Microsoft.Authorization/roleAssignments/{}", self.scope, self.principal),
            "name": self.principal, "type": "Microsoft.Authorization/roleAssignments",
            "properties": {
                "roleDefinitionId": path_of(&self.role), "principalId": self.principal,
                "principalType": "ServicePrincipal", "scope": self.scope, "condition": null, "conditionVersion": null,
                "createdOn": MADE, "updatedOn": MADE, "createdBy": ADMINISTRATOR, "updatedBy": ADMINISTRATOR,
                "delegatedManagedIdentityResourceId": null, "description": null,
            },
        })
    }
}

fn path_of(role: &str) -> String {
    format!("/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{role}")
}

/// Whether one scope is another or above it, without case.
fn covers(above: &str, scope: &str) -> bool {
    let (above, scope) = (above.trim_end_matches('/').to_ascii_lowercase(), scope.to_ascii_lowercase());
    scope == above || scope.starts_with(&format!("{above}/"))
}

/// Whether an action is one of a pattern's, in which a star stands for anything.
fn fits(pattern: &str, action: &str) -> bool {
    let (pattern, action) = (pattern.to_ascii_lowercase(), action.to_ascii_lowercase());
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = action.strip_prefix(first) else { return false };
    let parts: Vec<&str> = parts.collect();
    for (index, part) in parts.iter().enumerate() {
        let last = index + 1 == parts.len();
        match rest.find(part) {
            _ if last => return rest.ends_with(part),
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything_and_a_scope_for_what_is_below_it() {
        for (pattern, action, fit) in [
            ("*", "Microsoft.KeyVault/vaults/read", true),
            ("*/read", "Microsoft.KeyVault/vaults/read", true),
            ("*/read", "Microsoft.KeyVault/vaults/write", false),
            ("microsoft.keyvault/vaults/read", "Microsoft.KeyVault/vaults/read", true),
            ("Microsoft.KeyVault/vaults/re", "Microsoft.KeyVault/vaults/read", false),
            ("Microsoft.Insights/logs/*/read", "Microsoft.Insights/logs/AZKVAuditLogs/read", true),
            ("Microsoft.Insights/logs/*/read", "Microsoft.Insights/logs/read", false),
        ] {
            assert_eq!(fits(pattern, action), fit, "{pattern} {action}");
        }
        assert!(covers("/subscriptions/1/", "/Subscriptions/1/resourceGroups/g"));
        assert!(!covers("/subscriptions/1", "/subscriptions/12"));
        assert!(!covers("/subscriptions/1/resourceGroups/g", "/subscriptions/1"));
    }
}
