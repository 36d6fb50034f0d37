//! A request as the operations see it.

use crate::azure::asked_host;
use crate::azure::base64url;
use crate::azure::error::Refused;
use crate::azure::route::Route;
use crate::form::form;
use hyper::http::request::Parts;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The versions of the REST interface for keys, secrets and certificates, oldest first: azure-rest-api-specs and Azure's clients
/// (2026-11).
pub(crate) const API_VERSIONS: [&str; 16] = [
    "2015-06-01",
    "2016-10-01",
    "7.0",
    "7.1",
    "7.2",
    "7.3",
    "7.4",
    "7.5-preview.1",
    "7.5",
    "7.6-preview.1",
    "7.6-preview.2",
    "7.6",
    "2025-06-01-preview",
    "2025-07-01",
    "2026-01-01-preview",
    "2026-04-01",
];

/// A request that somebody was allowed to make.
#[derive(Debug)]
pub(crate) struct Request {
    /// Name of the vault.
    pub(crate) vault: String,
    /// Host and port as the caller names them: those of every URL in the answer.
    pub(crate) host: String,
    /// The path.
    pub(crate) path: String,
    /// Name of the key, certificate or secret; empty where the path has none.
    pub(crate) name: String,
    /// Its version.
    pub(crate) version: Option<String>,
    /// Fields of the query.
    pub(crate) query: BTreeMap<String, String>,
    /// Members of the body.
    pub(crate) body: Map<String, Value>,
}

impl Request {
    /// Reads one.
    pub(crate) fn read(head: &Parts, body: &[u8], vault: String, route: &Route) -> Result<Request, Refused> {
        let query = form(head.uri.query().unwrap_or_default());
        check_api_version(query.get("api-version"))?;
        let body = if body.is_empty() {
            Map::new()
        } else {
            serde_json::from_slice(body)
                .map_err(|error| Refused::parameter(format!("The request body is not a JSON object: {error}")))?
        };
        Ok(Request {
            vault,
            host: asked_host(head).to_owned(),
            path: head.uri.path().to_owned(),
            name: route.name.clone().unwrap_or_default(),
            version: route.version.clone(),
            query,
            body,
        })
    }

    /// Whether the caller speaks at least this version of the interface.
    pub(crate) fn speaks(&self, version: &str) -> bool {
        let age = |wanted: &str| API_VERSIONS.iter().position(|known| *known == wanted);
        age(self.query.get("api-version").map_or("", String::as_str)) >= age(version)
    }

    /// A text of the body.
    pub(crate) fn text(&self, member: &str) -> Result<Option<&str>, Refused> {
        match self.body.get(member) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(invalid(member)),
        }
    }

    /// A text that must be there.
    pub(crate) fn required_text(&self, member: &str) -> Result<&str, Refused> {
        self.text(member)?.ok_or_else(|| invalid(member))
    }

    /// A blob that must be there.
    pub(crate) fn required_blob(&self, member: &str) -> Result<Vec<u8>, Refused> {
        base64url::decode(self.required_text(member)?).ok_or_else(|| invalid(member))
    }

    /// A list of texts; `None` if it is absent.
    pub(crate) fn texts(&self, member: &str) -> Result<Option<Vec<String>>, Refused> {
        match self.body.get(member) {
            None | Some(Value::Null) => Ok(None),
            Some(list) => serde_json::from_value(list.clone()).map(Some).map_err(|_| invalid(member)),
        }
    }

    /// An object; empty if it is absent.
    pub(crate) fn object(&self, member: &str) -> Result<Map<String, Value>, Refused> {
        match self.body.get(member) {
            None | Some(Value::Null) => Ok(Map::new()),
            Some(Value::Object(members)) => Ok(members.clone()),
            Some(_) => Err(invalid(member)),
        }
    }

    /// Name and, where the request has one, version.
    pub(crate) fn full_name(&self) -> String {
        match &self.version {
            Some(version) => format!("{}/{version}", self.name),
            None => self.name.clone(),
        }
    }

    /// The key's identifier as the caller would write it.
    pub(crate) fn url(&self, collection: &str, name: &str, version: Option<&str>) -> String {
        let base = format!("https://{}/{collection}/{name}", self.host);
        version.map_or_else(|| base.clone(), |version| format!("{base}/{version}"))
    }
}

/// A member that is missing or not what it should be.
pub(crate) fn invalid(member: &str) -> Refused {
    Refused::parameter(format!("Property {member} has invalid value\r\n"))
}

fn check_api_version(given: Option<&String>) -> Result<(), Refused> {
    match given {
        None => Err(Refused::parameter("api-version must be specified")),
        Some(version) if API_VERSIONS.contains(&version.as_str()) => Ok(()),
        Some(version) => Err(Refused::parameter(format!(
            "The specified version ({version}) is not recognized. Consider using the latest supported version (7.6)."
        ))),
    }
}
