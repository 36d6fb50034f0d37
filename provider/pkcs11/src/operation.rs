//! Operations in progress: a signature, a verification, a search.

use std::vec::IntoIter;

use cryptoki_sys as ck;
use hardkey_attest::signature::{Hash, Hasher, Scheme, SignatureError};

use crate::digest_info;
use crate::error::{Code, Failure};
use crate::mechanism::{Chosen, Takes};
use crate::object::Key;

/// What a session is in the middle of. One of each kind may be active at a time (PKCS#11 v3.1 §5.7).
#[derive(Default)]
pub(crate) struct Operations {
    pub(crate) sign: Option<Digesting>,
    pub(crate) verify: Option<Digesting>,
    pub(crate) find: Option<IntoIter<ck::CK_OBJECT_HANDLE>>,
}

/// A signature or verification that collects its data.
pub(crate) struct Digesting {
    pub(crate) key: Key,
    chosen: Chosen,
    /// The data so far, where it is hashed here.
    state: Option<Box<Hasher>>,
    started: bool,
}

/// A digest, and how it is signed.
pub(crate) struct Prepared {
    pub(crate) scheme: Scheme,
    pub(crate) digest: Vec<u8>,
}

impl Digesting {
    /// Begins, if the mechanism and the key go together.
    pub(crate) fn new(chosen: Chosen, key: &Key) -> Result<Self, Failure> {
        let algorithm = key.usable.public_key.algorithm();
        let mechanism = chosen.mechanism;
        if !mechanism.is_for(algorithm) {
            let cause = format!("{} does not fit the key, which is {}", mechanism.name, algorithm.name());
            return Err(Failure::new(Code::KeyTypeInconsistent, cause));
        }
        if !mechanism.fits(algorithm, &key.usable.schemes) {
            let cause = format!("the key service does not do {} with key {}", mechanism.name, key.record.id);
            return Err(Failure::new(Code::MechanismInvalid, cause));
        }
        let state = match chosen.takes {
            Takes::Data(hash) => Some(Box::new(Hasher::new(hash))),
            Takes::DigestInfo | Takes::Digest(_) | Takes::AnyDigest => None,
        };
        Ok(Self { key: key.clone(), chosen, state, started: false })
    }

    /// Length of the signature in bytes: exact, and known without asking anybody.
    pub(crate) fn signature_length(&self) -> usize {
        self.key.usable.public_key.algorithm().signature_length()
    }

    /// The most data a single call may bring, where the mechanism limits it.
    pub(crate) fn longest_data(&self) -> Option<usize> {
        match self.chosen.takes {
            Takes::Data(_) => None,
            // The longest DigestInfo and the longest digest are within it; what is too long by less is said by name.
            Takes::DigestInfo | Takes::Digest(_) | Takes::AnyDigest => Some(self.signature_length()),
        }
    }

    /// Takes part of the data.
    pub(crate) fn update(&mut self, data: &[u8]) -> Result<(), Failure> {
        let Some(state) = &mut self.state else {
            return Err(Failure::new(
                Code::OperationNotInitialized,
                format!(
                    "{} takes its data in one piece; use a mechanism that hashes, or C_Sign",
                    self.chosen.mechanism.name
                ),
            ));
        };
        self.started = true;
        state.update(data);
        Ok(())
    }

    /// Ends with the whole data in one call.
    pub(crate) fn whole(mut self, data: &[u8]) -> Result<Prepared, Failure> {
        if self.started {
            return Err(Failure::new(
                Code::OperationNotInitialized,
                "data was given in parts before; end with C_SignFinal or C_VerifyFinal",
            ));
        }
        let (hash, digest) = match self.chosen.takes {
            Takes::Data(_) => {
                self.update(data)?;
                return self.finish();
            }
            Takes::DigestInfo => {
                // RFC 8017 §9.2: at least eleven bytes of padding.
                if data.len() + 11 > self.signature_length() {
                    let cause = format!("{} bytes of data do not fit this key", data.len());
                    return Err(Failure::new(Code::DataLenRange, cause));
                }
                digest_info::parse(data)?
            }
            Takes::Digest(hash) if data.len() == hash.length() => (hash, data),
            Takes::Digest(hash) => {
                let cause = format!(
                    "{} was given {} bytes; a digest of the hash that its parameter names has {}",
                    self.chosen.mechanism.name,
                    data.len(),
                    hash.length()
                );
                return Err(Failure::new(Code::DataLenRange, cause));
            }
            // Any SHA-2 digest is signed the same way; SHA-1 and SHA-224 are shorter than the shortest here.
            Takes::AnyDigest if (Hash::Sha256.length()..=Hash::Sha512.length()).contains(&data.len()) => {
                (Hash::Sha256, data)
            }
            Takes::AnyDigest => {
                let cause = format!(
                    "CKM_ECDSA was given {} bytes; the key service signs digests of 32 to 64 bytes, SHA-256 or longer",
                    data.len()
                );
                return Err(Failure::new(Code::DataLenRange, cause));
            }
        };
        Ok(Prepared { scheme: self.chosen.mechanism.scheme(hash), digest: digest.to_vec() })
    }

    /// Ends after the data came in parts.
    pub(crate) fn finish(self) -> Result<Prepared, Failure> {
        match (self.chosen.takes, self.state) {
            (Takes::Data(hash), Some(state)) => {
                Ok(Prepared { scheme: self.chosen.mechanism.scheme(hash), digest: state.finish() })
            }
            _ => Err(Failure::new(
                Code::OperationNotInitialized,
                format!("{} takes its data in one piece; use C_Sign or C_Verify", self.chosen.mechanism.name),
            )),
        }
    }
}

/// What a host is told of a signature that is not one.
pub(crate) fn verdict(error: SignatureError) -> Failure {
    match error {
        SignatureError::Encoding | SignatureError::Wrong | SignatureError::Mismatch => {
            Failure::new(Code::SignatureInvalid, error.to_string())
        }
        other => Failure::new(Code::GeneralError, other.to_string()),
    }
}
