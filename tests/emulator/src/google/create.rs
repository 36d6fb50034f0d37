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
    let (number, mut version) = (key.next(), new_version(key, key.algorithm));
    if key.algorithm.shape.is_none() {
        "ENABLED".clone_into(&mut version.state);
        version.generated = Some(version.created);
    }
    key.versions.insert(number, version.clone());
    version
}

/// The next version of a key, pending; it is in the key from now on.
pub(crate) fn new_version(key: &mut CryptoKey, algorithm: &'static Algorithm) -> Version {
    let number = key.next();
    let version = Version {
        name: format!("{}/cryptoKeyVersions/{number}", key.name),
        state: "PENDING_GENERATION".to_owned(),
        protection: key.protection.clone(),
        algorithm,
        created: Moment::now(),
        generated: None,
        destroy: None,
        destroyed: None,
        import: None,
        failure: None,
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

#[cfg(test)]
mod tests {
    use crate::google::rehearsal::{LOCATION, Rehearsal};
    use serde_json::json;

    #[test]
    fn an_asymmetric_version_is_pending_until_its_material_is_made() {
        let kms = Rehearsal::new();
        kms.kms.generation.hold(true);
        let template = json!({"algorithm": "EC_SIGN_P256_SHA256", "protectionLevel": "HSM"});
        let key = json!({"purpose": "ASYMMETRIC_SIGN", "versionTemplate": template});
        let path = format!("{LOCATION}/keyRings/r/cryptoKeys?cryptoKeyId=k&skipInitialVersionCreation=true");
        let made = kms.post(&path, &key).unwrap();
        let name = format!("{LOCATION}/keyRings/r/cryptoKeys/k");
        assert_eq!(
            made,
            json!({"name": name, "purpose": "ASYMMETRIC_SIGN", "createTime": made["createTime"],
                   "versionTemplate": template, "destroyScheduledDuration": "2592000s"})
        );
        for number in 1..=2 {
            let pending = kms.post(&format!("{name}/cryptoKeyVersions"), &json!({})).unwrap();
            assert_eq!(
                pending,
                json!({"name": format!("{name}/cryptoKeyVersions/{number}"), "state": "PENDING_GENERATION",
                       "protectionLevel": "HSM", "algorithm": "EC_SIGN_P256_SHA256", "createTime": pending["createTime"]})
            );
        }
        let version = format!("{name}/cryptoKeyVersions/1");
        let refusal = kms.post(&format!("{version}:asymmetricSign"), &json!({})).unwrap_err();
        assert_eq!(
            refusal,
            format!("400 FAILED_PRECONDITION: {version} is not enabled, current state is: PENDING_GENERATION.")
        );
        kms.kms.generation.hold(false);
        kms.wait(&version, "ENABLED");
        assert!(kms.get(&version).unwrap()["generateTime"].is_string());
    }

    #[test]
    fn a_key_that_encrypts_has_a_primary_version_at_once() {
        let kms = Rehearsal::new();
        let path = format!("{LOCATION}/keyRings/r/cryptoKeys?cryptoKeyId=k");
        let made = kms.post(&path, &json!({"purpose": "ENCRYPT_DECRYPT"})).unwrap();
        let primary = &made["primary"];
        assert_eq!((&primary["state"], &primary["protectionLevel"]), (&json!("ENABLED"), &json!("SOFTWARE")));
        assert_eq!(primary["algorithm"], "GOOGLE_SYMMETRIC_ENCRYPTION");
        let version = primary["name"].as_str().unwrap();
        let refusal = kms.post(&format!("{version}:asymmetricSign"), &json!({"data": "AAAA"})).unwrap_err();
        assert!(refusal.starts_with("400 FAILED_PRECONDITION: "), "{refusal}");
        let refusal = kms.get(&format!("{version}/publicKey")).unwrap_err();
        assert!(refusal.starts_with("400 FAILED_PRECONDITION: "), "{refusal}");
    }

    #[test]
    fn names_are_taken_once_and_have_a_form() {
        let kms = Rehearsal::new();
        let again = kms.post(&format!("{LOCATION}/keyRings?keyRingId=r"), &json!({})).unwrap_err();
        assert_eq!(again, format!("409 ALREADY_EXISTS: KeyRing {LOCATION}/keyRings/r already exists."));
        let path = format!("{LOCATION}/keyRings/r/cryptoKeys?cryptoKeyId=k&skipInitialVersionCreation=true");
        let key = json!({"purpose": "ENCRYPT_DECRYPT"});
        kms.post(&path, &key).unwrap();
        let again = kms.post(&path, &key).unwrap_err();
        assert_eq!(again, format!("409 ALREADY_EXISTS: CryptoKey {LOCATION}/keyRings/r/cryptoKeys/k already exists."));
        for path in ["keyRings?keyRingId=%26bar", "keyRings/r/cryptoKeys?cryptoKeyId=%26bar"] {
            let refusal = kms.post(&format!("{LOCATION}/{path}"), &key).unwrap_err();
            assert!(refusal.starts_with("400 INVALID_ARGUMENT: "), "{refusal}");
        }
    }

    #[test]
    fn purpose_algorithm_and_level_have_to_fit() {
        let kms = Rehearsal::new();
        let refusal = |key| {
            let path = format!("{LOCATION}/keyRings/r/cryptoKeys?cryptoKeyId=k");
            kms.post(&path, &key).unwrap_err()
        };
        for key in [
            json!({}),
            json!({"purpose": "ASYMMETRIC_SIGN"}),
            json!({"purpose": "ASYMMETRIC_DECRYPT"}),
            json!({"purpose": "ASYMMETRIC_SIGN", "versionTemplate": {"algorithm": "HMAC_SHA256"}}),
            json!({"purpose": "ASYMMETRIC_SIGN", "versionTemplate": {"algorithm": "EC_SIGN_P521_SHA512"}}),
            json!({"purpose": "ENCRYPT_DECRYPT", "importOnly": true}),
        ] {
            assert!(refusal(key.clone()).starts_with("400 INVALID_ARGUMENT: "), "{key}");
        }
        let secp256k1 = json!({"algorithm": "EC_SIGN_SECP256K1_SHA256"});
        assert_eq!(
            refusal(json!({"purpose": "ASYMMETRIC_SIGN", "versionTemplate": secp256k1})),
            "400 INVALID_ARGUMENT: The algorithm EC_SIGN_SECP256K1_SHA256 is not available for the protection level SOFTWARE."
        );
    }
}
