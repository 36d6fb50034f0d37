//! The parts of a certificate that the vendors' chains are judged by.
//!
//! Vendors' certificates are X.509 v1 or lack extensions, and some have serial number 0, so that generic path validation
//! rejects them. Here a certificate is a name, a key, an issuer and a signature; which shape of chain is allowed is
//! decided by who asks.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use der::asn1::{Ia5StringRef, ObjectIdentifier, PrintableStringRef, TeletexStringRef, Utf8StringRef};
use der::oid::db::rfc4519::COMMON_NAME;
use der::{Decode, Encode, Reader, SliceReader};

use crate::form;
use crate::instant::Instant;
use crate::malformed::Malformed;

/// `sha256WithRSAEncryption`, RFC 4055 §5: what every certificate of the vendors' chains is signed with.
const SHA256_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
/// Genuine ones have under 1.5 kB.
const LARGEST: usize = 16 << 10;

/// One certificate, taken apart and not believed yet.
#[derive(Clone, Eq, PartialEq)]
pub struct Certificate {
    body: Vec<u8>,
    signature: Vec<u8>,
    is_rsa_sha256: bool,
    /// The one common name of the issuer.
    pub(crate) issuer_common_name: Option<String>,
    /// The one common name of the subject.
    pub common_name: Option<String>,
    /// `SubjectPublicKeyInfo`, DER.
    pub spki: Vec<u8>,
    /// First moment of validity.
    pub not_before: Instant,
    /// Last moment of validity.
    pub not_after: Instant,
}

impl Certificate {
    /// Parses one DER certificate.
    ///
    /// # Errors
    /// [`Malformed`] unless the bytes are one certificate, to the last byte.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        const PART: &str = "certificate";
        if bytes.len() > form::limit(LARGEST) {
            return Err(Malformed::new(PART, format!("at most {LARGEST} bytes"), format!("{} bytes", bytes.len())));
        }
        let wrong = |error: der::Error| Malformed::new(PART, "a DER X.509 certificate", error);
        let parsed = x509_cert::Certificate::from_der(bytes).map_err(wrong)?;
        let tbs = parsed.tbs_certificate();
        // The very bytes that were signed, not what the parser would write in their place.
        let body = SliceReader::new(bytes)
            .and_then(|mut reader| {
                reader.sequence(|inner| {
                    let body = inner.tlv_bytes()?;
                    inner.tlv_bytes()?;
                    inner.tlv_bytes()?;
                    Ok::<_, der::Error>(body)
                })
            })
            .map_err(wrong)?;
        let signature = parsed.signature().as_bytes();
        let signature = signature.ok_or_else(|| Malformed::new(PART, "a signature of whole bytes", "unused bits"))?;
        let algorithms = [parsed.signature_algorithm(), tbs.signature()];
        let validity = tbs.validity();
        Ok(Self {
            body: body.to_vec(),
            signature: signature.to_vec(),
            // Both fields must say the same (RFC 5280 §4.1.1.2), parameters must be NULL (RFC 4055 §5).
            is_rsa_sha256: algorithms.iter().all(|algorithm| {
                algorithm.oid == SHA256_WITH_RSA && algorithm.parameters.as_ref().is_some_and(der::Any::is_null)
            }),
            issuer_common_name: common_name(tbs.issuer()),
            common_name: common_name(tbs.subject()),
            spki: tbs.subject_public_key_info().to_der().map_err(wrong)?,
            not_before: Instant::from_unix(validity.not_before.to_unix_duration().as_secs()),
            not_after: Instant::from_unix(validity.not_after.to_unix_duration().as_secs()),
        })
    }

    /// SHA-256 of its `SubjectPublicKeyInfo`.
    #[must_use]
    pub fn key_hash(&self) -> [u8; 32] {
        sha256(&self.spki)
    }

    /// Whether this key signed it, with RSASSA-PKCS1-v1_5 and SHA-256.
    pub(crate) fn is_signed_by(&self, key: &ParsedPublicKey) -> bool {
        self.is_rsa_sha256 && key.verify_sig(&self.body, &self.signature).is_ok()
    }

    /// Its key, if it is an RSA key of 2048 bits and more.
    pub(crate) fn rsa_key(&self) -> Option<ParsedPublicKey> {
        ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &self.spki).ok()
    }
}

/// Shows the name and the key's hash: enough to tell certificates apart.
impl fmt::Debug for Certificate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Certificate({:?}, {})", self.common_name, crate::shown::hex(&self.key_hash()))
    }
}

/// SHA-256.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    for (place, byte) in hash.iter_mut().zip(digest(&SHA256, bytes).as_ref()) {
        *place = *byte;
    }
    hash
}

/// The common name, if there is exactly one.
fn common_name(name: &x509_cert::name::Name) -> Option<String> {
    let mut names = name.iter().filter(|part| part.oid == COMMON_NAME);
    match (names.next(), names.next()) {
        (Some(name), None) => text(&name.value),
        _ => None,
    }
}

/// The text of a value in any of the string types that hold text; nothing for other types.
#[must_use]
pub fn text(value: &der::Any) -> Option<String> {
    let text = value
        .decode_as::<Utf8StringRef<'_>>()
        .map(|text| text.as_str().to_owned())
        .or_else(|_| value.decode_as::<PrintableStringRef<'_>>().map(|text| text.as_str().to_owned()))
        .or_else(|_| value.decode_as::<Ia5StringRef<'_>>().map(|text| text.as_str().to_owned()))
        .or_else(|_| value.decode_as::<TeletexStringRef<'_>>().map(|text| text.as_str().to_owned()));
    text.ok()
}

#[cfg(test)]
mod tests {
    use hardkey_synthetic::{Draft, Key, Name, Shape};

    use super::*;

    #[test]
    fn a_certificate_that_is_too_large_is_not_looked_at() {
        let told = |length: usize| Certificate::parse(&vec![0x30; length]).unwrap_err().found;
        assert_eq!(told(LARGEST + 1), "16385 bytes");
        assert!(!told(LARGEST).contains("16384"), "the largest is parsed");
    }

    #[test]
    fn a_certificate_is_told_by_its_name_and_its_key() {
        let certificate = Certificate {
            body: Vec::new(),
            signature: Vec::new(),
            is_rsa_sha256: false,
            issuer_common_name: None,
            common_name: Some("HSM:1".to_owned()),
            spki: Vec::new(),
            not_before: Instant::from_unix(0),
            not_after: Instant::from_unix(0),
        };
        // SHA-256 of nothing.
        let hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(format!("{certificate:?}"), format!("Certificate(Some(\"HSM:1\"), {hash})"));
    }

    #[test]
    fn a_name_with_two_common_names_has_none_whatever_their_type() {
        let key = Key::of(Shape::P256, "named");
        let common_name = |parts: &[(&'static str, &str)]| {
            let draft = Draft::new(&Name::plain(parts), key, &Name::plain(&[("CN", "issuer")]), key);
            Certificate::parse(&draft.certificate()).unwrap().common_name
        };
        assert_eq!(common_name(&[("CN", "one")]).as_deref(), Some("one"));
        assert_eq!(common_name(&[("CN", "one"), ("CN", "other")]), None);
        assert_eq!(common_name(&[("CN", "one"), ("CN as BMPString", "other")]), None);
        assert_eq!(common_name(&[("CN as BMPString", "other")]), None);
        assert_eq!(common_name(&[("O", "one")]), None);
    }
}
