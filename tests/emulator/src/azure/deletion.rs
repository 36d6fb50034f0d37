//! Soft delete: DeleteKey, what is deleted, PurgeDeletedKey and RecoverDeletedKey.

use crate::azure::KeyVault;
use crate::azure::error::Refused;
use crate::azure::key::{Key, Version};
use crate::azure::listing::page;
use crate::azure::record::{bundle, item};
use crate::azure::request::Request;
use crate::azure::vault::Vault;
use crate::clock;
use crate::credentials::with;
use serde_json::{Value, json};

/// Days until a deleted key is gone for good: `recoverableDays` of a vault that says nothing else.
pub(crate) const RECOVERABLE_DAYS: u64 = 90;

/// A key that can still be brought back.
#[derive(Clone, Debug)]
pub(crate) struct Deleted {
    key: Key,
    /// Seconds since 1970.
    at: u64,
}

impl Deleted {
    fn current(&self) -> Option<&Version> {
        self.key.version(None)
    }
}

/// DeleteKey: all versions at once.
pub(crate) fn delete(service: &KeyVault, request: &Request) -> Result<Value, Refused> {
    let mut vaults = service.vaults();
    let vault = vaults.get_mut(&request.vault).ok_or_else(Refused::nowhere)?;
    let key = vault.keys.remove(&request.name).ok_or_else(|| Refused::no_key(&request.name))?;
    let deleted = Deleted { key, at: clock::whole_seconds() };
    let answer = deleted_bundle(request, &deleted);
    vault.deleted.insert(request.name.clone(), deleted);
    answer
}

/// GetDeletedKey.
pub(crate) fn get(service: &KeyVault, request: &Request) -> Result<Value, Refused> {
    let vaults = service.vaults();
    let deleted = vaults.of(request)?.deleted.get(&request.name).ok_or_else(|| no_deleted(request))?;
    deleted_bundle(request, deleted)
}

/// GetDeletedKeys.
pub(crate) fn list(service: &KeyVault, request: &Request) -> Result<Value, Refused> {
    let vaults = service.vaults();
    let items = vaults.of(request)?.deleted.iter().filter_map(|(name, deleted)| {
        let item = item(&request.url("keys", name, None), deleted.current()?);
        Some(with_dates(request, name, deleted, item))
    });
    page(request, items.collect())
}

/// RecoverDeletedKey.
pub(crate) fn recover(service: &KeyVault, request: &Request) -> Result<Value, Refused> {
    let mut vaults = service.vaults();
    let vault = vaults.get_mut(&request.vault).ok_or_else(Refused::nowhere)?;
    let deleted = vault.deleted.remove(&request.name).ok_or_else(|| no_deleted(request))?;
    let answer = bundle(request, &request.name, deleted.current().ok_or_else(|| no_deleted(request))?);
    vault.keys.insert(request.name.clone(), deleted.key);
    answer
}

/// PurgeDeletedKey.
pub(crate) fn purge(service: &KeyVault, request: &Request) -> Result<Value, Refused> {
    let mut vaults = service.vaults();
    let vault = vaults.get_mut(&request.vault).ok_or_else(Refused::nowhere)?;
    vault.deleted.remove(&request.name).map(|_| Value::Null).ok_or_else(|| no_deleted(request))
}

/// Whether a name is free: one of a deleted key is not.
pub(crate) fn check_free(vault: &Vault, name: &str) -> Result<(), Refused> {
    if !vault.deleted.contains_key(name) {
        return Ok(());
    }
    Err(Refused {
        inner: Some("ObjectIsDeletedButRecoverable".to_owned()),
        ..Refused::new(
            409,
            "Conflict",
            format!(
                "Key {name} is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the key can only be recovered or purged."
            ),
        )
    })
}

fn deleted_bundle(request: &Request, deleted: &Deleted) -> Result<Value, Refused> {
    let current = deleted.current().ok_or_else(|| no_deleted(request))?;
    Ok(with_dates(request, &request.name, deleted, bundle(request, &request.name, current)?))
}

fn with_dates(request: &Request, name: &str, deleted: &Deleted, answer: Value) -> Value {
    let answer = with(answer, "recoveryId", json!(request.url("deletedkeys", name, None)));
    let answer = with(answer, "deletedDate", json!(deleted.at));
    with(answer, "scheduledPurgeDate", json!(deleted.at + RECOVERABLE_DAYS * 86_400))
}

fn no_deleted(request: &Request) -> Refused {
    Refused::new(404, "KeyNotFound", format!("Deleted Key not found: {}", request.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::azure::rehearsal::Rehearsal;

    #[test]
    fn a_deleted_key_keeps_its_name_until_it_is_purged_and_comes_back_as_it_was() {
        let rehearsal = Rehearsal::new();
        let ask = |method: &str, path: &str| rehearsal.ask(method, path, &Value::Null);
        let create = || rehearsal.ask("POST", "/keys/release/create", &json!({"kty": "EC-HSM"}));
        let made = create().1;
        let (status, deleted) = ask("DELETE", "/keys/release");
        assert_eq!(status, 200);
        assert_eq!(deleted["recoveryId"], "https://vault.vault.azure.net/deletedkeys/release");
        assert_eq!(deleted["key"], made["key"]);
        assert_eq!(ask("GET", "/keys/release").0, 404);
        assert_eq!(ask("GET", "/deletedkeys").1["value"][0]["kid"], "https://vault.vault.azure.net/keys/release");
        let (status, refusal) = create();
        assert_eq!(status, 409);
        assert_eq!(refusal["error"]["innererror"]["code"], "ObjectIsDeletedButRecoverable");
        assert_eq!(ask("POST", "/deletedkeys/release/recover"), (200, made.clone()));
        assert_eq!(ask("GET", "/keys/release"), (200, made));
        ask("DELETE", "/keys/release");
        assert_eq!(ask("DELETE", "/deletedkeys/release"), (204, Value::Null));
        assert_eq!(ask("GET", "/deletedkeys/release").0, 404);
        assert_eq!(create().0, 200);
    }
}
