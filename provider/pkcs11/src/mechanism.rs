//! The table of mechanisms: what each one is, and which keys it fits.

use cryptoki_sys as ck;
use hardkey_attest::public_key::Algorithm;
use hardkey_attest::signature::{Hash, Scheme};
use hardkey_kms::service::UsableKey;

use crate::error::{Code, Failure};

/// One way to use a key.
#[derive(Debug)]
pub(crate) struct Mechanism {
    pub(crate) name: &'static str,
    pub(crate) kind: ck::CK_MECHANISM_TYPE,
    family: Family,
    /// The hash this mechanism applies here, before anything leaves the host; `None` takes what the host hashed.
    pub(crate) hash: Option<Hash>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Family {
    RsaPkcs1,
    Ecdsa,
}

macro_rules! mechanisms {
    ($($kind:ident: $family:ident, $hash:expr;)*) => {
        &[$(Mechanism { name: stringify!($kind), kind: ck::$kind, family: Family::$family, hash: $hash },)*]
    };
}

/// No mechanism here only digests: hosts would send their own hashing through it (SunPKCS11 does).
pub(crate) const MECHANISMS: &[Mechanism] = mechanisms! {
    CKM_RSA_PKCS: RsaPkcs1, None;
    CKM_SHA256_RSA_PKCS: RsaPkcs1, Some(Hash::Sha256);
    CKM_SHA384_RSA_PKCS: RsaPkcs1, Some(Hash::Sha384);
    CKM_SHA512_RSA_PKCS: RsaPkcs1, Some(Hash::Sha512);
    CKM_ECDSA: Ecdsa, None;
    CKM_ECDSA_SHA256: Ecdsa, Some(Hash::Sha256);
    CKM_ECDSA_SHA384: Ecdsa, Some(Hash::Sha384);
    CKM_ECDSA_SHA512: Ecdsa, Some(Hash::Sha512);
};

impl Mechanism {
    /// The table's row for a mechanism type.
    pub(crate) fn find(kind: ck::CK_MECHANISM_TYPE) -> Result<&'static Self, Failure> {
        MECHANISMS
            .iter()
            .find(|mechanism| mechanism.kind == kind)
            .ok_or_else(|| Failure::new(Code::MechanismInvalid, format!("mechanism {kind:#x} is not supported")))
    }

    /// Whether this key and its key service can do it.
    pub(crate) fn fits(&self, key: &UsableKey) -> bool {
        let rsa = key.public_key.algorithm().is_rsa();
        match (self.family, self.hash) {
            (Family::RsaPkcs1, Some(hash)) => rsa && key.schemes.contains(&Scheme::RsaPkcs1(hash)),
            (Family::RsaPkcs1, None) => {
                rsa && Hash::ALL.iter().any(|hash| key.schemes.contains(&Scheme::RsaPkcs1(*hash)))
            }
            (Family::Ecdsa, _) => !rsa && key.schemes.contains(&Scheme::Ecdsa),
        }
    }

    /// Whether it belongs to the key's kind at all.
    pub(crate) fn is_for(&self, algorithm: Algorithm) -> bool {
        match self.family {
            Family::RsaPkcs1 => algorithm.is_rsa(),
            Family::Ecdsa => !algorithm.is_rsa(),
        }
    }

    /// How a digest made by this hash is signed.
    pub(crate) fn scheme(&self, hash: Hash) -> Scheme {
        match self.family {
            Family::RsaPkcs1 => Scheme::RsaPkcs1(hash),
            Family::Ecdsa => Scheme::Ecdsa,
        }
    }

    /// Smallest and largest key in bits (PKCS#11 v3.1 §3.5), and what it can do. `CKF_HW` is true of every key that
    /// admission lets through, and without it pkcs11-tool would not choose the mechanism.
    pub(crate) fn info(&self) -> ck::CK_MECHANISM_INFO {
        let common = ck::CKF_HW | ck::CKF_SIGN | ck::CKF_VERIFY;
        match self.family {
            Family::RsaPkcs1 => ck::CK_MECHANISM_INFO { ulMinKeySize: 2048, ulMaxKeySize: 4096, flags: common },
            Family::Ecdsa => ck::CK_MECHANISM_INFO {
                ulMinKeySize: 256,
                ulMaxKeySize: 384,
                flags: common | ck::CKF_EC_F_P | ck::CKF_EC_NAMEDCURVE | ck::CKF_EC_UNCOMPRESS,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_mechanism_is_listed_twice() {
        for (index, mechanism) in MECHANISMS.iter().enumerate() {
            assert!(MECHANISMS[index + 1..].iter().all(|other| other.kind != mechanism.kind), "{}", mechanism.name);
        }
    }

    #[test]
    fn an_unknown_mechanism_is_refused_by_number() {
        let failure = Mechanism::find(0xdead).unwrap_err();
        assert_eq!(failure.to_string(), "CKR_MECHANISM_INVALID: mechanism 0xdead is not supported");
    }
}
