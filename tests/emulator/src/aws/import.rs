//! GetParametersForImport, ImportKeyMaterial, DeleteImportedKeyMaterial.

use crate::aws::Kms;
use crate::aws::error::KmsError;
use crate::aws::key::{Key, KeyState};
use crate::aws::key_name::{Caller, LONGEST_KEY_ID};
use crate::aws::key_spec::KeySpec;
use crate::aws::parameters::Parameters;
use crate::aws::wrapping::{ImportOffer, WRAPPING_ALGORITHMS, WRAPPING_KEY_SPECS, wrapping_key};
use crate::clock::{milliseconds, seconds};
use crate::identifier::{hex, random};
use crate::material::Material;
use openssl::base64::encode_block;
use openssl::sha::sha256;
use serde_json::{Value, json};
use std::sync::Arc;

/// `CiphertextType` of the service model: import tokens and wrapped material.
const LONGEST_CIPHERTEXT: usize = 6144;
/// KMS API Reference, GetParametersForImport: both are valid for 24 hours.
const OFFER_SECONDS: f64 = 86_400.0;
/// KMS Developer Guide, "Importing key material": 256 bits for a symmetric key.
const SYMMETRIC_LENGTH: usize = 32;
/// `ExpirationModelType` of the service model.
const EXPIRATION_MODELS: [&str; 2] = ["KEY_MATERIAL_EXPIRES", "KEY_MATERIAL_DOES_NOT_EXPIRE"];

/// GetParametersForImport.
pub(crate) fn parameters_for_import(kms: &Kms, caller: &Caller, parameters: &Parameters) -> Result<Value, KmsError> {
    let name = parameters.required_text("KeyId", LONGEST_KEY_ID)?;
    let algorithm = parameters.required_choice("WrappingAlgorithm", &WRAPPING_ALGORITHMS)?;
    let key_spec = parameters.required_choice("WrappingKeySpec", &WRAPPING_KEY_SPECS)?;
    check_external(kms.keyring().find_by_id(name, caller)?)?;
    let wrapping_key = tokio::task::block_in_place(|| wrapping_key(&kms.wrapping_keys, key_spec))?;
    let (token, expires) = (random(128)?, milliseconds() + OFFER_SECONDS);
    let offer = wrapping_key.and_then(|key| ImportOffer::make(algorithm, key, token, expires)).ok_or_else(|| {
        KmsError::unsupported(format!("Wrapping with {algorithm} under a key of {key_spec} is not supported."))
    })?;
    let mut keyring = kms.keyring();
    let key = keyring.find_by_id(name, caller)?;
    let answer = json!({
        "KeyId": key.arn,
        "ImportToken": encode_block(&offer.token),
        "PublicKey": encode_block(&offer.public_der()?),
        "ParametersValidTo": offer.expires,
    });
    key.offer = Some(Arc::new(offer));
    Ok(answer)
}

/// ImportKeyMaterial: the first material decides; a later import must repeat it.
pub(crate) fn import_key_material(kms: &Kms, caller: &Caller, parameters: &Parameters) -> Result<Value, KmsError> {
    let name = parameters.required_text("KeyId", LONGEST_KEY_ID)?;
    let token = parameters.required_blob("ImportToken", LONGEST_CIPHERTEXT)?;
    let wrapped = parameters.required_blob("EncryptedKeyMaterial", LONGEST_CIPHERTEXT)?;
    let valid_to = valid_to(parameters)?;
    let mut keyring = kms.keyring();
    let key = keyring.find_by_id(name, caller)?;
    check_external(key)?;
    let offer = match &key.offer {
        Some(offer) if offer.token == token => Arc::clone(offer),
        Some(_) | None => return Err(KmsError::new("InvalidImportTokenException", "")),
    };
    if seconds() >= offer.expires {
        return Err(KmsError::new("ExpiredImportTokenException", ""));
    }
    let plain = offer.unwrap(&wrapped).ok_or_else(|| KmsError::new("InvalidCiphertextException", ""))?;
    let digest = sha256(&plain).to_vec();
    if key.imported.as_ref().is_some_and(|first| *first != digest) {
        return Err(incorrect("The key material differs from the material imported first."));
    }
    match key.spec {
        KeySpec::Asymmetric(shape) => {
            let material =
                Material::from_pkcs8(&plain).filter(|material| material.shape() == shape).ok_or_else(|| {
                    incorrect(&format!("The key material is no PKCS #8 key of spec {}.", key.spec.name()))
                })?;
            key.material = Some(Arc::new(material));
        }
        KeySpec::Symmetric if plain.len() != SYMMETRIC_LENGTH => {
            return Err(incorrect("The key material must be 256 bits long."));
        }
        KeySpec::Symmetric | KeySpec::Hmac(_) => {}
    }
    let material_id = hex(&digest);
    key.imported = Some(digest);
    key.valid_to = valid_to;
    if key.state == KeyState::PendingImport {
        key.state = KeyState::Enabled;
    }
    Ok(json!({"KeyId": key.arn, "KeyMaterialId": material_id}))
}

/// DeleteImportedKeyMaterial: the key waits for the same material again.
pub(crate) fn delete_material(kms: &Kms, caller: &Caller, parameters: &Parameters) -> Result<Value, KmsError> {
    let name = parameters.required_text("KeyId", LONGEST_KEY_ID)?;
    let mut keyring = kms.keyring();
    let key = keyring.find_by_id(name, caller)?;
    check_external(key)?;
    key.material = None;
    key.valid_to = None;
    key.state = KeyState::PendingImport;
    Ok(json!({"KeyId": key.arn}))
}

fn check_external(key: &Key) -> Result<(), KmsError> {
    if key.origin != "EXTERNAL" {
        return Err(KmsError::unsupported(format!(
            "{} origin is {} which is not valid for this operation.",
            key.arn, key.origin
        )));
    }
    key.check_not_doomed()
}

/// `ValidTo` if the material expires, which it does unless told otherwise.
fn valid_to(parameters: &Parameters) -> Result<Option<f64>, KmsError> {
    let model = parameters.choice("ExpirationModel", &EXPIRATION_MODELS)?.unwrap_or("KEY_MATERIAL_EXPIRES");
    let valid_to = parameters.moment("ValidTo")?;
    match (model, valid_to) {
        ("KEY_MATERIAL_DOES_NOT_EXPIRE", None) => Ok(None),
        ("KEY_MATERIAL_DOES_NOT_EXPIRE", Some(_)) => Err(KmsError::validation(
            "A validTo date must not be set if the ExpirationModel is KEY_MATERIAL_DOES_NOT_EXPIRE",
        )),
        (_, None) => {
            Err(KmsError::validation("A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES"))
        }
        (_, Some(moment)) if moment <= seconds() => Err(KmsError::validation("ValidTo must be in the future")),
        (_, Some(moment)) => Ok(Some(moment)),
    }
}

fn incorrect(message: &str) -> KmsError {
    KmsError::new("IncorrectKeyMaterialException", message)
}
