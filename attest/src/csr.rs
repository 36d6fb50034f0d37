//! Requests for certificates, PKCS#10 (RFC 2986).

use der::asn1::ObjectIdentifier;
use der::{Decode, Document, Encode, Reader, SliceReader};
use x509_cert::request::CertReq;

use crate::certificate::{sha256, text};
use crate::form::{self, Form};
use crate::malformed::Malformed;
use crate::public_key::PublicKey;
use crate::signature::{Hash, Hasher, Scheme};

/// Requests with a dozen attributes have under 4 kB.
pub const LARGEST: usize = 64 << 10;
/// `challengePassword`, RFC 2985 §5.4.1.
const CHALLENGE_PASSWORD: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.7");

/// Signature algorithms of requests: RFC 4055 §5, RFC 5758 §3.2. `id-RSASSA-PSS` is not among them: a request for a key that
/// signs code is made with one of these by every tool seen, and its parameters would be another thing to get wrong.
const ALGORITHMS: [(ObjectIdentifier, Hash, bool); 6] = [
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11"), Hash::Sha256, true),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.12"), Hash::Sha384, true),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.13"), Hash::Sha512, true),
    (ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2"), Hash::Sha256, false),
    (ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3"), Hash::Sha384, false),
    (ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.4"), Hash::Sha512, false),
];

/// A request, taken apart and not verified yet.
#[derive(Debug)]
pub struct Csr {
    public_key: PublicKey,
    body: Vec<u8>,
    algorithm: ObjectIdentifier,
    signature: Vec<u8>,
    challenge: Option<String>,
    digest: [u8; 32],
}

impl Csr {
    /// Parses a request in DER or in PEM.
    ///
    /// # Errors
    /// [`Malformed`] unless the bytes are one request, to the last byte, with a key in the one encoding that is accepted.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        const PART: &str = "certificate request";
        if bytes.len() > form::limit(LARGEST) {
            return Err(Malformed::new(PART, format!("at most {LARGEST} bytes"), format!("{} bytes", bytes.len())));
        }
        let wrong = |error: der::Error| Malformed::new(PART, "a PKCS#10 request in DER or PEM", error);
        let document;
        let der = match std::str::from_utf8(bytes) {
            Ok(text) if text.trim_start().starts_with("-----BEGIN") => {
                let (label, decoded) = Document::from_pem(text.trim()).map_err(wrong)?;
                // RFC 7468 §7, and the label that older tools write.
                if !["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"].contains(&label) {
                    return Err(Malformed::new(PART, "BEGIN CERTIFICATE REQUEST", format!("BEGIN {label}")));
                }
                document = decoded;
                document.as_bytes()
            }
            _ => bytes,
        };
        let request = CertReq::from_der(der).map_err(wrong)?;
        let body = SliceReader::new(der)
            .and_then(|mut reader| {
                reader.sequence(|inner| {
                    let body = inner.tlv_bytes()?;
                    inner.tlv_bytes()?;
                    inner.tlv_bytes()?;
                    Ok::<_, der::Error>(body)
                })
            })
            .map_err(wrong)?;
        let spki = request.info.public_key.to_der().map_err(wrong)?;
        let public_key = PublicKey::from_spki(&spki)
            .map_err(|error| Malformed::new(PART, "a key that can be certified, in its one encoding", error))?;
        let signature = request.signature.as_bytes();
        let signature = signature.ok_or_else(|| Malformed::new(PART, "a signature of whole bytes", "unused bits"))?;
        let challenges = request.info.attributes.iter().filter(|attribute| attribute.oid == CHALLENGE_PASSWORD);
        let challenges: Vec<&der::Any> = challenges.flat_map(|attribute| attribute.values.iter()).collect();
        if !form::has(Form::OneChallenge, challenges.len() <= 1) {
            return Err(Malformed::new(PART, "at most one challenge password", "more"));
        }
        let challenge = challenges.first().and_then(|value| text(value));
        Ok(Self {
            public_key,
            body: body.to_vec(),
            algorithm: request.algorithm.oid,
            signature: signature.to_vec(),
            challenge,
            digest: sha256(der),
        })
    }

    /// The key it is for.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// Its challenge password.
    #[must_use]
    pub fn challenge(&self) -> Option<&String> {
        self.challenge.as_ref()
    }

    /// SHA-256 of its DER: the request whole, signature included, whichever form it came in.
    #[must_use]
    pub fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// Checks that its own key signed it.
    ///
    /// # Errors
    /// Why it did not, in a sentence.
    pub fn verify(&self) -> Result<(), String> {
        let known = ALGORITHMS.iter().find(|(oid, _, _)| *oid == self.algorithm);
        let Some((_, hash, is_rsa)) = known else {
            return Err(format!("the signature algorithm {} is not known", self.algorithm));
        };
        let algorithm = self.public_key.algorithm();
        let mut hasher = Hasher::new(*hash);
        hasher.update(&self.body);
        let digest = hasher.finish();
        let outcome = if *is_rsa {
            self.public_key.verify(Scheme::RsaPkcs1(*hash), &digest, &self.signature)
        } else {
            algorithm
                .ecdsa_from_der(&self.signature)
                .and_then(|signature| self.public_key.verify(Scheme::Ecdsa, &digest, &signature))
        };
        outcome.map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_that_is_too_large_is_not_looked_at() {
        let told = |length: usize| Csr::parse(&vec![0x30; length]).unwrap_err().found;
        assert_eq!(told(LARGEST + 1), "65537 bytes");
        assert!(!told(LARGEST).contains("65536"), "the largest is parsed");
    }

    #[test]
    fn text_is_read_as_pem_only_where_it_begins_like_it() {
        let told = |text: &str| Csr::parse(text.as_bytes()).unwrap_err().found;
        assert!(told("no request").contains("DER"), "{}", told("no request"));
        assert!(!told("\n-----BEGIN X-----\n").contains("DER"), "{}", told("\n-----BEGIN X-----\n"));
    }
}
