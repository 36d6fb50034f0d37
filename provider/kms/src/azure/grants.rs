//! What a principal may do with a vault, for the administrator who gave it roles: Resource Manager is asked, and nothing is changed.

use std::collections::BTreeMap;

use hardkey_attest::admission::azure::Store;
use hardkey_attest::confirmation::Said;
use reqwest::Url;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::desk::{Desk, Request};
use super::identity::Identity;
use super::place::Place;
use crate::deadline::Deadline;
use crate::failure::Failure;
use crate::network::SharedNetwork;
use crate::service::{ServiceError, ServiceErrorKind};
use crate::wording::clean;

const SERVICE: &str = "Azure Resource Manager";
/// Who may look: all of it is in the built-in role Reader (Azure documentation, "Azure built-in roles", read November 2026).
const REMEDY: &str = "look as somebody who may read the vault and its roles (Microsoft.Authorization/roleAssignments/read and \
                      roleDefinitions/read): the role Reader at the vault's resource group has both";

/// Azure Resource Manager, as an administrator of a vault sees it.
pub struct Grants {
    place: Place,
    manager: Url,
    desk: Desk,
}

/// What somebody has been given of a vault.
#[derive(Clone, Debug)]
pub struct Held {
    /// The whole name of the vault or Managed HSM.
    pub vault: String,
    /// The roles, at, above and below the vault: its own, and those of groups that it is in.
    pub roles: Vec<HeldRole>,
    /// Whether roles say who may use the vault's keys. Else access policies do.
    pub goes_by_roles: bool,
    /// Its own access policies.
    pub policies: Vec<Policy>,
}

/// One role, where it holds.
#[derive(Clone, Debug)]
pub struct HeldRole {
    /// What it holds for, and all below it.
    pub scope: String,
    /// Where it holds on a condition only, that condition.
    pub condition: Option<String>,
    /// What it allows.
    pub permissions: Vec<Permissions>,
}

/// A part of a role: Azure documentation, "Understand Azure role definitions".
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Permissions {
    /// Of Resource Manager.
    pub actions: Vec<String>,
    /// What of these it does not allow.
    pub not_actions: Vec<String>,
    /// Of the vault itself.
    pub data_actions: Vec<String>,
    /// What of these it does not allow.
    pub not_data_actions: Vec<String>,
    /// Where it allows that on a condition only, that condition.
    pub condition: Option<String>,
}

/// What an access policy allows: permissions of keys, secrets, certificates and storage.
pub type Policy = BTreeMap<String, Option<Vec<String>>>;

#[derive(Deserialize)]
struct Page {
    value: Vec<Assignment>,
    #[serde(rename = "nextLink")]
    next: Option<String>,
}

#[derive(Deserialize)]
struct Assignment {
    id: String,
    properties: Assigned,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Assigned {
    role_definition_id: String,
    scope: String,
    condition: Option<String>,
}

#[derive(Deserialize)]
struct Definition {
    properties: Defined,
}

#[derive(Deserialize)]
struct Defined {
    permissions: Vec<Permissions>,
}

#[derive(Deserialize)]
struct Vault {
    properties: VaultProperties,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct VaultProperties {
    enable_rbac_authorization: Option<bool>,
    access_policies: Option<Vec<AccessPolicy>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AccessPolicy {
    object_id: String,
    permissions: Policy,
}

impl Grants {
    /// With the credentials of the environment. Nothing is connected before the first use.
    ///
    /// `endpoint` is where to ask the vault for its tenant instead of its own host.
    ///
    /// # Errors
    /// [`ServiceError`] where Resource Manager of the vault's cloud is not known.
    pub fn new(place: Place, endpoint: Option<Url>, network: SharedNetwork) -> Result<Self, ServiceError> {
        let [scope, _] = place.cloud().scopes;
        let mut manager = Url::parse(scope).map_err(|_| malformed(&format!("{scope} is no URL")))?;
        manager.set_path("");
        let vault = Identity::new(place.clone(), endpoint.unwrap_or_else(|| place.url()), network.clone());
        let desk = Desk::new(SERVICE, vault.elsewhere(scope), place.clone(), network);
        Ok(Self { place, manager, desk })
    }

    /// All that a principal has been given, by its object id.
    ///
    /// # Errors
    /// [`ServiceError`], also for a vault that is not there or that whoever asks may not see.
    pub fn held(&self, principal: &str, deadline: &Deadline) -> Result<Held, ServiceError> {
        let vault = self.whole_name(deadline)?;
        let mut assignments: Vec<Assignment> = Vec::new();
        // Azure documentation, "List Azure role assignments using the REST API": the first has those of groups, too, and of the second
        // alone it is said in so many words that it has those below (REST reference, "Role Assignments - List For Scope").
        for filter in [format!("assignedTo('{principal}')"), format!("principalId eq '{principal}'")] {
            let page: Page = self.read(&Request::assignments_to(&vault, filter), deadline)?;
            if page.next.is_some_and(|next| !next.is_empty()) {
                return Err(malformed("not all role assignments were listed at once"));
            }
            let known = |one: &Assignment| assignments.iter().any(|known| known.id.eq_ignore_ascii_case(&one.id));
            let new: Vec<Assignment> = page.value.into_iter().filter(|one| !known(one)).collect();
            assignments.extend(new);
        }
        let mut roles = Vec::new();
        for Assignment { properties: Assigned { role_definition_id, scope, condition }, .. } in assignments {
            if !role_definition_id.starts_with('/') {
                return Err(malformed(&format!("a role is said to be {}", role_definition_id.escape_debug())));
            }
            let role: Definition = self.read(&Request::definition(&role_definition_id), deadline)?;
            roles.push(HeldRole { scope, condition, permissions: role.properties.permissions });
        }
        if self.place.store() == Store::ManagedHsm {
            return Ok(Held { vault, roles, goes_by_roles: true, policies: Vec::new() });
        }
        let resource: Vault = self.read(&Request::vault(&vault), deadline)?;
        let VaultProperties { enable_rbac_authorization, access_policies } = resource.properties;
        let policies = access_policies.unwrap_or_default().into_iter();
        let its_own = policies.filter(|policy| policy.object_id.eq_ignore_ascii_case(principal));
        let policies = its_own.map(|policy| policy.permissions).collect();
        Ok(Held { vault, roles, goes_by_roles: enable_rbac_authorization == Some(true), policies })
    }

    fn whole_name(&self, deadline: &Deadline) -> Result<String, ServiceError> {
        let kind = match self.place.store() {
            Store::Vault => "vaults",
            Store::ManagedHsm => "managedHSMs",
        };
        let end = format!("/providers/Microsoft.KeyVault/{kind}/{}", self.place.name());
        let search = Request::search(&end).ok_or_else(|| malformed("there is no name to search for"))?;
        match self.desk.find(&search, &self.manager, deadline)? {
            Err(Said::Refused { code, .. }) if code == "NotListed" => {
                let cause = format!("Azure Resource Graph lists no {} that this identity may read", self.place);
                Err(Failure::plain(ServiceErrorKind::NotFound, cause, REMEDY).error)
            }
            Err(Said::Refused { code, message }) => Err(refused(&search, &code, &message)),
            Ok(found) if found.to_ascii_lowercase().ends_with(&end.to_ascii_lowercase()) => Ok(found),
            Ok(_) | Err(Said::Data(_)) => {
                Err(malformed(&format!("Azure Resource Graph was asked for {end}, and found another resource")))
            }
        }
    }

    fn read<Answer: DeserializeOwned>(&self, request: &Request, deadline: &Deadline) -> Result<Answer, ServiceError> {
        match self.desk.ask(request, &self.manager, deadline)? {
            Said::Refused { code, message } => Err(refused(request, &code, &message)),
            Said::Data(data) => {
                serde_json::from_slice(&data).map_err(|_| Failure::foreign(SERVICE, request.action.name(), 200).error)
            }
        }
    }
}

fn refused(request: &Request, code: &str, message: &str) -> ServiceError {
    let cause = format!("{SERVICE} answered {} with {}: {}", request.action.name(), clean(code), clean(message));
    Failure::plain(ServiceErrorKind::Denied, cause, REMEDY).error
}

fn malformed(what: &str) -> ServiceError {
    Failure::malformed(SERVICE, what).error
}
