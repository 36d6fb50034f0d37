//! Azure Key Vault and Azure Managed HSM: REST over JSON, and the endpoints where their tokens come from.

pub(crate) mod key_description;

mod algorithm;
mod application;
mod attestation;
mod base64url;
mod certificate;
mod control;
mod corruption;
mod create;
mod deletion;
mod error;
mod gate;
mod grant;
mod host;
mod import;
mod issuing;
mod jwk;
mod key;
mod key_type;
mod listing;
mod log;
mod permission;
mod record;
#[cfg(test)]
mod rehearsal;
mod request;
mod resource;
mod role;
mod rotation;
mod route;
mod secret;
mod signing;
mod token;
mod update;
mod usual;
mod vault;

use crate::azure::application::Applications;
use crate::azure::error::Refused;
use crate::azure::gate::{bearer, challenge};
use crate::azure::host::vault_of;
use crate::azure::request::Request;
use crate::azure::resource::Around;
use crate::azure::role::Directory;
use crate::azure::route::Route;
use crate::azure::token::Tokens;
use crate::azure::vault::Vaults;
use crate::exchange::Stage;
use crate::fault::Corruption;
use crate::identifier::uuid;
use crate::material::{KeyShape, Material};
use crate::service::{Answer, CloudService};
use hyper::Method;
use hyper::body::Bytes;
use hyper::http::request::Parts;
use openssl::error::ErrorStack;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Every vault and Managed HSM of one tenant.
#[derive(Debug)]
pub(crate) struct KeyVault {
    vaults: Mutex<Vaults>,
    tokens: Tokens,
    applications: Applications,
    directory: Mutex<Directory>,
    strangers: Mutex<HashMap<KeyShape, Arc<Material>>>,
    stage: Arc<Stage>,
}

impl KeyVault {
    /// An empty premium vault and an empty Managed HSM.
    pub(crate) fn new(stage: Arc<Stage>) -> KeyVault {
        KeyVault {
            vaults: Mutex::default(),
            tokens: Tokens::default(),
            applications: Applications::default(),
            directory: Mutex::default(),
            strangers: Mutex::new(HashMap::new()),
            stage,
        }
    }

    fn vaults(&self) -> MutexGuard<'_, Vaults> {
        self.vaults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn directory(&self) -> MutexGuard<'_, Directory> {
        self.directory.lock().unwrap_or_else(PoisonError::into_inner)
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

    fn carry_out(&self, head: &Parts, body: &[u8]) -> Result<Value, Refused> {
        let route = Route::of(head).ok_or_else(Refused::nowhere)?;
        let vault = self.vaults().named_by(asked_host(head)).ok_or_else(Refused::nowhere)?;
        self.admit(head, &vault, &route)?;
        let mut request = Request::read(head, body, vault, &route)?;
        if self.stage.azure_names
            && let Some(vault) = self.vaults().get(&request.vault)
        {
            request.host = format!("{}.{}", request.vault, vault.kind.domain());
        }
        (route.row.run)(self, &request)
    }
}

impl CloudService for KeyVault {
    fn serves(&self, head: &Parts) -> bool {
        let path = head.uri.path();
        let known = Route::of(head).is_some() || Around::of(head).is_some();
        known || grant::serves(path) || vault_of(asked_host(head)).is_some() || is_of_a_vault(path)
    }

    fn operation(&self, head: &Parts) -> Option<String> {
        let known = Route::of(head).map(|route| route.row.operation);
        let known = known.or_else(|| Around::of(head).map(|around| around.operation()));
        known.or_else(|| grant::operation(head)).map(str::to_owned)
    }

    fn identity(&self, head: &Parts) -> Option<String> {
        self.tokens.holder(bearer(head)?)
    }

    fn key(&self, head: &Parts, _: &[u8]) -> Option<String> {
        let route = Route::of(head)?;
        let name = route.name.filter(|name| !name.is_empty())?;
        Some(route.version.map_or_else(|| name.clone(), |version| format!("{name}/{version}")))
    }

    fn answer(&self, head: &Parts, body: &[u8]) -> Answer {
        if let Some(answer) = self.grant(head, body) {
            return answer;
        }
        if let Some(around) = Around::of(head) {
            return self.around(head, body, &around);
        }
        match self.carry_out(head, body) {
            Ok(Value::Null) => envelope(head, 204, Bytes::new()),
            Ok(value) => envelope(head, 200, value.to_string().into()),
            Err(refused) => self.refuse(head, &refused),
        }
    }

    fn refusal(&self, head: &Parts, status: Option<u16>, error: Option<&str>, message: Option<&str>) -> Answer {
        if grant::operation(head).is_some() {
            return grant::refusal(head, status, error, message);
        }
        self.refuse(head, &self.usual(head, status, error, message))
    }

    /// Nothing that a client sends to Key Vault has a date.
    fn skewed(&self, _: &Parts, _: i64) -> Option<Answer> {
        None
    }

    fn corrupt(&self, corruption: Corruption, head: &Parts, request: &[u8], answer: Answer) -> Answer {
        self.spoil(corruption, head, request, answer)
    }

    fn control(&self, method: &Method, path: &str, body: &[u8]) -> Option<Result<Value, (u16, String)>> {
        self.steer(method, path.strip_prefix("/azure/")?, body)
    }
}

impl KeyVault {
    fn refuse(&self, head: &Parts, refused: &Refused) -> Answer {
        let mut answer = envelope(head, refused.status, refused.body().to_string().into());
        if refused.status == 401 {
            let vaults = self.vaults();
            let resource = vaults.named_by(asked_host(head)).map_or(gate::VAULTS, |name| vaults.resource(&name));
            answer.headers.push(("www-authenticate", challenge(asked_host(head), resource)));
        }
        answer
    }
}

/// The host a request is for, with its port.
fn asked_host(head: &Parts) -> &str {
    let named = head.headers.get("host").and_then(|value| value.to_str().ok());
    named.or_else(|| head.uri.authority().map(hyper::http::uri::Authority::as_str)).unwrap_or("localhost")
}

fn is_of_a_vault(path: &str) -> bool {
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    ["keys", "deletedkeys", "certificates", "secrets"].contains(&first)
}

/// Headers as Key Vault sends them; the caller's own request id comes back.
fn envelope(head: &Parts, status: u16, body: Bytes) -> Answer {
    let mut headers = vec![
        ("content-type", "application/json; charset=utf-8".to_owned()),
        ("x-ms-keyvault-region", "westeurope".to_owned()),
        ("x-ms-request-id", uuid().unwrap_or_default()),
    ];
    if let Some(id) = head.headers.get("x-ms-client-request-id").and_then(|id| id.to_str().ok()) {
        headers.push(("x-ms-client-request-id", id.to_owned()));
    }
    Answer { status, headers, body }
}
