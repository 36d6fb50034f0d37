//! Certificates from PEM files.

use std::fmt;
use std::fs;
use std::path::Path;

use der::oid::db::rfc4519::COMMON_NAME;
use der::{Decode, Encode};
use hardkey_attest::certificate::text;
use hardkey_attest::public_key::identifier;
use x509_cert::TbsCertificate;
use x509_cert::ext::pkix::BasicConstraints;
use x509_cert::time::Time;

/// A chain of ten certificates has under 30 kB.
const LARGEST_FILE: u64 = 1 << 20;

/// An X.509 certificate and the parts of it that PKCS#11 hosts ask for, each in the encoding they expect.
#[derive(Clone)]
pub struct Certificate {
    /// The whole certificate, DER.
    pub der: Vec<u8>,
    /// Subject name, DER.
    pub subject: Vec<u8>,
    /// Issuer name, DER.
    pub issuer: Vec<u8>,
    /// Serial number, a DER INTEGER.
    pub serial: Vec<u8>,
    /// `SubjectPublicKeyInfo`, DER.
    pub spki: Vec<u8>,
    /// The subject key identifier, computed from the key (RFC 5280 §4.2.1.2 method 1), not read from an extension.
    pub key_identifier: [u8; 20],
    /// The subject's common name, if it has one.
    pub common_name: Option<String>,
    /// First day of validity, `YYYYMMDD`.
    pub not_before: [u8; 8],
    /// Last day of validity, `YYYYMMDD`.
    pub not_after: [u8; 8],
    /// Whether it was issued to somebody who signs with its key, and not to an authority.
    pub is_leaf: bool,
    /// What to call it before a person: subject, file, and which one of the file's it is.
    pub title: String,
}

impl Certificate {
    /// Every certificate in a PEM file, in its order.
    ///
    /// # Errors
    /// One sentence that names the file and what is wrong with it.
    pub(super) fn load(path: &Path) -> Result<Vec<Self>, String> {
        let name = path.display();
        let size = fs::metadata(path).map_err(|error| format!("{name} cannot be read: {error}"))?.len();
        if size > LARGEST_FILE {
            return Err(format!("{name} has {size} bytes; a chain has at most {LARGEST_FILE}"));
        }
        let text = fs::read(path).map_err(|error| format!("{name} cannot be read: {error}"))?;
        let chain = x509_cert::Certificate::load_pem_chain(&text)
            .map_err(|error| format!("{name} holds no readable PEM certificate: {error}"))?;
        if chain.is_empty() {
            return Err(format!("{name} holds no PEM certificate; it must have a BEGIN CERTIFICATE line"));
        }
        chain
            .iter()
            .enumerate()
            .map(|(index, certificate)| {
                let place = format!("{name}, certificate {}", index + 1);
                Self::new(certificate, &place).map_err(|error| format!("{place}: {error}"))
            })
            .collect()
    }

    /// The certificate in these bytes; `place` says where they are from.
    ///
    /// # Errors
    /// One sentence that says what is wrong with them.
    pub(crate) fn of_der(der: &[u8], place: &str) -> Result<Self, String> {
        let certificate = x509_cert::Certificate::from_der(der);
        certificate
            .and_then(|read| Self::new(&read, place))
            .map_err(|error| format!("{place} is no certificate: {error}"))
    }

    /// Every certificate in this text, in its order.
    ///
    /// # Errors
    /// One sentence that says what is wrong with one.
    pub(crate) fn of_pem(text: &[u8], place: &str) -> Result<Vec<Self>, String> {
        let wrong = |error: der::Error| format!("{place} holds no readable certificates: {error}");
        let chain = x509_cert::Certificate::load_pem_chain(text).map_err(wrong)?;
        chain.iter().map(|read| Self::new(read, place).map_err(wrong)).collect()
    }

    fn new(certificate: &x509_cert::Certificate, place: &str) -> Result<Self, der::Error> {
        let body = certificate.tbs_certificate();
        let key = body.subject_public_key_info();
        Ok(Self {
            der: certificate.to_der()?,
            subject: body.subject().to_der()?,
            issuer: body.issuer().to_der()?,
            serial: body.serial_number().to_der()?,
            spki: key.to_der()?,
            key_identifier: identifier(key.subject_public_key.raw_bytes()),
            common_name: body
                .subject()
                .iter()
                .filter(|part| part.oid == COMMON_NAME)
                .filter_map(|part| text(&part.value))
                .find(|name| !name.is_empty()),
            not_before: day(&body.validity().not_before),
            not_after: day(&body.validity().not_after),
            is_leaf: is_leaf(body),
            title: format!("{:?} ({place})", body.subject().to_string()),
        })
    }
}

/// An authority says so (RFC 5280 §4.2.1.9); those of X.509 version 1, which cannot, have issued themselves.
fn is_leaf(body: &TbsCertificate) -> bool {
    match body.get_extension::<BasicConstraints>() {
        Ok(Some((_, constraints))) => !constraints.ca,
        Ok(None) => body.subject() != body.issuer(),
        Err(_) => false,
    }
}

/// The subject key identifier tells certificates apart.
impl fmt::Debug for Certificate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Certificate({:?}, {:02x?})", self.common_name, self.key_identifier)
    }
}

/// `CK_DATE` is eight ASCII digits (PKCS#11 v3.1 §3.4).
fn day(time: &Time) -> [u8; 8] {
    let date = time.to_date_time();
    let text = format!("{:04}{:02}{:02}", date.year(), date.month(), date.day());
    text.as_bytes().try_into().unwrap_or(*b"00000000")
}
