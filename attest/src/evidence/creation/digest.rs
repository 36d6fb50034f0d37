//! A digest file of AWS CloudTrail: which log files an hour has, and the digest of the hour before. AWS signs it.
//!
//! Format: AWS CloudTrail user guide, "CloudTrail digest file structure" and "Custom implementations of CloudTrail log file integrity
//! validation" (read November 2026).

use serde::Deserialize;

use crate::certificate::sha256;
use crate::field;
use crate::instant::Instant;
use crate::liquid_security::{Gzip, inflated};
use crate::malformed::Malformed;
use crate::shown;
use crate::signature::{Hash, Scheme};

use super::super::answer::{self, Object};
use super::keys::DigestKey;

pub(super) const PART: &str = "the digest file of CloudTrail";
/// An entry of a log file has 500 bytes; an account that fills two thousand files in an hour is not known.
pub(crate) const GZIP: Gzip = Gzip { part: PART, largest_compressed: 1 << 20, largest: 1 << 20 };
/// What an absent signature is in the text that is signed: awscli, `_create_string_to_sign`.
const NONE: &str = "null";

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Fields {
    aws_account_id: String,
    digest_start_time: String,
    digest_end_time: String,
    digest_s3_bucket: String,
    digest_s3_object: String,
    digest_public_key_fingerprint: String,
    digest_signature_algorithm: String,
    #[serde(rename = "newestEventTime")]
    _newest_event_time: Option<String>,
    #[serde(rename = "oldestEventTime")]
    _oldest_event_time: Option<String>,
    previous_digest_s3_bucket: Option<String>,
    previous_digest_s3_object: Option<String>,
    previous_digest_hash_value: Option<String>,
    previous_digest_hash_algorithm: Option<String>,
    previous_digest_signature: Option<String>,
    log_files: Vec<Object<LogFile>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct LogFile {
    #[serde(rename = "s3Bucket")]
    _s3_bucket: String,
    s3_object: String,
    hash_value: String,
    hash_algorithm: String,
    #[serde(rename = "newestEventTime")]
    _newest_event_time: Option<String>,
    #[serde(rename = "oldestEventTime")]
    _oldest_event_time: Option<String>,
}

/// A digest, as far as it is looked at.
pub(crate) struct Digest {
    pub(super) account: String,
    pub(super) start: Instant,
    pub(super) end: Instant,
    pub(super) place: Place,
    /// What it says of the one before; nothing in the first of a trail.
    pub(super) previous: Option<Previous>,
    /// Hash and place of each log file.
    pub(super) logs: Vec<([u8; 32], String)>,
    pub(super) hash: [u8; 32],
    fingerprint: String,
    algorithm: String,
    signed: String,
}

/// Bucket and name of a file in S3.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Place {
    bucket: String,
    pub(super) object: String,
}

pub(super) struct Previous {
    pub(super) place: Place,
    pub(super) hash: [u8; 32],
    pub(super) signature: String,
}

/// SHA-256, the only algorithm of hashes that there is.
fn hash(algorithm: Option<&str>, value: &str) -> Result<[u8; 32], Malformed> {
    if algorithm != Some("SHA-256") {
        return Err(Malformed::new(PART, "the hash algorithm SHA-256", shown::text(algorithm.unwrap_or("none"))));
    }
    field::hex(PART, "a hash", value)
}

impl Digest {
    /// Reads a file as it is in S3.
    pub(super) fn parse(compressed: &[u8]) -> Result<Self, Malformed> {
        let json = inflated(compressed, &GZIP)?;
        let fields: Fields = answer::read_up_to(PART, &json, GZIP.largest)?;
        let own = sha256(&json);
        let before = [
            &fields.previous_digest_s3_bucket,
            &fields.previous_digest_s3_object,
            &fields.previous_digest_hash_value,
            &fields.previous_digest_signature,
        ];
        let previous = match before {
            [Some(bucket), Some(object), Some(value), Some(signature)] => Some(Previous {
                place: Place { bucket: bucket.clone(), object: object.clone() },
                hash: hash(fields.previous_digest_hash_algorithm.as_deref(), value)?,
                signature: signature.clone(),
            }),
            [None, None, None, None] => None,
            _ => return Err(Malformed::new(PART, "the digest before with place, hash and signature", "a part of it")),
        };
        let log = |Object(log): &Object<LogFile>| {
            Ok((hash(Some(&log.hash_algorithm), &log.hash_value)?, log.s3_object.clone()))
        };
        let signature = fields.previous_digest_signature.as_deref().unwrap_or(NONE);
        let signed = format!(
            "{}\n{}/{}\n{}\n{signature}",
            fields.digest_end_time,
            fields.digest_s3_bucket,
            fields.digest_s3_object,
            shown::hex(&own)
        );
        Ok(Self {
            account: fields.aws_account_id,
            start: field::moment(PART, "digestStartTime", &fields.digest_start_time)?,
            end: field::moment(PART, "digestEndTime", &fields.digest_end_time)?,
            place: Place { bucket: fields.digest_s3_bucket, object: fields.digest_s3_object },
            previous,
            logs: fields.log_files.iter().map(log).collect::<Result<_, Malformed>>()?,
            hash: own,
            fingerprint: fields.digest_public_key_fingerprint,
            algorithm: fields.digest_signature_algorithm,
            signed,
        })
    }

    /// Whether one of AWS's keys made this signature when it was AWS's.
    pub(super) fn is_signed(&self, signature: &str, keys: &[DigestKey]) -> Result<(), String> {
        let of = |why: &str| Err(format!("the digest until {}: {why}", self.end));
        if self.algorithm != "SHA256withRSA" {
            return of(&format!("it is signed by {}, not SHA256withRSA", shown::text(&self.algorithm)));
        }
        let Some(key) = keys.iter().find(|key| key.fingerprint == self.fingerprint) else {
            return of(&format!("AWS told the CA of no key with the fingerprint {}", shown::text(&self.fingerprint)));
        };
        if !(key.from..=key.until).contains(&self.end) {
            return of(&format!("AWS's key {} was valid from {} until {}", key.fingerprint, key.from, key.until));
        }
        // RSA of 2048, 3072 or 4096 bits.
        let bytes = (field::bytes::<256>(signature).map(Vec::from))
            .or_else(|| field::bytes::<384>(signature).map(Vec::from))
            .or_else(|| field::bytes::<512>(signature).map(Vec::from));
        let Some(bytes) = bytes else { return of("its signature is not one of RSA in hexadecimal") };
        let hashed = sha256(self.signed.as_bytes());
        match key.key.verify(Scheme::RsaPkcs1(Hash::Sha256), &hashed, &bytes) {
            Ok(()) => Ok(()),
            Err(why) => of(&why.to_string()),
        }
    }
}

/// Account and region in the name of a file: `[PREFIX/]AWSLogs/[ORGANIZATION/]ACCOUNT/KIND/REGION/YEAR/MONTH/DAY/FILE`.
pub(super) fn account_and_region<'a>(object: &'a str, kind: &str) -> Option<(&'a str, &'a str)> {
    let mut parts = object.rsplit('/');
    let file = parts.next()?;
    let region = parts.nth(3)?;
    let (found, account) = (parts.next()?, parts.next()?);
    let named = file.starts_with(&format!("{account}_{kind}_{region}_"));
    (found == kind && named).then_some((account, region))
}
