//! What the control endpoint has for Azure: keys, vaults and tokens, under `/azure/`.

use crate::azure::KeyVault;
use crate::azure::gate::VAULTS;
use crate::azure::key_description::KeyDescription;
use crate::azure::vault::Kind;
use hyper::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

type Reply = Result<Value, (u16, String)>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VaultDescription {
    name: String,
    kind: Kind,
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
            ("POST", "vaults") => Some(read(body).map(|VaultDescription { name, kind }| {
                self.vaults().add(&name, kind);
                json!({})
            })),
            ("POST", "tokens") => Some(read(body).and_then(|description| self.token(&description))),
            _ => None,
        }
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
