//! UpdateCryptoKey and UpdateCryptoKeyPrimaryVersion.

use crate::google::GoogleKms;
use crate::google::algorithm::Algorithm;
use crate::google::create::{check_fit, labels};
use crate::google::error::GoogleError;
use crate::google::request::Request;
use crate::google::state::check_mask;
use crate::google::version::View;
use serde_json::Value;

/// UpdateCryptoKey: labels, and the algorithm of versions to come.
pub(crate) fn key(kms: &GoogleKms, request: &Request) -> Result<Value, GoogleError> {
    const ALGORITHM: &str = "version_template.algorithm";
    let mask = check_mask(request, &["labels", ALGORITHM])?;
    let mut store = kms.store();
    let key = store.key(&request.name)?;
    if mask.iter().any(|path| path == ALGORITHM) {
        let name = request.text("versionTemplate.algorithm")?.unwrap_or_default();
        let algorithm = Algorithm::parse(name)
            .ok_or_else(|| GoogleError::argument(format!("Invalid value at '{ALGORITHM}', \"{name}\"")))?;
        check_fit(algorithm, &key.purpose, &key.protection)?;
        key.algorithm = algorithm;
    }
    if mask.iter().any(|path| path == "labels") {
        key.labels = labels(request)?;
    }
    Ok(key.record(View::Full))
}

/// UpdateCryptoKeyPrimaryVersion: of keys that encrypt.
pub(crate) fn primary(kms: &GoogleKms, request: &Request) -> Result<Value, GoogleError> {
    let wanted = request.text("cryptoKeyVersionId")?.unwrap_or_default();
    let mut store = kms.store();
    let key = store.key(&request.name)?;
    if key.purpose != "ENCRYPT_DECRYPT" {
        return Err(GoogleError::precondition(format!(
            "{} has purpose {}: it has no primary version.",
            key.name, key.purpose
        )));
    }
    let number = wanted.parse().ok().filter(|number| key.versions.contains_key(number));
    let missing = || GoogleError::not_found("CryptoKeyVersion", &format!("{}/cryptoKeyVersions/{wanted}", key.name));
    key.primary = Some(number.ok_or_else(missing)?);
    Ok(key.record(View::Full))
}
