//! A KMS key: its record, its state, its material.

use crate::aws::error::KmsError;
use crate::aws::key_spec::KeySpec;
use crate::aws::wrapping::ImportOffer;
use crate::identifier::hex;
use crate::material::Material;
use openssl::sha::sha256;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// One key in one region.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    /// UUID, or `mrk-` and 32 hexadecimal digits.
    pub(crate) id: String,
    /// Its ARN.
    pub(crate) arn: String,
    /// Kind of key.
    pub(crate) spec: KeySpec,
    /// `KeyUsage`.
    pub(crate) usage: String,
    /// `KeyState`.
    pub(crate) state: KeyState,
    /// `Origin`.
    pub(crate) origin: String,
    /// `KeyManager`: `CUSTOMER`, or `AWS` for keys that AWS services own.
    pub(crate) manager: String,
    /// Free text.
    pub(crate) description: String,
    /// Seconds since 1970.
    pub(crate) created: f64,
    /// The private key; none while an import is pending and for keys that never sign.
    pub(crate) material: Option<Arc<Material>>,
    /// SHA-256 of imported material, which a later import must repeat.
    pub(crate) imported: Option<Vec<u8>>,
    /// Seconds since 1970 at which imported material expires, if it does.
    pub(crate) valid_to: Option<f64>,
    /// What GetParametersForImport promised last.
    pub(crate) offer: Option<Arc<ImportOffer>>,
    /// Set while deletion is pending.
    pub(crate) deletion: Option<f64>,
    /// Set while replicas hold up the deletion of their primary.
    pub(crate) waiting_window: Option<i64>,
    /// Primary or replica, of a multi-Region key.
    pub(crate) role: Option<Role>,
    /// Set for keys in a custom key store.
    pub(crate) custom_key_store: Option<String>,
    /// Tags by key.
    pub(crate) tags: BTreeMap<String, String>,
}

/// `KeyState` of the service model, as far as keys here get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyState {
    /// A replica, in the answer that announces it.
    Creating,
    /// Usable.
    Enabled,
    /// Switched off.
    Disabled,
    /// Waiting to be deleted.
    PendingDeletion,
    /// A primary waiting for its replicas to be deleted.
    PendingReplicaDeletion,
    /// Waiting for material.
    PendingImport,
    /// Its key store is away.
    Unavailable,
}

/// Part of a multi-Region key in its family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Where the material was made.
    Primary,
    /// A copy.
    Replica,
}

/// The ARNs and regions of a multi-Region family: primary and replicas.
#[derive(Debug, Default)]
pub(crate) struct Family {
    /// ARN and region of the primary.
    pub(crate) primary: Option<(String, String)>,
    /// ARNs and regions of the replicas.
    pub(crate) replicas: Vec<(String, String)>,
}

impl KeyState {
    /// AWS's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            KeyState::Creating => "Creating",
            KeyState::Enabled => "Enabled",
            KeyState::Disabled => "Disabled",
            KeyState::PendingDeletion => "PendingDeletion",
            KeyState::PendingReplicaDeletion => "PendingReplicaDeletion",
            KeyState::PendingImport => "PendingImport",
            KeyState::Unavailable => "Unavailable",
        }
    }

    /// The state of this name, of those that can be set from outside.
    pub(crate) fn parse(name: &str) -> Option<KeyState> {
        [
            KeyState::Enabled,
            KeyState::Disabled,
            KeyState::PendingDeletion,
            KeyState::PendingImport,
            KeyState::Unavailable,
        ]
        .into_iter()
        .find(|state| state.name() == name)
    }
}

impl Key {
    /// Refuses unless the key can be used (KMS Developer Guide, "Key states of AWS KMS keys").
    pub(crate) fn check_usable(&self) -> Result<(), KmsError> {
        match self.state {
            KeyState::Enabled => Ok(()),
            KeyState::Disabled => Err(KmsError::new("DisabledException", format!("{} is disabled.", self.arn))),
            KeyState::PendingImport => Err(KmsError::state(format!("{} is pending import.", self.arn))),
            KeyState::Creating => Err(KmsError::state(format!("{} is creating.", self.arn))),
            KeyState::PendingDeletion | KeyState::PendingReplicaDeletion => Err(self.doomed()),
            KeyState::Unavailable => Err(KmsError::state(format!("{} is unavailable.", self.arn))),
        }
    }

    /// Refuses if the key waits to be deleted.
    pub(crate) fn check_not_doomed(&self) -> Result<(), KmsError> {
        match self.state {
            KeyState::PendingDeletion | KeyState::PendingReplicaDeletion => Err(self.doomed()),
            KeyState::Creating
            | KeyState::Enabled
            | KeyState::Disabled
            | KeyState::PendingImport
            | KeyState::Unavailable => Ok(()),
        }
    }

    /// `KeyMetadata` of the service model.
    pub(crate) fn metadata(&self, account: &str, family: &Family) -> Value {
        let mut record = Map::new();
        let mut put = |name: &str, value: Value| {
            if !value.is_null() {
                record.insert(name.to_owned(), value);
            }
        };
        put("AWSAccountId", json!(account));
        put("KeyId", json!(self.id));
        put("Arn", json!(self.arn));
        put("CreationDate", json!(self.created));
        put("Enabled", json!(self.state == KeyState::Enabled));
        put("Description", json!(self.description));
        put("KeyUsage", json!(self.usage));
        put("KeyState", json!(self.state.name()));
        put("DeletionDate", json!(self.deletion));
        put("PendingDeletionWindowInDays", json!(self.waiting_window));
        put("Origin", json!(self.origin));
        put("KeyManager", json!(self.manager));
        put("KeySpec", json!(self.spec.name()));
        // The deprecated member's own list of values ends before Ed25519.
        if self.spec.name() != "ECC_NIST_EDWARDS25519" {
            put("CustomerMasterKeySpec", json!(self.spec.name()));
        }
        let (member, algorithms) = self.spec.algorithms(&self.usage);
        put(member, json!(algorithms));
        if self.imported.is_some() {
            put("ExpirationModel", json!(expiration_model(self.valid_to)));
            put("ValidTo", json!(self.valid_to));
        }
        put("CustomKeyStoreId", json!(self.custom_key_store));
        match self.origin.as_str() {
            "AWS_CLOUDHSM" => put("CloudHsmClusterId", json!("cluster-1a23b4cdefg")),
            "EXTERNAL_KEY_STORE" => put("XksKeyConfiguration", json!({"Id": "emulated-key"})),
            _ => {}
        }
        if self.spec == KeySpec::Symmetric && self.state != KeyState::PendingImport {
            put("CurrentKeyMaterialId", json!(hex(&sha256(self.id.as_bytes()))));
        }
        put("MultiRegion", json!(self.role.is_some()));
        put("MultiRegionConfiguration", self.multi_region(family));
        Value::Object(record)
    }

    fn multi_region(&self, family: &Family) -> Value {
        let Some(role) = self.role else {
            return Value::Null;
        };
        let entry = |(arn, region): &(String, String)| json!({"Arn": arn, "Region": region});
        json!({
            "MultiRegionKeyType": match role { Role::Primary => "PRIMARY", Role::Replica => "REPLICA" },
            "PrimaryKey": family.primary.as_ref().map(entry),
            "ReplicaKeys": family.replicas.iter().map(entry).collect::<Vec<_>>(),
        })
    }

    fn doomed(&self) -> KmsError {
        KmsError::state(format!("{} is pending deletion.", self.arn))
    }
}

fn expiration_model(valid_to: Option<f64>) -> &'static str {
    match valid_to {
        Some(_) => "KEY_MATERIAL_EXPIRES",
        None => "KEY_MATERIAL_DOES_NOT_EXPIRE",
    }
}
