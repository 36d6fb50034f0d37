//! From one state of a version to another.

use crate::google::GoogleKms;
use crate::google::error::GoogleError;
use crate::google::moment::Moment;
use crate::google::request::Request;
use crate::google::version::{Version, View};
use serde_json::Value;
use std::time::Duration;

/// UpdateCryptoKeyVersion: between enabled and disabled.
pub(crate) fn update(kms: &GoogleKms, request: &Request) -> Result<Value, GoogleError> {
    check_mask(request, &["state"])?;
    let wanted = match request.text("state")? {
        Some(wanted @ ("ENABLED" | "DISABLED")) => wanted,
        other => {
            return Err(GoogleError::argument(format!(
                "crypto_key_version.state must be ENABLED or DISABLED, not {}.",
                other.unwrap_or("CRYPTO_KEY_VERSION_STATE_UNSPECIFIED")
            )));
        }
    };
    let mut store = kms.store();
    let version = store.version(&request.name)?;
    if !matches!(version.state.as_str(), "ENABLED" | "DISABLED") {
        return Err(misplaced(version));
    }
    wanted.clone_into(&mut version.state);
    Ok(version.record(View::Full))
}

/// DestroyCryptoKeyVersion: schedules it.
pub(crate) fn destroy(kms: &GoogleKms, request: &Request) -> Result<Value, GoogleError> {
    let mut store = kms.store();
    let after = Duration::from_secs(store.key(&request.name).map_or(0, |key| key.destroy_after));
    let version = store.version(&request.name)?;
    if matches!(version.state.as_str(), "DESTROY_SCHEDULED" | "DESTROYED" | "PENDING_GENERATION" | "PENDING_IMPORT") {
        return Err(misplaced(version));
    }
    "DESTROY_SCHEDULED".clone_into(&mut version.state);
    version.destroy = Some(Moment::now().after(after));
    Ok(version.record(View::Full))
}

/// RestoreCryptoKeyVersion: disabled again.
pub(crate) fn restore(kms: &GoogleKms, request: &Request) -> Result<Value, GoogleError> {
    let mut store = kms.store();
    let version = store.version(&request.name)?;
    if version.state != "DESTROY_SCHEDULED" {
        return Err(misplaced(version));
    }
    "DISABLED".clone_into(&mut version.state);
    version.destroy = None;
    Ok(version.record(View::Full))
}

/// Puts a version into any state, Cloud KMS's rules aside, with what goes with it.
pub(crate) fn set(version: &mut Version, state: &str) {
    let now = Moment::now();
    state.clone_into(&mut version.state);
    version.destroy = matches!(state, "DESTROY_SCHEDULED" | "DESTROYED").then_some(now);
    version.destroyed = (state == "DESTROYED").then_some(now);
}

/// Refuses a mask that is empty or has anything else in it than these.
pub(crate) fn check_mask(request: &Request, allowed: &[&str]) -> Result<Vec<String>, GoogleError> {
    let mask = request.parameter("updateMask").unwrap_or_default();
    let paths: Vec<String> = mask.split(',').filter(|path| !path.is_empty()).map(str::to_owned).collect();
    if paths.is_empty() {
        return Err(GoogleError::argument("The update_mask must not be empty."));
    }
    match paths.iter().find(|path| !allowed.contains(&path.as_str())) {
        Some(path) => Err(GoogleError::argument(format!("The field '{path}' of the update_mask cannot be updated."))),
        None => Ok(paths),
    }
}

fn misplaced(version: &Version) -> GoogleError {
    GoogleError::precondition(format!("{} has the state {}, which does not allow this.", version.name, version.state))
}
