//! From one state of a version to another.

use crate::google::GoogleKms;
use crate::google::error::GoogleError;
use crate::google::moment::Moment;
use crate::google::request::{Request, snake};
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
    let paths: Vec<String> = mask.split(',').filter(|path| !path.is_empty()).map(snake).collect();
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

#[cfg(test)]
mod tests {
    use crate::google::rehearsal::Rehearsal;
    use serde_json::{Value, json};

    fn patch(kms: &Rehearsal, version: &str, mask: &str, state: &str) -> Result<Value, String> {
        kms.ask("PATCH", &format!("{version}{mask}"), &json!({"state": state, "name": version}))
    }

    #[test]
    fn a_version_is_disabled_enabled_destroyed_and_restored() {
        let kms = Rehearsal::new();
        let version = kms.key("k", "EC_SIGN_P256_SHA256", "SOFTWARE");
        let mask = "?updateMask=state";
        assert_eq!(patch(&kms, &version, mask, "DISABLED").unwrap()["state"], "DISABLED");
        assert_eq!(patch(&kms, &version, mask, "ENABLED").unwrap()["state"], "ENABLED");
        let doomed = kms.post(&format!("{version}:destroy"), &json!({})).unwrap();
        assert_eq!(doomed["state"], "DESTROY_SCHEDULED");
        assert!(doomed["destroyTime"].as_str().unwrap() > doomed["createTime"].as_str().unwrap());
        let again = kms.post(&format!("{version}:destroy"), &json!({})).unwrap_err();
        assert!(again.starts_with("400 FAILED_PRECONDITION: "), "{again}");
        let refusal = patch(&kms, &version, mask, "ENABLED").unwrap_err();
        assert!(refusal.starts_with("400 FAILED_PRECONDITION: "), "{refusal}");
        let restored = kms.post(&format!("{version}:restore"), &json!({})).unwrap();
        assert_eq!((&restored["state"], restored.get("destroyTime")), (&json!("DISABLED"), None));
    }

    #[test]
    fn only_the_state_can_be_updated_and_only_to_on_and_off() {
        let kms = Rehearsal::new();
        let version = kms.key("k", "EC_SIGN_P256_SHA256", "SOFTWARE");
        for (mask, state) in
            [("", "DISABLED"), ("?updateMask=name", "DISABLED"), ("?updateMask=state", "PENDING_IMPORT")]
        {
            let refusal = patch(&kms, &version, mask, state).unwrap_err();
            assert!(refusal.starts_with("400 INVALID_ARGUMENT: "), "{refusal}");
        }
        let key = version.split("/cryptoKeyVersions").next().unwrap();
        let change = |mask: &str, algorithm: &str| {
            let body = json!({"versionTemplate": {"algorithm": algorithm}});
            kms.ask("PATCH", &format!("{key}?updateMask={mask}"), &body)
        };
        let changed = change("versionTemplate.algorithm", "EC_SIGN_P384_SHA384").unwrap();
        assert_eq!(changed["versionTemplate"]["algorithm"], "EC_SIGN_P384_SHA384");
        for (mask, algorithm) in [
            ("name", "EC_SIGN_P384_SHA384"),
            ("", "EC_SIGN_P384_SHA384"),
            ("version_template.algorithm", "HMAC_SHA256"),
        ] {
            let refusal = change(mask, algorithm).unwrap_err();
            assert!(refusal.starts_with("400 INVALID_ARGUMENT: "), "{refusal}");
        }
    }
}
