//! RotateKey, and the policy by which Azure would do it itself.

use crate::azure::KeyVault;
use crate::azure::create::describe;
use crate::azure::error::Refused;
use crate::azure::record::bundle;
use crate::azure::request::Request;
use crate::clock;
use crate::material::Material;
use serde_json::{Value, json};
use std::sync::Arc;

/// When a key would be rotated; nothing here does it.
#[derive(Clone, Debug)]
pub(crate) struct RotationPolicy {
    actions: Value,
    expiry: Value,
    created: u64,
    updated: u64,
}

/// RotateKey: a new version of the same kind, with the same attributes.
pub(crate) fn rotate(service: &KeyVault, request: &Request) -> Result<Value, Refused> {
    let last = service.vaults().version(request)?.clone();
    let fresh = describe(last.kind)?;
    let shape = last.material.as_ref().map(|material| material.shape());
    let material = shape.map(Material::generate).transpose()?.map(Arc::new);
    let version = crate::azure::key::Version {
        id: fresh.id,
        material,
        hsm_platform: fresh.hsm_platform,
        created: fresh.created,
        updated: fresh.updated,
        enabled: true,
        imported: false,
        ..last
    };
    let answer = bundle(request, &request.name, &version)?;
    let mut vaults = service.vaults();
    let vault = vaults.get_mut(&request.vault).ok_or_else(Refused::nowhere)?;
    let key = vault.keys.get_mut(&request.name).ok_or_else(|| Refused::no_key(&request.name))?;
    key.versions.push(version);
    Ok(answer)
}

/// GetKeyRotationPolicy.
pub(crate) fn policy(service: &KeyVault, request: &Request) -> Result<Value, Refused> {
    let vaults = service.vaults();
    let key = vaults.of(request)?.keys.get(&request.name).ok_or_else(|| Refused::no_key(&request.name))?;
    Ok(answer(request, key.rotation.as_ref()))
}

/// UpdateKeyRotationPolicy.
pub(crate) fn set_policy(service: &KeyVault, request: &Request) -> Result<Value, Refused> {
    let expiry = request.object("attributes")?.get("expiryTime").cloned().unwrap_or(Value::Null);
    let mut vaults = service.vaults();
    let vault = vaults.get_mut(&request.vault).ok_or_else(Refused::nowhere)?;
    let key = vault.keys.get_mut(&request.name).ok_or_else(|| Refused::no_key(&request.name))?;
    let now = clock::whole_seconds();
    let actions = request.body.get("lifetimeActions").cloned().unwrap_or_else(|| json!([]));
    let created = key.rotation.as_ref().map_or(now, |policy| policy.created);
    key.rotation = Some(RotationPolicy { actions, expiry, created, updated: now });
    Ok(answer(request, key.rotation.as_ref()))
}

/// The policy of a key that was never given one: Microsoft's documentation, "Get Key Rotation Policy" (2026-11).
fn answer(request: &Request, policy: Option<&RotationPolicy>) -> Value {
    let id = format!("{}/rotationpolicy", request.url("keys", &request.name, None));
    match policy {
        None => json!({
            "id": id,
            "lifetimeActions": [{"trigger": {"timeBeforeExpiry": "P30D"}, "action": {"type": "Notify"}}],
            "attributes": {},
        }),
        Some(policy) => json!({
            "id": id,
            "lifetimeActions": policy.actions,
            "attributes": {"expiryTime": policy.expiry, "created": policy.created, "updated": policy.updated},
        }),
    }
}

#[cfg(test)]
mod tests {
    use crate::azure::rehearsal::Rehearsal;
    use serde_json::{Value, json};

    #[test]
    fn a_rotated_key_has_another_version_of_the_same_kind_and_keeps_the_old_one() {
        let rehearsal = Rehearsal::new();
        let (_, made) = rehearsal.ask("POST", "/keys/release/create", &json!({"kty": "EC-HSM", "crv": "P-384"}));
        let (status, rotated) = rehearsal.ask("POST", "/keys/release/rotate", &Value::Null);
        assert_eq!((status, &rotated["key"]["kty"], &rotated["key"]["crv"]), (200, &json!("EC-HSM"), &json!("P-384")));
        assert_ne!(rotated["key"]["kid"], made["key"]["kid"]);
        let (_, versions) = rehearsal.ask("GET", "/keys/release/versions", &Value::Null);
        let listed = [&versions["value"][0]["kid"], &versions["value"][1]["kid"]];
        assert_eq!(listed, [&made["key"]["kid"], &rotated["key"]["kid"]]);
        assert_eq!(rehearsal.ask("GET", "/keys/release", &Value::Null).1, rotated);
    }
}
