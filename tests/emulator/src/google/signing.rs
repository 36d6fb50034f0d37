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
