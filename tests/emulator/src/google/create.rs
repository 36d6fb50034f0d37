//! CreateKeyRing, CreateCryptoKey and CreateCryptoKeyVersion.

use crate::google::GoogleKms;
use crate::google::algorithm::Algorithm;
use crate::google::crypto_key::CryptoKey;
use crate::google::error::GoogleError;
use crate::google::moment::Moment;
use crate::google::name::check_id;
use crate::google::request::Request;
use crate::google::store::Ring;
use crate::google::version::{Version, View};
use serde_json::Value;
use std::collections::BTreeMap;

/// Cloud KMS documentation, "Destroy and restore key versions" (2026-11): 30 days unless the key says otherwise.
pub(crate) const USUAL_DESTROY_AFTER: u64 = 30 * 24 * 3600;
/// The same page: from 24 hours to 120 days.
const DESTROY_AFTER: std::ops::RangeInclusive<u64> = 24 * 3600..=120 * 24 * 3600;

/// CreateKeyRing.
pub(crate) fn ring(kms: &GoogleKms, request: &Request) -> Result<Value, GoogleError> {
    let id = request.parameter("keyRingId").unwrap_or_default();
    check_id("key_ring_id", &id)?;
    let name = format!("{}/{id}", request.name.text());
    let mut store = kms.store();
    if store.rings.contains_key(&name) {
        return Err(GoogleError::exists("KeyRing", &name));
    }
    let ring = Ring::new(name.clone());
    let record = ring.record();
    store.rings.insert(name, ring);
    Ok(record)
}

/// CreateCryptoKey.
pub(crate) fn key(kms: &GoogleKms, request: &Request) -> Result<Value, GoogleError> {
    let id = request.parameter("cryptoKeyId").unwrap_or_default();
    check_id("crypto_key_id", &id)?;
    let mut key = blank(request)?;
    key.name = format!("{}/{id}", request.name.text());
    let skip = request.parameter("skipInitialVersionCreation").is_some_and(|text| text.eq_ignore_ascii_case("true"));
    if key.import_only && !skip {
        return Err(GoogleError::argument(
            "skip_initial_version_creation must be set when creating a CryptoKey with import_only set.",
        ));
    }
    let mut store = kms.store();
    let ring = store.ring(&request.name)?;
    if ring.keys.contains_key(&id) {
        return Err(GoogleError::exists("CryptoKey", &key.name));
    }
    let started = (!skip).then(|| {
        key.primary = (key.purpose == "ENCRYPT_DECRYPT").then_some(1);
        start(&mut key)
    });
    let record = key.record(View::Full);
    ring.keys.insert(id, key);
    drop(store);
    kms.generate(started);
    Ok(record)
}

/// CreateCryptoKeyVersion: asymmetric ones are pending at first.
pub(crate) fn version(kms: &GoogleKms, request: &Request) -> Result<Value, GoogleError> {
    let mut store = kms.store();
    let key = store.key(&request.name)?;
    if key.import_only {
        return Err(GoogleError::precondition(format!("{} is import-only: import a version instead.", key.name)));
    }
    let started = start(key);
    let record = started.record(View::Full);
    drop(store);
    kms.generate(Some(started));
    Ok(record)
}

/// Adds a version made after the key's template, without material.
fn start(key: &mut CryptoKey) -> Version {
    let number = key.next();
    let created = Moment::now();
    let pending = key.algorithm.shape.is_some();
    let version = Version {
        name: format!("{}/cryptoKeyVersions/{number}", key.name),
        state: if pending { "PENDING_GENERATION" } else { "ENABLED" }.to_owned(),
        protection: key.protection.clone(),
        algorithm: key.algorithm,
        created,
        generated: (!pending).then_some(created),
        destroy: None,
        destroyed: None,
        import: None,
        material: None,
        attestation: None,
    };
    key.versions.insert(number, version.clone());
    version
}

fn blank(request: &Request) -> Result<CryptoKey, GoogleError> {
    let Some(purpose) = request.text("purpose")?.filter(|purpose| *purpose != "CRYPTO_KEY_PURPOSE_UNSPECIFIED") else {
        return Err(GoogleError::argument("The purpose of the CryptoKey must be specified."));
    };
    let protection = match request.text("versionTemplate.protectionLevel")? {
        None | Some("PROTECTION_LEVEL_UNSPECIFIED") => "SOFTWARE",
        Some(known @ ("SOFTWARE" | "HSM" | "HSM_SINGLE_TENANT" | "EXTERNAL" | "EXTERNAL_VPC")) => known,
        Some(other) => return Err(unknown("crypto_key.version_template.protection_level", other)),
    };
    let algorithm = match request.text("versionTemplate.algorithm")? {
        Some(name) if name != "CRYPTO_KEY_VERSION_ALGORITHM_UNSPECIFIED" => name,
        _ if purpose == "ENCRYPT_DECRYPT" => "GOOGLE_SYMMETRIC_ENCRYPTION",
        _ => return Err(GoogleError::argument(format!("The algorithm is required for the purpose {purpose}."))),
    };
    let known =
        Algorithm::parse(algorithm).ok_or_else(|| unknown("crypto_key.version_template.algorithm", algorithm))?;
    check_fit(known, purpose, protection)?;
    Ok(CryptoKey {
        name: String::new(),
        purpose: purpose.to_owned(),
        created: Moment::now(),
        protection: protection.to_owned(),
        algorithm: known,
        import_only: request.flag("importOnly")?,
        destroy_after: destroy_after(request)?,
        labels: labels(request)?,
        primary: None,
        versions: BTreeMap::new(),
    })
}

/// Refuses an algorithm that keys of this purpose and level do not have.
pub(crate) fn check_fit(algorithm: &Algorithm, purpose: &str, protection: &str) -> Result<(), GoogleError> {
    if algorithm.purpose != purpose {
        return Err(GoogleError::argument(format!(
            "The algorithm {} is not valid for the purpose {purpose}.",
            algorithm.name
        )));
    }
    if !algorithm.exists_under(protection) {
        return Err(GoogleError::argument(format!(
            "The algorithm {} is not available for the protection level {protection}.",
            algorithm.name
        )));
    }
    Ok(())
}

fn destroy_after(request: &Request) -> Result<u64, GoogleError> {
    let Some(text) = request.text("destroyScheduledDuration")? else {
        return Ok(USUAL_DESTROY_AFTER);
    };
    let seconds = text.strip_suffix('s').and_then(|seconds| seconds.parse().ok());
    seconds.filter(|seconds| DESTROY_AFTER.contains(seconds)).ok_or_else(|| {
        GoogleError::argument(format!("The destroy_scheduled_duration {text} is not within 86400s and 10368000s."))
    })
}

/// The labels of a request.
pub(crate) fn labels(request: &Request) -> Result<BTreeMap<String, String>, GoogleError> {
    let Some(labels) = request.member("labels") else {
        return Ok(BTreeMap::new());
    };
    serde_json::from_value(labels.clone()).map_err(|_| GoogleError::argument("Invalid value at 'labels'"))
}

fn unknown(member: &str, value: &str) -> GoogleError {
    GoogleError::argument(format!("Invalid value at '{member}', \"{value}\""))
}
