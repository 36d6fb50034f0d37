//! Sign and Verify.

use crate::aws::Kms;
use crate::aws::error::KmsError;
use crate::aws::key::Key;
use crate::aws::key_name::{Caller, LONGEST_KEY_ID};
use crate::aws::key_spec::{SIGNING_ALGORITHMS, SigningAlgorithm};
use crate::aws::parameters::Parameters;
use crate::material::{Material, Scheme};
use openssl::base64::encode_block;
use serde_json::{Value, json};
use std::sync::Arc;

/// `PlaintextType` of the service model: a message is 1 to 4096 bytes.
const LONGEST_MESSAGE: usize = 4096;
/// `CiphertextType` of the service model: a signature to verify is 1 to 6144 bytes.
const LONGEST_SIGNATURE: usize = 6144;
/// `MessageType` of the service model.
const MESSAGE_TYPES: [&str; 3] = ["RAW", "DIGEST", "EXTERNAL_MU"];

/// What Sign and Verify have in common, checked.
pub(crate) struct Task {
    /// The key's ARN.
    arn: String,
    /// The key.
    pub(crate) material: Arc<Material>,
    /// How.
    pub(crate) algorithm: &'static SigningAlgorithm,
    /// The digest, or the message where the algorithm takes that.
    pub(crate) input: Vec<u8>,
}

/// Sign.
pub(crate) fn sign(kms: &Kms, caller: &Caller, parameters: &Parameters) -> Result<Value, KmsError> {
    let task = prepare(kms, caller, parameters)?;
    check_not_dry(parameters)?;
    let signature = task.material.sign(task.algorithm.scheme, task.algorithm.hash, &task.input)?;
    Ok(json!({
        "KeyId": task.arn,
        "Signature": encode_block(&signature),
        "SigningAlgorithm": task.algorithm.name,
    }))
}

/// Verify.
pub(crate) fn verify(kms: &Kms, caller: &Caller, parameters: &Parameters) -> Result<Value, KmsError> {
    let signature = parameters.required_blob("Signature", LONGEST_SIGNATURE)?;
    let task = prepare(kms, caller, parameters)?;
    let (scheme, hash) = (task.algorithm.scheme, task.algorithm.hash);
    if !task.material.verify(scheme, hash, &task.input, &signature) {
        return Err(KmsError::new("KMSInvalidSignatureException", ""));
    }
    check_not_dry(parameters)?;
    Ok(json!({
        "KeyId": task.arn,
        "SignatureValid": true,
        "SigningAlgorithm": task.algorithm.name,
    }))
}

/// Checks in AWS's order: parameters, key, state, usage, algorithm, message.
pub(crate) fn prepare(kms: &Kms, caller: &Caller, parameters: &Parameters) -> Result<Task, KmsError> {
    let name = parameters.required_text("KeyId", LONGEST_KEY_ID)?;
    let message = parameters.required_blob("Message", LONGEST_MESSAGE)?;
    let message_type = parameters.choice("MessageType", &MESSAGE_TYPES)?.unwrap_or("RAW");
    let algorithm = parameters.required_choice("SigningAlgorithm", &SIGNING_ALGORITHMS)?;
    let mut keyring = kms.keyring();
    let key = keyring.find(name, caller)?;
    key.check_usable()?;
    let (material, algorithm) = fit(key, caller, algorithm)?;
    let arn = key.arn.clone();
    drop(keyring);
    Ok(Task { arn, material, algorithm, input: input(algorithm, message_type, message)? })
}

fn fit(key: &Key, caller: &Caller, algorithm: &str) -> Result<(Arc<Material>, &'static SigningAlgorithm), KmsError> {
    let material = match &key.material {
        Some(material) if key.usage == "SIGN_VERIFY" => Arc::clone(material),
        Some(_) | None => {
            return Err(KmsError::usage(format!(
                "{} key usage is {} which is not valid for {}.",
                key.arn, key.usage, caller.operation
            )));
        }
    };
    let Some(algorithm) = key.spec.signing_algorithm(algorithm) else {
        return Err(KmsError::usage(format!(
            "Algorithm {algorithm} is incompatible with key spec {}.",
            key.spec.name()
        )));
    };
    Ok((material, algorithm))
}

fn input(algorithm: &SigningAlgorithm, message_type: &str, message: Vec<u8>) -> Result<Vec<u8>, KmsError> {
    let name = algorithm.name;
    let digest = message_type == "DIGEST";
    if message_type == "EXTERNAL_MU" || algorithm.digest_only.is_some_and(|only| only != digest) {
        return Err(KmsError::validation(format!(
            "Message type {message_type} is incompatible with algorithm {name}."
        )));
    }
    if digest && message.len() != algorithm.hash.length() {
        return Err(KmsError::validation(format!("Digest is invalid length for algorithm {name}.")));
    }
    if digest && algorithm.scheme == Scheme::Eddsa {
        // OpenSSL signs Ed25519ph from 3.2 on; Debian 12 has 3.0.
        return Err(KmsError::unsupported(format!("This emulator does not sign with {name}.")));
    }
    if digest || algorithm.scheme == Scheme::Eddsa { Ok(message) } else { Ok(algorithm.hash.digest(&message)?) }
}

/// KMS API Reference, DryRun: the request is checked in full, then refused.
fn check_not_dry(parameters: &Parameters) -> Result<(), KmsError> {
    if parameters.flag("DryRun")? {
        return Err(KmsError::new(
            "DryRunOperationException",
            "The request would have succeeded, but the DryRun option is set.",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::aws::rehearsal::Rehearsal;
    use openssl::base64::encode_block;
    use serde_json::{Value, json};

    fn request(key: &str, algorithm: &str, message_type: &str, length: usize) -> Value {
        json!({
            "KeyId": key,
            "SigningAlgorithm": algorithm,
            "MessageType": message_type,
            "Message": encode_block(&vec![7; length]),
        })
    }

    #[test]
    fn a_digest_of_the_wrong_length_is_a_validation_error() {
        let kms = Rehearsal::new();
        let key = kms.key("ECC_NIST_P256");
        for length in [20, 31, 33, 64] {
            assert_eq!(
                kms.ask("Sign", &request(&key, "ECDSA_SHA_256", "DIGEST", length)).unwrap_err(),
                "ValidationException: Digest is invalid length for algorithm ECDSA_SHA_256."
            );
        }
        assert!(kms.ask("Sign", &request(&key, "ECDSA_SHA_256", "DIGEST", 32)).is_ok());
    }

    #[test]
    fn a_raw_message_has_at_most_4096_bytes() {
        let kms = Rehearsal::new();
        let key = kms.key("ECC_NIST_P384");
        assert!(kms.ask("Sign", &request(&key, "ECDSA_SHA_384", "RAW", 4096)).is_ok());
        let refusal = kms.ask("Sign", &request(&key, "ECDSA_SHA_384", "RAW", 4097)).unwrap_err();
        assert!(refusal.starts_with("ValidationException: "), "{refusal}");
        let refusal = kms.ask("Sign", &request(&key, "ECDSA_SHA_384", "RAW", 0)).unwrap_err();
        assert!(refusal.starts_with("ValidationException: "), "{refusal}");
    }

    #[test]
    fn an_algorithm_of_another_curve_is_a_wrong_use_of_the_key() {
        let kms = Rehearsal::new();
        let key = kms.key("ECC_NIST_P256");
        assert_eq!(
            kms.ask("Sign", &request(&key, "ECDSA_SHA_384", "RAW", 5)).unwrap_err(),
            "InvalidKeyUsageException: Algorithm ECDSA_SHA_384 is incompatible with key spec ECC_NIST_P256."
        );
    }

    #[test]
    fn what_was_signed_raw_verifies_as_a_digest() {
        let kms = Rehearsal::new();
        let key = kms.key("ECC_NIST_P521");
        let signed = kms.ask("Sign", &request(&key, "ECDSA_SHA_512", "RAW", 9)).unwrap();
        let mut verify = request(&key, "ECDSA_SHA_512", "DIGEST", 1);
        verify["Signature"] = signed["Signature"].clone();
        verify["Message"] = json!(encode_block(&openssl::sha::sha512(&[7; 9])));
        assert_eq!(kms.ask("Verify", &verify).unwrap()["SignatureValid"], true);
        verify["Message"] = json!(encode_block(&openssl::sha::sha512(&[8; 9])));
        assert_eq!(kms.ask("Verify", &verify).unwrap_err(), "KMSInvalidSignatureException: ");
    }

    #[test]
    fn edwards_keys_take_messages_and_not_digests() {
        let kms = Rehearsal::new();
        let key = kms.key("ECC_NIST_EDWARDS25519");
        assert!(kms.ask("Sign", &request(&key, "ED25519_SHA_512", "RAW", 5)).is_ok());
        let refusal = kms.ask("Sign", &request(&key, "ED25519_SHA_512", "DIGEST", 64)).unwrap_err();
        assert!(refusal.starts_with("ValidationException: "), "{refusal}");
    }

    #[test]
    fn a_key_signs_only_while_it_is_enabled() {
        let kms = Rehearsal::new();
        let key = kms.key("ECC_NIST_P256");
        let sign = || kms.ask("Sign", &request(&key, "ECDSA_SHA_256", "RAW", 5)).map(|_| ());
        let change = |operation: &str| kms.ask(operation, &json!({"KeyId": key})).map(|_| ());
        change("DisableKey").unwrap();
        assert_eq!(sign(), Err(format!("DisabledException: {key} is disabled.")));
        change("EnableKey").unwrap();
        assert_eq!(sign(), Ok(()));
        change("ScheduleKeyDeletion").unwrap();
        assert_eq!(sign(), Err(format!("KMSInvalidStateException: {key} is pending deletion.")));
        change("CancelKeyDeletion").unwrap();
        assert_eq!(sign(), Err(format!("DisabledException: {key} is disabled.")));
    }

    #[test]
    fn a_dry_run_is_refused_when_it_would_have_succeeded() {
        let kms = Rehearsal::new();
        let key = kms.key("ECC_NIST_P256");
        let mut dry = request(&key, "ECDSA_SHA_256", "RAW", 5);
        dry["DryRun"] = json!(true);
        assert!(kms.ask("Sign", &dry).unwrap_err().starts_with("DryRunOperationException: "));
    }
}
