//! Google Cloud KMS: JSON over REST, `google.cloud.kms.v1`.

pub(crate) mod key_description;

mod algorithm;
mod attestation;
mod control;
mod corruption;
mod create;
mod crypto_key;
mod enumeration;
mod error;
mod listing;
mod moment;
mod name;
mod operation;
mod page;
mod public_key;
mod request;
mod signing;
mod state;
mod store;
mod version;

use crate::fault::Corruption;
use crate::google::enumeration::to_numbers;
use crate::google::error::{GoogleError, usual_code, usual_message, usual_status};
use crate::google::moment::Moment;
use crate::google::name::Name;
use crate::google::operation::Operation;
use crate::google::request::Request;
use crate::google::store::Store;
use crate::google::version::Version;
use crate::material::{KeyShape, Material};
use crate::service::{Answer, CloudService};
use hyper::Method;
use hyper::body::Bytes;
use hyper::http::request::Parts;
use openssl::error::ErrorStack;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The service: every project, every location.
#[derive(Debug)]
pub(crate) struct GoogleKms {
    project: String,
    location: String,
    store: Arc<Mutex<Store>>,
    strangers: Mutex<HashMap<KeyShape, Arc<Material>>>,
}

impl GoogleKms {
    /// A service without keys; this project and location are those of keys that name none.
    pub(crate) fn new(project: &str, location: &str) -> GoogleKms {
        GoogleKms {
            project: project.to_owned(),
            location: location.to_owned(),
            store: Arc::default(),
            strangers: Mutex::new(HashMap::new()),
        }
    }

    fn project(&self) -> &str {
        &self.project
    }

    fn location(&self) -> &str {
        &self.location
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the material of a version that is pending, while others are served.
    fn generate(&self, started: Option<Version>) {
        let Some(version) = started else {
            return;
        };
        let (Some(shape), store) = (version.algorithm.shape, Arc::clone(&self.store)) else {
            return;
        };
        std::thread::spawn(move || {
            let material = Material::generate(shape);
            let mut made = version.clone();
            made.material = material.ok().map(Arc::new);
            made.attest();
            let mut store = store.lock().unwrap_or_else(PoisonError::into_inner);
            let Ok(place) = store.version(&Name::parse(&version.name)) else {
                return;
            };
            if made.material.is_some() {
                (place.material, place.attestation) = (made.material, made.attestation);
                place.generated = Some(Moment::now());
            }
            if place.state == "PENDING_GENERATION" {
                let state = if place.material.is_some() { "ENABLED" } else { "GENERATION_FAILED" };
                state.clone_into(&mut place.state);
            }
        });
    }

    /// A key of this shape that is nobody's, for answers by another key.
    fn stranger(&self, shape: KeyShape) -> Result<Arc<Material>, ErrorStack> {
        let mut strangers = self.strangers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(stranger) = strangers.get(&shape) {
            return Ok(Arc::clone(stranger));
        }
        let stranger = Arc::new(Material::generate(shape)?);
        strangers.insert(shape, Arc::clone(&stranger));
        Ok(stranger)
    }

    fn carry_out(&self, head: &Parts, body: &[u8]) -> Result<Value, GoogleError> {
        let Some((operation, name)) = Operation::of(head) else {
            return Err(GoogleError::new("NOT_FOUND", "Method not found."));
        };
        operation.run(self, &Request::read(name, head, body)?)
    }
}

impl CloudService for GoogleKms {
    fn serves(&self, head: &Parts) -> bool {
        head.uri.path().starts_with("/v1/")
    }

    fn operation(&self, head: &Parts) -> Option<String> {
        Operation::of(head).map(|(operation, _)| operation.name.to_owned())
    }

    fn identity(&self, head: &Parts) -> Option<String> {
        bearer(head).map(str::to_owned)
    }

    fn key(&self, head: &Parts, _: &[u8]) -> Option<String> {
        Operation::of(head).map(|(_, name)| name.resource())
    }

    fn answer(&self, head: &Parts, body: &[u8]) -> Answer {
        match self.carry_out(head, body) {
            Ok(mut value) => {
                if Request::wants_numbers(head) {
                    to_numbers(&mut value);
                }
                envelope(200, &value)
            }
            Err(error) => refuse(&error),
        }
    }

    fn refusal(&self, _: &Parts, status: Option<u16>, error: Option<&str>, message: Option<&str>) -> Answer {
        let name = error.unwrap_or_else(|| usual_status(status.unwrap_or(400)));
        refuse(&GoogleError {
            status: name.to_owned(),
            code: status.unwrap_or_else(|| usual_code(name)),
            message: message.unwrap_or_else(|| usual_message(name)).to_owned(),
            details: Vec::new(),
        })
    }

    fn control(&self, method: &Method, path: &str, body: &[u8]) -> Option<Result<Value, (u16, String)>> {
        self.controlled(method, path, body)
    }

    fn skewed(&self, _: &Parts, _: i64) -> Option<Answer> {
        None
    }

    fn corrupt(&self, corruption: Corruption, head: &Parts, request: &[u8], answer: Answer) -> Answer {
        self.spoil(corruption, head, request, answer)
    }
}

/// The bearer token of a request.
fn bearer(head: &Parts) -> Option<&str> {
    head.headers.get("authorization")?.to_str().ok()?.strip_prefix("Bearer ")
}

fn refuse(error: &GoogleError) -> Answer {
    envelope(error.code, &error.body())
}

fn envelope(status: u16, body: &Value) -> Answer {
    // Google's own answers are indented.
    let text = serde_json::to_string_pretty(body).unwrap_or_default() + "\n";
    Answer {
        status,
        headers: vec![("content-type", "application/json; charset=UTF-8".to_owned())],
        body: Bytes::from(text),
    }
}
