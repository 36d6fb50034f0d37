//! What somebody may do with a key, for the administrator who gave the rights: IAM is asked, and nothing is changed.

use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::action::Action;
use super::client::Clients;
use super::endpoint;
use super::error::malformed;
use super::identity::Identity;
use super::integrity::Damage;
use super::surroundings::{self, Reading, read};
use crate::deadline::Deadline;
use crate::network::SharedNetwork;
use crate::service::ServiceError;

/// Resource Manager, "Folders" (read November 2026): folders nest ten levels deep. What goes on for longer is not believed.
const MOST_FOLDERS: usize = 10;

/// Google's IAM, as an administrator of the key's project sees it.
pub struct Grants {
    kms: Clients,
    manager: Clients,
    iam: Clients,
}

/// A line of a policy: google/iam/v1/policy.proto.
#[derive(Clone, Debug, Deserialize)]
pub struct Binding {
    /// `roles/NAME`, or `projects/PROJECT/roles/NAME` and `organizations/NUMBER/roles/NAME` where somebody made it.
    pub role: String,
    /// Who has it.
    #[serde(default)]
    pub members: Vec<String>,
    /// When it holds, if not always.
    pub condition: Option<Value>,
}

#[derive(Deserialize)]
struct Policy {
    #[serde(default)]
    bindings: Vec<Binding>,
}

#[derive(Deserialize)]
struct Resource {
    parent: Option<String>,
}

/// IAM API reference, `roles` (read November 2026).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Role {
    name: String,
    #[serde(default)]
    included_permissions: Vec<String>,
    #[serde(default)]
    stage: String,
    #[serde(default)]
    deleted: bool,
}

impl Grants {
    /// With the credentials and the endpoints of the environment, for keys of a location. Nothing is connected before the first use.
    ///
    /// # Errors
    /// [`ServiceError`] when an endpoint of the environment is no URL.
    pub fn new(location: &str, network: &SharedNetwork) -> Result<Self, ServiceError> {
        let identity = Arc::new(Identity::new(None, network.clone()));
        let privileged = network.get().settings().privileged;
        let clients = |endpoint: Option<String>| {
            Clients::new(Arc::clone(&identity), endpoint, location.to_owned(), network.clone())
        };
        let of = |action: Action| endpoint::of_service(action.api(), privileged).map_err(|failure| failure.error);
        let (manager, iam) = (of(Action::GetProject)?, of(Action::GetProjectRole)?);
        Ok(Self { kms: clients(None), manager: clients(Some(manager)), iam: clients(Some(iam)) })
    }

    /// The policy of a key, a key ring, a project, a folder or an organization, by its name: what is granted on just that.
    ///
    /// # Errors
    /// [`ServiceError`]
    pub fn bindings(&self, of: &str, deadline: &Deadline) -> Result<Vec<Binding>, ServiceError> {
        let clients = if of.contains("/keyRings/") { &self.kms } else { &self.manager };
        let answer: Policy = asked(clients, of, deadline, || Reading::policy(of), |_, _| Ok(()))?;
        Ok(answer.bindings)
    }

    /// The folders above a project, `projects/ID`, nearest first, and the organization, if it is in one.
    ///
    /// # Errors
    /// [`ServiceError`]
    pub fn above(&self, project: &str, deadline: &Deadline) -> Result<Vec<String>, ServiceError> {
        let mut above: Vec<String> = Vec::new();
        let mut of = project.to_owned();
        while !of.starts_with("organizations/") {
            if above.len() > MOST_FOLDERS {
                return Err(malformed(&format!("what is above {project} does not end")).error);
            }
            let answer: Resource =
                asked(&self.manager, &of, deadline, || Reading::itself(&of), surroundings::names_it)?;
            let Some(parent) = answer.parent.filter(|parent| !parent.is_empty()) else { break };
            let is_number = |id: &str| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
            if !["folders/", "organizations/"].iter().any(|kind| parent.strip_prefix(kind).is_some_and(is_number)) {
                return Err(malformed(&format!("{parent:?} above {of} is no folder and no organization")).error);
            }
            above.push(parent.clone());
            of = parent;
        }
        Ok(above)
    }

    /// What a role permits that somebody made; `None` for one of Google's own. One that is disabled or deleted permits nothing.
    ///
    /// # Errors
    /// [`ServiceError`]
    pub fn permissions(&self, role: &str, deadline: &Deadline) -> Result<Option<Vec<String>>, ServiceError> {
        let plain = |part: &str| {
            !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte))
        };
        let action = match role.split('/').collect::<Vec<_>>().as_slice() {
            ["projects", of, "roles", name] if plain(of) && plain(name) => Action::GetProjectRole,
            ["organizations", of, "roles", name] if plain(of) && plain(name) => Action::GetOrganizationRole,
            _ => return Ok(None),
        };
        let names_it = |of: &str, data: &[u8]| match read::<Role>(data)?.name == of {
            true => Ok(()),
            false => Err("it names something else (name)".to_owned()),
        };
        let reading = || Reading { action, path: format!("v1/{role}"), body: None };
        asked::<Role>(&self.iam, role, deadline, reading, names_it).map(|role| Some(role.in_force()))
    }
}

impl Role {
    fn in_force(self) -> Vec<String> {
        if self.deleted || self.stage == "DISABLED" { Vec::new() } else { self.included_permissions }
    }
}

fn asked<Answer: DeserializeOwned>(
    clients: &Clients,
    of: &str,
    deadline: &Deadline,
    reading: impl Fn() -> Reading,
    check: impl Fn(&str, &[u8]) -> Result<(), Damage>,
) -> Result<Answer, ServiceError> {
    let check = &check;
    let data = clients.call(of, deadline, |client| {
        let reading = reading();
        async move {
            let body = reading.body.as_ref().map(Value::to_string).unwrap_or_default().into_bytes();
            let send =
                || client.rest.as_it_came(surroundings::method(reading.body.as_ref()), &reading.path, body.clone());
            let check = |data: &Vec<u8>| read::<Answer>(data).and_then(|_| check(of, data));
            client.attempts.ask(reading.action, send, check).await
        }
    })?;
    read(&data).map_err(|damage| malformed(&damage).error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_that_is_disabled_or_deleted_permits_nothing() {
        for (more, permitted) in
            [("", 1), (r#", "stage": "GA""#, 1), (r#", "stage": "DISABLED""#, 0), (r#", "deleted": true"#, 0)]
        {
            let role = format!(r#"{{"name": "projects/p/roles/r", "includedPermissions": ["a.b.get"]{more}}}"#);
            assert_eq!(serde_json::from_str::<Role>(&role).unwrap().in_force().len(), permitted, "{role}");
        }
    }
}
