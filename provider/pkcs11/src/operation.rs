//! Operations in progress: a signature, a verification, a search.

use std::vec::IntoIter;

use cryptoki_sys as ck;
use hardkey_attest::signature::{Hash, Hasher, Scheme, SignatureError};

use crate::digest_info;
use crate::error::{Code, Failure};
use crate::mechanism::Mechanism;
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
    mechanism: &'static Mechanism,
    input: Input,
}

enum Input {
    /// The host hashes; the data is taken in one piece.
    Prehashed,
    /// Hashed here as it comes.
    Streamed { hash: Hash, state: Box<Hasher>, started: bool },
}

/// A digest, and how it is signed.
pub(crate) struct Prepared {
    pub(crate) scheme: Scheme,
    pub(crate) digest: Vec<u8>,
}

impl Digesting {
    /// Begins, if the mechanism and the key go together.
    pub(crate) fn new(mechanism: &'static Mechanism, key: &Key) -> Result<Self, Failure> {
        let algorithm = key.usable.public_key.algorithm();
        if !mechanism.is_for(algorithm) {
            let cause = format!("{} does not fit the key, which is {}", mechanism.name, algorithm.name());
            return Err(Failure::new(Code::KeyTypeInconsistent, cause));
        }
        if !mechanism.fits(&key.usable) {
            let cause = format!("the key service does not do {} with key {}", mechanism.name, key.record.id);
            return Err(Failure::new(Code::MechanismInvalid, cause));
        }
        let input = match mechanism.hash {
            None => Input::Prehashed,
            Some(hash) => Input::Streamed { hash, state: Box::new(Hasher::new(hash)), started: false },
        };
        Ok(Self { key: key.clone(), mechanism, input })
    }

    /// Length of the signature in bytes: exact, and known without asking anybody.
    pub(crate) fn signature_length(&self) -> usize {
        self.key.usable.public_key.algorithm().signature_length()
    }

    /// The most data a single call may bring, where the mechanism limits it.
    pub(crate) fn longest_data(&self) -> Option<usize> {
        match self.input {
            Input::Streamed { .. } => None,
            // The longest DigestInfo and the longest digest are far below both limits.
            Input::Prehashed => Some(self.signature_length()),
        }
    }

    /// Takes part of the data.
    pub(crate) fn update(&mut self, data: &[u8]) -> Result<(), Failure> {
        match &mut self.input {
            Input::Streamed { state, started, .. } => {
                *started = true;
                state.update(data);
                Ok(())
            }
            Input::Prehashed => Err(Failure::new(
                Code::OperationNotInitialized,
                format!("{} takes its data in one piece; use a mechanism that hashes, or C_Sign", self.mechanism.name),
            )),
        }
    }

    /// Ends with the whole data in one call.
    pub(crate) fn whole(self, data: &[u8]) -> Result<Prepared, Failure> {
        match self.input {
            Input::Streamed { started: true, .. } => Err(Failure::new(
                Code::OperationNotInitialized,
                "data was given in parts before; end with C_SignFinal or C_VerifyFinal",
            )),
            Input::Streamed { hash, mut state, started: false } => {
                state.update(data);
                Ok(Prepared { scheme: self.mechanism.scheme(hash), digest: state.finish() })
            }
            Input::Prehashed if self.key.usable.public_key.algorithm().is_rsa() => {
                // RFC 8017 §9.2: at least eleven bytes of padding.
                if data.len() + 11 > self.signature_length() {
                    let cause = format!("{} bytes of data do not fit this key", data.len());
                    return Err(Failure::new(Code::DataLenRange, cause));
                }
                let (hash, digest) = digest_info::parse(data)?;
                Ok(Prepared { scheme: self.mechanism.scheme(hash), digest: digest.to_vec() })
            }
            Input::Prehashed => {
                // The key service signs SHA-2 digests of 256 bits and more; SHA-1 and SHA-224 are shorter.
                if !(Hash::Sha256.length()..=Hash::Sha512.length()).contains(&data.len()) {
                    let cause = format!(
                        "CKM_ECDSA was given {} bytes; the key service signs digests of 32 to 64 bytes, SHA-256 or longer",
                        data.len()
                    );
                    return Err(Failure::new(Code::DataLenRange, cause));
                }
                Ok(Prepared { scheme: Scheme::Ecdsa, digest: data.to_vec() })
            }
        }
    }

    /// Ends after the data came in parts.
    pub(crate) fn finish(self) -> Result<Prepared, Failure> {
        match self.input {
            Input::Streamed { hash, state, .. } => {
                Ok(Prepared { scheme: self.mechanism.scheme(hash), digest: state.finish() })
            }
            Input::Prehashed => Err(Failure::new(
                Code::OperationNotInitialized,
                format!("{} takes its data in one piece; use C_Sign or C_Verify", self.mechanism.name),
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
