//! The table of operations: method and path.

use crate::azure::error::Refused;
use crate::azure::request::Request;
use crate::azure::{KeyVault, create, listing, record, signing};
use crate::form::decoded;
use hyper::http::request::Parts;
use serde_json::Value;

/// How an operation is carried out.
type Run = fn(&KeyVault, &Request) -> Result<Value, Refused>;

/// An operation this emulator has.
#[derive(Debug)]
pub(crate) struct Row {
    method: &'static str,
    path: &'static str,
    /// Its name in the REST specification, which counts and faults use.
    pub(crate) operation: &'static str,
    /// How it is carried out.
    pub(crate) run: Run,
}

/// The operation of a request, and what its path names.
#[derive(Debug)]
pub(crate) struct Route {
    /// The row.
    pub(crate) row: &'static Row,
    /// Name of the key, certificate or secret.
    pub(crate) name: Option<String>,
    /// Its version, where the path has one.
    pub(crate) version: Option<String>,
}

impl Route {
    /// The route of a request; `None` if it leads nowhere.
    pub(crate) fn of(head: &Parts) -> Option<Route> {
        let path = head.uri.path();
        let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        TABLE.iter().filter(|row| head.method == row.method).find_map(|row| fit(row, &segments))
    }
}

fn fit(row: &'static Row, segments: &[&str]) -> Option<Route> {
    let mut route = Route { row, name: None, version: None };
    let pattern: Vec<&str> = row.path.split('/').collect();
    if pattern.len() != segments.len() {
        return None;
    }
    for (wanted, segment) in pattern.into_iter().zip(segments) {
        match wanted {
            "{name}" if segment.is_empty() => return None,
            "{name}" => route.name = Some(decoded(segment)),
            // Some clients leave the version out and its slash in: `/keys/release//sign`.
            "{version}" => route.version = Some(decoded(segment)).filter(|version| !version.is_empty()),
            literal if literal == *segment => {}
            _ => return None,
        }
    }
    Some(route)
}

const fn row(method: &'static str, path: &'static str, operation: &'static str, run: Run) -> Row {
    Row { method, path, operation, run }
}

/// The first that fits counts: a key's version is 32 hexadecimal digits, never a word of these.
static TABLE: [Row; 8] = [
    row("GET", "keys", "GetKeys", listing::keys),
    row("POST", "keys/{name}/create", "CreateKey", create::create),
    row("GET", "keys/{name}/versions", "GetKeyVersions", listing::versions),
    row("GET", "keys/{name}", "GetKey", record::get),
    row("GET", "keys/{name}/{version}", "GetKey", record::get),
    row("POST", "keys/{name}/{version}/sign", "Sign", signing::sign),
    row("POST", "keys/{name}/sign", "Sign", signing::sign),
    row("POST", "keys/{name}/{version}/verify", "Verify", signing::verify),
];
