//! Requests for certificates, PKCS#10 (RFC 2986).

use crate::der::{OID, SEQUENCE, UTF8_STRING, bit_string, context, integer, pem, set_of, tlv};
use crate::draft::signed;
use crate::key::{Hash, Key, Shape, pss_algorithm};
use crate::name::Name;

/// A request in the making.
#[derive(Clone, Debug)]
pub struct Request {
    /// Whom the certificate is for.
    pub subject: Name,
    /// The key in the request.
    pub key: &'static Key,
    /// The key's encoding, if another than certificates have.
    pub spki: Option<Vec<u8>>,
    /// Whose key signs.
    pub signer: &'static Key,
    /// With which hash.
    pub hash: Hash,
    /// RSA: whether by RSASSA-PSS, not RSASSA-PKCS1-v1_5.
    pub pss: bool,
    /// `challengePassword`s (RFC 2985 §5.4.1), each an attribute of its own.
    pub challenges: Vec<String>,
    /// Whether the signature has one bit turned.
    pub broken: bool,
}

impl Request {
    /// For a key, by that key, as tools make it: SHA-256, and on larger curves the hash of their size.
    #[must_use]
    pub fn of(key: &'static Key) -> Self {
        let hash = match key.shape() {
            Shape::P384 => Hash::Sha384,
            Shape::P521 => Hash::Sha512,
            Shape::Rsa { .. } | Shape::Curve(_) => Hash::Sha256,
        };
        let subject = Name::plain(&[("C", "DE"), ("O", "Example GmbH"), ("CN", "Example GmbH")]);
        Self { subject, key, spki: None, signer: key, hash, pss: false, challenges: Vec::new(), broken: false }
    }

    /// With a challenge password.
    #[must_use]
    pub fn challenge(mut self, text: &str) -> Self {
        self.challenges.push(text.to_owned());
        self
    }

    /// DER.
    #[must_use]
    pub fn der(&self) -> Vec<u8> {
        // 1.2.840.113549.1.9.7
        const CHALLENGE_PASSWORD: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x07];
        let attribute = |text: &String| {
            let values = set_of(vec![tlv(UTF8_STRING, &[text.as_bytes()])]);
            tlv(SEQUENCE, &[&tlv(OID, &[CHALLENGE_PASSWORD]), &values])
        };
        let mut attributes: Vec<Vec<u8>> = self.challenges.iter().map(attribute).collect();
        attributes.sort();
        let attributes = tlv(context(0), &[&attributes.concat()]);
        let spki = self.spki.as_deref().unwrap_or(self.key.spki());
        let body = tlv(SEQUENCE, &[&integer(0), &self.subject.der(), spki, &attributes]);
        if self.pss {
            let signature = self.signer.sign_pss(self.hash, &body);
            return tlv(SEQUENCE, &[&body, &pss_algorithm(self.hash), &bit_string(&signature)]);
        }
        signed(&body, self.signer, self.hash, self.broken)
    }

    /// PEM.
    #[must_use]
    pub fn pem(&self) -> String {
        pem("CERTIFICATE REQUEST", &self.der())
    }
}

#[cfg(test)]
mod tests {
    use openssl::x509::X509Req;

    use super::*;

    #[test]
    fn openssl_reads_and_verifies_requests() {
        let plain = Shape::SIGNING.map(|(_, shape)| Request::of(Key::of(shape, "subject")).challenge("a nonce"));
        let pss = [Hash::Sha256, Hash::Sha384, Hash::Sha512].map(|hash| Request {
            hash,
            pss: true,
            ..Request::of(Key::of(Shape::RSA_2048, "subject"))
        });
        for request in plain.into_iter().chain(pss) {
            let read = X509Req::from_der(&request.der()).unwrap();
            let key = read.public_key().unwrap();
            assert_eq!(key.public_key_to_der().unwrap(), request.key.spki());
            assert!(read.verify(&key).unwrap());
        }
    }
}
