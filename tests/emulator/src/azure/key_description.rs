//! Keys that are there from the start or by way of the control endpoint: made without Azure's rules, so that keys that only
//! an old or odd vault has can be shown to whoever must refuse them.

use crate::azure::KeyVault;
use crate::azure::create::{USUAL_SIZE, check_name, describe};
use crate::azure::key::Version;
use crate::azure::key_type::{CURVES, Family, KeyType, RSA_SIZES};
use crate::material::{KeyShape, Material};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// A key to be made.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct KeyDescription {
    vault: Option<String>,
    name: Option<String>,
    kty: String,
    size: Option<u32>,
    curve: Option<String>,
    operations: Option<Vec<String>>,
    hsm_platform: Option<String>,
    exportable: bool,
    release_policy: bool,
    managed: bool,
    imported: bool,
    disabled: bool,
    expired: bool,
    not_yet_valid: bool,
}

impl KeyVault {
    /// Makes a key, or a version of one that is there, and answers its facts.
    ///
    /// # Errors
    /// Says what in the description cannot be.
    pub(crate) fn make(&self, description: &KeyDescription) -> Result<Value, String> {
        let version = description.build()?;
        let name = match &description.name {
            Some(name) => name.clone(),
            None => format!("key-{}", version.id.get(..8).unwrap_or_default()),
        };
        check_name(&name).map_err(|refused| refused.message)?;
        let mut vaults = self.vaults();
        let wanted = description.vault.as_deref().unwrap_or(crate::azure::vault::DEFAULT_VAULT);
        let vault = vaults.get_mut(wanted).ok_or_else(|| format!("no vault '{wanted}'; make it first"))?;
        let facts = json!({
            "vault": wanted,
            "name": name,
            "version": version.id,
            "kty": version.kind.name(),
            "id": format!("https://{wanted}.{}/keys/{name}/{}", vault.kind.domain(), version.id),
        });
        vault.keys.entry(name).or_default().versions.push(version);
        Ok(facts)
    }
}

impl KeyDescription {
    fn build(&self) -> Result<Version, String> {
        let kind = KeyType::parse(&self.kty).ok_or_else(|| {
            format!("unknown kty '{}'; known ones are RSA, RSA-HSM, EC, EC-HSM, oct and oct-HSM", self.kty)
        })?;
        let mut version = describe(kind).map_err(|refused| refused.message)?;
        let material = self.shape(kind)?.map(Material::generate).transpose();
        version.material = material.map_err(|error| error.to_string())?.map(Arc::new);
        if let Some(operations) = &self.operations {
            version.operations.clone_from(operations);
        }
        if let Some(platform) = &self.hsm_platform {
            version.hsm_platform = Some(platform.clone()).filter(|platform| platform != "missing");
        }
        version.exportable = self.exportable;
        if self.release_policy {
            // {"version":"1.0.0"}
            version.release_policy = Some(json!({
                "contentType": "application/json; charset=utf-8", "immutable": false, "data": "eyJ2ZXJzaW9uIjoiMS4wLjAifQ",
            }));
        }
        version.managed = self.managed;
        version.imported = self.imported;
        version.enabled = !self.disabled;
        version.expire(Some(self.expired), Some(self.not_yet_valid));
        Ok(version)
    }

    fn shape(&self, kind: KeyType) -> Result<Option<KeyShape>, String> {
        match kind.family {
            Family::Oct => Ok(None),
            Family::Rsa => {
                let size = self.size.unwrap_or(USUAL_SIZE);
                let known = RSA_SIZES.contains(&size).then_some(Some(KeyShape::Rsa(size)));
                known.ok_or_else(|| format!("unknown size {size}; known ones are 2048, 3072 and 4096"))
            }
            Family::Ec => {
                let wanted = self.curve.as_deref().unwrap_or("P-256");
                let known = CURVES.iter().find(|(name, _)| *name == wanted);
                let known = known.map(|(_, shape)| Some(*shape));
                known.ok_or_else(|| format!("unknown curve '{wanted}'; known ones are P-256, P-384, P-521 and P-256K"))
            }
        }
    }
}
