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
    carried_out: BTreeMap<String, u64>,
    access_keys: BTreeMap<String, u64>,
    credential_fetches: u64,
    /// Requests that are being served now: a reset leaves it alone.
    under_way: u64,
    most_under_way: u64,
}

/// A request that is being served, until it is dropped.
pub(crate) struct UnderWay<'a>(&'a Counts);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.change(|totals| totals.under_way -= 1);
    }
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
    #[must_use]
    pub(crate) fn request(&self, operation: Option<&str>, identity: Option<&str>) -> UnderWay<'_> {
        self.change(|totals| {
            totals.under_way += 1;
            totals.most_under_way = totals.most_under_way.max(totals.under_way);
            totals.attempted_requests += 1;
            if let Some(operation) = operation {
                *totals.requests.entry(operation.to_owned()).or_default() += 1;
            }
            if let Some(identity) = identity {
                *totals.access_keys.entry(identity.to_owned()).or_default() += 1;
            }
        });
        UnderWay(self)
    }

    /// A request was carried out, whatever becomes of its answer.
    pub(crate) fn carried_out(&self, operation: Option<&str>) {
        self.change(|totals| *totals.carried_out.entry(operation.unwrap_or_default().to_owned()).or_default() += 1);
    }

    /// Somebody asked for credentials.
    pub(crate) fn credential_fetch(&self) {
        self.change(|totals| totals.credential_fetches += 1);
    }

    /// Everything back to zero.
    pub(crate) fn reset(&self) {
        self.change(|totals| {
            let under_way = totals.under_way;
            *totals = Totals { under_way, most_under_way: under_way, ..Totals::default() };
        });
    }

    /// All totals, with the number of connections open now.
    pub(crate) fn to_json(&self, open_connections: usize) -> Value {
        let totals = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        json!({
            "connections": totals.connections,
            "tls_handshakes": totals.tls_handshakes,
            "attempted_requests": totals.attempted_requests,
            "requests": totals.requests,
            "carried_out": totals.carried_out,
            "access_keys": totals.access_keys,
            "credential_fetches": totals.credential_fetches,
            "open_connections": open_connections,
            "most_under_way": totals.most_under_way,
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
        drop(counts.request(Some("Sign"), Some("AKIATEST0001")));
        drop(counts.request(None, None));
        let json = counts.to_json(3);
        assert_eq!(json["attempted_requests"], 2);
        assert_eq!(json["requests"], json!({"Sign": 1}));
        assert_eq!(json["access_keys"], json!({"AKIATEST0001": 1}));
        assert_eq!(json["open_connections"], 3);
        counts.reset();
        assert_eq!(counts.to_json(0)["attempted_requests"], 0);
    }

    #[test]
    fn the_most_requests_at_once_are_remembered_until_a_reset() {
        let counts = Counts::default();
        let (one, two) = (counts.request(None, None), counts.request(None, None));
        drop(two);
        assert_eq!(counts.to_json(0)["most_under_way"], 2);
        counts.reset();
        assert_eq!(counts.to_json(0)["most_under_way"], 1, "one is still there");
        drop(one);
        drop(counts.request(None, None));
        assert_eq!(counts.to_json(0)["most_under_way"], 1);
    }
}
