//! A key and its versions.

use crate::azure::error::{Refused, Unusable};
use crate::azure::key_type::KeyType;
use crate::azure::rotation::RotationPolicy;
use crate::clock;
use crate::material::Material;
use serde_json::{Map, Value};
use std::sync::Arc;

/// As far from now are dates that make a key expired or not yet valid.
const DAY: u64 = 86_400;

/// Everything under one name; the last version is the current one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Key {
    /// In the order they were made; never empty.
    pub(crate) versions: Vec<Version>,
    /// When it would be rotated.
    pub(crate) rotation: Option<RotationPolicy>,
}

/// One immutable key.
#[derive(Clone, Debug)]
pub(crate) struct Version {
    /// 32 hexadecimal digits.
    pub(crate) id: String,
    /// The private key; none of symmetric keys.
    pub(crate) material: Option<Arc<Material>>,
    /// `kty`.
    pub(crate) kind: KeyType,
    /// `key_ops`.
    pub(crate) operations: Vec<String>,
    /// Whether it may be used at all.
    pub(crate) enabled: bool,
    /// `nbf`, seconds since 1970.
    pub(crate) not_before: Option<u64>,
    /// `exp`, seconds since 1970.
    pub(crate) expires: Option<u64>,
    /// Seconds since 1970.
    pub(crate) created: u64,
    /// Seconds since 1970.
    pub(crate) updated: u64,
    /// `hsmPlatform`; keys of old had none.
    pub(crate) hsm_platform: Option<String>,
    /// Whether the private key may leave.
    pub(crate) exportable: bool,
    /// Under which conditions, `release_policy`.
    pub(crate) release_policy: Option<Value>,
    /// Whether it came from outside, which no record says.
    pub(crate) imported: bool,
    /// Whether a certificate owns it.
    pub(crate) managed: bool,
    /// Tags.
    pub(crate) tags: Map<String, Value>,
}

impl Key {
    /// The named version, or the current one, to change.
    pub(crate) fn version_mut(&mut self, id: Option<&str>) -> Option<&mut Version> {
        match id {
            None => self.versions.last_mut(),
            Some(id) => self.versions.iter_mut().find(|version| version.id == id),
        }
    }

    /// The named version, or the current one.
    pub(crate) fn version(&self, id: Option<&str>) -> Option<&Version> {
        match id {
            None => self.versions.last(),
            Some(id) => self.versions.iter().find(|version| version.id == id),
        }
    }
}

impl Version {
    /// Gives it a last day that is over and a first day that is to come, or none; what is not given stays as it is.
    pub(crate) fn expire(&mut self, expired: Option<bool>, not_yet_valid: Option<bool>) {
        let now = clock::whole_seconds();
        if let Some(expired) = expired {
            self.expires = expired.then(|| now - DAY);
        }
        if let Some(not_yet_valid) = not_yet_valid {
            self.not_before = not_yet_valid.then_some(now + DAY);
        }
    }

    /// Whether the key may be used for an operation now, and if not, why.
    pub(crate) fn permits(&self, operation: &str) -> Result<(), Refused> {
        // Microsoft's documentation, "About keys", date-time controlled operations (2026-11): what only reads with the key is
        // allowed whatever the dates are.
        let guarded = operation == "sign";
        let now = clock::whole_seconds();
        let why = if !self.enabled && guarded {
            Unusable::Disabled
        } else if guarded && self.expires.is_some_and(|expires| now >= expires) {
            Unusable::Expired
        } else if guarded && self.not_before.is_some_and(|start| now < start) {
            Unusable::NotYetValid
        } else if !self.operations.iter().any(|known| known == operation) {
            Unusable::Forbidden
        } else {
            return Ok(());
        };
        Err(Refused::unusable(why, operation))
    }
}
