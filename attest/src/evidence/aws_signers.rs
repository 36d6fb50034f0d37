//! AWS KMS: who may sign with a key, by its policy and its grants.
//!
//! Fields: AWS KMS API reference, `GetKeyPolicy`, `ListGrants` (read November 2026). Policies of users and roles count where the key's
//! policy lets the account decide, and are in neither.

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::claim::{Topic, Value};
use crate::key_policy::{self, Statement};
use crate::malformed::Malformed;

use super::Gathered;
use super::answer::{self, Object};

const POLICY: &str = "the answer to kms:GetKeyPolicy";
const GRANTS: &str = "the answer to kms:ListGrants";
/// A key's policy has 32 KB, and a line that people read this many characters.
const LONGEST: usize = 600;
const SIGN: &str = "kms:Sign";

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct KeyPolicy {
    policy: String,
    _policy_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct Grants {
    grants: Vec<Object<Grant>>,
    _next_marker: Option<String>,
    truncated: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct Grant {
    _constraints: Option<IgnoredAny>,
    _creation_date: Option<IgnoredAny>,
    _grant_id: IgnoredAny,
    grantee_principal: Option<String>,
    grantee_service_principal: Option<String>,
    _issuing_account: Option<IgnoredAny>,
    _key_id: IgnoredAny,
    _name: Option<IgnoredAny>,
    operations: Option<Vec<String>>,
    _retiring_principal: Option<IgnoredAny>,
    _retiring_service_principal: Option<IgnoredAny>,
}

/// Gathers whom the key's own policy lets sign.
pub(super) fn gather_policy(json: &[u8], gathered: &mut Gathered) -> Result<(), Malformed> {
    let answer: KeyPolicy = answer::read(POLICY, json)?;
    let statements: Vec<Statement> =
        key_policy::statements(POLICY, answer.policy.as_bytes()).map_err(|error| error.inside("Policy"))?;
    let lets_sign = |one: &&Statement| one.allows() && one.covers(SIGN);
    let signers: Vec<String> = statements.iter().filter(lets_sign).map(Statement::whom).collect();
    let listed = if signers.is_empty() { "nobody".to_owned() } else { signers.join("; ") };
    gathered.answered(POLICY, Topic::Signers, Value::Text(cut(format!("by the key's policy: {listed}"))));
    Ok(())
}

/// Gathers whom grants let sign.
pub(super) fn gather_grants(json: &[u8], gathered: &mut Gathered) -> Result<(), Malformed> {
    let answer: Grants = answer::read(GRANTS, json)?;
    let signs = |grant: &Grant| grant.operations.iter().flatten().any(|operation| operation == "Sign");
    let signing = answer.grants.iter().map(|Object(grant)| grant).filter(|grant| signs(grant));
    let mut signers: Vec<String> = signing
        .map(|grant| {
            let whom = grant.grantee_principal.clone().or(grant.grantee_service_principal.clone());
            whom.unwrap_or_else(|| "somebody whom the grant does not name".to_owned())
        })
        .collect();
    if answer.truncated == Some(true) {
        signers.push("grants that were not shown".to_owned());
    }
    let listed = if signers.is_empty() { "nobody".to_owned() } else { signers.join(", ") };
    gathered.answered(GRANTS, Topic::Signers, Value::Text(cut(format!("by grants: {listed}"))));
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
