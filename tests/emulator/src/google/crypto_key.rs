//! A key: what its versions are made like, and its versions.

use crate::google::algorithm::Algorithm;
use crate::google::moment::Moment;
use crate::google::version::{Version, View};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// One `CryptoKey`.
#[derive(Clone, Debug)]
pub(crate) struct CryptoKey {
    /// Its full name.
    pub(crate) name: String,
    /// `CryptoKeyPurpose`.
    pub(crate) purpose: String,
    /// When it was made.
    pub(crate) created: Moment,
    /// The protection level of versions to come.
    pub(crate) protection: String,
    /// The algorithm of versions to come.
    pub(crate) algorithm: &'static Algorithm,
    /// Whether it takes imported versions alone.
    pub(crate) import_only: bool,
    /// Seconds between the order to destroy a version and its destruction.
    pub(crate) destroy_after: u64,
    /// Labels.
    pub(crate) labels: BTreeMap<String, String>,
    /// The number of the primary version, of keys that encrypt.
    pub(crate) primary: Option<u64>,
    /// Versions by number.
    pub(crate) versions: BTreeMap<u64, Version>,
}

impl CryptoKey {
    /// The number of the next version.
    pub(crate) fn next(&self) -> u64 {
        self.versions.last_key_value().map_or(1, |(number, _)| number + 1)
    }

    /// `CryptoKey` in JSON; its primary version in this view.
    pub(crate) fn record(&self, view: View) -> Value {
        let mut record = Map::new();
        let mut put = |name: &str, value: Value| record.insert(name.to_owned(), value);
        put("name", json!(self.name));
        if let Some(primary) = self.primary.and_then(|number| self.versions.get(&number)) {
            put("primary", primary.record(view));
        }
        put("purpose", json!(self.purpose));
        put("createTime", json!(self.created));
        put("versionTemplate", json!({"protectionLevel": self.protection, "algorithm": self.algorithm.name}));
        put("destroyScheduledDuration", json!(format!("{}s", self.destroy_after)));
        if !self.labels.is_empty() {
            put("labels", json!(self.labels));
        }
        // The place an instance or a connection of the subscriber's own has.
        let place = self.name.split("/keyRings").next().unwrap_or_default();
        match self.protection.as_str() {
            "HSM_SINGLE_TENANT" => put("cryptoKeyBackend", json!(format!("{place}/singleTenantHsmInstances/emulated"))),
            "EXTERNAL_VPC" => put("cryptoKeyBackend", json!(format!("{place}/ekmConnections/emulated"))),
            _ => None,
        };
        if self.import_only {
            put("importOnly", json!(true));
        }
        Value::Object(record)
    }
}
