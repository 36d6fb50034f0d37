//! Requests without a network, for the tests of the operations.

use crate::exchange::Stage;
use crate::google::GoogleKms;
use crate::service::CloudService;
use hyper::Request;
use hyper::http::request::Parts;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A location of a project.
pub(crate) const LOCATION: &str = "projects/p/locations/europe-west1";

/// A service and somebody who asks it.
pub(crate) struct Rehearsal {
    /// The service.
    pub(crate) kms: GoogleKms,
    token: Option<String>,
}

impl Rehearsal {
    /// A service with one empty key ring, `r`.
    pub(crate) fn new() -> Rehearsal {
        let kms = GoogleKms::new("p", "europe-west1", Arc::new(Stage::default()));
        let rehearsal = Rehearsal { kms, token: None };
        rehearsal.post(&format!("{LOCATION}/keyRings?keyRingId=r"), &json!({})).unwrap();
        rehearsal
    }

    /// Asks with this bearer token from now on.
    pub(crate) fn with_token(&mut self, token: &str) {
        self.token = Some(token.to_owned());
    }

    /// Carries out a request for a path under `/v1/`; a refusal is its code, status and text.
    pub(crate) fn ask(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        let (status, answer) = self.answer(method, path, body);
        if status == 200 {
            return Ok(answer);
        }
        let error = &answer["error"];
        Err(format!("{status} {}: {}", error["status"].as_str().unwrap(), error["message"].as_str().unwrap()))
    }

    /// The same for a path under another version of an API.
    pub(crate) fn ask_of(&self, version: &str, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        let mut head = self.head(method, path);
        head.uri = format!("/{version}/{path}").parse().unwrap();
        let answer = self.kms.answer(&head, body.to_string().as_bytes());
        let read: Value = serde_json::from_slice(&answer.body).unwrap();
        if answer.status == 200 { Ok(read) } else { Err(read["error"]["message"].as_str().unwrap().to_owned()) }
    }

    /// The same with the whole body.
    pub(crate) fn answer(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = self.kms.answer(&self.head(method, path), body.as_bytes());
        (answer.status, serde_json::from_slice(&answer.body).unwrap())
    }

    /// The head of a request.
    pub(crate) fn head(&self, method: &str, path: &str) -> Parts {
        let mut request = Request::builder().method(method).uri(format!("/v1/{path}"));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        request.body(()).unwrap().into_parts().0
    }

    /// GET.
    pub(crate) fn get(&self, path: &str) -> Result<Value, String> {
        self.ask("GET", path, &Value::Null)
    }

    /// POST.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<Value, String> {
        self.ask("POST", path, body)
    }

    /// Makes a key with one version and waits until it can sign; answers the version's name.
    pub(crate) fn key(&self, id: &str, algorithm: &str, protection: &str) -> String {
        let template = json!({"algorithm": algorithm, "protectionLevel": protection});
        let key = json!({"purpose": "ASYMMETRIC_SIGN", "versionTemplate": template});
        let made = self.post(&format!("{LOCATION}/keyRings/r/cryptoKeys?cryptoKeyId={id}"), &key).unwrap();
        let version = format!("{}/cryptoKeyVersions/1", made["name"].as_str().unwrap());
        self.wait(&version, "ENABLED");
        version
    }

    /// Waits until a version has this state.
    pub(crate) fn wait(&self, version: &str, state: &str) {
        let started = Instant::now();
        while self.get(version).unwrap()["state"] != state {
            assert!(started.elapsed() < Duration::from_secs(60), "{:?}", self.get(version));
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}
