//! Requests for certificates, PKCS#10 (RFC 2986).

mod algorithm;

pub use algorithm::SignatureAlgorithm;

use der::asn1::ObjectIdentifier;
use der::{Decode, Document, Encode, Reader, SliceReader};
use spki::AlgorithmIdentifierOwned;
use x509_cert::request::CertReq;

use crate::certificate::{sha256, text};
use crate::form::{self, Form};
use crate::malformed::Malformed;
use crate::public_key::PublicKey;
use crate::signature::{Hasher, Scheme};

/// Requests with a dozen attributes have under 4 kB.
pub const LARGEST: usize = 64 << 10;
/// `challengePassword`, RFC 2985 §5.4.1.
const CHALLENGE_PASSWORD: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.7");

/// A request, taken apart and not verified yet.
#[derive(Debug)]
pub struct Csr {
    public_key: PublicKey,
    body: Vec<u8>,
    algorithm: AlgorithmIdentifierOwned,
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
            algorithm: request.algorithm,
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
        let Some(how) = SignatureAlgorithm::named(&self.algorithm) else {
            let parameters = if self.algorithm.oid == algorithm::RSASSA_PSS { " with its parameters" } else { "" };
            return Err(format!("the signature algorithm {}{parameters} is not known", self.algorithm.oid));
        };
        let mut hasher = Hasher::new(how.hash());
        hasher.update(&self.body);
        let digest = hasher.finish();
        let key = &self.public_key;
        let outcome = match how.scheme() {
            Scheme::RsaPkcs1(_) | Scheme::RsaPkcs1Raw | Scheme::RsaPss(_) => {
                key.verify(how.scheme(), &digest, &self.signature)
            }
            Scheme::Ecdsa => key
                .algorithm()
                .ecdsa_from_der(&self.signature)
                .and_then(|signature| key.verify(Scheme::Ecdsa, &digest, &signature)),
        };
        outcome.map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use hardkey_synthetic::{Hash, Key, Request, Shape};

    use super::*;

    fn pss(hash: Hash) -> Request {
        Request { hash, pss: true, ..Request::of(Key::of(Shape::RSA_2048, "subject")) }
    }

    #[test]
    fn a_request_may_be_signed_by_rsassa_pss_with_any_hash() {
        for hash in [Hash::Sha256, Hash::Sha384, Hash::Sha512] {
            assert_eq!(Csr::parse(&pss(hash).der()).unwrap().verify(), Ok(()), "{hash:?}");
            let by_another = Request { signer: Key::of(Shape::RSA_2048, "another"), ..pss(hash) };
            let why = "the signature does not verify with the key's public half";
            assert_eq!(Csr::parse(&by_another.der()).unwrap().verify(), Err(why.to_owned()), "{hash:?}");
        }
    }

    #[test]
    fn rsassa_pss_has_the_parameters_that_key_services_sign_with_to_the_byte() {
        let good = pss(Hash::Sha256).der();
        // [2] INTEGER: the salt's length. id-mgf1, and the hash after it. id-sha256 before id-mgf1.
        let sha256 = [0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
        let changes: [(&[u8], usize, usize); 3] =
            [(&[0xa2, 0x03, 0x02, 0x01, 0x20], 0, 4), (&sha256, 0, 10), (&sha256, 1, 10)];
        for (part, which, place) in changes {
            let found: Vec<usize> =
                good.windows(part.len()).enumerate().filter(|(_, window)| *window == part).map(|(at, _)| at).collect();
            let mut changed = good.clone();
            changed[found[which] + place] += 1;
            let told = Csr::parse(&changed).unwrap().verify();
            let why = "the signature algorithm 1.2.840.113549.1.1.10 with its parameters is not known";
            assert_eq!(told, Err(why.to_owned()), "{part:02x?} {which}");
        }
    }

    #[test]
    fn each_signature_algorithm_is_named_by_what_it_says() {
        for hash in crate::signature::Hash::ALL {
            for scheme in [Scheme::RsaPkcs1(hash), Scheme::RsaPss(hash), Scheme::Ecdsa] {
                let how = SignatureAlgorithm::of(scheme, hash).unwrap();
                assert_eq!((how.scheme(), how.hash()), (scheme, hash));
                assert_eq!(SignatureAlgorithm::named(&how.identifier().unwrap()), Some(how));
            }
        }
        let other = crate::signature::Hash::Sha384;
        assert_eq!(SignatureAlgorithm::of(Scheme::RsaPkcs1(crate::signature::Hash::Sha256), other), None);
    }

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
