//! EnableKey, DisableKey, ScheduleKeyDeletion, CancelKeyDeletion.

use crate::aws::Kms;
use crate::aws::error::KmsError;
use crate::aws::key::{Key, KeyState, Role};
use crate::aws::key_name::{Caller, LONGEST_KEY_ID};
use crate::aws::parameters::Parameters;
use crate::clock::milliseconds;
use serde_json::{Value, json};

const SECONDS_IN_A_DAY: f64 = 86_400.0;

/// EnableKey.
pub(crate) fn enable(kms: &Kms, caller: &Caller, parameters: &Parameters) -> Result<Value, KmsError> {
    switch(kms, caller, parameters, KeyState::Enabled)
}

/// DisableKey.
pub(crate) fn disable(kms: &Kms, caller: &Caller, parameters: &Parameters) -> Result<Value, KmsError> {
    switch(kms, caller, parameters, KeyState::Disabled)
}

/// ScheduleKeyDeletion. KMS API Reference: 7 to 30 days, 30 if absent. A primary first waits for its replicas.
pub(crate) fn schedule_deletion(kms: &Kms, caller: &Caller, parameters: &Parameters) -> Result<Value, KmsError> {
    let name = parameters.required_text("KeyId", LONGEST_KEY_ID)?;
    let days = parameters.integer("PendingWindowInDays", 7..=30)?.unwrap_or(30);
    let mut keyring = kms.keyring();
    let id = keyring.find_by_id(name, caller)?.id.clone();
    let has_replicas = !keyring.family(&id).replicas.is_empty();
    let key = keyring.find_by_id(name, caller)?;
    key.check_not_doomed()?;
    if key.role == Some(Role::Primary) && has_replicas {
        key.state = KeyState::PendingReplicaDeletion;
        key.waiting_window = Some(days);
    } else {
        key.state = KeyState::PendingDeletion;
        key.deletion = Some(deletion_date(days));
    }
    let mut answer = json!({
        "KeyId": key.arn,
        "KeyState": key.state.name(),
        "PendingWindowInDays": days,
    });
    if let (Some(date), Value::Object(members)) = (key.deletion, &mut answer) {
        members.insert("DeletionDate".to_owned(), json!(date));
    }
    Ok(answer)
}

/// CancelKeyDeletion: the key is disabled afterwards.
pub(crate) fn cancel_deletion(kms: &Kms, caller: &Caller, parameters: &Parameters) -> Result<Value, KmsError> {
    let name = parameters.required_text("KeyId", LONGEST_KEY_ID)?;
    let mut keyring = kms.keyring();
    let key = keyring.find_by_id(name, caller)?;
    if key.check_not_doomed().is_ok() {
        return Err(KmsError::state(format!("{} is not pending deletion.", key.arn)));
    }
    set(key, KeyState::Disabled);
    Ok(json!({"KeyId": key.arn}))
}

/// Puts a key into a state, with the facts that go with it.
pub(crate) fn set(key: &mut Key, state: KeyState) {
    key.state = state;
    key.waiting_window = None;
    key.deletion = (state == KeyState::PendingDeletion).then(|| deletion_date(30));
}

fn switch(kms: &Kms, caller: &Caller, parameters: &Parameters, state: KeyState) -> Result<Value, KmsError> {
    let name = parameters.required_text("KeyId", LONGEST_KEY_ID)?;
    let mut keyring = kms.keyring();
    let key = keyring.find_by_id(name, caller)?;
    if key.state != KeyState::Disabled {
        key.check_usable()?;
    }
    set(key, state);
    Ok(Value::Null)
}

fn deletion_date(days: i64) -> f64 {
    let days = u32::try_from(days).map_or(30.0, f64::from);
    milliseconds() + days * SECONDS_IN_A_DAY
}
