//! Azure Resource Manager: the vault or Managed HSM itself, which says that it is the key's, what it can hold and who decides in it.
//!
//! Fields: Azure REST API, Key Vault 2023-07-01, `Vault` and `ManagedHsm` (azure-rest-api-specs, read November 2026).

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::claim::{Topic, Value};
use crate::malformed::Malformed;
use crate::shown;

use super::Gathered;
use super::answer::{self, Object, Tags};

const FROM: &str = "the vault, as Azure Resource Manager has it";
/// The SKU of vaults that have software keys alone: Azure documentation, "About keys".
const SOFTWARE_ALONE: &str = "standard";
/// What an access policy calls the right to sign, and every right.
const SIGNING: [&str; 2] = ["sign", "all"];
/// As many as a line has room for.
const MOST_NAMES: usize = 12;

/// Every documented field; those with an underscore decide nothing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Resource {
    id: String,
    _name: Option<String>,
    #[serde(rename = "type")]
    _type: Option<String>,
    _location: Option<String>,
    _identity: Option<IgnoredAny>,
    _tags: Option<Tags>,
    _system_data: Option<IgnoredAny>,
    /// Of a Managed HSM; of a vault it is among the properties.
    sku: Option<Object<Sku>>,
    properties: Object<Properties>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sku {
    #[serde(rename = "family")]
    _family: Option<String>,
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Properties {
    access_policies: Option<Vec<Object<AccessPolicy>>>,
    _create_mode: Option<String>,
    enable_purge_protection: Option<bool>,
    enable_rbac_authorization: Option<bool>,
    _enable_soft_delete: Option<bool>,
    _enabled_for_deployment: Option<bool>,
    _enabled_for_disk_encryption: Option<bool>,
    _enabled_for_template_deployment: Option<bool>,
    _hsm_pool_resource_id: Option<String>,
    hsm_uri: Option<String>,
    _initial_admin_object_ids: Option<Vec<String>>,
    _network_acls: Option<IgnoredAny>,
    _private_endpoint_connections: Option<IgnoredAny>,
    _provisioning_state: Option<String>,
    _public_network_access: Option<String>,
    _regions: Option<IgnoredAny>,
    _scheduled_purge_date: Option<String>,
    _security_domain_properties: Option<IgnoredAny>,
    sku: Option<Object<Sku>>,
    _soft_delete_retention_in_days: Option<u32>,
    _status_message: Option<String>,
    _tenant_id: Option<String>,
    vault_uri: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct AccessPolicy {
    _application_id: Option<String>,
    object_id: String,
    permissions: Object<Permissions>,
    _tenant_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Permissions {
    keys: Option<Vec<String>>,
    #[serde(rename = "secrets")]
    _secrets: Option<IgnoredAny>,
    #[serde(rename = "certificates")]
    _certificates: Option<IgnoredAny>,
    #[serde(rename = "storage")]
    _storage: Option<IgnoredAny>,
}

/// The host at which Azure serves the vault or Managed HSM of this answer. Names of vaults are given once, so this is what makes it the
/// vault of a key.
pub(super) fn host(json: &[u8]) -> Result<String, Malformed> {
    let Resource { properties: Object(properties), .. } = answer::read(FROM, json)?;
    let uri = properties.vault_uri.or(properties.hsm_uri);
    let host = uri.as_deref().and_then(|uri| uri.strip_prefix("https://")).map(|rest| rest.trim_end_matches('/'));
    let found = || shown::short(uri.as_deref().unwrap_or("none"));
    host.map(str::to_ascii_lowercase)
        .ok_or_else(|| Malformed::new(FROM, "https:// and a host, in vaultUri or hsmUri", found()))
}

/// Gathers what the vault can hold, and who may sign where access policies decide.
pub(super) fn gather(json: &[u8], of: &str, gathered: &mut Gathered) -> Result<(), Malformed> {
    let Resource { id, sku, properties: Object(properties), .. } = answer::read(FROM, json)?;
    // Resource Manager's names are compared without case.
    if !id.eq_ignore_ascii_case(of) {
        return Err(Malformed::new(FROM, format!("{of}, in id"), shown::short(&id)));
    }
    let is_vault = properties.vault_uri.is_some();
    let sku = properties.sku.as_ref().or(sku.as_ref()).map(|Object(sku)| sku.name.as_str());
    if is_vault && sku.is_some_and(|sku| sku.eq_ignore_ascii_case(SOFTWARE_ALONE)) {
        gathered.answered(FROM, Topic::Hsm, Value::Flag(false));
    }
    let by_roles = properties.enable_rbac_authorization == Some(true);
    let access = match (is_vault, by_roles) {
        (true, true) => "access by roles of Azure",
        (true, false) => "access by its own policies",
        (false, _) => "access by its own roles",
    };
    let purge = if properties.enable_purge_protection == Some(true) { "on" } else { "off" };
    let text = format!("{id}, SKU {}, {access}, purge protection {purge}", sku.unwrap_or("not stated"));
    gathered.answered(FROM, Topic::Vault, Value::Text(text));
    if is_vault && !by_roles {
        let policies = properties.access_policies.iter().flatten().map(|Object(policy)| policy);
        let names: Vec<&str> =
            policies.filter(|policy| policy.may_sign()).map(|policy| policy.object_id.as_str()).collect();
        gathered.answered(FROM, Topic::Signers, Value::Text(format!("by access policies: {}", listed(&names))));
    }
    Ok(())
}

impl AccessPolicy {
    fn may_sign(&self) -> bool {
        let is_signing = |right: &String| SIGNING.iter().any(|known| right.eq_ignore_ascii_case(known));
        self.permissions.0.keys.iter().flatten().any(is_signing)
    }
}

/// Names on one line, and how many more there are.
pub(super) fn listed<T: AsRef<str>>(names: &[T]) -> String {
    let shown: Vec<&str> = names.iter().take(MOST_NAMES).map(AsRef::as_ref).collect();
    let rest = names.len().saturating_sub(MOST_NAMES);
    match (shown.is_empty(), rest) {
        (true, _) => "nobody".to_owned(),
        (false, 0) => shown.join(", "),
        (false, rest) => format!("{}, and {rest} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests;
