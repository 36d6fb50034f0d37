//! CreateAlias, UpdateAlias, DeleteAlias.

use crate::aws::Kms;
use crate::aws::error::KmsError;
use crate::aws::key_name::{Caller, LONGEST_KEY_ID};
use crate::aws::keyring::Alias;
use crate::aws::parameters::Parameters;
use crate::clock::milliseconds;
use serde_json::Value;
use std::mem::discriminant;

/// `AliasNameType` of the service model.
const LONGEST_ALIAS: usize = 256;

/// CreateAlias.
pub(crate) fn create(kms: &Kms, caller: &Caller, parameters: &Parameters) -> Result<Value, KmsError> {
    let name = alias_name(parameters)?;
    check_form(name)?;
    let target = target(parameters)?;
    let mut keyring = kms.keyring();
    let key = keyring.find_by_id(target, caller)?;
    key.check_not_doomed()?;
    let alias = Alias { target: key.id.clone(), created: milliseconds(), updated: milliseconds() };
    let aliases = &mut keyring.region(&caller.region).aliases;
    if aliases.contains_key(name) {
        return Err(KmsError::new(
            "AlreadyExistsException",
            format!("An alias with the name {} already exists", caller.arn(name)),
        ));
    }
    aliases.insert(name.to_owned(), alias);
    Ok(Value::Null)
}

/// UpdateAlias: old and new key must be of one kind and one usage.
pub(crate) fn update(kms: &Kms, caller: &Caller, parameters: &Parameters) -> Result<Value, KmsError> {
    let name = alias_name(parameters)?;
    check_form(name)?;
    let target = target(parameters)?;
    let mut keyring = kms.keyring();
    let old = keyring.find(name, caller)?.clone();
    let new = keyring.find_by_id(target, caller)?.clone();
    new.check_not_doomed()?;
    if old.usage != new.usage || discriminant(&old.spec) != discriminant(&new.spec) {
        return Err(KmsError::validation(format!(
            "Alias {} cannot be moved from a key of usage {} to one of usage {}.",
            caller.arn(name),
            old.usage,
            new.usage
        )));
    }
    if let Some(alias) = keyring.region(&caller.region).aliases.get_mut(name) {
        alias.target = new.id;
        alias.updated = milliseconds();
    }
    Ok(Value::Null)
}

/// DeleteAlias.
pub(crate) fn delete(kms: &Kms, caller: &Caller, parameters: &Parameters) -> Result<Value, KmsError> {
    let name = alias_name(parameters)?;
    check_form(name)?;
    let mut keyring = kms.keyring();
    match keyring.region(&caller.region).aliases.remove(name) {
        Some(_) => Ok(Value::Null),
        None => Err(KmsError::not_found(format!("Alias {} is not found.", caller.arn(name)))),
    }
}

/// Refuses what can never be an alias of a customer.
pub(crate) fn check_form(name: &str) -> Result<(), KmsError> {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || ":/_-".contains(letter);
    if !name.chars().all(allowed) {
        // `AliasNameType` of the service model; it allows the colon, which KMS itself does not.
        return Err(KmsError::constraint(
            &format!("'{name}'"),
            "AliasName",
            "satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$",
        ));
    }
    let Some(rest) = name.strip_prefix("alias/") else {
        return Err(KmsError::validation(
            "Alias must start with the prefix \"alias/\". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html",
        ));
    };
    if rest.is_empty() {
        return Err(KmsError::new("InvalidAliasNameException", "The alias name must not be empty."));
    }
    if rest.starts_with("aws/") {
        // Seen from AWS: no text.
        return Err(KmsError::new("NotAuthorizedException", ""));
    }
    if rest.contains(':') {
        return Err(KmsError::validation(format!("{name} contains invalid characters for an alias")));
    }
    Ok(())
}

fn alias_name(parameters: &Parameters) -> Result<&str, KmsError> {
    parameters.required_text("AliasName", LONGEST_ALIAS)
}

fn target(parameters: &Parameters) -> Result<&str, KmsError> {
    let target = parameters.required_text("TargetKeyId", LONGEST_KEY_ID)?;
    if target.starts_with("alias/") || target.contains(":alias/") {
        return Err(KmsError::validation("Aliases must refer to keys. Not aliases"));
    }
    Ok(target)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(name: &str) -> String {
        check_form(name).unwrap_err().name
    }

    #[test]
    fn an_alias_begins_with_alias_and_names_something() {
        assert!(check_form("alias/release/2026_rsa-3").is_ok());
        assert!(check_form("alias/awsome").is_ok());
        assert_eq!(refusal("release"), "ValidationException");
        assert_eq!(refusal("alias/"), "InvalidAliasNameException");
    }

    #[test]
    fn letters_outside_the_pattern_are_a_validation_error() {
        assert_eq!(refusal("alias/a.b"), "ValidationException");
        assert_eq!(check_form("alias/a:b").unwrap_err().message, "alias/a:b contains invalid characters for an alias");
    }

    #[test]
    fn the_prefix_of_aws_is_reserved() {
        assert_eq!(refusal("alias/aws/s3"), "NotAuthorizedException");
    }
}
