//! What arrived: connections, TLS handshakes, requests by operation and by identity.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Totals since the start or the last reset.
#[derive(Debug, Default)]
pub(crate) struct Counts(Mutex<Totals>);

#[derive(Debug, Default)]
struct Totals {
    connections: u64,
    tls_handshakes: u64,
    attempted_requests: u64,
    requests: BTreeMap<String, u64>,
    access_keys: BTreeMap<String, u64>,
    credential_fetches: u64,
}

impl Counts {
    /// A connection to a cloud listener was accepted.
    pub(crate) fn connection(&self) {
        self.change(|totals| totals.connections += 1);
    }

    /// A TLS handshake was completed.
    pub(crate) fn tls_handshake(&self) {
        self.change(|totals| totals.tls_handshakes += 1);
    }

    /// The head of a request was read; faulted and refused requests count too.
    pub(crate) fn request(&self, operation: Option<&str>, identity: Option<&str>) {
        self.change(|totals| {
            totals.attempted_requests += 1;
            if let Some(operation) = operation {
                *totals.requests.entry(operation.to_owned()).or_default() += 1;
            }
            if let Some(identity) = identity {
                *totals.access_keys.entry(identity.to_owned()).or_default() += 1;
            }
        });
    }

    /// Somebody asked for credentials.
    pub(crate) fn credential_fetch(&self) {
        self.change(|totals| totals.credential_fetches += 1);
    }

    /// Everything back to zero.
    pub(crate) fn reset(&self) {
        self.change(|totals| *totals = Totals::default());
    }

    /// All totals, with the number of connections open now.
    pub(crate) fn to_json(&self, open_connections: usize) -> Value {
        let totals = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        json!({
            "connections": totals.connections,
            "tls_handshakes": totals.tls_handshakes,
            "attempted_requests": totals.attempted_requests,
            "requests": totals.requests,
            "access_keys": totals.access_keys,
            "credential_fetches": totals.credential_fetches,
            "open_connections": open_connections,
        })
    }

    fn change(&self, change: impl FnOnce(&mut Totals)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_operation_is_attempted_but_has_no_name() {
        let counts = Counts::default();
        counts.request(Some("Sign"), Some("AKIATEST0001"));
        counts.request(None, None);
        let json = counts.to_json(3);
        assert_eq!(json["attempted_requests"], 2);
        assert_eq!(json["requests"], json!({"Sign": 1}));
        assert_eq!(json["access_keys"], json!({"AKIATEST0001": 1}));
        assert_eq!(json["open_connections"], 3);
        counts.reset();
        assert_eq!(counts.to_json(0)["attempted_requests"], 0);
    }
}
