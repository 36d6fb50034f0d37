//! Lists, and the records of single resources.

use crate::google::GoogleKms;
use crate::google::error::GoogleError;
use crate::google::page::page;
use crate::google::request::Request;
use crate::google::version::View;
use serde_json::Value;

/// ListKeyRings.
pub(crate) fn rings(kms: &GoogleKms, request: &Request) -> Result<Value, GoogleError> {
    let within = format!("{}/", request.name.text());
    let store = kms.store();
    let rings = store.rings.iter().filter(|(name, _)| name.starts_with(&within));
    page(request, "keyRings", rings.map(|(name, ring)| (name.clone(), ring.record())).collect())
}

/// ListCryptoKeys: by name.
pub(crate) fn keys(kms: &GoogleKms, request: &Request) -> Result<Value, GoogleError> {
    let view = view(request, "versionView")?;
    let mut store = kms.store();
    let keys = &store.ring(&request.name)?.keys;
    page(request, "cryptoKeys", keys.iter().map(|(id, key)| (id.clone(), key.record(view))).collect())
}

/// ListCryptoKeyVersions: by number.
pub(crate) fn versions(kms: &GoogleKms, request: &Request) -> Result<Value, GoogleError> {
    let view = view(request, "view")?;
    let mut store = kms.store();
    let versions = &store.key(&request.name)?.versions;
    let entries = versions.iter().map(|(number, version)| (number.to_string(), version.record(view)));
    page(request, "cryptoKeyVersions", entries.collect())
}

/// GetKeyRing.
pub(crate) fn ring(kms: &GoogleKms, request: &Request) -> Result<Value, GoogleError> {
    Ok(kms.store().ring(&request.name)?.record())
}

/// GetCryptoKey.
pub(crate) fn key(kms: &GoogleKms, request: &Request) -> Result<Value, GoogleError> {
    Ok(kms.store().key(&request.name)?.record(View::Full))
}

/// GetCryptoKeyVersion.
pub(crate) fn version(kms: &GoogleKms, request: &Request) -> Result<Value, GoogleError> {
    Ok(kms.store().version(&request.name)?.record(View::Full))
}

fn view(request: &Request, parameter: &str) -> Result<View, GoogleError> {
    match request.parameter(parameter).as_deref() {
        None | Some("CRYPTO_KEY_VERSION_VIEW_UNSPECIFIED") => Ok(View::Short),
        Some("FULL") => Ok(View::Full),
        Some(other) => Err(GoogleError::argument(format!("Invalid value at '{parameter}', \"{other}\""))),
    }
}
