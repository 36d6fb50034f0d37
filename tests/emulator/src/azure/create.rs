//! CreateKey: a new key, or a new version of one.

use crate::azure::KeyVault;
use crate::azure::deletion::check_free;
use crate::azure::error::Refused;
use crate::azure::key::Version;
use crate::azure::key_type::{CURVES, Family, KeyType, RSA_SIZES};
use crate::azure::record::bundle;
use crate::azure::request::{Request, invalid};
use crate::azure::vault::Kind;
use crate::clock;
use crate::identifier::{hex, random};
use crate::material::{KeyShape, Material};
use serde_json::{Map, Value};
use std::sync::Arc;

/// What a key is made with where nobody says otherwise: Microsoft's documentation, "Create Key" (2026-11).
pub(crate) const USUAL_SIZE: u32 = 2048;

/// CreateKey.
pub(crate) fn create(service: &KeyVault, request: &Request) -> Result<Value, Refused> {
    check_name(&request.name)?;
    let kind = KeyType::parse(request.required_text("kty")?).ok_or_else(|| invalid("kty"))?;
    check_kind(service, request, kind)?;
    let shape = shape(request, kind)?;
    let mut version = describe(kind)?;
    version.material = shape.map(Material::generate).transpose()?.map(Arc::new);
    if let Some(operations) = request.texts("key_ops")? {
        version.operations = operations;
    }
    settle(&mut version, request)?;
    store(service, request, version)
}

/// Key names: 1 to 127 letters, digits and hyphens (REST specification 7.6).
pub(crate) fn check_name(name: &str) -> Result<(), Refused> {
    let fine = |letter: u8| letter.is_ascii_alphanumeric() || letter == b'-';
    if (1..=127).contains(&name.len()) && name.bytes().all(fine) {
        return Ok(());
    }
    Err(Refused::parameter(format!(
        "The request URI contains an invalid name: {name}. A name is 1 to 127 letters, digits and hyphens."
    )))
}

/// Whether this vault has keys of this kind.
pub(crate) fn check_kind(service: &KeyVault, request: &Request, kind: KeyType) -> Result<(), Refused> {
    let vaults = service.vaults();
    let name = kind.name();
    // Azure's own words for the latter two are not public.
    match vaults.of(request)?.kind {
        Kind::Standard if kind.hsm => Err(Refused::parameter("Hardware key operation not allowed on standard vault.")),
        Kind::ManagedHsm if !kind.hsm => {
            Err(Refused::parameter(format!("The key type {name} is not supported by a Managed HSM.")))
        }
        Kind::Standard | Kind::Premium if kind.family == Family::Oct => {
            Err(Refused::parameter(format!("The key type {name} is not supported by a vault.")))
        }
        Kind::Standard | Kind::Premium | Kind::ManagedHsm => Ok(()),
    }
}

/// Puts a new version under its name and answers it.
pub(crate) fn store(service: &KeyVault, request: &Request, version: Version) -> Result<Value, Refused> {
    let answer = bundle(request, &request.name, &version)?;
    let mut vaults = service.vaults();
    let vault = vaults.get_mut(&request.vault).ok_or_else(Refused::nowhere)?;
    check_free(vault, &request.name)?;
    let operation = if version.imported { "KeyImport" } else { "KeyCreate" };
    vault.watch.see(operation, vault.kind.kid(&request.vault, &request.name, &version.id));
    vault.keys.entry(request.name.clone()).or_default().versions.push(version);
    Ok(answer)
}

/// An enabled version with what Azure gives a key that says nothing of itself, and no material yet.
pub(crate) fn describe(kind: KeyType) -> Result<Version, Refused> {
    let operations = match kind.family {
        Family::Rsa => &["encrypt", "decrypt", "sign", "verify", "wrapKey", "unwrapKey"][..],
        Family::Ec => &["sign", "verify"][..],
        Family::Oct => &["encrypt", "decrypt", "wrapKey", "unwrapKey"][..],
    };
    let now = clock::whole_seconds();
    Ok(Version {
        id: hex(&random(16)?),
        material: None,
        kind,
        operations: operations.iter().map(|operation| (*operation).to_owned()).collect(),
        enabled: true,
        not_before: None,
        expires: None,
        created: now,
        updated: now,
        hsm_platform: Some(if kind.hsm { "2" } else { "0" }.to_owned()),
        exportable: false,
        release_policy: None,
        managed: false,
        imported: false,
        tags: Map::new(),
    })
}

/// Attributes, tags and release policy of a request.
pub(crate) fn settle(version: &mut Version, request: &Request) -> Result<(), Refused> {
    let attributes = request.object("attributes")?;
    let flag = |name: &str| match attributes.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_bool().map(Some).ok_or_else(|| invalid(name)),
    };
    let moment = |name: &str| match attributes.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_u64().map(Some).ok_or_else(|| invalid(name)),
    };
    version.enabled = flag("enabled")?.unwrap_or(version.enabled);
    version.exportable = flag("exportable")?.unwrap_or(version.exportable);
    version.not_before = moment("nbf")?.or(version.not_before);
    version.expires = moment("exp")?.or(version.expires);
    if let Some(Value::Object(tags)) = request.body.get("tags") {
        version.tags.clone_from(tags);
    }
    if let Some(policy @ Value::Object(_)) = request.body.get("release_policy") {
        version.release_policy = Some(policy.clone());
    }
    Ok(())
}

fn shape(request: &Request, kind: KeyType) -> Result<Option<KeyShape>, Refused> {
    match kind.family {
        Family::Oct => Ok(None),
        Family::Ec => {
            let name = request.text("crv")?.unwrap_or("P-256");
            let curve = CURVES.iter().find(|(known, _)| *known == name).ok_or_else(|| invalid("crv"))?;
            Ok(Some(curve.1))
        }
        Family::Rsa => {
            let size = match request.body.get("key_size") {
                None | Some(Value::Null) => USUAL_SIZE,
                Some(size) => size.as_u64().and_then(|size| u32::try_from(size).ok()).unwrap_or_default(),
            };
            if RSA_SIZES.contains(&size) {
                return Ok(Some(KeyShape::Rsa(size)));
            }
            Err(Refused::parameter(format!("Unsupported key size ({size}). Supported sizes are [2048, 3072, 4096]")))
        }
    }
}
