//! The least roles: who has them, what they may read, and as what they are printed.

use hardkey_attest::admission::azure::Store;
use hardkey_kms::azure::KeyName;

use super::check::Right;
use crate::failure::Failure;

/// What is asked around a vault, and where a Managed HSM has another word for it: Azure documentation, "Azure permissions for Security" and
/// "… for Monitor" (read November 2026). Each is one question of `hardkey-confirm`, and the last two are one query. Resource Graph, which
/// finds the vault, takes the first.
const AROUND: [&str; 5] = [
    "Microsoft.KeyVault/vaults/read",
    "Microsoft.Insights/diagnosticSettings/read",
    "Microsoft.Authorization/roleAssignments/read",
    "Microsoft.Insights/logs/AZKVAuditLogs/read",
    "Microsoft.Insights/logs/AzureDiagnostics/read",
];
/// The same for a Managed HSM, whose roles are its own and are not asked about.
const AROUND_AN_HSM: [&str; 4] = [
    "Microsoft.KeyVault/managedHSMs/read",
    "Microsoft.Insights/diagnosticSettings/read",
    "Microsoft.Insights/logs/AZKVAuditLogs/read",
    "Microsoft.Insights/logs/AzureDiagnostics/read",
];
/// What is asked of the key of a vault.
const OF_THE_KEY: &str = "Microsoft.KeyVault/vaults/keys/read";
/// The role of a Managed HSM that reads keys and does nothing else: "Managed HSM local RBAC built-in roles" (read November 2026).
const AUDITOR: &str = "Managed HSM Crypto Auditor";

/// The roles, in every part.
#[derive(Clone, Debug)]
pub(crate) struct Reads {
    ca: String,
    key: KeyName,
}

impl Reads {
    /// Reads what was given on the command line.
    ///
    /// # Errors
    /// [`Failure`] that names the option, its value and what would be right.
    pub(crate) fn parse(ca: &str, key: &str) -> Result<Self, Failure> {
        let key = KeyName::parse(key).map_err(|why| Failure::unusable(format!("--key {why}")))?;
        // A GUID: Microsoft Graph, `servicePrincipal`, `id`.
        let parts: Vec<usize> = ca.split('-').map(str::len).collect();
        let plain = ca.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
        if parts != [8, 4, 4, 4, 12] || !plain {
            let remedy = "give the object id of the CA's service principal in your tenant, a GUID";
            return Err(Failure::unusable(format!("--ca {ca:?}: {remedy}")));
        }
        Ok(Self { ca: ca.to_owned(), key })
    }

    /// Who may read.
    pub(crate) fn ca(&self) -> &str {
        &self.ca
    }

    /// The key, and where it is.
    pub(crate) fn key(&self) -> &KeyName {
        &self.key
    }

    /// What the template gives at a vault or Managed HSM with this whole name.
    pub(crate) fn rights(&self, vault: &str) -> Vec<Right> {
        let (around, of_key): (&[&str], &[&str]) = match self.key.place().store() {
            Store::Vault => (&AROUND, &[OF_THE_KEY]),
            Store::ManagedHsm => (&AROUND_AN_HSM, &[]),
        };
        let key = format!("{vault}/keys/{}", self.key.name());
        let around = around.iter().map(|action| Right::action(action, vault));
        around.chain(of_key.iter().map(|action| Right::data_action(action, &key))).collect()
    }

    /// The role of a Managed HSM's own, and where it is given; Resource Manager knows nothing of it.
    pub(crate) fn of_the_hsm(&self) -> Option<String> {
        let (place, key) = (self.key.place(), self.key.name());
        (place.store() == Store::ManagedHsm).then(|| format!("{AUDITOR} on /keys/{key} of {}", place.name()))
    }

    /// The template.
    pub(crate) fn bicep(&self) -> String {
        match self.key.place().store() {
            Store::Vault => self.of_a_vault(),
            Store::ManagedHsm => self.of_an_hsm(),
        }
    }

    fn of_a_vault(&self) -> String {
        let (vault, key) = (self.key.place().name(), self.key.name());
        let around = definition("around", &format!("hardkey-confirm of the vault {vault}"), &AROUND, &[]);
        let of_key = definition("ofKey", &format!("hardkey-confirm of the key {key} in {vault}"), &[], &[OF_THE_KEY]);
        let [at_vault, at_key] =
            [assignment("aroundGrant", "vault", "around"), assignment("ofKeyGrant", "key", "ofKey")];
        format!(
            "{HEAD}{}\nresource vault 'Microsoft.KeyVault/vaults@2023-07-01' existing = {{\n  name: '{vault}'\n\n  resource key 'keys' existing = {{\n    name: '{key}'\n  }}\n}}\n\n{around}\n{of_key}\n{at_vault}\n{}",
            self.parameter(),
            at_key.replace("scope: key", "scope: vault::key").replace("guid(key.id", "guid(vault::key.id")
        )
    }

    fn of_an_hsm(&self) -> String {
        let (hsm, key) = (self.key.place().name(), self.key.name());
        let around = definition("around", &format!("hardkey-confirm of the Managed HSM {hsm}"), &AROUND_AN_HSM, &[]);
        let local = format!(
            "// The key itself is read by a role of the Managed HSM's own, which Bicep does not know:\n//   az keyvault role assignment create --hsm-name {hsm} --role '{AUDITOR}' --scope /keys/{key} \\\n//     --assignee-object-id {} --assignee-principal-type ServicePrincipal\n",
            self.ca
        );
        format!(
            "{HEAD}{local}{}\nresource vault 'Microsoft.KeyVault/managedHSMs@2023-07-01' existing = {{\n  name: '{hsm}'\n}}\n\n{around}\n{}",
            self.parameter(),
            assignment("aroundGrant", "vault", "around")
        )
    }

    fn parameter(&self) -> String {
        let ca = &self.ca;
        format!(
            "targetScope = 'resourceGroup'\n\n@description('Object id of the service principal of the CA')\nparam ca string = '{ca}'\n"
        )
    }
}

const HEAD: &str = "\
// Lets a certification authority read what it confirms a signing key by, and nothing else: by hardkey grant-ca azure.
//   az deployment group create --resource-group GROUP-OF-THE-VAULT --template-file THIS-FILE
";

fn definition(symbol: &str, name: &str, actions: &[&str], data_actions: &[&str]) -> String {
    let list = |actions: &[&str]| {
        let lines: String = actions.iter().map(|action| format!("          '{action}'\n")).collect();
        if lines.is_empty() { "[]".to_owned() } else { format!("[\n{lines}        ]") }
    };
    let (actions, data_actions) = (list(actions), list(data_actions));
    format!(
        "resource {symbol} 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {{
  name: guid(resourceGroup().id, '{name}')
  properties: {{
    roleName: '{name}'
    description: 'Lets a certification authority read what it confirms a signing key by'
    type: 'CustomRole'
    assignableScopes: [
      resourceGroup().id
    ]
    permissions: [
      {{
        actions: {actions}
        notActions: []
        dataActions: {data_actions}
        notDataActions: []
      }}
    ]
  }}
}}
"
    )
}

fn assignment(symbol: &str, scope: &str, role: &str) -> String {
    format!(
        "resource {symbol} 'Microsoft.Authorization/roleAssignments@2022-04-01' = {{
  name: guid({scope}.id, ca, {role}.id)
  scope: {scope}
  properties: {{
    roleDefinitionId: {role}.id
    principalId: ca
    principalType: 'ServicePrincipal'
  }}
}}
"
    )
}
