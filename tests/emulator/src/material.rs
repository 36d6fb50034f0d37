//! Private keys and what they can do, whatever cloud they belong to. The cryptography is OpenSSL's.

use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::ecdsa::EcdsaSig;
use openssl::error::ErrorStack;
use openssl::hash::{MessageDigest, hash};
use openssl::md::{Md, MdRef};
use openssl::nid::Nid;
use openssl::pkey::{Id, PKey, Private};
use openssl::pkey_ctx::PkeyCtx;
use openssl::rsa::{Padding, Rsa};
use openssl::sign::{RsaPssSaltlen, Signer, Verifier};

/// Family and size of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum KeyShape {
    /// RSA with this many bits in its modulus.
    Rsa(u32),
    /// NIST P-256.
    P256,
    /// NIST P-384.
    P384,
    /// NIST P-521.
    P521,
    /// secp256k1.
    Secp256k1,
    /// Edwards 25519.
    Ed25519,
}

/// How a digest (or, for `Eddsa`, a message) becomes a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// RSASSA-PKCS1-v1_5 over a DigestInfo.
    Pkcs1,
    /// The padding of RSASSA-PKCS1-v1_5 around the data itself.
    RawPkcs1,
    /// RSASSA-PSS, MGF1 with the same hash, salt as long as the digest.
    Pss,
    /// ECDSA, DER encoded.
    Ecdsa,
    /// Pure Ed25519: takes the message itself.
    Eddsa,
}

/// A hash function of a signing algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hash {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

/// A private key, parsed once, with its public half in DER.
#[derive(Debug)]
pub(crate) struct Material {
    private: PKey<Private>,
    shape: KeyShape,
    public_der: Vec<u8>,
}

impl Material {
    /// Makes a new key. RSA takes up to a second or two.
    pub(crate) fn generate(shape: KeyShape) -> Result<Material, ErrorStack> {
        let private = match shape.curve() {
            Some(curve) => PKey::from_ec_key(EcKey::generate(&*EcGroup::from_curve_name(curve)?)?)?,
            None => match shape {
                KeyShape::Rsa(bits) => PKey::from_rsa(Rsa::generate(bits)?)?,
                KeyShape::P256 | KeyShape::P384 | KeyShape::P521 | KeyShape::Secp256k1 | KeyShape::Ed25519 => {
                    PKey::generate_ed25519()?
                }
            },
        };
        let public_der = private.public_key_to_der()?;
        Ok(Material { private, shape, public_der })
    }

    /// Reads an unencrypted PKCS#8 key; `None` if it is of no shape known here.
    pub(crate) fn from_pkcs8(der: &[u8]) -> Option<Material> {
        let private = PKey::private_key_from_pkcs8(der).ok()?;
        let shape = shape_of(&private)?;
        let public_der = private.public_key_to_der().ok()?;
        Some(Material { private, shape, public_der })
    }

    /// Family and size.
    pub(crate) fn shape(&self) -> KeyShape {
        self.shape
    }

    /// The private key, unencrypted PKCS#8.
    pub(crate) fn pkcs8(&self) -> Result<Vec<u8>, ErrorStack> {
        self.private.private_key_to_pkcs8()
    }

    /// Bytes of the modulus of an RSA key.
    pub(crate) fn modulus_length(&self) -> Option<usize> {
        matches!(self.shape, KeyShape::Rsa(_)).then(|| self.private.size())
    }

    /// The SubjectPublicKeyInfo in DER.
    pub(crate) fn public_der(&self) -> &[u8] {
        &self.public_der
    }

    /// Signs a digest, or for `Scheme::Eddsa` a message.
    pub(crate) fn sign(&self, scheme: Scheme, hash: Hash, input: &[u8]) -> Result<Vec<u8>, ErrorStack> {
        if scheme == Scheme::Eddsa {
            return Signer::new_without_digest(&self.private)?.sign_oneshot_to_vec(input);
        }
        let mut context = PkeyCtx::new(&self.private)?;
        context.sign_init()?;
        prepare(&mut context, scheme, hash)?;
        let mut signature = Vec::new();
        context.sign_to_vec(input, &mut signature)?;
        Ok(signature)
    }

    /// Whether `signature` is this key's over a digest, or for `Scheme::Eddsa` over a message.
    pub(crate) fn verify(&self, scheme: Scheme, hash: Hash, input: &[u8], signature: &[u8]) -> bool {
        let answer = || -> Result<bool, ErrorStack> {
            if scheme == Scheme::Eddsa {
                return Verifier::new_without_digest(&self.private)?.verify_oneshot(signature, input);
            }
            let mut context = PkeyCtx::new(&self.private)?;
            context.verify_init()?;
            prepare(&mut context, scheme, hash)?;
            context.verify(input, signature)
        };
        // OpenSSL reports a malformed signature as an error: it is as wrong as any other.
        answer().unwrap_or(false)
    }
}

impl KeyShape {
    /// OpenSSL's number of a curve; `None` of other shapes.
    pub(crate) fn curve(self) -> Option<Nid> {
        match self {
            KeyShape::P256 => Some(Nid::X9_62_PRIME256V1),
            KeyShape::P384 => Some(Nid::SECP384R1),
            KeyShape::P521 => Some(Nid::SECP521R1),
            KeyShape::Secp256k1 => Some(Nid::SECP256K1),
            KeyShape::Rsa(_) | KeyShape::Ed25519 => None,
        }
    }
}

impl Hash {
    /// Length of a digest in bytes.
    pub(crate) fn length(self) -> usize {
        match self {
            Hash::Sha256 => 32,
            Hash::Sha384 => 48,
            Hash::Sha512 => 64,
        }
    }

    /// The digest of a message.
    pub(crate) fn digest(self, message: &[u8]) -> Result<Vec<u8>, ErrorStack> {
        let function = match self {
            Hash::Sha256 => MessageDigest::sha256(),
            Hash::Sha384 => MessageDigest::sha384(),
            Hash::Sha512 => MessageDigest::sha512(),
        };
        Ok(hash(function, message)?.to_vec())
    }

    fn md(self) -> &'static MdRef {
        match self {
            Hash::Sha256 => Md::sha256(),
            Hash::Sha384 => Md::sha384(),
            Hash::Sha512 => Md::sha512(),
        }
    }
}

/// The same signature with one bit changed: it no longer verifies, yet DER stays DER.
pub(crate) fn spoil_signature(signature: &[u8]) -> Vec<u8> {
    spoil_ecdsa(signature).unwrap_or_else(|| {
        let mut spoiled = signature.to_vec();
        if let Some(last) = spoiled.last_mut() {
            *last ^= 1;
        }
        spoiled
    })
}

fn spoil_ecdsa(signature: &[u8]) -> Option<Vec<u8>> {
    let parsed = EcdsaSig::from_der(signature).ok()?;
    let mut s = parsed.s().to_owned().ok()?;
    if s.is_bit_set(0) {
        s.clear_bit(0).ok()?;
    } else {
        s.set_bit(0).ok()?;
    }
    let r: BigNum = parsed.r().to_owned().ok()?;
    EcdsaSig::from_private_components(r, s).ok()?.to_der().ok()
}

fn prepare<T>(context: &mut PkeyCtx<T>, scheme: Scheme, hash: Hash) -> Result<(), ErrorStack> {
    match scheme {
        Scheme::Pkcs1 | Scheme::RawPkcs1 => context.set_rsa_padding(Padding::PKCS1)?,
        Scheme::Pss => context.set_rsa_padding(Padding::PKCS1_PSS)?,
        Scheme::Ecdsa | Scheme::Eddsa => {}
    }
    if scheme != Scheme::RawPkcs1 {
        context.set_signature_md(hash.md())?;
    }
    if scheme == Scheme::Pss {
        context.set_rsa_mgf1_md(hash.md())?;
        context.set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH)?;
    }
    Ok(())
}

fn shape_of(private: &PKey<Private>) -> Option<KeyShape> {
    match private.id() {
        Id::RSA => Some(KeyShape::Rsa(private.bits())),
        Id::ED25519 => Some(KeyShape::Ed25519),
        Id::EC => [KeyShape::P256, KeyShape::P384, KeyShape::P521, KeyShape::Secp256k1]
            .into_iter()
            .find(|shape| shape.curve() == curve_of(private)),
        _ => None,
    }
}

fn curve_of(private: &PKey<Private>) -> Option<Nid> {
    private.ec_key().ok()?.group().curve_name()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [(KeyShape, Scheme, Hash); 8] = [
        (KeyShape::Rsa(2048), Scheme::Pkcs1, Hash::Sha384),
        (KeyShape::Rsa(2048), Scheme::RawPkcs1, Hash::Sha256),
        (KeyShape::Rsa(2048), Scheme::Pss, Hash::Sha256),
        (KeyShape::P256, Scheme::Ecdsa, Hash::Sha256),
        (KeyShape::P384, Scheme::Ecdsa, Hash::Sha384),
        (KeyShape::P521, Scheme::Ecdsa, Hash::Sha512),
        (KeyShape::Secp256k1, Scheme::Ecdsa, Hash::Sha256),
        (KeyShape::Ed25519, Scheme::Eddsa, Hash::Sha512),
    ];

    #[test]
    fn every_shape_signs_and_verifies_and_a_spoiled_signature_does_not() {
        for (shape, scheme, hash) in ALL {
            let material = Material::generate(shape).unwrap();
            let input = hash.digest(b"release").unwrap();
            for _ in 0..20 {
                let signature = material.sign(scheme, hash, &input).unwrap();
                assert!(material.verify(scheme, hash, &input, &signature), "{shape:?}");
                let spoiled = spoil_signature(&signature);
                assert_ne!(spoiled, signature);
                assert!(!material.verify(scheme, hash, &input, &spoiled), "{shape:?}");
                if scheme == Scheme::Ecdsa {
                    assert!(EcdsaSig::from_der(&spoiled).is_ok());
                }
            }
        }
    }

    #[test]
    fn an_imported_key_has_the_shape_it_was_made_with() {
        for (shape, _, _) in ALL {
            let material = Material::generate(shape).unwrap();
            let pkcs8 = material.pkcs8().unwrap();
            let imported = Material::from_pkcs8(&pkcs8).unwrap();
            assert_eq!(imported.shape(), shape);
            assert_eq!(imported.public_der(), material.public_der());
        }
    }
}
