//! GetPublicKey.

use crate::google::GoogleKms;
use crate::google::error::GoogleError;
use crate::google::request::Request;
use hardkey_synthetic::answer::crc32c;
use openssl::base64::encode_block;
use openssl::pkey::PKey;
use serde_json::{Value, json};

/// GetPublicKey: of asymmetric versions that are enabled.
pub(crate) fn public_key(kms: &GoogleKms, request: &Request) -> Result<Value, GoogleError> {
    let mut store = kms.store();
    let version = store.version(&request.name)?;
    version.check_enabled()?;
    let Some(material) = version.material.clone() else {
        return Err(GoogleError::precondition(format!(
            "{} has no public key: its algorithm is {}.",
            version.name, version.algorithm.name
        )));
    };
    let mut answer = json!({
        "algorithm": version.algorithm.name,
        "name": version.name,
        "protectionLevel": version.protection,
    });
    drop(store);
    let members = answer.as_object_mut().ok_or_else(|| GoogleError::new("INTERNAL", ""))?;
    let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
    let pem = pem(material.public_der())?;
    match request.parameter("publicKeyFormat").as_deref() {
        None | Some("PUBLIC_KEY_FORMAT_UNSPECIFIED") => {
            put("pem", json!(pem));
            put("pemCrc32c", json!(crc32c(pem.as_bytes()).to_string()));
        }
        Some("PEM") => {
            put("pem", json!(pem));
            put("pemCrc32c", json!(crc32c(pem.as_bytes()).to_string()));
            put("publicKeyFormat", json!("PEM"));
            put("publicKey", checksummed(pem.as_bytes()));
        }
        Some("DER") => {
            put("publicKeyFormat", json!("DER"));
            put("publicKey", checksummed(material.public_der()));
        }
        Some(other) => {
            return Err(GoogleError::argument(format!("The public key format {other} is not supported for this key.")));
        }
    }
    Ok(answer)
}

/// A SubjectPublicKeyInfo in PEM.
pub(crate) fn pem(der: &[u8]) -> Result<String, GoogleError> {
    let pem = PKey::public_key_from_der(der)?.public_key_to_pem()?;
    Ok(String::from_utf8_lossy(&pem).into_owned())
}

/// `ChecksummedData` in JSON.
fn checksummed(data: &[u8]) -> Value {
    json!({"data": encode_block(data), "crc32cChecksum": crc32c(data).to_string()})
}
