//! Google Cloud KMS: the answers to `GetCryptoKeyVersion` and `GetPublicKey`, as the subscriber reports them or the CA was told them.
//!
//! Fields: google/cloud/kms/v1/resources.proto (read November 2026), in the JSON that REST and `gcloud --format=json` give.

use der::Document;
use serde::Deserialize;

use crate::admission::google::{KeyFacts, admit, is_key_version, signs};
use crate::admission::{Exceptions, Refusal};
use crate::claim::{Topic, Value};
use crate::instant::Instant;
use crate::malformed::Malformed;
use crate::public_key::Algorithm;
use crate::shown;

use super::Gathered;
use super::answer::{self, Moment, Object};
use super::binding::{Level, Name, Piece};

const VERSION: &str = "the answer to GetCryptoKeyVersion";
const PUBLIC_KEY: &str = "the answer to GetPublicKey";

/// `CryptoKeyVersion`. Every documented field; those with an underscore decide nothing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Version {
    algorithm: Option<String>,
    attestation: Option<Object<Attestation>>,
    _create_time: Option<Moment>,
    _destroy_event_time: Option<Moment>,
    _destroy_time: Option<Moment>,
    _external_destruction_failure_reason: Option<String>,
    external_protection_level_options: Option<Object<External>>,
    generate_time: Option<Moment>,
    _generation_failure_reason: Option<String>,
    import_failure_reason: Option<String>,
    import_job: Option<String>,
    import_time: Option<Moment>,
    name: String,
    protection_level: Option<String>,
    _reimport_eligible: Option<bool>,
    state: Option<String>,
}

/// `KeyOperationAttestation`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Attestation {
    cert_chains: Option<Object<Chains>>,
    content: String,
    format: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Chains {
    #[serde(default)]
    cavium_certs: Vec<String>,
    #[serde(default)]
    google_card_certs: Vec<String>,
    #[serde(default)]
    google_partition_certs: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct External {
    _ekm_connection_key_path: Option<String>,
    _external_key_uri: Option<String>,
}

/// `PublicKey`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct PublicKeyAnswer {
    algorithm: Option<String>,
    name: String,
    pem: String,
    pem_crc32c: Option<String>,
    protection_level: Option<String>,
    public_key: Option<Object<Checksummed>>,
    public_key_format: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Checksummed {
    crc32c_checksum: Option<String>,
    data: String,
}

/// A statement and its certificates, in DER.
pub(crate) type Statement = (Vec<u8>, Vec<Vec<u8>>);

/// The statement that a version's record holds, and its certificates, if there is one.
///
/// # Errors
/// [`Malformed`] for a format that is not known, by its name.
pub(crate) fn statement(json: &[u8]) -> Result<Option<Statement>, Malformed> {
    let version: Version = answer::read(VERSION, json)?;
    let Some(Object(Attestation { cert_chains, content, format })) = version.attestation else { return Ok(None) };
    if format != "CAVIUM_V2_COMPRESSED" {
        let expected = "CAVIUM_V2_COMPRESSED as the format of the statement";
        return Err(Malformed::new(VERSION, expected, shown::text(&format)));
    }
    let compressed = answer::base64(VERSION, "attestation.content", &content)?;
    let chains = cert_chains
        .map(|Object(chains)| [chains.cavium_certs, chains.google_card_certs, chains.google_partition_certs].concat());
    let mut certificates = Vec::new();
    for pem in chains.unwrap_or_default() {
        let expected = "certificates in PEM, one a text, in attestation.certChains";
        let (label, document) = Document::from_pem(&pem).map_err(|error| Malformed::new(VERSION, expected, error))?;
        if label != "CERTIFICATE" {
            return Err(Malformed::new(VERSION, expected, format!("BEGIN {label}")));
        }
        certificates.push(document.as_bytes().to_vec());
    }
    Ok(Some((compressed, certificates)))
}

/// When a version was made, by its record, to the second; nothing where that cannot be read.
pub(crate) fn created(json: &[u8]) -> Option<Instant> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Made {
        create_time: String,
    }
    let Made { create_time } = serde_json::from_slice(json).ok()?;
    // RFC 3339 in UTC, with a fraction of the second or without: google/protobuf/timestamp.proto.
    let seconds = create_time.get(.."2026-11-21T09:59:58".len())?;
    Instant::parse(&format!("{seconds}Z"))
}

/// Judges a version's record as admission does, and gathers what it says.
pub(super) fn gather_version(json: &[u8], gathered: &mut Gathered) -> Result<(), Malformed> {
    let version: Version = answer::read(VERSION, json)?;
    let imported =
        version.import_job.is_some() || version.import_time.is_some() || version.import_failure_reason.is_some();
    let facts = KeyFacts {
        name: Some(&version.name),
        algorithm: version.algorithm.as_deref(),
        external_options: version.external_protection_level_options.is_some(),
        imported,
        protection_level: version.protection_level.as_deref(),
        state: version.state.as_deref(),
        template_level: None,
    };
    gathered.admission(VERSION, admit(&facts, Exceptions::default()));
    // That a key was generated is said by its generateTime, and not by the absence of an import.
    let local = match (imported, &version.generate_time) {
        (true, _) => Some(false),
        (false, Some(Moment)) => Some(true),
        (false, None) => None,
    };
    let mut say = |topic, value: Option<Value>| {
        if let Some(value) = value {
            gathered.answered(VERSION, topic, value);
        }
    };
    let text = |text: Option<&str>| text.map(|text| Value::Text(text.to_owned()));
    let hsm = hsm(facts.protection_level, facts.external_options);
    say(Topic::Hsm, hsm.map(Value::Flag));
    say(Topic::Local, local.map(Value::Flag));
    // No operation of Cloud KMS hands a private key out: Cloud KMS, "Key purposes and algorithms".
    say(Topic::Extractable, (hsm == Some(true)).then_some(Value::Flag(false)));
    say(Topic::Operator, Some(Value::Text("Google Cloud".to_owned())));
    say(Topic::Sign, facts.algorithm.map(|algorithm| Value::Flag(signs(algorithm))));
    say(Topic::Resource, text(facts.name));
    say(Topic::ProtectionLevel, text(facts.protection_level));
    say(Topic::State, text(facts.state));
    gathered.piece(Piece {
        names: vec![Name::Full(version.name)],
        kind: version.algorithm.map(kind),
        level: Level::OfVersion(version.protection_level),
        ..Piece::new(VERSION)
    });
    Ok(())
}

/// Gathers what the answer about a version's public key says.
pub(super) fn gather_public_key(json: &[u8], gathered: &mut Gathered) -> Result<(), Malformed> {
    let answer: PublicKeyAnswer = answer::read(PUBLIC_KEY, json)?;
    whole(&answer)?;
    let key = answer::public_key_pem(PUBLIC_KEY, "pem", &answer.pem)?;
    if !is_key_version(&answer.name) {
        let outcome = Err(Refusal::Unstated { field: "name", value: Some(answer.name.clone()) });
        gathered.admission(PUBLIC_KEY, outcome);
    }
    if let Some(hsm) = hsm(answer.protection_level.as_deref(), false) {
        gathered.answered(PUBLIC_KEY, Topic::Hsm, Value::Flag(hsm));
    }
    if let Some(level) = &answer.protection_level {
        gathered.answered(PUBLIC_KEY, Topic::ProtectionLevel, Value::Text(level.clone()));
    }
    if let Some(algorithm) = &answer.algorithm {
        gathered.answered(PUBLIC_KEY, Topic::Sign, Value::Flag(signs(algorithm)));
    }
    gathered.answered(PUBLIC_KEY, Topic::Resource, Value::Text(answer.name.clone()));
    gathered.answered_key(PUBLIC_KEY, key);
    gathered.piece(Piece {
        with_key: true,
        names: vec![Name::Full(answer.name)],
        kind: answer.algorithm.map(kind),
        level: Level::OfPublicKey(answer.protection_level),
        ..Piece::new(PUBLIC_KEY)
    });
    Ok(())
}

fn hsm(level: Option<&str>, external: bool) -> Option<bool> {
    match level? {
        "HSM" | "HSM_SINGLE_TENANT" => Some(!external),
        "SOFTWARE" | "EXTERNAL" | "EXTERNAL_VPC" => Some(false),
        _ => None,
    }
}

/// What an algorithm's name says of the key: `RSA_SIGN_PSS_3072_SHA256`, `EC_SIGN_P256_SHA256`.
fn kind(name: String) -> (String, Option<Algorithm>) {
    let words: Vec<&str> = name.split('_').collect();
    let has = |word: &str| words.contains(&word);
    let rsa = name.starts_with("RSA_SIGN_");
    let algorithm = match () {
        () if rsa && has("2048") => Some(Algorithm::Rsa2048),
        () if rsa && has("3072") => Some(Algorithm::Rsa3072),
        () if rsa && has("4096") => Some(Algorithm::Rsa4096),
        () if name == "EC_SIGN_P256_SHA256" => Some(Algorithm::P256),
        () if name == "EC_SIGN_P384_SHA384" => Some(Algorithm::P384),
        () if name == "EC_SIGN_SECP256K1_SHA256" => Some(Algorithm::Secp256k1),
        () => None,
    };
    (format!("algorithm {name}"), algorithm)
}

/// The same key in both places where the answer may hold it, and both as their checksums say.
fn whole(answer: &PublicKeyAnswer) -> Result<(), Malformed> {
    if let Some(format) = &answer.public_key_format
        && !["PEM", "PUBLIC_KEY_FORMAT_UNSPECIFIED"].contains(&format.as_str())
    {
        return Err(Malformed::new(PUBLIC_KEY, "PEM, in publicKeyFormat", shown::text(format)));
    }
    checksum("pemCrc32c", answer.pem.as_bytes(), answer.pem_crc32c.as_deref())?;
    if let Some(Object(Checksummed { crc32c_checksum, data })) = &answer.public_key {
        let data = answer::base64(PUBLIC_KEY, "publicKey.data", data)?;
        checksum("publicKey.crc32cChecksum", &data, crc32c_checksum.as_deref())?;
        if data != answer.pem.as_bytes() {
            return Err(Malformed::new(PUBLIC_KEY, "the same text in pem and in publicKey.data", "two"));
        }
    }
    Ok(())
}

fn checksum(field: &str, bytes: &[u8], stated: Option<&str>) -> Result<(), Malformed> {
    let computed = crc32c(bytes).to_string();
    match stated {
        Some(stated) if stated != computed => {
            Err(Malformed::new(PUBLIC_KEY, format!("{computed}, the CRC32C, in {field}"), shown::text(stated)))
        }
        Some(_) | None => Ok(()),
    }
}

/// CRC32C, RFC 3720 §12.1 and appendix B.4: polynomial 0x1EDC6F41, reflected.
fn crc32c(bytes: &[u8]) -> u32 {
    let crc = bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0x82f6_3b78 } else { crc >> 1 })
    });
    !crc
}

#[cfg(test)]
mod tests;
