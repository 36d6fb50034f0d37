//! What is granted on a resource, what is logged of it, and roles that somebody made.

use super::{Grant, Iam};
use crate::google::operation::Operation;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

impl Iam {
    /// What is right above a project or a folder.
    pub(crate) fn parent(&self, of: &str) -> Option<&String> {
        self.parents.get(of)
    }

    /// The folders and the organization above what this is in, nearest first.
    pub(crate) fn above(&self, resource: &str) -> Vec<String> {
        let mut above: Vec<String> = Vec::new();
        let mut of = resource.split('/').take(2).collect::<Vec<_>>().join("/");
        while let Some(parent) = self.parents.get(&of).filter(|parent| !above.contains(parent)) {
            above.push(parent.clone());
            of.clone_from(parent);
        }
        above
    }

    /// The policy of a resource: what is granted on it, and what it has logged.
    pub(crate) fn policy(&self, resource: &str) -> Value {
        let mut bindings: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for grant in self.grants.iter().filter(|grant| grant.resource == resource) {
            bindings.entry(&grant.role).or_default().push(&grant.member);
        }
        let bindings: Vec<Value> =
            bindings.iter().map(|(role, members)| json!({"role": role, "members": members})).collect();
        let mut policy = Map::from_iter([("version".to_owned(), json!(1)), ("etag".to_owned(), json!("BwXhqDVO5tI="))]);
        if !bindings.is_empty() {
            policy.insert("bindings".to_owned(), json!(bindings));
        }
        if let Some(audit) = self.audit.get(resource) {
            policy.insert("auditConfigs".to_owned(), audit.clone());
        }
        Value::Object(policy)
    }

    /// Has a resource's policy be another.
    pub(crate) fn set_policy(&mut self, resource: &str, policy: &Value) -> Result<(), String> {
        let mut grants = Vec::new();
        for binding in list(policy, "bindings") {
            let role = binding.get("role").and_then(Value::as_str).unwrap_or_default();
            if self.role_permits(role, "").is_none() {
                return Err(format!("Role {role} is not supported for this resource."));
            }
            for member in list(binding, "members").filter_map(Value::as_str) {
                let (member, role, resource) = (member.to_owned(), role.to_owned(), resource.to_owned());
                grants.push(Grant { member, role, resource });
            }
        }
        self.grants.retain(|grant| grant.resource != resource);
        self.grants.extend(grants);
        if let Some(audit) = policy.get("auditConfigs") {
            self.audit.insert(resource.to_owned(), audit.clone());
        }
        Ok(())
    }

    /// The permissions of a role that somebody made.
    pub(crate) fn role(&self, name: &str) -> Option<&Vec<String>> {
        self.roles.get(name)
    }

    /// Makes or changes a role.
    pub(crate) fn set_role(&mut self, name: &str, permissions: Vec<String>) -> Result<(), String> {
        if let Some(unknown) = permissions.iter().find(|permission| !Operation::is_permission(permission)) {
            return Err(format!("Permission {unknown} is not valid."));
        }
        self.roles.insert(name.to_owned(), permissions);
        Ok(())
    }
}

fn list<'a>(value: &'a Value, member: &str) -> impl Iterator<Item = &'a Value> {
    value.get(member).and_then(Value::as_array).into_iter().flatten()
}
