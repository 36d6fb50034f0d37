//! Requests without a network, for the tests of the operations.

use crate::azure::KeyVault;
use crate::azure::gate::{MANAGED_HSMS, VAULTS};
use crate::exchange::Stage;
use crate::service::CloudService;
use hyper::Request;
use hyper::http::request::Parts;
use serde_json::Value;
use std::sync::Arc;

/// A service and somebody who asks it.
pub(crate) struct Rehearsal {
    /// The service.
    pub(crate) service: KeyVault,
    vaults: String,
    hsms: String,
}

impl Rehearsal {
    /// A service with a vault and a Managed HSM, both empty.
    pub(crate) fn new() -> Rehearsal {
        let service = KeyVault::new(Arc::new(Stage::default()));
        let token = |resource: &str| service.tokens.issue("rehearsal", resource, 3600.0).unwrap();
        let (vaults, hsms) = (token(VAULTS), token(MANAGED_HSMS));
        Rehearsal { service, vaults, hsms }
    }

    /// A token for vaults, of `rehearsal`.
    pub(crate) fn token(&self) -> &str {
        &self.vaults
    }

    /// Asks the vault; the answer is status and body.
    pub(crate) fn ask(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        self.ask_host("vault.vault.azure.net", method, path, body)
    }

    /// Asks a vault or Managed HSM by its host.
    pub(crate) fn ask_host(&self, host: &str, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let token = if host.contains("managedhsm") { &self.hsms } else { &self.vaults };
        let head = head(host, method, path, token);
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = self.service.answer(&head, body.as_bytes());
        (answer.status, serde_json::from_slice(&answer.body).unwrap_or(Value::Null))
    }
}

/// The head of a request.
pub(crate) fn head(host: &str, method: &str, path: &str, token: &str) -> Parts {
    let separator = if path.contains('?') { '&' } else { '?' };
    let request = Request::builder()
        .method(method)
        .uri(format!("{path}{separator}api-version=7.6"))
        .header("host", host)
        .header("authorization", format!("Bearer {token}"));
    request.body(()).unwrap().into_parts().0
}
