//! What the control endpoint has for Google alone: versions and their states, IAM, tokens and service accounts.

use crate::google::GoogleKms;
use crate::google::access::Iam;
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Hold {
    held: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenOf {
    member: String,
    #[serde(default = "hour")]
    expires_in_seconds: f64,
}

fn hour() -> f64 {
    3600.0
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccountNamed {
    email: String,
    #[serde(default = "google")]
    token_uri: String,
}

fn google() -> String {
    "https://oauth2.googleapis.com/token".to_owned()
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
            ("PUT", "/google/generation") => read(body).map(|Hold { held }| {
                self.generation.hold(held);
                json!({})
            }),
            ("PUT", "/google/iam") => read(body).and_then(|iam: Iam| match iam.mistake() {
                Some(mistake) => Err((400, mistake)),
                None => {
                    self.set_iam(iam);
                    Ok(json!({}))
                }
            }),
            ("POST", "/google/tokens") => read(body).map(|TokenOf { member, expires_in_seconds }| {
                json!({"token": self.tokens.issue("given", &member, expires_in_seconds)})
            }),
            ("POST", "/google/service-accounts") => read(body).and_then(|AccountNamed { email, token_uri }| {
                let made = self.accounts.make(&email, self.project(), &token_uri);
                made.map_err(|error| (500, error.message))
            }),
            _ => return None,
        };
        Some(reply)
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, (u16, String)> {
    serde_json::from_slice(body).map_err(|error| (400, error.to_string()))
}
