//! The fields of a certificate.

use std::fmt::{Display, Write};

use der::{Decode, Encode};
use x509_cert::certificate::Version;

use super::Section;
use crate::certificate::sha256;
use crate::malformed::Malformed;
use crate::public_key::PublicKey;
use crate::shown;

pub(super) fn section(title: &str, der: &[u8]) -> Result<Section, Malformed> {
    let wrong = |error: der::Error| Malformed::new("certificate", "a DER X.509 certificate", error);
    let parsed = x509_cert::Certificate::from_der(der).map_err(wrong)?;
    let tbs = parsed.tbs_certificate();
    let key = tbs.subject_public_key_info();
    let spki = key.to_der().map_err(wrong)?;
    let mut section = Section::new(title);
    section.field("size", format!("{} bytes", der.len()));
    section.field("SHA-256", shown::hex(&sha256(der)));
    let version = match tbs.version() {
        Version::V1 => "1",
        Version::V2 => "2",
        Version::V3 => "3",
    };
    section.field("version", version);
    section.field("serial number", shown::hex(tbs.serial_number().as_bytes()));
    section.field("issuer", written(tbs.issuer()));
    section.field("subject", written(tbs.subject()));
    section.field("not before", written(&tbs.validity().not_before));
    section.field("not after", written(&tbs.validity().not_after));
    let kind = PublicKey::from_spki(&spki)
        .map_or_else(|_| key.algorithm.oid.to_string(), |key| key.algorithm().name().to_owned());
    section.field("kind of key", kind);
    section.field("SHA-256 of the public key", shown::hex(&sha256(&spki)));
    section.sized("public key", spki.len(), &shown::hex(&spki));
    for extension in tbs.extensions().into_iter().flatten() {
        let critical = if extension.critical { ", critical" } else { "" };
        let value = extension.extn_value.as_bytes();
        section.sized(&format!("extension {}{critical}", extension.extn_id), value.len(), &shown::hex(value));
    }
    section.field("signature algorithm", parsed.signature_algorithm().oid);
    let signature = parsed.signature().raw_bytes();
    section.sized("signature", signature.len(), &shown::hex(signature));
    Ok(section)
}

/// A value as its type writes it; some of the parser's types cannot write everything that they can hold.
fn written(value: &impl Display) -> String {
    let mut text = String::new();
    if write!(text, "{value}").is_err() {
        text.push_str(" and what cannot be shown");
    }
    text
}
