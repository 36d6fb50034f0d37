//! Keys that are there from the start or by way of the control endpoint: made without KMS's rules, so that keys
//! KMS would not make (a signing key in a key store, say) can be shown to whoever must refuse them.

use crate::aws::Kms;
use crate::aws::alias::check_form;
use crate::aws::create::{blank, generate};
use crate::aws::key::{Key, KeyState};
use crate::aws::key_spec::{KEY_USAGES, KeySpec};
use crate::aws::keyring::{Alias, Keyring};
use crate::aws::state;
use crate::clock::milliseconds;
use openssl::sha::sha256;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// A key to be made. On the command line: `SPEC[,name=value|,name]…` with hyphens for underscores.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct KeyDescription {
    spec: String,
    alias: Option<String>,
    origin: Option<String>,
    region: Option<String>,
    usage: Option<String>,
    description: Option<String>,
    #[serde(alias = "custom-key-store")]
    custom_key_store: Option<String>,
    manager: Option<String>,
    disabled: bool,
    #[serde(alias = "multi-region")]
    multi_region: bool,
    #[serde(alias = "pending-deletion")]
    pending_deletion: bool,
    #[serde(alias = "pending-import")]
    pending_import: bool,
}

impl KeyDescription {
    /// Reads the command line's form.
    ///
    /// # Errors
    /// Says which part is not understood.
    pub(crate) fn parse(text: &str) -> Result<KeyDescription, String> {
        let mut members = Map::new();
        let mut parts = text.split(',');
        members.insert("spec".to_owned(), json!(parts.next().unwrap_or_default()));
        for part in parts {
            let (name, value) = match part.split_once('=') {
                Some((name, value)) => (name, json!(value)),
                None => (part, json!(true)),
            };
            members.insert(name.to_owned(), value);
        }
        let description: KeyDescription =
            serde_json::from_value(Value::Object(members)).map_err(|error| error.to_string())?;
        description.spec()?;
        Ok(description)
    }

    fn spec(&self) -> Result<KeySpec, String> {
        KeySpec::parse(&self.spec).ok_or_else(|| {
            format!(
                "unknown key spec '{}'; known ones are RSA_2048, RSA_3072, RSA_4096, ECC_NIST_P256, ECC_NIST_P384, ECC_NIST_P521, ECC_SECG_P256K1, ECC_NIST_EDWARDS25519, SYMMETRIC_DEFAULT and HMAC_224 to HMAC_512",
                self.spec
            )
        })
    }
}

impl Kms {
    /// Makes a key and answers its facts.
    ///
    /// # Errors
    /// Says what in the description cannot be.
    pub(crate) fn make(&self, description: &KeyDescription) -> Result<Value, String> {
        let region = description.region.as_deref().unwrap_or(&self.home_region);
        let key = self.build(description, region)?;
        let (id, facts_of) = (key.id.clone(), key.clone());
        let alias = description.alias.as_deref().map(alias_name).transpose()?;
        let mut keyring = self.keyring();
        let entries = keyring.region(region);
        if let Some(alias) = alias {
            if entries.aliases.contains_key(&alias) {
                return Err(format!("{alias} exists already in {region}"));
            }
            let entry = Alias { target: id.clone(), created: key.created, updated: key.created };
            entries.aliases.insert(alias, entry);
        }
        entries.keys.insert(id, key);
        Ok(facts(&keyring, region, &facts_of))
    }

    /// The facts of every key.
    pub(crate) fn list(&self) -> Vec<Value> {
        let keyring = self.keyring();
        keyring.keys().map(|(region, key)| facts(&keyring, region, key)).collect()
    }

    /// Puts the keys of this id or ARN into a state, KMS's rules aside; answers their facts.
    ///
    /// # Errors
    /// No such key, or no such state.
    pub(crate) fn put_into_state(&self, name: &str, state: &str) -> Result<Vec<Value>, String> {
        let state = KeyState::parse(state).ok_or_else(|| {
            format!(
                "unknown state '{state}'; known ones are Enabled, Disabled, PendingDeletion, PendingImport, Unavailable"
            )
        })?;
        let named = |key: &Key| key.id == name || key.arn == name;
        let mut keyring = self.keyring();
        for key in keyring.keys_mut().filter(|key| named(key)) {
            state::set(key, state);
        }
        let changed: Vec<Value> =
            keyring.keys().filter(|(_, key)| named(key)).map(|(region, key)| facts(&keyring, region, key)).collect();
        if changed.is_empty() {
            return Err(format!("no key '{name}'"));
        }
        Ok(changed)
    }

    fn build(&self, description: &KeyDescription, region: &str) -> Result<Key, String> {
        let spec = description.spec()?;
        let failed = |error: crate::aws::error::KmsError| error.message;
        let mut key = blank(region, &self.account, spec, description.multi_region).map_err(failed)?;
        if let Some(usage) = &description.usage {
            if !KEY_USAGES.contains(&usage.as_str()) {
                return Err(format!("unknown usage '{usage}'"));
            }
            key.usage.clone_from(usage);
        }
        if description.custom_key_store.is_some() {
            "AWS_CLOUDHSM".clone_into(&mut key.origin);
        }
        if let Some(origin) = &description.origin {
            key.origin.clone_from(origin);
        }
        if let Some(manager) = &description.manager {
            key.manager.clone_from(manager);
        }
        key.custom_key_store.clone_from(&description.custom_key_store);
        key.description = description.description.clone().unwrap_or_default();
        key.created = milliseconds();
        if !description.pending_import {
            key.material = generate(spec).map_err(failed)?;
            if key.origin == "EXTERNAL" {
                key.imported = Some(sha256(key.id.as_bytes()).to_vec());
            }
        }
        for (wanted, state) in [
            (description.disabled, KeyState::Disabled),
            (description.pending_deletion, KeyState::PendingDeletion),
            (description.pending_import, KeyState::PendingImport),
        ] {
            if wanted {
                state::set(&mut key, state);
            }
        }
        Ok(key)
    }
}

fn alias_name(name: &str) -> Result<String, String> {
    let full = if name.starts_with("alias/") { name.to_owned() } else { format!("alias/{name}") };
    check_form(&full).map_err(|error| format!("alias '{name}': {}", error.message))?;
    Ok(full)
}

fn facts(keyring: &Keyring, region: &str, key: &Key) -> Value {
    json!({
        "arn": key.arn,
        "key_id": key.id,
        "alias": keyring.alias_of(region, &key.id),
        "spec": key.spec.name(),
        "origin": key.origin,
        "region": region,
        "state": key.state.name(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_form_reads_names_and_switches() {
        let description = KeyDescription::parse(
            "RSA_3072,alias=release,origin=EXTERNAL,disabled,multi-region,custom-key-store=cks-1",
        )
        .unwrap();
        assert_eq!(description.spec, "RSA_3072");
        assert_eq!(description.alias.as_deref(), Some("release"));
        assert_eq!(description.origin.as_deref(), Some("EXTERNAL"));
        assert!(description.disabled && description.multi_region);
        assert_eq!(description.custom_key_store.as_deref(), Some("cks-1"));
    }

    #[test]
    fn a_word_nobody_knows_is_an_error_that_repeats_it() {
        let error = KeyDescription::parse("RSA_3072,colour=red").unwrap_err();
        assert!(error.contains("colour"), "{error}");
        let error = KeyDescription::parse("RSA_1024").unwrap_err();
        assert!(error.contains("RSA_1024"), "{error}");
    }
}
