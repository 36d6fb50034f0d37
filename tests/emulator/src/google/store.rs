//! Every key ring with its keys and their versions.

use crate::google::crypto_key::CryptoKey;
use crate::google::error::GoogleError;
use crate::google::import_job::ImportJob;
use crate::google::moment::Moment;
use crate::google::name::Name;
use crate::google::version::Version;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// All projects and locations.
#[derive(Debug, Default)]
pub(crate) struct Store {
    /// Key rings by name.
    pub(crate) rings: BTreeMap<String, Ring>,
}

/// One `KeyRing`.
#[derive(Debug)]
pub(crate) struct Ring {
    /// Its full name.
    pub(crate) name: String,
    /// When it was made.
    pub(crate) created: Moment,
    /// Keys by id.
    pub(crate) keys: BTreeMap<String, CryptoKey>,
    /// Import jobs by id.
    pub(crate) jobs: BTreeMap<String, ImportJob>,
}

impl Ring {
    /// An empty one.
    pub(crate) fn new(name: String) -> Ring {
        Ring { name, created: Moment::now(), keys: BTreeMap::new(), jobs: BTreeMap::new() }
    }

    /// `KeyRing` in JSON.
    pub(crate) fn record(&self) -> Value {
        json!({"name": self.name, "createTime": self.created})
    }
}

impl Store {
    /// The key ring in or of this name.
    pub(crate) fn ring(&mut self, name: &Name) -> Result<&mut Ring, GoogleError> {
        let ring = name.up_to("keyRings");
        self.rings.get_mut(&ring).ok_or_else(|| GoogleError::not_found("KeyRing", &ring))
    }

    /// The key in or of this name.
    pub(crate) fn key(&mut self, name: &Name) -> Result<&mut CryptoKey, GoogleError> {
        let missing = GoogleError::not_found("CryptoKey", &name.up_to("cryptoKeys"));
        let ring = self.ring(name).map_err(|_| missing.clone())?;
        ring.keys.get_mut(name.id("cryptoKeys")).ok_or(missing)
    }

    /// The version of this name.
    pub(crate) fn version(&mut self, name: &Name) -> Result<&mut Version, GoogleError> {
        let missing = GoogleError::not_found("CryptoKeyVersion", &name.up_to("cryptoKeyVersions"));
        let key = self.key(name).map_err(|_| missing.clone())?;
        let number = name.id("cryptoKeyVersions").parse().unwrap_or(0);
        key.versions.get_mut(&number).ok_or(missing)
    }

    /// The import job of this name.
    pub(crate) fn job(&mut self, name: &Name) -> Result<&mut ImportJob, GoogleError> {
        let missing = GoogleError::not_found("ImportJob", &name.up_to("importJobs"));
        let ring = self.ring(name).map_err(|_| missing.clone())?;
        ring.jobs.get_mut(name.id("importJobs")).ok_or(missing)
    }

    /// Every version.
    pub(crate) fn versions(&self) -> impl Iterator<Item = &Version> {
        self.rings.values().flat_map(|ring| ring.keys.values()).flat_map(|key| key.versions.values())
    }
}
