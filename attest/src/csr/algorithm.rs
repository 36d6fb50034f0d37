//! How a request is signed, as it says so itself.

use der::Sequence;
use der::asn1::{Any, Null, ObjectIdentifier};
use spki::AlgorithmIdentifierOwned;

use crate::signature::{Hash, Scheme};

const fn oid(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

/// `id-RSASSA-PSS`, RFC 4055 §3.1.
pub(super) const RSASSA_PSS: ObjectIdentifier = oid("1.2.840.113549.1.1.10");
/// `id-mgf1`, RFC 4055 §2.2.
const MGF1: ObjectIdentifier = oid("1.2.840.113549.1.1.8");

/// Every way to sign a request: RFC 4055 §5, RFC 5758 §3.2, RFC 4055 §3.1. Keys of Google Cloud KMS that are made for
/// RSASSA-PSS sign nothing otherwise, so that their requests have it too.
const ALL: [(ObjectIdentifier, SignatureAlgorithm); 9] = [
    (oid("1.2.840.113549.1.1.11"), SignatureAlgorithm::new(Scheme::RsaPkcs1(Hash::Sha256), Hash::Sha256)),
    (oid("1.2.840.113549.1.1.12"), SignatureAlgorithm::new(Scheme::RsaPkcs1(Hash::Sha384), Hash::Sha384)),
    (oid("1.2.840.113549.1.1.13"), SignatureAlgorithm::new(Scheme::RsaPkcs1(Hash::Sha512), Hash::Sha512)),
    (oid("1.2.840.10045.4.3.2"), SignatureAlgorithm::new(Scheme::Ecdsa, Hash::Sha256)),
    (oid("1.2.840.10045.4.3.3"), SignatureAlgorithm::new(Scheme::Ecdsa, Hash::Sha384)),
    (oid("1.2.840.10045.4.3.4"), SignatureAlgorithm::new(Scheme::Ecdsa, Hash::Sha512)),
    (RSASSA_PSS, SignatureAlgorithm::new(Scheme::RsaPss(Hash::Sha256), Hash::Sha256)),
    (RSASSA_PSS, SignatureAlgorithm::new(Scheme::RsaPss(Hash::Sha384), Hash::Sha384)),
    (RSASSA_PSS, SignatureAlgorithm::new(Scheme::RsaPss(Hash::Sha512), Hash::Sha512)),
];

/// A scheme, and the hash of what is signed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SignatureAlgorithm {
    scheme: Scheme,
    hash: Hash,
}

/// `RSASSA-PSS-params`, RFC 4055 §3.1. The trailer field has its default, which DER leaves out.
#[derive(Sequence)]
struct PssParameters {
    #[asn1(context_specific = "0")]
    hash: AlgorithmIdentifierOwned,
    #[asn1(context_specific = "1")]
    mask: AlgorithmIdentifierOwned,
    #[asn1(context_specific = "2")]
    salt: u8,
}

impl SignatureAlgorithm {
    const fn new(scheme: Scheme, hash: Hash) -> Self {
        Self { scheme, hash }
    }

    /// Signs with a scheme. RSA's schemes name their hash themselves.
    #[must_use]
    pub fn of(scheme: Scheme, hash: Hash) -> Option<Self> {
        ALL.iter().map(|(_, known)| *known).find(|known| *known == Self::new(scheme, hash))
    }

    /// What a request says that it is signed with, if it is one of these. RSASSA-PSS has parameters, which must be those that
    /// key services sign with, to the byte: MGF1 with the same hash, and a salt as long as its digest.
    pub(super) fn named(identifier: &AlgorithmIdentifierOwned) -> Option<Self> {
        let mut named = ALL.iter().filter(|(oid, _)| *oid == identifier.oid).map(|(_, known)| *known);
        if identifier.oid == RSASSA_PSS {
            return named.find(|known| known.identifier().is_ok_and(|known| known == *identifier));
        }
        named.next()
    }

    /// How the digest is signed.
    #[must_use]
    pub fn scheme(self) -> Scheme {
        self.scheme
    }

    /// The hash of what is signed.
    #[must_use]
    pub fn hash(self) -> Hash {
        self.hash
    }

    /// As a request says it.
    ///
    /// # Errors
    /// None for any of these: what cannot be encoded in DER.
    pub fn identifier(self) -> der::Result<AlgorithmIdentifierOwned> {
        let found = ALL.iter().find(|(_, known)| *known == self);
        let (oid, _) = found.ok_or_else(|| der::Error::from(der::ErrorKind::Failed))?;
        let parameters = match self.scheme {
            // RFC 4055 §5: NULL. RFC 5758 §3.2: nothing at all.
            Scheme::RsaPkcs1(_) => Some(Any::null()),
            Scheme::Ecdsa => None,
            Scheme::RsaPss(hash) => Some(pss_parameters(hash)?),
            Scheme::RsaPkcs1Raw => return Err(der::Error::from(der::ErrorKind::Failed)),
        };
        Ok(AlgorithmIdentifierOwned { oid: *oid, parameters })
    }
}

fn pss_parameters(hash: Hash) -> der::Result<Any> {
    // RFC 4055 §2.1.
    let (named, salt) = match hash {
        Hash::Sha256 => (oid("2.16.840.1.101.3.4.2.1"), 32),
        Hash::Sha384 => (oid("2.16.840.1.101.3.4.2.2"), 48),
        Hash::Sha512 => (oid("2.16.840.1.101.3.4.2.3"), 64),
    };
    let hash = AlgorithmIdentifierOwned { oid: named, parameters: Some(Any::encode_from(&Null)?) };
    let mask = AlgorithmIdentifierOwned { oid: MGF1, parameters: Some(Any::encode_from(&hash)?) };
    Any::encode_from(&PssParameters { hash, mask, salt })
}
