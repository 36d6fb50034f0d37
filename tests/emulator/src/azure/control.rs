//! What the control endpoint has for Azure: keys, vaults and tokens, under `/azure/`.

use crate::azure::KeyVault;
use crate::azure::certificate::CertificateDescription;
use crate::azure::gate::VAULTS;
use crate::azure::key_description::KeyDescription;
use crate::azure::log::Event;
use crate::azure::permission::Authorization;
use crate::azure::vault::{DEFAULT_VAULT, Kind};
use hyper::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

type Reply = Result<Value, (u16, String)>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VaultDescription {
    name: String,
    kind: Option<Kind>,
    authorization: Option<Authorization>,
    grants: Option<BTreeMap<String, BTreeSet<String>>>,
    firewall: Option<bool>,
    /// Diagnostic settings, `properties` of each.
    diagnostic_settings: Option<Vec<Value>>,
    /// The rows of the audit log, in place of those that there are.
    events: Option<Vec<Event>>,
    /// Where the vault says it is served.
    uri: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct State {
    #[serde(default = "default_vault")]
    vault: String,
    name: String,
    version: Option<String>,
    disabled: Option<bool>,
    expired: Option<bool>,
    not_yet_valid: Option<bool>,
    operations: Option<Vec<String>>,
}

fn default_vault() -> String {
    DEFAULT_VAULT.to_owned()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenDescription {
    holder: String,
    resource: Option<String>,
    expires_in_seconds: Option<f64>,
}

impl KeyVault {
    /// The answer, if the path is one of these.
    pub(crate) fn steer(&self, method: &Method, path: &str, body: &[u8]) -> Option<Reply> {
        match (method.as_str(), path) {
            ("GET", "keys") => Some(Ok(json!({"keys": self.list()}))),
            ("POST", "keys") => Some(
                read::<KeyDescription>(body)
                    .and_then(|description| self.make(&description).map_err(|error| (400, error))),
            ),
            ("POST", "certificates") => Some(
                read::<CertificateDescription>(body)
                    .and_then(|description| self.certify(description).map_err(|error| (400, error))),
            ),
            ("POST", "apps") => Some(read(body).map(|application| {
                self.applications.register(application);
                json!({})
            })),
            ("POST", "vaults") => Some(read(body).map(|description| self.vault(description))),
            ("POST", "roles") => Some(read(body).map(|directory| {
                *self.directory() = directory;
                json!({})
            })),
            ("POST", "state") => Some(read(body).and_then(|state| self.put_into_state(state))),
            ("POST", "tokens") => Some(read(body).and_then(|description| self.token(&description))),
            _ => None,
        }
    }

    /// Makes a vault, or changes one that is there; what is not given stays as it is.
    fn vault(&self, description: VaultDescription) -> Value {
        let mut vaults = self.vaults();
        let vault = vaults.entry(&description.name);
        vault.kind = description.kind.unwrap_or(vault.kind);
        vault.rules.authorization = description.authorization.unwrap_or(vault.rules.authorization);
        vault.rules.firewall = description.firewall.unwrap_or(vault.rules.firewall);
        vault.uri = description.uri.or_else(|| vault.uri.take());
        if let Some(settings) = description.diagnostic_settings {
            vault.watch.settings = settings;
        }
        if let Some(events) = description.events {
            vault.watch.events = events.into_iter().map(Event::now).collect();
        }
        if let Some(grants) = description.grants {
            vault.rules.grants = grants;
        }
        json!({})
    }

    /// Changes a version, Azure's rules aside.
    fn put_into_state(&self, state: State) -> Reply {
        let mut vaults = self.vaults();
        let key = vaults.get_mut(&state.vault).and_then(|vault| vault.keys.get_mut(&state.name));
        let version = key.and_then(|key| key.version_mut(state.version.as_deref()));
        let version = version.ok_or_else(|| (400, format!("no key '{}' in '{}'", state.name, state.vault)))?;
        version.enabled = state.disabled.map_or(version.enabled, |disabled| !disabled);
        version.expire(state.expired, state.not_yet_valid);
        if let Some(operations) = state.operations {
            version.operations = operations;
        }
        Ok(json!({}))
    }

    /// A token as somebody outside of this emulator would come by it, `az` for example.
    fn token(&self, description: &TokenDescription) -> Reply {
        let life = description.expires_in_seconds.unwrap_or(3600.0);
        let resource = description.resource.as_deref().unwrap_or(VAULTS);
        let token = self.tokens.issue(&description.holder, resource, life);
        token.map(|token| json!({"token": token})).map_err(|error| (500, error.to_string()))
    }

    fn list(&self) -> Vec<Value> {
        let vaults = self.vaults();
        let keys =
            vaults.iter().flat_map(|(vault, entry)| entry.keys.iter().map(move |(name, key)| (vault, name, key)));
        keys.map(|(vault, name, key)| {
            let versions: Vec<&str> = key.versions.iter().map(|version| version.id.as_str()).collect();
            json!({"vault": vault, "name": name, "versions": versions})
        })
        .collect()
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, (u16, String)> {
    serde_json::from_slice(body).map_err(|error| (400, error.to_string()))
}
