//! TagResource, UntagResource, ListResourceTags.

use crate::aws::Kms;
use crate::aws::create::MOST_TAGS;
use crate::aws::error::KmsError;
use crate::aws::key_name::{Caller, LONGEST_KEY_ID};
use crate::aws::page::page;
use crate::aws::parameters::{Parameters, null};
use serde_json::{Value, json};

/// TagResource.
pub(crate) fn tag(kms: &Kms, caller: &Caller, parameters: &Parameters) -> Result<Value, KmsError> {
    let name = parameters.required_text("KeyId", LONGEST_KEY_ID)?;
    let tags = parameters.tags()?.ok_or_else(|| null("Tags"))?;
    let mut keyring = kms.keyring();
    let key = keyring.find_by_id(name, caller)?;
    key.check_not_doomed()?;
    let mut all = key.tags.clone();
    all.extend(tags);
    if all.len() > MOST_TAGS {
        return Err(KmsError::new("LimitExceededException", "Too many tags"));
    }
    key.tags = all;
    Ok(Value::Null)
}

/// UntagResource.
pub(crate) fn untag(kms: &Kms, caller: &Caller, parameters: &Parameters) -> Result<Value, KmsError> {
    let name = parameters.required_text("KeyId", LONGEST_KEY_ID)?;
    let tag_keys = parameters.required_texts("TagKeys")?;
    let mut keyring = kms.keyring();
    let key = keyring.find_by_id(name, caller)?;
    key.check_not_doomed()?;
    key.tags.retain(|tag, _| !tag_keys.contains(tag));
    Ok(Value::Null)
}

/// ListResourceTags. KMS API Reference: Limit is 1 to 50, 50 if absent.
pub(crate) fn list(kms: &Kms, caller: &Caller, parameters: &Parameters) -> Result<Value, KmsError> {
    let name = parameters.required_text("KeyId", LONGEST_KEY_ID)?;
    let mut keyring = kms.keyring();
    let entries = keyring
        .find_by_id(name, caller)?
        .tags
        .iter()
        .map(|(key, value)| (key.clone(), json!({"TagKey": key, "TagValue": value})))
        .collect();
    page(parameters, "Tags", 50, 50, entries)
}
