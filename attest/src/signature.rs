//! Signatures: their two encodings, and whether one belongs to a key and a digest.

use std::fmt;

use p256::ecdsa::Signature as P256Signature;
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use p384::ecdsa::Signature as P384Signature;
use rsa::Pkcs1v15Sign;
use sha2::{Sha256, Sha384, Sha512};

use crate::public_key::{Algorithm, Material, PublicKey};

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

/// How a digest is turned into a signature.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Scheme {
    /// RSASSA-PKCS1-v1_5 with the `DigestInfo` of this hash, RFC 8017 §8.2.
    RsaPkcs1(Hash),
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

impl Algorithm {
    /// Turns a DER `Ecdsa-Sig-Value` (RFC 3279 §2.2.3) into r‖s, each padded on the left to the size of the curve's
    /// order: the form PKCS#11 v3.1 §2.3.1 asks for.
    ///
    /// # Errors
    /// [`SignatureError::Encoding`] unless the bytes are strict DER with both numbers in range;
    /// [`SignatureError::Mismatch`] for an RSA key.
    pub fn ecdsa_from_der(self, der: &[u8]) -> Result<Vec<u8>, SignatureError> {
        match self {
            Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096 => Err(SignatureError::Mismatch),
            Self::P256 => P256Signature::from_der(der)
                .map(|value| value.to_bytes().to_vec())
                .map_err(|_| SignatureError::Encoding),
            Self::P384 => P384Signature::from_der(der)
                .map(|value| value.to_bytes().to_vec())
                .map_err(|_| SignatureError::Encoding),
        }
    }
}

impl PublicKey {
    /// Checks a signature (for ECDSA: r‖s) over a digest.
    ///
    /// # Errors
    /// [`SignatureError`] says whether the signature is malformed, does not fit, or is simply not this key's.
    pub fn verify(&self, scheme: Scheme, digest: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
        match (&self.material, scheme) {
            (Material::Rsa { key, .. }, Scheme::RsaPkcs1(hash)) => {
                if digest.len() != hash.length() {
                    return Err(SignatureError::Mismatch);
                }
                let padding = match hash {
                    Hash::Sha256 => Pkcs1v15Sign::new::<Sha256>(),
                    Hash::Sha384 => Pkcs1v15Sign::new::<Sha384>(),
                    Hash::Sha512 => Pkcs1v15Sign::new::<Sha512>(),
                };
                if signature.len() != self.algorithm().signature_length() {
                    return Err(SignatureError::Encoding);
                }
                key.verify(padding, digest, signature).map_err(|_| SignatureError::Wrong)
            }
            (Material::P256 { key, .. }, Scheme::Ecdsa) => {
                let signature = P256Signature::from_slice(signature).map_err(|_| SignatureError::Encoding)?;
                key.verify_prehash(digest, &signature).map_err(|_| SignatureError::Wrong)
            }
            (Material::P384 { key, .. }, Scheme::Ecdsa) => {
                let signature = P384Signature::from_slice(signature).map_err(|_| SignatureError::Encoding)?;
                key.verify_prehash(digest, &signature).map_err(|_| SignatureError::Wrong)
            }
            (Material::Rsa { .. }, Scheme::Ecdsa)
            | (Material::P256 { .. } | Material::P384 { .. }, Scheme::RsaPkcs1(_)) => Err(SignatureError::Mismatch),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_numbers_are_padded_on_the_left() {
        let der = [0x30, 0x07, 0x02, 0x01, 0x05, 0x02, 0x02, 0x00, 0x80];
        for (algorithm, half) in [(Algorithm::P256, 32), (Algorithm::P384, 48)] {
            let mut expected = vec![0; 2 * half];
            expected[half - 1] = 0x05;
            expected[2 * half - 1] = 0x80;
            assert_eq!(algorithm.ecdsa_from_der(&der).unwrap(), expected);
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
