//! Operations in progress: a signature, a verification, a search.

use std::vec::IntoIter;

use cryptoki_sys as ck;
use hardkey_attest::signature::{Hash, Hasher, Scheme, SignatureError};
use hardkey_kms::config::Level;

use crate::digest_info::{self, Data};
use crate::error::{Code, Failure};
use crate::mechanism::{Chosen, Mechanism, Takes};
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

/// A digest, and how it is signed; or bytes that are padded as they are.
pub(crate) struct Prepared {
    pub(crate) scheme: Scheme,
    pub(crate) digest: Vec<u8>,
}

impl Digesting {
    /// Begins, if the mechanism and the key go together.
    pub(crate) fn new(chosen: Chosen, key: &Key) -> Result<Self, Failure> {
        let algorithm = key.usable.public_key.algorithm();
        let (mechanism, schemes) = (chosen.mechanism, &key.usable.schemes);
        let refused = |code, what: &str| {
            let cause = format!(
                "{} {what} key {}, which is {} and signs with {}",
                mechanism.name,
                key.record.id,
                algorithm.name(),
                Mechanism::names(algorithm, schemes)
            );
            // Hosts try mechanisms out, but not with a key for which the list says otherwise.
            Err(Failure::new(code, cause).at(Level::Error))
        };
        if !mechanism.is_for(algorithm) {
            return refused(Code::KeyTypeInconsistent, "does not fit");
        }
        if !mechanism.fits(algorithm, schemes) {
            return refused(Code::MechanismInvalid, "is not what the key service does with");
        }
        if let Takes::Data(hash) | Takes::Digest(hash) = chosen.takes
            && !schemes.contains(&mechanism.scheme(hash))
        {
            return refused(
                Code::MechanismParamInvalid,
                &format!("with {hash:?} is not what the key service does with"),
            );
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
                match digest_info::parse(data) {
                    Data::Digest(hash, digest) => (hash, digest),
                    // An empty field is, in the services' JSON, none.
                    Data::Other if !data.is_empty() && self.chosen.mechanism.pads(&self.key.usable.schemes) => {
                        return Ok(Prepared { scheme: Scheme::RsaPkcs1Raw, digest: data.to_vec() });
                    }
                    Data::Weak(_) | Data::Other => return Err(digest_info::refused(data)),
                }
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

    /// A digest that the key's service signs. A DigestInfo names a hash of its own, which need not be one of the key's.
    fn prepared(&self, hash: Hash, digest: Vec<u8>) -> Result<Prepared, Failure> {
        let scheme = self.chosen.mechanism.scheme(hash);
        if self.key.usable.schemes.contains(&scheme) {
            return Ok(Prepared { scheme, digest });
        }
        let algorithm = self.key.usable.public_key.algorithm();
        let cause = format!(
            "the key service does not sign {hash:?} digests with key {}, which signs with {}",
            self.key.record.id,
            Mechanism::names(algorithm, &self.key.usable.schemes)
        );
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

    /// An RSA key that the service uses in these ways.
    fn key(schemes: &[Scheme]) -> Key {
        let pem = include_str!("../../../attest/tests/vectors/rsa2048.pem");
        let (_, document) = Document::from_pem(&pem[pem.find("-----BEGIN").unwrap()..]).unwrap();
        let usable = UsableKey {
            origin: Origin::Generated,
            public_key: PublicKey::from_spki(document.as_bytes()).unwrap(),
            schemes: schemes.to_vec(),
            padding_alone: false,
            certificates: Vec::new(),
        };
        let record = KeyRecord {
            name: "key".to_owned(),
            id: KeyId::new("key".to_owned()),
            label: "key".to_owned(),
            standing: Standing::Usable(usable.clone()),
        };
        Key { record: Arc::new(record), usable: Arc::new(usable) }
    }

    const SHA256_ALONE: [Scheme; 2] = [Scheme::RsaPkcs1(Hash::Sha256), Scheme::RsaPss(Hash::Sha256)];

    fn begin(
        kind: ck::CK_MECHANISM_TYPE,
        parameter: Option<&ck::CK_RSA_PKCS_PSS_PARAMS>,
        schemes: &[Scheme],
    ) -> Result<Digesting, String> {
        let chosen = Mechanism::find(kind).unwrap().choose(parameter).unwrap();
        Digesting::new(chosen, &key(schemes)).map_err(|failure| format!("{:?}: {failure}", failure.level()))
    }

    #[test]
    fn a_hash_that_the_key_is_not_used_with_is_refused_as_soon_as_it_is_known() {
        let info = |hash: Hash| [hash.digest_info_prefix(), &vec![7; hash.length()]].concat();
        let (good, other) = (info(Hash::Sha256), info(Hash::Sha512));
        let rsa = || begin(ck::CKM_RSA_PKCS, None, &SHA256_ALONE).unwrap();
        assert!(rsa().whole(&good).is_ok());
        let can = "CKM_RSA_PKCS, CKM_SHA256_RSA_PKCS, CKM_RSA_PKCS_PSS, CKM_SHA256_RSA_PKCS_PSS";
        assert_eq!(
            rsa().whole(&other).err().unwrap().to_string(),
            format!(
                "CKR_DATA_INVALID: the key service does not sign Sha512 digests with key key, which signs with {can}"
            )
        );
        let pss = |hash, mgf, salt| ck::CK_RSA_PKCS_PSS_PARAMS { hashAlg: hash, mgf, sLen: salt };
        let good = pss(ck::CKM_SHA256, ck::CKG_MGF1_SHA256, 32);
        assert!(begin(ck::CKM_RSA_PKCS_PSS, Some(&good), &SHA256_ALONE).unwrap().whole(&[7; 32]).is_ok());
        let other = pss(ck::CKM_SHA512, ck::CKG_MGF1_SHA512, 64);
        assert_eq!(
            begin(ck::CKM_RSA_PKCS_PSS, Some(&other), &SHA256_ALONE).err().unwrap(),
            format!(
                "Error: CKR_MECHANISM_PARAM_INVALID: CKM_RSA_PKCS_PSS with Sha512 is not what the key service does with key key, which is RSA-2048 and signs with {can}"
            )
        );
    }

    #[test]
    fn a_mechanism_that_the_key_is_not_used_with_is_refused_with_those_it_is() {
        let schemes = [Scheme::RsaPss(Hash::Sha256)];
        let can = "which is RSA-2048 and signs with CKM_RSA_PKCS_PSS, CKM_SHA256_RSA_PKCS_PSS";
        for (kind, told) in [
            (
                ck::CKM_SHA256_RSA_PKCS,
                "Error: CKR_MECHANISM_INVALID: CKM_SHA256_RSA_PKCS is not what the key service does with",
            ),
            (ck::CKM_ECDSA, "Error: CKR_KEY_TYPE_INCONSISTENT: CKM_ECDSA does not fit"),
        ] {
            assert_eq!(begin(kind, None, &schemes).err().unwrap(), format!("{told} key key, {can}"));
        }
    }

    #[test]
    fn a_key_that_pads_any_bytes_signs_every_digest_and_whatever_else_is_no_weak_digest() {
        let mut schemes = Hash::ALL.map(Scheme::RsaPkcs1).to_vec();
        schemes.push(Scheme::RsaPkcs1Raw);
        let names = Mechanism::names(key(&schemes).usable.public_key.algorithm(), &schemes);
        assert_eq!(names, "CKM_RSA_PKCS, CKM_SHA256_RSA_PKCS, CKM_SHA384_RSA_PKCS, CKM_SHA512_RSA_PKCS");
        let whole = |kind, data: &[u8]| begin(kind, None, &schemes).unwrap().whole(data);
        let mut hasher = Hasher::new(Hash::Sha384);
        hasher.update(b"data");
        let digest = hasher.finish();
        let info = [Hash::Sha384.digest_info_prefix(), &digest].concat();
        let longest = [7; 256 - 11];
        let (of_digest, raw) = (Scheme::RsaPkcs1(Hash::Sha384), Scheme::RsaPkcs1Raw);
        for (kind, data, expected) in [
            (ck::CKM_SHA384_RSA_PKCS, &b"data"[..], (of_digest, &digest[..])),
            (ck::CKM_RSA_PKCS, &info, (of_digest, &digest)),
            (ck::CKM_RSA_PKCS, &[7; 20], (raw, &[7; 20])),
            (ck::CKM_RSA_PKCS, &longest, (raw, &longest)),
        ] {
            let Prepared { scheme, digest } = whole(kind, data).unwrap();
            assert_eq!((scheme, &digest[..]), expected);
        }
        let sha1 = [0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14];
        let refused = whole(ck::CKM_RSA_PKCS, &[&sha1[..], &[7; 20]].concat()).err().unwrap();
        let told = "CKR_DATA_INVALID: the data is a DigestInfo of SHA-1, which no key service signs; use SHA-256, SHA-384 or SHA-512";
        assert_eq!(refused.to_string(), told);
        let refused = whole(ck::CKM_RSA_PKCS, &[]).err().unwrap();
        assert_eq!(refused.code(), Code::DataInvalid);
        let refused = whole(ck::CKM_RSA_PKCS, &[7; 246]).err().unwrap();
        assert_eq!(refused.to_string(), "CKR_DATA_LEN_RANGE: 246 bytes of data do not fit this key");
    }
}
