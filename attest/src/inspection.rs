//! What is in evidence, field by field. Nothing is judged, and nothing here is a word about whether it is genuine.

mod answer;
mod certificate;
mod record;
mod report;
mod statement;

use crate::certificate::sha256;
use crate::csr::Csr;
use crate::evidence::{DIGEST_GZIP, Evidence, LOG_GZIP};
use crate::liquid_security::{Statement, gunzip, inflated};
use crate::malformed::Malformed;
use crate::shown;

/// A part of the evidence.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Section {
    /// What it is.
    pub title: String,
    /// Its fields, in its own order.
    pub fields: Vec<Field>,
    /// Its parts.
    pub sections: Vec<Self>,
}

/// One field.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its length as it stands in the evidence, where that is of interest.
    pub bytes: Option<usize>,
    /// Its value, escaped.
    pub value: String,
}

impl Section {
    fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), fields: Vec::new(), sections: Vec::new() }
    }

    /// Adds a field; strangers' text is escaped here.
    fn field(&mut self, name: &str, value: impl std::fmt::Display) {
        self.push(name, None, &value.to_string());
    }

    fn sized(&mut self, name: &str, bytes: usize, value: &str) {
        self.push(name, Some(bytes), value);
    }

    fn push(&mut self, name: &str, bytes: Option<usize>, value: &str) {
        self.fields.push(Field { name: name.to_owned(), bytes, value: shown::text(value) });
    }
}

/// Every field of a piece of evidence.
///
/// # Errors
/// [`Malformed`] for bytes that are not evidence of their kind.
pub fn inspect(evidence: &Evidence) -> Result<Vec<Section>, Malformed> {
    match evidence {
        Evidence::GoogleStatement { compressed, certificates } => {
            let bytes = gunzip(compressed)?;
            let mut sections = vec![statement::section(compressed, &bytes, &Statement::parse(&bytes)?)];
            for (index, der) in certificates.iter().enumerate() {
                let title = format!("Certificate {}", index.saturating_add(1));
                sections.push(certificate::section(&title, der).map_err(|error| error.inside(&title))?);
            }
            Ok(sections)
        }
        Evidence::AwsDescribeKey(json) => one("AWS's answer to kms:DescribeKey", json),
        Evidence::AwsPublicKey(json) => one("AWS's answer to kms:GetPublicKey", json),
        Evidence::KeyVaultKey(json) => one("Azure's bundle of a key", json),
        Evidence::ManagedHsmKey(json) => one("Azure Managed HSM's attestation of a key", json),
        Evidence::GoogleVersion(json) => one("Google's answer to GetCryptoKeyVersion", json),
        Evidence::GooglePublicKey(json) => one("Google's answer to GetPublicKey", json),
        Evidence::CloudTrailDigest(gzip) => one("A digest file of AWS CloudTrail", &inflated(gzip, &DIGEST_GZIP)?),
        Evidence::CloudTrailLog(gzip) => one("A log file of AWS CloudTrail", &inflated(gzip, &LOG_GZIP)?),
        Evidence::CloudTrailSignature(json) => one("AWS's answer to s3:HeadObject", json),
        Evidence::Report(json) => Ok(vec![report::section(json)?]),
    }
}

fn one(title: &str, json: &[u8]) -> Result<Vec<Section>, Malformed> {
    Ok(vec![answer::section(title, json)?])
}

/// Every field of the record of a confirmation.
///
/// # Errors
/// [`Malformed`] for bytes that are no record.
pub fn inspect_record(json: &[u8]) -> Result<Section, Malformed> {
    record::section(json)
}

/// The fields of a request that decisions look at.
#[must_use]
pub fn inspect_request(csr: &Csr) -> Section {
    let mut section = Section::new("Request for a certificate");
    let key = csr.public_key();
    section.field("kind of key", key.algorithm().name());
    section.field("SHA-256 of the public key", shown::hex(&sha256(key.spki())));
    section.field("SHA-256 of the request", shown::hex(csr.digest()));
    section.field("challenge password", csr.challenge().map_or("none", String::as_str));
    section
}

#[cfg(test)]
mod tests;
