//! Signatures: their two encodings, and whether one belongs to a key and a digest.

mod pkcs1;

use std::fmt;

use aws_lc_rs::digest::{self, Context, Digest};
use der::asn1::UintRef;
use der::{Decode, Encode, Sequence};

use crate::public_key::{Algorithm, PublicKey};

/// The hash functions a key service signs with. SHA-1 and SHA-224 are not among them.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Hash {
    /// SHA-256, FIPS 180-4.
    Sha256,
    /// SHA-384, FIPS 180-4.
    Sha384,
    /// SHA-512, FIPS 180-4.
    Sha512,
}

impl Hash {
    /// All of them, shortest first.
    pub const ALL: [Self; 3] = [Self::Sha256, Self::Sha384, Self::Sha512];

    fn algorithm(self) -> &'static digest::Algorithm {
        match self {
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
            Self::Sha512 => &digest::SHA512,
        }
    }

    /// What stands before a digest in a `DigestInfo`: RFC 8017 §9.2, note 1.
    #[must_use]
    pub fn digest_info_prefix(self) -> &'static [u8] {
        match self {
            Self::Sha256 => SHA256,
            Self::Sha384 => SHA384,
            Self::Sha512 => SHA512,
        }
    }

    /// Length of a digest in bytes.
    #[must_use]
    pub fn length(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}

const SHA256: &[u8] =
    &[0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20];
const SHA384: &[u8] =
    &[0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0x00, 0x04, 0x30];
const SHA512: &[u8] =
    &[0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03, 0x05, 0x00, 0x04, 0x40];

/// A digest in the making.
#[derive(Clone)]
pub struct Hasher(Context);

impl Hasher {
    /// Begins.
    #[must_use]
    pub fn new(hash: Hash) -> Self {
        Self(Context::new(hash.algorithm()))
    }

    /// Takes the next bytes.
    pub fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    /// Ends with the digest.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.0.finish().as_ref().to_vec()
    }
}

/// How a digest is turned into a signature.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Scheme {
    /// RSASSA-PKCS1-v1_5 with the `DigestInfo` of this hash, RFC 8017 §8.2.
    RsaPkcs1(Hash),
    /// The padding of RSASSA-PKCS1-v1_5 around any bytes, RFC 8017 §9.2 from step 3 on: what is signed stands in the place of
    /// a digest.
    RsaPkcs1Raw,
    /// RSASSA-PSS with this hash, MGF1 with the same hash, and a salt as long as its digest, RFC 8017 §8.1. AWS KMS,
    /// Azure Key Vault and Google Cloud KMS all do just that.
    RsaPss(Hash),
    /// ECDSA over the leftmost bits of a digest, FIPS 186-5 §6.4.
    Ecdsa,
}

/// Why a signature is not one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum SignatureError {
    /// Not in the encoding its scheme demands.
    Encoding,
    /// Scheme, digest length and key do not go together.
    Mismatch,
    /// Well-formed, but not made by this key over this digest.
    Wrong,
}

impl fmt::Display for SignatureError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Encoding => "the signature is malformed",
            Self::Mismatch => "the signature scheme does not fit the key or the digest",
            Self::Wrong => "the signature does not verify with the key's public half",
        })
    }
}

impl std::error::Error for SignatureError {}

/// `Ecdsa-Sig-Value`, RFC 3279 §2.2.3.
#[derive(Sequence)]
struct EcdsaSigValue<'a> {
    r: UintRef<'a>,
    s: UintRef<'a>,
}

impl Algorithm {
    /// Turns a DER `Ecdsa-Sig-Value` (RFC 3279 §2.2.3) into r‖s, each padded on the left to the size of the curve's
    /// order: the form PKCS#11 v3.1 §2.3.1 asks for.
    ///
    /// # Errors
    /// [`SignatureError::Encoding`] unless the bytes are strict DER with two numbers that fit and are not zero;
    /// [`SignatureError::Mismatch`] for an RSA key.
    pub fn ecdsa_from_der(self, der: &[u8]) -> Result<Vec<u8>, SignatureError> {
        if self.is_rsa() {
            return Err(SignatureError::Mismatch);
        }
        let EcdsaSigValue { r, s } = EcdsaSigValue::from_der(der).map_err(|_| SignatureError::Encoding)?;
        let length = self.signature_length();
        let size = length / 2;
        let mut fixed = Vec::with_capacity(length);
        for number in [r.as_bytes(), s.as_bytes()] {
            let padding = size.checked_sub(number.len()).ok_or(SignatureError::Encoding)?;
            if number.iter().all(|byte| *byte == 0) {
                return Err(SignatureError::Encoding);
            }
            fixed.resize(fixed.len().saturating_add(padding), 0);
            fixed.extend_from_slice(number);
        }
        Ok(fixed)
    }

    /// Turns r‖s into a DER `Ecdsa-Sig-Value`: the form of requests, certificates and reports.
    ///
    /// # Errors
    /// [`SignatureError::Encoding`] for another length, [`SignatureError::Mismatch`] for an RSA key.
    pub fn ecdsa_to_der(self, fixed: &[u8]) -> Result<Vec<u8>, SignatureError> {
        if self.is_rsa() {
            return Err(SignatureError::Mismatch);
        }
        if fixed.len() != self.signature_length() {
            return Err(SignatureError::Encoding);
        }
        let (r, s) = fixed.split_at(fixed.len() / 2);
        let number = |bytes| UintRef::new(bytes).map_err(|_| SignatureError::Encoding);
        EcdsaSigValue { r: number(r)?, s: number(s)? }.to_der().map_err(|_| SignatureError::Encoding)
    }

    /// A SHA-2 digest at the length that goes with this curve: the leftmost bits of a longer one, zeros before a shorter
    /// one. Neither changes the signature, because ECDSA reads the leftmost bits of a digest, as a number (FIPS 186-5
    /// §6.4.1). For an RSA key, the digest as it is.
    ///
    /// # Errors
    /// [`SignatureError::Mismatch`] for more bytes than the longest digest has.
    pub fn ecdsa_digest(self, digest: &[u8]) -> Result<Vec<u8>, SignatureError> {
        let Some(hash) = self.curve_hash() else { return Ok(digest.to_vec()) };
        // Cutting more than a digest would be wrong on P-521, whose order is longer than any digest.
        if digest.len() > Hash::Sha512.length() {
            return Err(SignatureError::Mismatch);
        }
        let length = hash.length();
        let kept = digest.get(..length).unwrap_or(digest);
        let mut fitted = vec![0; length.saturating_sub(kept.len())];
        fitted.extend_from_slice(kept);
        Ok(fitted)
    }
}

impl PublicKey {
    /// Checks a signature (for ECDSA: r‖s) over a digest.
    ///
    /// # Errors
    /// [`SignatureError`] says whether the signature is malformed, does not fit, or is simply not this key's.
    pub fn verify(&self, scheme: Scheme, digest: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
        if scheme == Scheme::RsaPkcs1Raw {
            return self.verify_raw(digest, signature);
        }
        let verifier = self.verifiers.iter().find(|verifier| verifier.scheme == scheme);
        let verifier = verifier.ok_or(SignatureError::Mismatch)?;
        if signature.len() != self.algorithm().signature_length() {
            return Err(SignatureError::Encoding);
        }
        let digest = self.algorithm().ecdsa_digest(digest)?;
        // AWS-LC takes a digest that is named after a hash of its length.
        let hash = match scheme {
            Scheme::RsaPkcs1(hash) | Scheme::RsaPss(hash) => hash,
            Scheme::Ecdsa => self.algorithm().curve_hash().ok_or(SignatureError::Mismatch)?,
            Scheme::RsaPkcs1Raw => return Err(SignatureError::Mismatch),
        };
        let digest = Digest::import_less_safe(&digest, hash.algorithm()).map_err(|_| SignatureError::Mismatch)?;
        verifier.key.verify_digest_sig(&digest, signature).map_err(|_| SignatureError::Wrong)
    }

    fn verify_raw(&self, data: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
        let (modulus, exponent) = self.rsa_parts().ok_or(SignatureError::Mismatch)?;
        if signature.len() != self.algorithm().signature_length() {
            return Err(SignatureError::Encoding);
        }
        pkcs1::verify(modulus, exponent, data, signature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_numbers_are_padded_on_the_left() {
        let der = [0x30, 0x07, 0x02, 0x01, 0x05, 0x02, 0x02, 0x00, 0x80];
        for (algorithm, half) in
            [(Algorithm::P256, 32), (Algorithm::P384, 48), (Algorithm::P521, 66), (Algorithm::Secp256k1, 32)]
        {
            let mut expected = vec![0; 2 * half];
            expected[half - 1] = 0x05;
            expected[2 * half - 1] = 0x80;
            assert_eq!(algorithm.ecdsa_from_der(&der).unwrap(), expected);
        }
    }

    #[test]
    fn both_encodings_of_a_signature_lead_to_each_other() {
        for algorithm in [Algorithm::P256, Algorithm::P384, Algorithm::P521, Algorithm::Secp256k1] {
            let length = algorithm.signature_length();
            // The highest bit set, clear, and a first byte of zero.
            for first in [0x80, 0x7f, 0x00] {
                let mut fixed = vec![0x5a; length];
                fixed[0] = first;
                fixed[length / 2] = 0xff - first;
                let der = algorithm.ecdsa_to_der(&fixed).unwrap();
                assert_eq!(algorithm.ecdsa_from_der(&der).unwrap(), fixed, "{algorithm:?} {first:02x}");
            }
            assert_eq!(algorithm.ecdsa_to_der(&vec![1; length + 1]), Err(SignatureError::Encoding));
        }
        assert_eq!(Algorithm::Rsa2048.ecdsa_to_der(&[1; 256]), Err(SignatureError::Mismatch));
    }

    #[test]
    fn a_digest_is_brought_to_the_length_of_the_curve() {
        let digest: Vec<u8> = (1..=64).collect();
        let zeros = [0; 32];
        assert_eq!(Algorithm::P256.ecdsa_digest(&digest).unwrap(), digest[..32]);
        assert_eq!(Algorithm::Secp256k1.ecdsa_digest(&digest[..48]).unwrap(), digest[..32]);
        assert_eq!(Algorithm::P384.ecdsa_digest(&digest[..32]).unwrap(), [&zeros[..16], &digest[..32]].concat());
        assert_eq!(Algorithm::P521.ecdsa_digest(&digest).unwrap(), digest);
        assert_eq!(Algorithm::P521.ecdsa_digest(&digest[..32]).unwrap(), [&zeros, &digest[..32]].concat());
        for algorithm in [Algorithm::P256, Algorithm::P521] {
            assert_eq!(algorithm.ecdsa_digest(&[1; 65]), Err(SignatureError::Mismatch));
        }
    }

    #[test]
    fn anything_but_strict_der_is_malformed() {
        let cases: [(&str, &[u8]); 5] = [
            ("nothing", &[]),
            ("a byte too many", &[0x30, 0x06, 0x02, 0x01, 0x05, 0x02, 0x01, 0x07, 0x00]),
            ("a leading zero too many", &[0x30, 0x07, 0x02, 0x02, 0x00, 0x05, 0x02, 0x01, 0x07]),
            ("a negative number", &[0x30, 0x06, 0x02, 0x01, 0x85, 0x02, 0x01, 0x07]),
            ("a zero", &[0x30, 0x06, 0x02, 0x01, 0x00, 0x02, 0x01, 0x07]),
        ];
        for (what, der) in cases {
            assert_eq!(Algorithm::P256.ecdsa_from_der(der), Err(SignatureError::Encoding), "{what}");
        }
        assert_eq!(Algorithm::Rsa2048.ecdsa_from_der(&[]), Err(SignatureError::Mismatch));
    }
}
