//! The ways to sign a report: a closed list, by names that say all there is to say.

use crate::malformed::Malformed;
use crate::public_key::{Algorithm, PublicKey};
use crate::signature::{Hash, Hasher, Scheme};

/// How a report is signed. DSSE names no algorithm, and a public key does not tell PKCS #1 v1.5 from PSS.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SignatureAlgorithm {
    name: &'static str,
    scheme: Scheme,
    hash: Hash,
    /// The curve that it is for; RSA of any size if none.
    curve: Option<Algorithm>,
}

const fn rsa(name: &'static str, scheme: Scheme, hash: Hash) -> SignatureAlgorithm {
    SignatureAlgorithm { name, scheme, hash, curve: None }
}

const fn ecdsa(name: &'static str, curve: Algorithm, hash: Hash) -> SignatureAlgorithm {
    SignatureAlgorithm { name, scheme: Scheme::Ecdsa, hash, curve: Some(curve) }
}

/// RFC 8017 §8, FIPS 186-5 §6: what AWS KMS, Azure Key Vault and Google Cloud KMS sign with alike.
const ALL: [SignatureAlgorithm; 10] = [
    ecdsa("ecdsa-p256-sha256", Algorithm::P256, Hash::Sha256),
    ecdsa("ecdsa-p384-sha384", Algorithm::P384, Hash::Sha384),
    ecdsa("ecdsa-p521-sha512", Algorithm::P521, Hash::Sha512),
    ecdsa("ecdsa-secp256k1-sha256", Algorithm::Secp256k1, Hash::Sha256),
    rsa("rsa-pkcs1-sha256", Scheme::RsaPkcs1(Hash::Sha256), Hash::Sha256),
    rsa("rsa-pkcs1-sha384", Scheme::RsaPkcs1(Hash::Sha384), Hash::Sha384),
    rsa("rsa-pkcs1-sha512", Scheme::RsaPkcs1(Hash::Sha512), Hash::Sha512),
    rsa("rsa-pss-sha256", Scheme::RsaPss(Hash::Sha256), Hash::Sha256),
    rsa("rsa-pss-sha384", Scheme::RsaPss(Hash::Sha384), Hash::Sha384),
    rsa("rsa-pss-sha512", Scheme::RsaPss(Hash::Sha512), Hash::Sha512),
];

impl SignatureAlgorithm {
    /// All of them.
    #[must_use]
    pub fn all() -> &'static [Self] {
        const { &ALL }
    }

    /// The one of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::all().iter().find(|algorithm| algorithm.name == name).copied()
    }

    /// The one of this name, in the field `signature_algorithm` of a part.
    pub(crate) fn read(part: &str, name: &str) -> Result<Self, Malformed> {
        Self::named(name).ok_or_else(|| {
            let names: Vec<&str> = Self::all().iter().map(|algorithm| algorithm.name()).collect();
            let expected = format!("one of {}, in signature_algorithm", names.join(", "));
            Malformed::new(part, expected, format!("\"{name}\""))
        })
    }

    /// What a key of this kind signs a report with, if the scheme is one that it has.
    #[must_use]
    pub fn of(key: Algorithm, scheme: Scheme) -> Option<Self> {
        Self::all().iter().find(|algorithm| algorithm.scheme == scheme && algorithm.fits(key)).copied()
    }

    /// Its name in the payload.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.name
    }

    /// The hash whose digest is signed.
    #[must_use]
    pub fn hash(self) -> Hash {
        self.hash
    }

    /// How the digest is signed.
    #[must_use]
    pub fn scheme(self) -> Scheme {
        self.scheme
    }

    /// Whether a key of this kind signs so.
    #[must_use]
    pub fn fits(self, key: Algorithm) -> bool {
        self.curve.map_or(key.is_rsa(), |curve| curve == key)
    }

    /// Whether a key signed these bytes. ECDSA comes in DER.
    pub(crate) fn verify(self, key: &PublicKey, signed: &[u8], signature: &[u8]) -> Result<(), String> {
        let mut hasher = Hasher::new(self.hash);
        hasher.update(signed);
        let digest = hasher.finish();
        let outcome = match self.scheme {
            Scheme::RsaPkcs1(_) | Scheme::RsaPkcs1Raw | Scheme::RsaPss(_) => {
                key.verify(self.scheme, &digest, signature)
            }
            Scheme::Ecdsa => key
                .algorithm()
                .ecdsa_from_der(signature)
                .and_then(|signature| key.verify(self.scheme, &digest, &signature)),
        };
        outcome.map_err(|error| error.to_string())
    }
}
