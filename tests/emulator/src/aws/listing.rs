//! ListKeys and ListAliases.

use crate::aws::Kms;
use crate::aws::error::KmsError;
use crate::aws::key_name::{Caller, LONGEST_KEY_ID};
use crate::aws::page::page;
use crate::aws::parameters::Parameters;
use serde_json::{Value, json};

/// ListKeys. KMS API Reference: Limit is 1 to 1000, 100 if absent.
pub(crate) fn keys(kms: &Kms, caller: &Caller, parameters: &Parameters) -> Result<Value, KmsError> {
    let mut keyring = kms.keyring();
    let entries = keyring
        .region(&caller.region)
        .keys
        .values()
        .map(|key| (key.id.clone(), json!({"KeyId": key.id, "KeyArn": key.arn})))
        .collect();
    page(parameters, "Keys", 100, 1000, entries)
}

/// ListAliases. KMS API Reference: Limit is 1 to 100, 50 if absent.
pub(crate) fn aliases(kms: &Kms, caller: &Caller, parameters: &Parameters) -> Result<Value, KmsError> {
    let mut keyring = kms.keyring();
    let target = match parameters.text("KeyId", LONGEST_KEY_ID)? {
        Some(name) => Some(keyring.find_by_id(name, caller)?.id.clone()),
        None => None,
    };
    let entries = keyring
        .region(&caller.region)
        .aliases
        .iter()
        .filter(|(_, alias)| target.as_ref().is_none_or(|target| alias.target == *target))
        .map(|(name, alias)| {
            let entry = json!({
                "AliasName": name,
                "AliasArn": caller.arn(name),
                "TargetKeyId": alias.target,
                "CreationDate": alias.created,
                "LastUpdatedDate": alias.updated,
            });
            (name.clone(), entry)
        })
        .collect();
    page(parameters, "Aliases", 50, 100, entries)
}
