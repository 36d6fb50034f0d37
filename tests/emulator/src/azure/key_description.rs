//! Keys that are there from the start or by way of the control endpoint: made without Azure's rules, so that keys that only
//! an old or odd vault has can be shown to whoever must refuse them.

use crate::azure::KeyVault;
use crate::azure::create::{USUAL_SIZE, check_name, describe};
use crate::azure::key::Version;
use crate::azure::key_type::{CURVES, Family, KeyType, RSA_SIZES};
use crate::azure::vault::DEFAULT_VAULT;
use crate::material::{KeyShape, Material};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// A key to be made. On the command line: `KTY[,name=value|,name]…` with hyphens for underscores.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct KeyDescription {
    vault: Option<String>,
    name: Option<String>,
    kty: String,
    size: Option<u32>,
    curve: Option<String>,
    operations: Option<Vec<String>>,
    #[serde(alias = "hsm-platform")]
    hsm_platform: Option<String>,
    exportable: bool,
    #[serde(alias = "release-policy")]
    release_policy: bool,
    managed: bool,
    imported: bool,
    disabled: bool,
    expired: bool,
    #[serde(alias = "not-yet-valid")]
    not_yet_valid: bool,
}

impl KeyVault {
    /// Makes a key, or a version of one that is there, and answers its facts.
    ///
    /// # Errors
    /// Says what in the description cannot be.
    pub(crate) fn make(&self, description: &KeyDescription) -> Result<Value, String> {
        let (vault, name, version) = self.prepare(description)?;
        self.put(&vault, &name, version)
    }

    /// Vault, name and version of a key to be.
    pub(crate) fn prepare(&self, description: &KeyDescription) -> Result<(String, String, Version), String> {
        let version = description.build()?;
        let name = match &description.name {
            Some(name) => name.clone(),
            None => format!("key-{}", version.id.get(..8).unwrap_or_default()),
        };
        check_name(&name).map_err(|refused| refused.message)?;
        let vault = description.vault.clone().unwrap_or_else(|| DEFAULT_VAULT.to_owned());
        Ok((vault, name, version))
    }

    /// Puts a version into a vault and answers its facts.
    pub(crate) fn put(&self, vault: &str, name: &str, version: Version) -> Result<Value, String> {
        let mut vaults = self.vaults();
        let entry = vaults.get_mut(vault).ok_or_else(|| format!("no vault '{vault}'; make it first"))?;
        let facts = json!({
            "vault": vault,
            "name": name,
            "version": version.id,
            "kty": version.kind.name(),
            "id": entry.kind.kid(vault, name, &version.id),
        });
        let operation = if version.imported { "KeyImport" } else { "KeyCreate" };
        entry.watch.see(operation, entry.kind.kid(vault, name, &version.id));
        entry.keys.entry(name.to_owned()).or_default().versions.push(version);
        Ok(facts)
    }
}

impl KeyDescription {
    /// Reads the command line's form.
    ///
    /// # Errors
    /// Says which part is not understood.
    pub(crate) fn parse(text: &str) -> Result<KeyDescription, String> {
        let mut members = Map::new();
        let mut parts = text.split(',');
        members.insert("kty".to_owned(), json!(parts.next().unwrap_or_default()));
        for part in parts {
            let (name, value) = match part.split_once('=') {
                Some(("size", value)) => {
                    ("size", json!(value.parse::<u32>().map_err(|_| format!("no size: {value}"))?))
                }
                Some((name, value)) => (name, json!(value)),
                None => (part, json!(true)),
            };
            members.insert(name.to_owned(), value);
        }
        let description: KeyDescription =
            serde_json::from_value(Value::Object(members)).map_err(|error| error.to_string())?;
        description.shape(description.kind()?)?;
        Ok(description)
    }

    fn kind(&self) -> Result<KeyType, String> {
        KeyType::parse(&self.kty).ok_or_else(|| {
            format!("unknown kty '{}'; known ones are RSA, RSA-HSM, EC, EC-HSM, oct and oct-HSM", self.kty)
        })
    }

    /// The same as a key that belongs to a certificate.
    pub(crate) fn managed(self) -> KeyDescription {
        KeyDescription { managed: true, ..self }
    }

    fn build(&self) -> Result<Version, String> {
        let kind = self.kind()?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_form_reads_names_numbers_and_switches() {
        let text = "RSA-HSM,name=release,vault=hsm,size=3072,hsm-platform=1,exportable,not-yet-valid";
        let description = KeyDescription::parse(text).unwrap();
        assert_eq!((description.kty.as_str(), description.size), ("RSA-HSM", Some(3072)));
        assert_eq!((description.name.as_deref(), description.vault.as_deref()), (Some("release"), Some("hsm")));
        assert_eq!(description.hsm_platform.as_deref(), Some("1"));
        assert!(description.exportable && description.not_yet_valid && !description.disabled);
    }

    #[test]
    fn what_nobody_knows_is_an_error_that_repeats_it() {
        for (text, said) in
            [("RSA-HSM,colour=red", "colour"), ("DSA", "DSA"), ("RSA,size=1024", "1024"), ("EC,curve=x", "x")]
        {
            let error = KeyDescription::parse(text).unwrap_err();
            assert!(error.contains(said), "{error}");
        }
    }
}
