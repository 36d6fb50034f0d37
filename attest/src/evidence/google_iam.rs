//! Google Cloud: IAM policies, of keys and of what is above them.
//!
//! Fields: google/iam/v1/policy.proto, google/type/expr.proto (read November 2026).

use serde::Deserialize;

use crate::claim::{Topic, Value};
use crate::malformed::Malformed;

use super::Gathered;
use super::answer::{self, Object};

const FROM: &str = "the IAM policy of the key";
/// A policy has up to 1,500 members (IAM, "Quotas and limits"); a line that people read has this many characters of them.
const LONGEST: usize = 600;
/// Roles by which nobody signs with a key: Cloud KMS, "Permissions and roles". Of any other it is taken that somebody may.
const WITHOUT_SIGNING: [&str; 10] = [
    "roles/cloudkms.admin",
    "roles/cloudkms.cryptoKeyDecrypter",
    "roles/cloudkms.cryptoKeyEncrypter",
    "roles/cloudkms.cryptoKeyEncrypterDecrypter",
    "roles/cloudkms.importer",
    "roles/cloudkms.protectedResourcesViewer",
    "roles/cloudkms.publicKeyViewer",
    "roles/cloudkms.verifier",
    "roles/cloudkms.viewer",
    "roles/viewer",
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Policy {
    pub(super) audit_configs: Option<Vec<Object<AuditConfig>>>,
    bindings: Option<Vec<Object<Binding>>>,
    _etag: Option<String>,
    _version: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct AuditConfig {
    pub(super) audit_log_configs: Option<Vec<Object<AuditLogConfig>>>,
    pub(super) service: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct AuditLogConfig {
    pub(super) exempted_members: Option<Vec<String>>,
    pub(super) log_type: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Binding {
    condition: Option<Object<Condition>>,
    members: Option<Vec<String>>,
    role: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Condition {
    _description: Option<String>,
    _expression: Option<String>,
    _location: Option<String>,
    _title: Option<String>,
}

/// Gathers who may sign by the policy of the key itself. What is granted above it holds for it too, and is not in it.
pub(super) fn gather_signers(json: &[u8], gathered: &mut Gathered) -> Result<(), Malformed> {
    let policy: Policy = answer::read(FROM, json)?;
    let signing = policy.bindings.iter().flatten().filter(|Object(one)| !WITHOUT_SIGNING.contains(&one.role.as_str()));
    let signers: Vec<String> = signing
        .filter_map(|Object(one)| {
            let members = one.members.as_deref().filter(|members| !members.is_empty())?;
            let condition = if one.condition.is_some() { ", under a condition" } else { "" };
            Some(format!("{} by {}{condition}", members.join(", "), one.role))
        })
        .collect();
    let text = if signers.is_empty() {
        "nobody by a grant on the key itself; grants on its key ring, project, folders and organization count too"
            .to_owned()
    } else {
        format!("by grants on the key itself: {}; grants above it count too", signers.join("; "))
    };
    gathered.answered(FROM, Topic::Signers, Value::Text(cut(text)));
    Ok(())
}

fn cut(text: String) -> String {
    match text.char_indices().nth(LONGEST) {
        None => text,
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests;
