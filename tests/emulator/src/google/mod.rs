//! Google Cloud KMS: JSON over REST, `google.cloud.kms.v1`.

pub(crate) mod key_description;

mod access;
mod algorithm;
mod attestation;
mod change;
mod control;
mod corruption;
mod create;
mod crypto_key;
mod enumeration;
mod error;
mod filter;
mod generation;
mod import;
mod import_job;
mod issuer;
mod listing;
mod log;
mod metadata;
mod moment;
mod name;
mod operation;
mod page;
mod place;
mod policy;
mod public_key;
#[cfg(test)]
mod rehearsal;
mod request;
mod resource_manager;
mod role;
mod service_account;
mod signing;
mod state;
mod store;
mod token;
mod version;

use crate::exchange::Stage;
use crate::fault::Corruption;
use crate::google::access::{Iam, bearer};
use crate::google::enumeration::to_numbers;
use crate::google::error::{GoogleError, denied, over_quota, usual_code, usual_message, usual_status};
use crate::google::generation::{Generation, generated};
use crate::google::issuer::Desk;
use crate::google::name::{check_location, check_name};
use crate::google::operation::Operation;
use crate::google::request::Request;
use crate::google::service_account::Accounts;
use crate::google::store::Store;
use crate::google::token::Tokens;
use crate::google::version::Version;
use crate::material::{KeyShape, Material};
use crate::service::{Answer, CloudService};
use crate::unwrapping::WrappingKeys;
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
    generation: Generation,
    wrapping_keys: WrappingKeys,
    iam: Mutex<Iam>,
    tokens: Tokens,
    accounts: Accounts,
    stage: Arc<Stage>,
}

impl GoogleKms {
    /// A service without keys; this project and location are those of keys that name none.
    pub(crate) fn new(project: &str, location: &str, stage: Arc<Stage>) -> GoogleKms {
        GoogleKms {
            project: project.to_owned(),
            location: location.to_owned(),
            store: Arc::default(),
            strangers: Mutex::new(HashMap::new()),
            generation: Generation::default(),
            wrapping_keys: WrappingKeys::default(),
            iam: Mutex::default(),
            tokens: Tokens::default(),
            accounts: Accounts::default(),
            stage,
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

    /// Makes the material of a version that waits for it.
    fn generate(&self, started: Option<Version>) {
        if let Some(version) = started.filter(|version| version.algorithm.shape.is_some()) {
            self.generation.start(&self.store, version, generated);
        }
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
        let caller = self.authorize(head, operation, &name)?;
        check_location(&name)?;
        check_name(&name)?;
        operation.run(self, &Request::read(name, caller, head, body)?)
    }
}

impl CloudService for GoogleKms {
    fn serves(&self, head: &Parts) -> bool {
        let path = head.uri.path();
        ["/v1/", "/v2/entries:", "/v2/folders/", "/v3/"].iter().any(|start| path.starts_with(start))
            || Desk::of(head).is_some()
    }

    fn operation(&self, head: &Parts) -> Option<String> {
        let desk = Desk::of(head).map(Desk::name);
        desk.or_else(|| Operation::of(head).map(|(operation, _)| operation.name)).map(str::to_owned)
    }

    fn identity(&self, head: &Parts) -> Option<String> {
        bearer(head).map(str::to_owned)
    }

    fn key(&self, head: &Parts, _: &[u8]) -> Option<String> {
        Operation::of(head).map(|(_, name)| name.resource())
    }

    fn answer(&self, head: &Parts, body: &[u8]) -> Answer {
        if let Some(desk) = Desk::of(head) {
            return self.hand_out(desk, head, body);
        }
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

    fn refusal(&self, head: &Parts, status: Option<u16>, error: Option<&str>, message: Option<&str>) -> Answer {
        let name = error.unwrap_or_else(|| usual_status(status.unwrap_or(400)));
        let usual = || match (name, Operation::of(head)) {
            ("RESOURCE_EXHAUSTED", Some((operation, _))) => over_quota(operation.quota()),
            ("PERMISSION_DENIED", Some((operation, name))) => denied(operation.permission, &operation.guarded(&name)),
            _ => usual_message(name).to_owned(),
        };
        refuse(&GoogleError {
            status: name.to_owned(),
            code: status.unwrap_or_else(|| usual_code(name)),
            message: message.map_or_else(usual, str::to_owned),
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
