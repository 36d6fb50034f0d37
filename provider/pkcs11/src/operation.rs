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
        self.prepared(hash, digest.to_vec())
    }

    /// A digest that the key's service signs. A DigestInfo and a parameter name a hash of their own, which need not be one
    /// of the key's.
    fn prepared(&self, hash: Hash, digest: Vec<u8>) -> Result<Prepared, Failure> {
        let scheme = self.chosen.mechanism.scheme(hash);
        if self.key.usable.schemes.contains(&scheme) {
            return Ok(Prepared { scheme, digest });
        }
        let cause = format!("the key service does not sign {hash:?} digests with key {}", self.key.record.id);
        Err(Failure::new(Code::DataInvalid, cause))
    }

    /// Ends after the data came in parts.
    pub(crate) fn finish(mut self) -> Result<Prepared, Failure> {
        match (self.chosen.takes, self.state.take()) {
            (Takes::Data(hash), Some(state)) => self.prepared(hash, state.finish()),
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use cryptoki_sys as ck;
    use der::Document;
    use hardkey_attest::admission::Origin;
    use hardkey_attest::public_key::PublicKey;
    use hardkey_kms::service::{KeyId, KeyRecord, Standing, UsableKey};

    use super::*;
    use crate::mechanism::Mechanism;

    /// An RSA key of which the service signs with SHA-256 alone.
    fn key() -> Key {
        let pem = include_str!("../../../attest/tests/vectors/rsa2048.pem");
        let (_, document) = Document::from_pem(&pem[pem.find("-----BEGIN").unwrap()..]).unwrap();
        let usable = UsableKey {
            origin: Origin::Generated,
            public_key: PublicKey::from_spki(document.as_bytes()).unwrap(),
            schemes: vec![Scheme::RsaPkcs1(Hash::Sha256), Scheme::RsaPss(Hash::Sha256)],
        };
        let record = KeyRecord {
            name: "key".to_owned(),
            id: KeyId::new("key".to_owned()),
            label: "key".to_owned(),
            standing: Standing::Usable(usable.clone()),
        };
        Key { record: Arc::new(record), usable: Arc::new(usable) }
    }

    #[test]
    fn a_hash_that_the_key_is_not_used_with_is_invalid_data() {
        let begin = |kind, parameter: Option<&ck::CK_RSA_PKCS_PSS_PARAMS>| {
            Digesting::new(Mechanism::find(kind).unwrap().choose(parameter).unwrap(), &key()).unwrap()
        };
        let info = |last: u8, length: u8| {
            let mut info =
                vec![0x30, length + 17, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, last];
            info.extend([0x05, 0x00, 0x04, length]);
            info.resize(info.len() + usize::from(length), 7);
            info
        };
        let told = "CKR_DATA_INVALID: the key service does not sign Sha512 digests with key key";
        assert!(begin(ck::CKM_RSA_PKCS, None).whole(&info(1, 32)).is_ok());
        let refused = begin(ck::CKM_RSA_PKCS, None).whole(&info(3, 64)).err().unwrap();
        assert_eq!(refused.to_string(), told);
        let pss = |hash, mgf, salt| ck::CK_RSA_PKCS_PSS_PARAMS { hashAlg: hash, mgf, sLen: salt };
        let good = pss(ck::CKM_SHA256, ck::CKG_MGF1_SHA256, 32);
        assert!(begin(ck::CKM_RSA_PKCS_PSS, Some(&good)).whole(&[7; 32]).is_ok());
        let other = pss(ck::CKM_SHA512, ck::CKG_MGF1_SHA512, 64);
        let refused = begin(ck::CKM_RSA_PKCS_PSS, Some(&other)).whole(&[7; 64]).err().unwrap();
        assert_eq!(refused.to_string(), told);
    }
}
