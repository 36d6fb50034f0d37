//! ImportCryptoKeyVersion.

use crate::google::GoogleKms;
use crate::google::algorithm::Algorithm;
use crate::google::create::{check_fit, new_version};
use crate::google::error::GoogleError;
use crate::google::import_job::ImportJob;
use crate::google::moment::Moment;
use crate::google::name::Name;
use crate::google::request::Request;
use crate::google::version::{Version, View};
use crate::material::Material;
use serde_json::Value;
use std::sync::Arc;

/// ImportCryptoKeyVersion: the answer says that it is pending, and what came of it is seen later.
pub(crate) fn import(kms: &GoogleKms, request: &Request) -> Result<Value, GoogleError> {
    let algorithm = match request.text("algorithm")? {
        None => return Err(GoogleError::argument("The algorithm must be specified.")),
        Some(name) => Algorithm::parse(name)
            .ok_or_else(|| GoogleError::argument(format!("Invalid value at 'algorithm', \"{name}\"")))?,
    };
    // `rsa_aes_wrapped_key` is the older name of the same.
    let wrapped = match request.bytes("wrappedKey")? {
        None => request.bytes("rsaAesWrappedKey")?,
        given => given,
    };
    let wrapped = wrapped.ok_or_else(|| GoogleError::argument("The wrapped key must be specified."))?;
    let job_name =
        request.text("importJob")?.ok_or_else(|| GoogleError::argument("The import_job must be specified."))?;
    let again = request.text("cryptoKeyVersion")?.map(Name::parse);
    let mut store = kms.store();
    let job = store.job(&Name::parse(job_name))?.clone();
    let key = store.key(&request.name)?;
    check_fit(algorithm, &key.purpose, &key.protection)?;
    if job.protection != key.protection {
        return Err(GoogleError::argument(format!(
            "The protection level of {} is {}, that of {} {}.",
            job.name, job.protection, key.name, key.protection
        )));
    }
    let former = match &again {
        None => None,
        Some(name) => Some(former(store.version(name)?, algorithm)?),
    };
    let mut pending = match &again {
        None => new_version(store.key(&request.name)?, algorithm),
        Some(name) => store.version(name)?.clone(),
    };
    "PENDING_IMPORT".clone_into(&mut pending.state);
    (pending.generated, pending.destroy, pending.destroyed) = (None, None, None);
    pending.import = Some((job.name.clone(), None));
    *store.version(&Name::parse(&pending.name))? = pending.clone();
    drop(store);
    let record = pending.record(View::Full);
    kms.generation.start(&kms.store, pending, move |pending| imported(pending, &job, &wrapped, former.as_deref()));
    Ok(record)
}

/// The material a version had before: it takes no other.
fn former(version: &Version, algorithm: &Algorithm) -> Result<Arc<Material>, GoogleError> {
    match &version.material {
        Some(material)
            if version.import.is_some()
                && version.algorithm == algorithm
                && matches!(version.state.as_str(), "DESTROYED" | "IMPORT_FAILED") =>
        {
            Ok(Arc::clone(material))
        }
        _ => Err(GoogleError::precondition(format!(
            "{} cannot be imported again: it must have been imported with this algorithm, and be DESTROYED or IMPORT_FAILED; its state is {}.",
            version.name, version.state
        ))),
    }
}

/// The same version with its material, or with the reason why it has none.
fn imported(mut version: Version, job: &ImportJob, wrapped: &[u8], former: Option<&Material>) -> Version {
    let material = job
        .wrapping
        .unwrap(&job.key, wrapped)
        .and_then(|plain| Material::from_pkcs8(&plain))
        .filter(|material| Some(material.shape()) == version.algorithm.shape)
        .filter(|material| former.is_none_or(|former| former.public_der() == material.public_der()));
    match material {
        None => {
            "IMPORT_FAILED".clone_into(&mut version.state);
            version.failure = Some("The wrapped key cannot be unwrapped to a key of this algorithm.".to_owned());
        }
        Some(material) => {
            version.material = Some(Arc::new(material));
            version.import = Some((job.name.clone(), Some(Moment::now())));
            version.failure = None;
            version.attest();
            "ENABLED".clone_into(&mut version.state);
        }
    }
    version
}

#[cfg(test)]
mod tests {
    use crate::google::rehearsal::{LOCATION, Rehearsal};
    use hardkey_synthetic::{Key, key::Shape};
    use openssl::base64::encode_block;
    use openssl::encrypt::Encrypter;
    use openssl::hash::MessageDigest;
    use openssl::pkey::PKey;
    use openssl::rsa::Padding;
    use serde_json::{Value, json};

    fn wrap(pem: &str, plain: &[u8]) -> String {
        let key = PKey::public_key_from_pem(pem.as_bytes()).unwrap();
        let mut encrypter = Encrypter::new(&key).unwrap();
        encrypter.set_rsa_padding(Padding::PKCS1_OAEP).unwrap();
        encrypter.set_rsa_oaep_md(MessageDigest::sha256()).unwrap();
        encrypter.set_rsa_mgf1_md(MessageDigest::sha256()).unwrap();
        let mut wrapped = vec![0; encrypter.encrypt_len(plain).unwrap()];
        let length = encrypter.encrypt(plain, &mut wrapped).unwrap();
        wrapped.truncate(length);
        encode_block(&wrapped)
    }

    /// A key that takes imported versions alone, and an import job with its wrapping key.
    fn prepare(kms: &Rehearsal) -> (String, String, String) {
        let ring = format!("{LOCATION}/keyRings/r");
        let template = json!({"algorithm": "EC_SIGN_P256_SHA256", "protectionLevel": "HSM"});
        let key = json!({"purpose": "ASYMMETRIC_SIGN", "versionTemplate": template, "importOnly": true});
        kms.post(&format!("{ring}/cryptoKeys?cryptoKeyId=k&skipInitialVersionCreation=true"), &key).unwrap();
        let job = json!({"importMethod": "RSA_OAEP_3072_SHA256", "protectionLevel": "HSM"});
        let job = kms.post(&format!("{ring}/importJobs?importJobId=j"), &job).unwrap();
        assert_eq!(job["state"], "ACTIVE");
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (format!("{ring}/cryptoKeys/k"), text(&job["name"]), text(&job["publicKey"]["pem"]))
    }

    #[test]
    fn an_imported_version_names_its_job_and_its_statement_says_it_was_not_made_inside() {
        let kms = Rehearsal::new();
        let (key, job, pem) = prepare(&kms);
        let material = Key::of(Shape::P256, "imported");
        let request =
            json!({"algorithm": "EC_SIGN_P256_SHA256", "importJob": job, "wrappedKey": wrap(&pem, &material.pkcs8())});
        let pending = kms.post(&format!("{key}/cryptoKeyVersions:import"), &request).unwrap();
        assert_eq!((&pending["state"], &pending["importJob"]), (&json!("PENDING_IMPORT"), &json!(job)));
        assert_eq!(pending.get("importTime"), None);
        let version = pending["name"].as_str().unwrap();
        kms.wait(version, "ENABLED");
        let record = kms.get(version).unwrap();
        assert!(record["importTime"].is_string());
        assert_eq!(record.get("generateTime"), None);
        let public = kms.get(&format!("{version}/publicKey")).unwrap();
        assert_eq!(public["pem"], material.spki_pem());
        // The statement has one object; a generated pair has two.
        let content = openssl::base64::decode_block(record["attestation"]["content"].as_str().unwrap()).unwrap();
        let generated = kms.key("other", "EC_SIGN_P256_SHA256", "HSM");
        let pair = kms.get(&generated).unwrap()["attestation"]["content"].as_str().unwrap().len();
        assert!(content.len() * 4 / 3 < pair, "{} {pair}", content.len());
        let more = kms.post(&format!("{key}/cryptoKeyVersions"), &json!({})).unwrap_err();
        assert!(more.starts_with("400 FAILED_PRECONDITION: "), "{more}");
    }

    #[test]
    fn what_cannot_be_unwrapped_is_an_import_that_failed_and_can_be_repeated_when_destroyed() {
        let kms = Rehearsal::new();
        let (key, job, pem) = prepare(&kms);
        let import = format!("{key}/cryptoKeyVersions:import");
        let request = |wrapped: String, version: Option<&str>| json!({"algorithm": "EC_SIGN_P256_SHA256", "importJob": job, "wrappedKey": wrapped, "cryptoKeyVersion": version});
        let failed = kms.post(&import, &request("AAAA".to_owned(), None)).unwrap();
        kms.wait(failed["name"].as_str().unwrap(), "IMPORT_FAILED");
        assert!(kms.get(failed["name"].as_str().unwrap()).unwrap()["importFailureReason"].is_string());
        let wrapped = || wrap(&pem, &Key::of(Shape::P256, "imported").pkcs8());
        let made = kms.post(&import, &request(wrapped(), None)).unwrap();
        let version = made["name"].as_str().unwrap();
        kms.wait(version, "ENABLED");
        let again = kms.post(&import, &request(wrapped(), Some(version))).unwrap_err();
        assert!(again.starts_with("400 FAILED_PRECONDITION: "), "{again}");
        kms.kms.put_into_state(version, "DESTROYED").unwrap();
        assert_eq!(kms.get(version).unwrap()["reimportEligible"], true);
        kms.post(&import, &request(wrapped(), Some(version))).unwrap();
        kms.wait(version, "ENABLED");
        kms.kms.put_into_state(version, "DESTROYED").unwrap();
        let other = wrap(&pem, &Key::of(Shape::P256, "another").pkcs8());
        kms.post(&import, &request(other, Some(version))).unwrap();
        kms.wait(version, "IMPORT_FAILED");
    }
}
