//! What the control endpoint has for Google alone: versions and their states.

use crate::google::GoogleKms;
use crate::google::key_description::GoogleKeyDescription;
use hyper::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// A JSON body, or a status and why.
type Reply = Result<Value, (u16, String)>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StateOfVersion {
    name: String,
    state: String,
}

impl GoogleKms {
    /// The answer, if the path is one of ours.
    pub(crate) fn controlled(&self, method: &Method, path: &str, body: &[u8]) -> Option<Reply> {
        let reply = match (method.as_str(), path) {
            ("GET", "/google/keys") => Ok(json!({"keys": self.list()})),
            ("POST", "/google/keys") => {
                read(body).and_then(|key: GoogleKeyDescription| self.make(&key).map_err(|error| (400, error)))
            }
            ("POST", "/google/state") => read(body).and_then(|StateOfVersion { name, state }| {
                self.put_into_state(&name, &state).map_err(|error| (400, error))
            }),
            _ => return None,
        };
        Some(reply)
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, (u16, String)> {
    serde_json::from_slice(body).map_err(|error| (400, error.to_string()))
}
