//! A key and its versions.

use crate::azure::error::Refused;
use crate::azure::key_type::KeyType;
use crate::clock;
use crate::material::Material;
use serde_json::{Map, Value};
use std::sync::Arc;

/// Everything under one name; the last version is the current one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Key {
    /// In the order they were made; never empty.
    pub(crate) versions: Vec<Version>,
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
    /// Whether a certificate owns it.
    pub(crate) managed: bool,
    /// Tags.
    pub(crate) tags: Map<String, Value>,
}

impl Key {
    /// The named version, or the current one.
    pub(crate) fn version(&self, id: Option<&str>) -> Option<&Version> {
        match id {
            None => self.versions.last(),
            Some(id) => self.versions.iter().find(|version| version.id == id),
        }
    }
}

impl Version {
    /// Whether the key may be used for an operation now, and if not, why.
    pub(crate) fn permits(&self, operation: &str) -> Result<(), Refused> {
        // Microsoft's documentation, "About keys", date-time controlled operations (2026-11): what only reads with the key is
        // allowed whatever the dates are.
        let guarded = operation == "sign";
        let now = clock::whole_seconds();
        if !self.enabled && guarded {
            return Err(Refused::forbidden(
                "KeyDisabled",
                format!("Operation {operation} is not allowed on a disabled key."),
            ));
        }
        if guarded && self.expires.is_some_and(|expires| now >= expires) {
            return Err(Refused::forbidden(
                "KeyExpired",
                format!("Operation {operation} is not allowed on an expired key."),
            ));
        }
        if guarded && self.not_before.is_some_and(|start| now < start) {
            return Err(Refused::forbidden(
                "KeyNotYetValid",
                format!("Operation {operation} is not allowed on a not yet valid key."),
            ));
        }
        if !self.operations.iter().any(|known| known == operation) {
            return Err(Refused::forbidden(
                "KeyOperationForbidden",
                format!("Operation {operation} is not permitted on this key."),
            ));
        }
        Ok(())
    }
}
