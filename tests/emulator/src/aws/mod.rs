//! AWS KMS: JSON 1.1 over POST /, one operation per `X-Amz-Target`.

pub(crate) mod key_description;

mod alias;
pub(crate) mod authorization;
mod corruption;
mod create;
mod error;
mod import;
mod key;
mod key_name;
mod key_spec;
mod keyring;
mod listing;
mod operation;
mod page;
mod parameters;
mod record;
#[cfg(test)]
mod rehearsal;
mod replica;
mod signing;
mod state;
mod tag;
mod wrapping;

use crate::aws::authorization::{access_key, authorize, check_date, header};
use crate::aws::error::{KmsError, usual_message, usual_name, usual_status};
use crate::aws::key_name::Caller;
use crate::aws::keyring::Keyring;
use crate::aws::operation::Operation;
use crate::aws::parameters::Parameters;
use crate::clock;
use crate::exchange::Stage;
use crate::fault::Corruption;
use crate::identifier::uuid;
use crate::material::{KeyShape, Material};
use crate::service::{Answer, CloudService};
use crate::unwrapping::WrappingKeys;
use hyper::Method;
use hyper::body::Bytes;
use hyper::http::request::Parts;
use openssl::error::ErrorStack;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The service: one account, every region.
#[derive(Debug)]
pub(crate) struct Kms {
    account: String,
    home_region: String,
    keyring: Mutex<Keyring>,
    strangers: Mutex<HashMap<KeyShape, Arc<Material>>>,
    wrapping_keys: WrappingKeys,
    stage: Arc<Stage>,
}

impl Kms {
    /// A service without keys.
    pub(crate) fn new(account: &str, home_region: &str, stage: Arc<Stage>) -> Kms {
        Kms {
            account: account.to_owned(),
            home_region: home_region.to_owned(),
            keyring: Mutex::new(Keyring::default()),
            strangers: Mutex::new(HashMap::new()),
            wrapping_keys: WrappingKeys::default(),
            stage,
        }
    }

    fn keyring(&self) -> MutexGuard<'_, Keyring> {
        self.keyring.lock().unwrap_or_else(PoisonError::into_inner)
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

    fn carry_out(&self, head: &Parts, body: &[u8]) -> Result<Value, KmsError> {
        let unknown = || KmsError {
            name: "UnknownOperationException".to_owned(),
            status: if head.method == Method::POST { 400 } else { 404 },
            message: String::new(),
        };
        let target = target(head).ok_or_else(unknown)?;
        let operation = Operation::parse(target).ok_or_else(unknown)?;
        let scope = authorize(head, &self.stage.credentials)?;
        let caller = Caller { region: scope.region, account: self.account.clone(), operation: target.to_owned() };
        let parameters = Parameters::parse(body)?;
        operation.run(self, &caller, &parameters)
    }
}

impl CloudService for Kms {
    fn serves(&self, head: &Parts) -> bool {
        target(head).is_some()
    }

    fn operation(&self, head: &Parts) -> Option<String> {
        target(head).map(str::to_owned)
    }

    fn identity(&self, head: &Parts) -> Option<String> {
        access_key(head)
    }

    fn key(&self, _: &Parts, body: &[u8]) -> Option<String> {
        let request: Value = serde_json::from_slice(body).ok()?;
        Some(request.get("KeyId")?.as_str()?.to_owned())
    }

    fn answer(&self, head: &Parts, body: &[u8]) -> Answer {
        match self.carry_out(head, body) {
            Ok(Value::Null) => envelope(200, Bytes::new()),
            Ok(value) => envelope(200, value.to_string().into()),
            Err(error) => refuse(&error),
        }
    }

    fn refusal(&self, _: &Parts, status: Option<u16>, error: Option<&str>, message: Option<&str>) -> Answer {
        let name = error.unwrap_or_else(|| usual_name(status.unwrap_or(400)));
        refuse(&KmsError {
            name: name.to_owned(),
            status: status.unwrap_or_else(|| usual_status(name)),
            message: message.unwrap_or_else(|| usual_message(name)).to_owned(),
        })
    }

    /// The header in milliseconds is AWS's own: AWS SDK retry behaviour specification, "2.1" mode.
    fn try_again(&self, seconds: f64) -> Vec<(&'static str, String)> {
        vec![
            ("retry-after", format!("{}", seconds.ceil())),
            ("x-amz-retry-after", format!("{}", (seconds * 1000.0).round())),
        ]
    }

    fn skewed(&self, head: &Parts, ahead: i64) -> Option<Answer> {
        let now = clock::whole_seconds().saturating_add_signed(ahead);
        check_date(head, now).err().map(|error| refuse(&error))
    }

    fn corrupt(&self, corruption: Corruption, head: &Parts, request: &[u8], answer: Answer) -> Answer {
        self.spoil(corruption, head, request, answer)
    }
}

fn target(head: &Parts) -> Option<&str> {
    if head.method != Method::POST || head.uri.path() != "/" {
        return None;
    }
    header(head, "x-amz-target")?.strip_prefix("TrentService.")
}

fn refuse(error: &KmsError) -> Answer {
    let mut body = json!({"__type": error.name});
    if let (Value::Object(members), false) = (&mut body, error.message.is_empty()) {
        members.insert("message".to_owned(), json!(error.message));
    }
    envelope(error.status, body.to_string().into())
}

fn envelope(status: u16, body: Bytes) -> Answer {
    Answer {
        status,
        headers: vec![
            ("content-type", "application/x-amz-json-1.1".to_owned()),
            ("x-amzn-requestid", uuid().unwrap_or_default()),
        ],
        body,
    }
}
