//! Sign and Verify.

use crate::azure::KeyVault;
use crate::azure::algorithm::SignatureAlgorithm;
use crate::azure::base64url;
use crate::azure::error::Refused;
use crate::azure::key_type::{KeyType, curve_name};
use crate::azure::request::{Request, invalid};
use crate::material::{KeyShape, Material, Scheme};
use openssl::bn::BigNum;
use openssl::ecdsa::EcdsaSig;
use openssl::error::ErrorStack;
use serde_json::{Value, json};
use std::sync::Arc;

/// RFC 8017 §9.2: eleven bytes of padding at least.
const LEAST_PADDING: usize = 11;

/// What is about to be signed or verified.
pub(crate) struct Task {
    /// By whom.
    pub(crate) material: Arc<Material>,
    /// How.
    pub(crate) algorithm: &'static SignatureAlgorithm,
    /// The digest, or what `RSNULL` pads.
    pub(crate) input: Vec<u8>,
    identifier: String,
}

/// Sign: takes `alg` and `value`.
pub(crate) fn sign(service: &KeyVault, request: &Request) -> Result<Value, Refused> {
    let task = prepare(service, request, "sign", "value")?;
    let signature = raw_signature(&task.material, task.algorithm, &task.input)?;
    Ok(json!({"kid": task.identifier, "value": base64url::encode(&signature)}))
}

/// Verify: takes `alg`, `digest` and, in `value`, the signature.
pub(crate) fn verify(service: &KeyVault, request: &Request) -> Result<Value, Refused> {
    let signature = request.required_blob("value")?;
    let task = prepare(service, request, "verify", "digest")?;
    let algorithm = task.algorithm;
    let signature = match coordinate_length(task.material.shape()) {
        None => Some(signature),
        Some(length) => der_signature(&signature, length),
    };
    let right = signature
        .is_some_and(|signature| task.material.verify(algorithm.scheme, algorithm.hash, &task.input, &signature));
    Ok(json!({"value": right}))
}

/// Checks a request as far as the signature itself.
pub(crate) fn prepare(service: &KeyVault, request: &Request, operation: &str, member: &str) -> Result<Task, Refused> {
    let name = request.required_text("alg")?;
    let input = request.required_blob(member)?;
    let version = service.vaults().version(request)?.clone();
    version.permits(operation)?;
    let algorithm = SignatureAlgorithm::parse(name).ok_or_else(|| invalid("alg"))?;
    let identifier = request.url("keys", &request.name, Some(&version.id));
    let shape = version.material.as_ref().map(|material| material.shape());
    let fitting = version.material.filter(|material| algorithm.is_for(material.shape()));
    let material = fitting.ok_or_else(|| incompatible(&identifier, version.kind, shape, algorithm))?;
    check_length(member, &input, algorithm, &material)?;
    Ok(Task { material, algorithm, input, identifier })
}

/// A signature as Azure sends it: ECDSA as `r‖s`, each as long as the field.
pub(crate) fn raw_signature(
    material: &Material,
    algorithm: &SignatureAlgorithm,
    input: &[u8],
) -> Result<Vec<u8>, ErrorStack> {
    let signature = material.sign(algorithm.scheme, algorithm.hash, input)?;
    let Some(length) = coordinate_length(material.shape()) else {
        return Ok(signature);
    };
    let parsed = EcdsaSig::from_der(&signature)?;
    let [r, s] = [parsed.r(), parsed.s()].map(|number| number.to_vec_padded(length));
    Ok([r?, s?].concat())
}

fn der_signature(raw: &[u8], length: i32) -> Option<Vec<u8>> {
    let length = usize::try_from(length).ok()?;
    if raw.len() != 2 * length {
        return None;
    }
    let (r, s) = raw.split_at(length);
    let [r, s] = [r, s].map(BigNum::from_slice);
    EcdsaSig::from_private_components(r.ok()?, s.ok()?).ok()?.to_der().ok()
}

fn coordinate_length(shape: KeyShape) -> Option<i32> {
    match shape {
        KeyShape::P256 | KeyShape::Secp256k1 => Some(32),
        KeyShape::P384 => Some(48),
        KeyShape::P521 => Some(66),
        KeyShape::Rsa(_) | KeyShape::Ed25519 => None,
    }
}

fn incompatible(identifier: &str, kind: KeyType, shape: Option<KeyShape>, algorithm: &SignatureAlgorithm) -> Refused {
    let name = algorithm.name;
    let (is, only) = match (shape.and_then(curve_name), algorithm.curve().and_then(curve_name)) {
        (Some(curve), Some(wanted)) => (format!("uses curve '{curve}'"), format!("curve '{wanted}'")),
        (_, wanted) => {
            let family = if wanted.is_some() { "EC" } else { "RSA" };
            (format!("is of type '{}'", kind.name()), format!("a key of type '{family}' or '{family}-HSM'"))
        }
    };
    Refused::parameter(format!(
        "Key and signing algorithm are incompatible. Key {identifier} {is}, and algorithm '{name}' can only be used with {only}."
    ))
}

fn check_length(
    member: &str,
    input: &[u8],
    algorithm: &SignatureAlgorithm,
    material: &Material,
) -> Result<(), Refused> {
    let (length, name) = (input.len(), algorithm.name);
    if algorithm.scheme == Scheme::RawPkcs1 {
        let most = material.modulus_length().unwrap_or_default().saturating_sub(LEAST_PADDING);
        if (1..=most).contains(&length) {
            return Ok(());
        }
        return Err(Refused::parameter(format!(
            "Invalid length of '{member}': {length} bytes. {name} requires 1 to {most} bytes, encoded with base64url."
        )));
    }
    let wanted = algorithm.hash.length();
    if length == wanted {
        return Ok(());
    }
    Err(Refused::parameter(format!(
        "Invalid length of '{member}': {length} bytes. {name} requires {wanted} bytes, encoded with base64url."
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::azure::rehearsal::Rehearsal;
    use openssl::pkey::{PKey, Public};

    /// Makes a key; answers its path and its public half as somebody else reads it.
    fn key(rehearsal: &Rehearsal, description: &Value) -> (String, PKey<Public>) {
        let description = serde_json::from_value(description.clone()).unwrap();
        let made = rehearsal.service.make(&description).unwrap();
        let path = format!("/keys/{}/{}", made["name"].as_str().unwrap(), made["version"].as_str().unwrap());
        let vaults = rehearsal.service.vaults();
        let version = vaults.get("vault").unwrap().keys[made["name"].as_str().unwrap()].versions[0].clone();
        let public = PKey::public_key_from_der(version.material.unwrap().public_der()).unwrap();
        (path, public)
    }

    fn value(answer: &Value) -> Vec<u8> {
        base64url::decode(answer["value"].as_str().unwrap()).unwrap()
    }

    #[test]
    fn a_curves_signature_is_r_and_s_each_as_long_as_the_field() {
        let rehearsal = Rehearsal::new();
        for (curve, algorithm, digest, length) in [
            ("P-256", "ES256", 32, 64),
            ("P-384", "ES384", 48, 96),
            ("P-521", "ES512", 64, 132),
            ("P-256K", "ES256K", 32, 64),
        ] {
            let (path, public) = key(&rehearsal, &json!({"kty": "EC-HSM", "curve": curve}));
            let digest = vec![7; digest];
            let body = json!({"alg": algorithm, "value": base64url::encode(&digest)});
            let (status, answer) = rehearsal.ask("POST", &format!("{path}/sign"), &body);
            assert_eq!(status, 200, "{answer}");
            assert_eq!(answer["kid"], format!("https://vault.vault.azure.net{path}"));
            let signature = value(&answer);
            assert_eq!(signature.len(), length);
            let der = der_signature(&signature, i32::try_from(length / 2).unwrap()).unwrap();
            assert!(EcdsaSig::from_der(&der).unwrap().verify(&digest, &public.ec_key().unwrap()).unwrap());
            for (sent, right) in [(signature.clone(), true), (vec![1; length], false), (signature[1..].to_vec(), false)]
            {
                let body =
                    json!({"alg": algorithm, "digest": base64url::encode(&digest), "value": base64url::encode(&sent)});
                let verdict = rehearsal.ask("POST", &format!("{path}/verify"), &body);
                assert_eq!(verdict, (200, json!({"value": right})));
            }
        }
    }

    #[test]
    fn rsnull_pads_what_it_is_given() {
        let rehearsal = Rehearsal::new();
        let (path, public) = key(&rehearsal, &json!({"kty": "RSA-HSM"}));
        let body = json!({"alg": "RSNULL", "value": base64url::encode(b"any bytes")});
        let (_, answer) = rehearsal.ask("POST", &format!("{path}/sign"), &body);
        let mut opened = vec![0; 256];
        let length = public.rsa().unwrap().public_decrypt(&value(&answer), &mut opened, openssl::rsa::Padding::PKCS1);
        assert_eq!(&opened[..length.unwrap()], b"any bytes");
        let body = json!({"alg": "RSNULL", "value": base64url::encode(&[1; 246])});
        let (status, answer) = rehearsal.ask("POST", &format!("{path}/sign"), &body);
        assert_eq!(status, 400);
        assert_eq!(
            answer["error"]["message"],
            "Invalid length of 'value': 246 bytes. RSNULL requires 1 to 245 bytes, encoded with base64url."
        );
    }

    #[test]
    fn an_algorithm_of_another_curve_or_type_is_a_bad_parameter_that_names_both() {
        let rehearsal = Rehearsal::new();
        for (curve, algorithm, said) in [
            ("P-256K", "ES256", "uses curve 'P-256K', and algorithm 'ES256' can only be used with curve 'P-256'."),
            (
                "P-256",
                "RS256",
                "is of type 'EC', and algorithm 'RS256' can only be used with a key of type 'RSA' or 'RSA-HSM'.",
            ),
        ] {
            let (path, _) = key(&rehearsal, &json!({"kty": "EC", "curve": curve}));
            let body = json!({"alg": algorithm, "value": base64url::encode(&[1; 32])});
            let (status, answer) = rehearsal.ask("POST", &format!("{path}/sign"), &body);
            assert_eq!((status, &answer["error"]["code"]), (400, &json!("BadParameter")));
            let url = format!("https://vault.vault.azure.net{path}");
            let expected = format!("Key and signing algorithm are incompatible. Key {url} {said}");
            assert_eq!(answer["error"]["message"], expected);
        }
    }

    #[test]
    fn a_digest_of_the_wrong_length_is_a_bad_parameter() {
        let rehearsal = Rehearsal::new();
        let (path, _) = key(&rehearsal, &json!({"kty": "RSA-HSM"}));
        let body = json!({"alg": "RS256", "value": base64url::encode(&[1; 20])});
        let message = "Invalid length of 'value': 20 bytes. RS256 requires 32 bytes, encoded with base64url.";
        let expected = json!({"error": {"code": "BadParameter", "message": message}});
        assert_eq!(rehearsal.ask("POST", &format!("{path}/sign"), &body), (400, expected));
    }

    #[test]
    fn a_key_that_is_disabled_expired_or_for_other_things_does_not_sign_and_says_why() {
        let rehearsal = Rehearsal::new();
        for (member, value, inner) in [
            ("disabled", json!(true), "KeyDisabled"),
            ("expired", json!(true), "KeyExpired"),
            ("not_yet_valid", json!(true), "KeyNotYetValid"),
            ("operations", json!(["verify"]), "KeyOperationForbidden"),
        ] {
            let (path, _) = key(&rehearsal, &json!({"kty": "EC", member: value}));
            let body = json!({"alg": "ES256", "value": base64url::encode(&[1; 32])});
            let (status, answer) = rehearsal.ask("POST", &format!("{path}/sign"), &body);
            assert_eq!(status, 403, "{answer}");
            assert_eq!(answer["error"]["code"], "Forbidden");
            assert_eq!(answer["error"]["innererror"], json!({"code": inner}));
        }
    }
}
