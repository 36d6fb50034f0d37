//! AsymmetricSign.

use crate::google::GoogleKms;
use crate::google::algorithm::Signing;
use crate::google::error::GoogleError;
use crate::google::request::Request;
use crate::material::{Hash, Material, Scheme};
use hardkey_synthetic::answer::crc32c;
use openssl::base64::encode_block;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Cloud KMS documentation, "Quotas and limits" (2026-11): 64 KiB of data.
const LARGEST_DATA: usize = 64 * 1024;

/// What is about to be signed.
pub(crate) struct Task {
    /// By whom.
    pub(crate) material: Arc<Material>,
    /// How.
    pub(crate) scheme: Scheme,
    /// With which hash, for the schemes that have one.
    pub(crate) hash: Hash,
    /// The digest, or the data of schemes that take data.
    pub(crate) input: Vec<u8>,
    name: String,
    protection: String,
    verified: [bool; 2],
}

/// AsymmetricSign.
pub(crate) fn sign(kms: &GoogleKms, request: &Request) -> Result<Value, GoogleError> {
    let task = prepare(kms, request)?;
    let signature = task.material.sign(task.scheme, task.hash, &task.input)?;
    let mut answer = Map::new();
    let mut put = |name: &str, value: Value| answer.insert(name.to_owned(), value);
    put("signature", json!(encode_block(&signature)));
    put("signatureCrc32c", json!(crc32c(&signature).to_string()));
    let [digest, data] = task.verified;
    if digest {
        put("verifiedDigestCrc32c", json!(true));
    }
    if data {
        put("verifiedDataCrc32c", json!(true));
    }
    put("name", json!(task.name));
    put("protectionLevel", json!(task.protection));
    Ok(Value::Object(answer))
}

/// Checks a request as far as the signature itself.
pub(crate) fn prepare(kms: &GoogleKms, request: &Request) -> Result<Task, GoogleError> {
    let mut store = kms.store();
    let version = store.version(&request.name)?.clone();
    let purpose = store.key(&request.name)?.purpose.clone();
    drop(store);
    version.check_enabled()?;
    let name = version.name;
    if purpose != "ASYMMETRIC_SIGN" {
        return Err(GoogleError::precondition(format!(
            "{name} has purpose {purpose}, which is not valid for AsymmetricSign."
        )));
    }
    let (Some(Signing { scheme, hash }), Some(material)) = (version.algorithm.signing, version.material) else {
        return Err(GoogleError::new("UNIMPLEMENTED", format!("This emulator does not sign with {name}.")));
    };
    let (input, verified) = input(request, hash, version.algorithm.name, material.as_ref())?;
    Ok(Task {
        material,
        scheme,
        hash: hash.unwrap_or(Hash::Sha256),
        input,
        name,
        protection: version.protection,
        verified,
    })
}

/// The bytes to be signed, and whether the checksum of digest and data was given and right.
fn input(
    request: &Request,
    hash: Option<Hash>,
    algorithm: &str,
    material: &Material,
) -> Result<(Vec<u8>, [bool; 2]), GoogleError> {
    let (digest, data) = (digest(request)?, request.bytes("data")?);
    let verified = |member: &str, bytes: Option<&Vec<u8>>| checked(request, member, bytes.map_or(&[], Vec::as_slice));
    let given =
        [verified("digestCrc32c", digest.as_ref().map(|(_, bytes)| bytes))?, verified("dataCrc32c", data.as_ref())?];
    let input = match (hash, digest, data) {
        (_, Some(_), Some(_)) => {
            return Err(GoogleError::argument("Exactly one of digest and data must be specified."));
        }
        (_, None, None) => return Err(GoogleError::argument("One of digest and data must be specified.")),
        (None, Some(_), None) => {
            return Err(GoogleError::argument(format!("The algorithm {algorithm} signs data, not a digest.")));
        }
        (Some(hash), Some((kind, digest)), None) => {
            if kind != hash {
                return Err(GoogleError::argument(format!(
                    "The digest type {} is not that of the algorithm {algorithm}.",
                    member(kind)
                )));
            }
            if digest.len() != hash.length() {
                return Err(GoogleError::argument(format!(
                    "The digest has {} bytes; {} has {}.",
                    digest.len(),
                    member(kind),
                    hash.length()
                )));
            }
            digest
        }
        (_, None, Some(data)) if data.len() > LARGEST_DATA => {
            return Err(GoogleError::argument(format!("The data has more than {LARGEST_DATA} bytes.")));
        }
        (Some(hash), None, Some(data)) => hash.digest(&data)?,
        (None, None, Some(data)) => {
            // RFC 8017 §9.2: eleven bytes of padding at least.
            if material.modulus_length().is_some_and(|length| data.len() + 11 > length) {
                return Err(GoogleError::argument(format!("The data is too long for the algorithm {algorithm}.")));
            }
            data
        }
    };
    Ok((input, given))
}

fn digest(request: &Request) -> Result<Option<(Hash, Vec<u8>)>, GoogleError> {
    let mut found = None;
    for kind in [Hash::Sha256, Hash::Sha384, Hash::Sha512] {
        if let Some(bytes) = request.bytes(&format!("digest.{}", member(kind)))? {
            if found.is_some() {
                return Err(GoogleError::argument("oneof field 'digest' is already set."));
            }
            found = Some((kind, bytes));
        }
    }
    Ok(found)
}

fn member(hash: Hash) -> &'static str {
    match hash {
        Hash::Sha256 => "sha256",
        Hash::Sha384 => "sha384",
        Hash::Sha512 => "sha512",
    }
}

/// Whether a checksum was given; a wrong one is an error.
fn checked(request: &Request, member: &str, bytes: &[u8]) -> Result<bool, GoogleError> {
    match request.integer(member)? {
        None => Ok(false),
        Some(checksum) if checksum == i64::from(crc32c(bytes)) => Ok(true),
        Some(checksum) => Err(GoogleError::argument(format!(
            "The checksum in field {member} did not match the data in the request: received {checksum}, calculated {}.",
            crc32c(bytes)
        ))),
    }
}

#[cfg(test)]
mod tests {
    use crate::google::rehearsal::Rehearsal;
    use hardkey_synthetic::answer::crc32c;
    use openssl::base64::{decode_block, encode_block};
    use openssl::hash::MessageDigest;
    use openssl::pkey::PKey;
    use openssl::sign::Verifier;
    use serde_json::{Value, json};

    fn sign(kms: &Rehearsal, version: &str, request: &Value) -> Result<Value, String> {
        kms.post(&format!("{version}:asymmetricSign"), request)
    }

    fn digest(kind: &str, length: usize) -> Value {
        json!({"digest": {kind: encode_block(&vec![7; length])}})
    }

    #[test]
    fn a_signature_comes_with_its_checksum_its_name_and_what_was_verified() {
        let kms = Rehearsal::new();
        let version = kms.key("k", "EC_SIGN_P256_SHA256", "HSM");
        let digest = openssl::sha::sha256(b"release");
        let request = json!({"digest": {"sha256": encode_block(&digest)}, "digestCrc32c": crc32c(&digest).to_string()});
        let answer = sign(&kms, &version, &request).unwrap();
        let signature = decode_block(answer["signature"].as_str().unwrap()).unwrap();
        let rest = json!({
            "signature": answer["signature"],
            "signatureCrc32c": crc32c(&signature).to_string(),
            "verifiedDigestCrc32c": true,
            "name": version,
            "protectionLevel": "HSM",
        });
        assert_eq!(answer, rest);
        let public = kms.get(&format!("{version}/publicKey")).unwrap();
        let pem = public["pem"].as_str().unwrap();
        assert_eq!(public["pemCrc32c"], crc32c(pem.as_bytes()).to_string());
        let key = PKey::public_key_from_pem(pem.as_bytes()).unwrap();
        let mut verifier = Verifier::new(MessageDigest::sha256(), &key).unwrap();
        assert!(verifier.verify_oneshot(&signature, b"release").unwrap());
        let without = sign(&kms, &version, &json!({"digest": {"sha256": encode_block(&digest)}})).unwrap();
        assert_eq!(without.get("verifiedDigestCrc32c"), None);
    }

    #[test]
    fn a_digest_of_another_kind_or_length_is_an_invalid_argument() {
        let kms = Rehearsal::new();
        let version = kms.key("k", "EC_SIGN_P384_SHA384", "SOFTWARE");
        assert_eq!(
            sign(&kms, &version, &digest("sha256", 32)).unwrap_err(),
            "400 INVALID_ARGUMENT: The digest type sha256 is not that of the algorithm EC_SIGN_P384_SHA384."
        );
        assert_eq!(
            sign(&kms, &version, &digest("sha384", 32)).unwrap_err(),
            "400 INVALID_ARGUMENT: The digest has 32 bytes; sha384 has 48."
        );
        assert!(sign(&kms, &version, &digest("sha384", 48)).is_ok());
    }

    #[test]
    fn a_wrong_checksum_is_an_invalid_argument_and_signs_nothing() {
        let kms = Rehearsal::new();
        let version = kms.key("k", "EC_SIGN_P256_SHA256", "SOFTWARE");
        let mut request = digest("sha256", 32);
        let right = crc32c(&[7; 32]);
        request["digestCrc32c"] = json!((right ^ 1).to_string());
        let refusal = sign(&kms, &version, &request).unwrap_err();
        assert_eq!(
            refusal,
            format!(
                "400 INVALID_ARGUMENT: The checksum in field digestCrc32c did not match the data in the request: received {}, calculated {right}.",
                right ^ 1
            )
        );
    }

    #[test]
    fn a_digest_and_data_together_or_neither_is_an_invalid_argument() {
        let kms = Rehearsal::new();
        let version = kms.key("k", "EC_SIGN_P256_SHA256", "SOFTWARE");
        let mut both = digest("sha256", 32);
        both["data"] = json!("AAAA");
        for request in [both, json!({})] {
            let refusal = sign(&kms, &version, &request).unwrap_err();
            assert!(refusal.starts_with("400 INVALID_ARGUMENT: "), "{refusal}");
        }
    }

    #[test]
    fn keys_that_pad_data_take_no_digest_and_no_more_than_fits() {
        let kms = Rehearsal::new();
        let version = kms.key("k", "RSA_SIGN_RAW_PKCS1_2048", "HSM");
        assert_eq!(
            sign(&kms, &version, &digest("sha256", 32)).unwrap_err(),
            "400 INVALID_ARGUMENT: The algorithm RSA_SIGN_RAW_PKCS1_2048 signs data, not a digest."
        );
        let data =
            |length: usize| json!({"data": encode_block(&vec![1; length]), "dataCrc32c": crc32c(&vec![1; length])});
        assert_eq!(sign(&kms, &version, &data(245)).unwrap()["verifiedDataCrc32c"], true);
        let refusal = sign(&kms, &version, &data(246)).unwrap_err();
        assert!(refusal.starts_with("400 INVALID_ARGUMENT: "), "{refusal}");
    }

    #[test]
    fn a_version_signs_only_while_it_is_enabled_and_says_why_not() {
        let kms = Rehearsal::new();
        let version = kms.key("k", "EC_SIGN_P256_SHA256", "HSM");
        for state in ["DISABLED", "DESTROY_SCHEDULED", "DESTROYED", "PENDING_GENERATION"] {
            kms.kms.put_into_state(&version, state).unwrap();
            let (status, body) = kms.answer("POST", &format!("{version}:asymmetricSign"), &json!({}));
            assert_eq!(status, 400);
            let error = json!({
                "code": 400,
                "message": format!("{version} is not enabled, current state is: {state}."),
                "status": "FAILED_PRECONDITION",
                "details": [{
                    "@type": "type.googleapis.com/google.rpc.PreconditionFailure",
                    "violations": [{"type": format!("KEY_{state}"), "subject": version}],
                }],
            });
            assert_eq!(body, json!({"error": error}));
            let refusal = kms.get(&format!("{version}/publicKey")).unwrap_err();
            assert!(refusal.starts_with("400 FAILED_PRECONDITION: "), "{refusal}");
        }
    }
}
