//! How a key signs what is not a host's: requests, reports and records.

use hardkey_attest::signature::{Hash, Hasher, Scheme, SignatureError};

use crate::checked;
use crate::deadline::Deadline;
use crate::service::{KeyId, KeyService, ServiceError, ServiceErrorKind, SignInput, UsableKey};

/// A scheme of the key's own, and the hash that goes with it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Way {
    /// How the digest is padded and signed.
    pub scheme: Scheme,
    /// What makes the digest.
    pub hash: Hash,
}

impl Way {
    /// The way that verifiers know best: RSASSA-PKCS1-v1_5 where the key has it, the shortest hash, on a curve the one of its
    /// size.
    #[must_use]
    pub fn of(key: &UsableKey) -> Option<Self> {
        Hash::ALL
            .into_iter()
            .find_map(|hash| Self::among(key, Scheme::RsaPkcs1(hash), hash))
            .or_else(|| Hash::ALL.into_iter().find_map(|hash| Self::among(key, Scheme::RsaPss(hash), hash)))
            .or_else(|| Self::among(key, Scheme::Ecdsa, key.public_key.algorithm().curve_hash()?))
    }

    /// The way with this hash, if the key has one.
    #[must_use]
    pub fn with(key: &UsableKey, hash: Hash) -> Option<Self> {
        [Scheme::RsaPkcs1(hash), Scheme::RsaPss(hash), Scheme::Ecdsa]
            .into_iter()
            .find_map(|scheme| Self::among(key, scheme, hash))
    }

    /// A key that pads any bytes pads a `DigestInfo` of any hash.
    fn among(key: &UsableKey, scheme: Scheme, hash: Hash) -> Option<Self> {
        let raw = scheme == Scheme::RsaPkcs1(hash) && key.schemes.contains(&Scheme::RsaPkcs1Raw);
        (raw || key.schemes.contains(&scheme)).then_some(Self { scheme, hash })
    }
}

/// Has a message signed, in the form that certificates have: RSA as it is, ECDSA in DER. What comes back is verified; `rejected` is told
/// why, if it has to be asked for a second time.
///
/// # Errors
/// [`ServiceError`], as [`checked::sign`].
pub fn sign(
    service: &dyn KeyService,
    (id, key): (&KeyId, &UsableKey),
    way: Way,
    message: &[u8],
    deadline: &Deadline,
    rejected: impl FnOnce(SignatureError),
) -> Result<Vec<u8>, ServiceError> {
    let mut hasher = Hasher::new(way.hash);
    hasher.update(message);
    let digest = hasher.finish();
    let algorithm = key.public_key.algorithm();
    let input = SignInput { algorithm, scheme: way.scheme, digest: &digest };
    let signature = checked::sign(service, id, key, input, deadline, rejected)?;
    if algorithm.is_rsa() {
        return Ok(signature.as_bytes().to_vec());
    }
    algorithm.ecdsa_to_der(signature.as_bytes()).map_err(|error| ServiceError {
        kind: ServiceErrorKind::Malformed,
        cause: error.to_string(),
        remedy: "try again".to_owned(),
        request_id: None,
    })
}

#[cfg(test)]
mod tests {
    use hardkey_attest::admission::Origin;
    use hardkey_attest::public_key::PublicKey;
    use hardkey_synthetic::{Key, Shape};

    use super::*;

    fn key(shape: Shape, schemes: &[Scheme]) -> UsableKey {
        let public_key = PublicKey::from_spki(Key::of(shape, "subject").spki()).unwrap();
        UsableKey {
            origin: Origin::Generated,
            public_key,
            schemes: schemes.to_vec(),
            padding_alone: false,
            certificates: Vec::new(),
        }
    }

    #[test]
    fn a_key_signs_by_a_scheme_of_its_own_with_the_shortest_hash_that_goes_with_it() {
        use Hash::{Sha256, Sha384, Sha512};
        use Scheme::{Ecdsa, RsaPkcs1, RsaPss};
        let of = |shape, schemes: &[Scheme]| Way::of(&key(shape, schemes)).map(|way| (way.scheme, way.hash));
        let all = [RsaPss(Sha256), RsaPss(Sha512), RsaPkcs1(Sha384), RsaPkcs1(Sha256)];
        assert_eq!(of(Shape::RSA_2048, &all), Some((RsaPkcs1(Sha256), Sha256)));
        assert_eq!(of(Shape::RSA_2048, &[RsaPss(Sha512)]), Some((RsaPss(Sha512), Sha512)));
        assert_eq!(of(Shape::RSA_2048, &[Scheme::RsaPkcs1Raw]), Some((RsaPkcs1(Sha256), Sha256)));
        assert_eq!(of(Shape::RSA_2048, &[]), None);
        assert_eq!(of(Shape::P256, &[Ecdsa]), Some((Ecdsa, Sha256)));
        assert_eq!(of(Shape::P384, &[Ecdsa]), Some((Ecdsa, Sha384)));
        assert_eq!(of(Shape::P521, &[Ecdsa]), Some((Ecdsa, Sha512)));
    }

    #[test]
    fn a_hash_that_the_key_does_not_sign_with_is_none() {
        use Hash::{Sha256, Sha512};
        let pss = key(Shape::RSA_2048, &[Scheme::RsaPss(Sha256)]);
        assert_eq!(Way::with(&pss, Sha256).map(|way| way.scheme), Some(Scheme::RsaPss(Sha256)));
        assert_eq!(Way::with(&pss, Sha512), None);
        let curve = key(Shape::P256, &[Scheme::Ecdsa]);
        assert_eq!(Way::with(&curve, Sha512).map(|way| (way.scheme, way.hash)), Some((Scheme::Ecdsa, Sha512)));
    }
}
