//! Google Cloud: the audit configuration of the key's project. What administers a key is always logged; signatures are reads of data,
//! which are logged where the project asks for it.
//!
//! Fields: google/iam/v1/policy.proto; Cloud KMS, "Audit logging information": `AsymmetricSign` is `DATA_READ` (read November 2026).

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::claim::{Topic, Value};
use crate::malformed::Malformed;

use super::Gathered;
use super::answer::{self, Object};

const FROM: &str = "the IAM policy of the project";
/// The services whose configuration is for keys.
const SERVICES: [&str; 2] = ["allServices", "cloudkms.googleapis.com"];
/// The logs that have signatures.
const SIGNATURES: &str = "DATA_READ";

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Policy {
    audit_configs: Option<Vec<Object<AuditConfig>>>,
    _bindings: Option<IgnoredAny>,
    _etag: Option<String>,
    _version: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct AuditConfig {
    audit_log_configs: Option<Vec<Object<AuditLogConfig>>>,
    service: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct AuditLogConfig {
    exempted_members: Option<Vec<String>>,
    log_type: String,
}

/// Gathers whether signatures are logged, with nobody exempt.
pub(super) fn gather(json: &[u8], gathered: &mut Gathered) -> Result<(), Malformed> {
    let policy: Policy = answer::read(FROM, json)?;
    let of_keys = policy.audit_configs.iter().flatten().filter(|Object(one)| SERVICES.contains(&one.service.as_str()));
    let configs: Vec<&AuditLogConfig> = of_keys
        .flat_map(|Object(one)| one.audit_log_configs.iter().flatten())
        .map(|Object(one)| one)
        .filter(|config| config.log_type == SIGNATURES)
        .collect();
    // Both services' configurations are put together, exemptions too: IAM, "Configure Data Access audit logs".
    let exempt = configs.iter().any(|config| config.exempted_members.as_ref().is_some_and(|list| !list.is_empty()));
    let text = match (configs.is_empty(), exempt) {
        (true, _) => "the project does not log DATA_READ of Cloud KMS, which signatures are",
        (false, true) => "the project logs DATA_READ of Cloud KMS, which signatures are, but not of everybody",
        (false, false) => "the project logs DATA_READ of Cloud KMS, which signatures are, of everybody",
    };
    gathered.answered(FROM, Topic::Logging, Value::Flag(!configs.is_empty() && !exempt));
    gathered.answered(FROM, Topic::Logs, Value::Text(text.to_owned()));
    Ok(())
}

#[cfg(test)]
mod tests;
