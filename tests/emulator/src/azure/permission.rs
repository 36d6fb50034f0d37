//! Who may do what: roles, access policies, a Managed HSM's own roles, the firewall, and how each says no.

use crate::azure::error::Refused;
use crate::azure::route::Route;
use crate::azure::token::TENANT;
use crate::azure::vault::Kind;
use crate::identifier::uuid;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The subscription that resources are in.
pub(crate) const SUBSCRIPTION: &str = "5e1b0c3a-2f4d-4c6e-8a7b-9d0e1f2a3b4c";
/// The object id of every caller.
const OBJECT: &str = "7c9d2e4f-6a8b-4d1c-b3e5-f7081a2b3c4d";
/// Where every vault is.
const LOCATION: &str = "westeurope";

/// What an operation needs. Permissions are those of access policies; actions are those of "Azure permissions for Security" and
/// of "Managed HSM local RBAC built-in roles" in Microsoft's documentation (2026-11).
#[derive(Debug)]
pub(crate) struct Access {
    /// `keys`, `certificates` or `secrets`.
    pub(crate) collection: &'static str,
    /// The name in an access policy.
    pub(crate) permission: &'static str,
    pub(crate) action: &'static str,
    hsm_action: &'static str,
}

impl Access {
    /// What a row of the table of operations says.
    pub(crate) const fn new(
        collection: &'static str,
        permission: &'static str,
        action: &'static str,
        hsm_action: &'static str,
    ) -> Access {
        Access { collection, permission, action, hsm_action }
    }
}

/// How a vault looks at its callers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Authorization {
    /// Who has a token may do everything.
    #[default]
    Open,
    /// By roles: Azure's, or the Managed HSM's own.
    Rbac,
    /// By access policies.
    Policies,
}

/// What a vault lets its callers do.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rules {
    /// How it decides.
    pub(crate) authorization: Authorization,
    /// Permissions by the holder of a token.
    pub(crate) grants: BTreeMap<String, BTreeSet<String>>,
    /// Whether nobody's address is let in.
    pub(crate) firewall: bool,
}

/// A request, as far as permissions look at it.
pub(crate) struct Ask<'a> {
    /// Whose token it has.
    pub(crate) holder: &'a str,
    /// The vault.
    pub(crate) vault: &'a str,
    /// Its kind.
    pub(crate) kind: Kind,
    /// The operation and what it is on.
    pub(crate) route: &'a Route,
    /// Whether one of Azure's own roles lets the caller.
    pub(crate) by_role: bool,
}

impl Rules {
    /// Access policies as Resource Manager shows them, of a vault that goes by them.
    pub(crate) fn access_policies(&self) -> Option<Value> {
        let shown = |(holder, permissions): (&String, &BTreeSet<String>)| json!({"tenantId": TENANT, "objectId": holder, "permissions": {"keys": permissions}});
        (self.authorization == Authorization::Policies).then(|| self.grants.iter().map(shown).collect())
    }

    /// Lets a request pass or says why not.
    pub(crate) fn check(&self, ask: &Ask<'_>) -> Result<(), Refused> {
        if self.firewall {
            return Err(ask.by_firewall());
        }
        let permission = ask.route.row.access.permission;
        let granted = self.grants.get(ask.holder).is_some_and(|all| all.contains(permission));
        match self.authorization {
            Authorization::Open => Ok(()),
            Authorization::Rbac if ask.by_role && ask.kind != Kind::ManagedHsm => Ok(()),
            Authorization::Rbac | Authorization::Policies if granted => Ok(()),
            Authorization::Policies if ask.kind != Kind::ManagedHsm => Err(ask.by_policy()),
            Authorization::Rbac | Authorization::Policies => Err(ask.by_role()),
        }
    }
}

impl Ask<'_> {
    /// The words of a firewall.
    pub(crate) fn by_firewall(&self) -> Refused {
        Refused::forbidden(
            "ForbiddenByFirewall",
            format!(
                "Client address is not authorized and caller is not a trusted service.\r\nClient address: 127.0.0.1\r\nCaller: {}\r\nVault: {};location={LOCATION}\r\n",
                self.caller(),
                self.vault
            ),
        )
    }

    /// The words of a vault with access policies.
    pub(crate) fn by_policy(&self) -> Refused {
        let Access { collection, permission, .. } = self.route.row.access;
        Refused::forbidden(
            "AccessDenied",
            format!(
                "The user, group or application '{}' does not have {collection} {permission} permission on key vault '{};location={LOCATION}'. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125287",
                self.caller(),
                self.vault
            ),
        )
    }

    /// The words of a vault with roles, or of a Managed HSM.
    pub(crate) fn by_role(&self) -> Refused {
        let Access { collection, action, hsm_action, .. } = self.route.row.access;
        let name = self.route.name.as_deref().map_or_else(String::new, |name| format!("/{collection}/{name}"));
        if self.kind == Kind::ManagedHsm {
            let scope = if name.is_empty() { "/keys" } else { &name };
            let activity = uuid().unwrap_or_default();
            return Refused::new(
                403,
                "AccessDenied",
                format!(
                    "Not authorized to access Microsoft.KeyVault/managedHsm/{hsm_action} on {scope} (Activity ID: {activity})"
                ),
            );
        }
        Refused::forbidden(
            "ForbiddenByRbac",
            format!(
                "Caller is not authorized to perform action on resource.\r\nIf role assignments, deny assignments or role definitions were changed recently, please observe propagation time.\r\nCaller: {}\r\nAction: 'Microsoft.KeyVault/vaults/{action}'\r\nResource: '/subscriptions/{SUBSCRIPTION}/resourcegroups/hardkey/providers/microsoft.keyvault/vaults/{vault}{name}'\r\nAssignment: (not found)\r\nDenyAssignmentId: null\r\nDecisionReason: null \r\nVault: {vault};location={LOCATION}\r\n",
                self.caller(),
                vault = self.vault,
            ),
        )
    }

    fn caller(&self) -> String {
        format!("appid={};oid={OBJECT};iss=https://sts.windows.net/{TENANT}/", self.holder)
    }
}

#[cfg(test)]
mod tests {
    use crate::azure::rehearsal::Rehearsal;
    use hyper::Method;
    use serde_json::{Value, json};

    fn set(rehearsal: &Rehearsal, vault: &Value) {
        rehearsal.service.steer(&Method::POST, "vaults", vault.to_string().as_bytes()).unwrap().unwrap();
    }

    #[test]
    fn who_is_granted_one_permission_has_no_other() {
        let rehearsal = Rehearsal::new();
        rehearsal.ask("POST", "/keys/release/create", &json!({"kty": "EC-HSM"}));
        let get = || rehearsal.ask("GET", "/keys/release", &Value::Null);
        let list = || rehearsal.ask("GET", "/keys", &Value::Null);
        for (authorization, inner) in [("rbac", "ForbiddenByRbac"), ("policies", "AccessDenied")] {
            set(
                &rehearsal,
                &json!({"name": "vault", "authorization": authorization, "grants": {"rehearsal": ["get"]}}),
            );
            assert_eq!(get().0, 200);
            let (status, refusal) = list();
            assert_eq!((status, &refusal["error"]["innererror"]["code"]), (403, &json!(inner)));
        }
        set(&rehearsal, &json!({"name": "vault", "firewall": true}));
        assert_eq!(get().1["error"]["innererror"]["code"], "ForbiddenByFirewall");
        set(&rehearsal, &json!({"name": "vault", "authorization": "open", "firewall": false}));
        assert_eq!((get().0, list().0), (200, 200));
    }

    #[test]
    fn a_managed_hsm_names_action_and_scope() {
        let rehearsal = Rehearsal::new();
        set(&rehearsal, &json!({"name": "hsm", "authorization": "rbac"}));
        let (status, refusal) =
            rehearsal.ask_host("hsm.managedhsm.azure.net", "POST", "/keys/release/1/sign", &Value::Null);
        assert_eq!((status, &refusal["error"]["code"]), (403, &json!("AccessDenied")));
        let message = refusal["error"]["message"].as_str().unwrap();
        let said =
            "Not authorized to access Microsoft.KeyVault/managedHsm/keys/sign/action on /keys/release (Activity ID: ";
        assert!(message.starts_with(said), "{message}");
    }
}
