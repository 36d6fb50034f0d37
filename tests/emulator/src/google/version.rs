//! A key version: its record, its state, its material.

use crate::google::algorithm::Algorithm;
use crate::google::error::{GoogleError, precondition_failure};
use crate::google::moment::Moment;
use crate::material::Material;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// One `CryptoKeyVersion`.
#[derive(Clone, Debug)]
pub(crate) struct Version {
    /// Its full name.
    pub(crate) name: String,
    /// `CryptoKeyVersionState`.
    pub(crate) state: String,
    /// `ProtectionLevel`.
    pub(crate) protection: String,
    /// What it does.
    pub(crate) algorithm: &'static Algorithm,
    /// When it was asked for.
    pub(crate) created: Moment,
    /// When its material was made.
    pub(crate) generated: Option<Moment>,
    /// When it will be destroyed.
    pub(crate) destroy: Option<Moment>,
    /// When it was.
    pub(crate) destroyed: Option<Moment>,
    /// The import job it came by, if it was imported, and when it had arrived.
    pub(crate) import: Option<(String, Option<Moment>)>,
    /// Why the import failed.
    pub(crate) failure: Option<String>,
    /// The private key; none while it is pending and for keys that never sign.
    pub(crate) material: Option<Arc<Material>>,
    /// `KeyOperationAttestation`, if the HSM made one.
    pub(crate) attestation: Option<Value>,
}

/// How much of a record is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    /// As in lists.
    Short,
    /// With the attestation.
    Full,
}

impl Version {
    /// Refuses unless the version can be used.
    pub(crate) fn check_enabled(&self) -> Result<(), GoogleError> {
        if self.state == "ENABLED" {
            return Ok(());
        }
        let refusal = format!("{} is not enabled, current state is: {}.", self.name, self.state);
        let detail = precondition_failure(&format!("KEY_{}", self.state), &self.name);
        Err(GoogleError::precondition(refusal).with(detail))
    }

    /// `CryptoKeyVersion` in JSON.
    pub(crate) fn record(&self, view: View) -> Value {
        let mut record = Map::new();
        let mut put = |name: &str, value: Value| {
            if !value.is_null() {
                record.insert(name.to_owned(), value);
            }
        };
        put("name", json!(self.name));
        put("state", json!(self.state));
        put("protectionLevel", json!(self.protection));
        put("algorithm", json!(self.algorithm.name));
        put("createTime", json!(self.created));
        put("generateTime", json!(self.generated));
        put("destroyTime", json!(self.destroy));
        put("destroyEventTime", json!(self.destroyed));
        if let Some((job, time)) = &self.import {
            put("importJob", json!(job));
            put("importTime", json!(time));
            put("importFailureReason", json!(self.failure));
            if matches!(self.state.as_str(), "DESTROYED" | "IMPORT_FAILED") {
                put("reimportEligible", json!(true));
            }
        }
        // External Key Manager: where the key is, in one of two forms.
        match self.protection.as_str() {
            "EXTERNAL" => {
                put(
                    "externalProtectionLevelOptions",
                    json!({"externalKeyUri": "https://ekm.example/v0/keys/emulated"}),
                );
            }
            "EXTERNAL_VPC" => {
                put("externalProtectionLevelOptions", json!({"ekmConnectionKeyPath": "v0/keys/emulated"}));
            }
            _ => {}
        }
        if view == View::Full {
            put("attestation", json!(self.attestation));
        }
        Value::Object(record)
    }
}
