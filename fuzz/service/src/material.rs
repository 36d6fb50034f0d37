//! Keys of this process, made by a library that is not the module's.

use std::sync::OnceLock;

use hardkey_attest::public_key::PublicKey;
use hardkey_attest::signature::{Hash, Scheme};
use openssl::ec::{EcGroup, EcKey};
use openssl::ecdsa::EcdsaSig;
use openssl::md::{Md, MdRef};
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::pkey_ctx::PkeyCtx;
use openssl::rsa::{Padding, Rsa};
use openssl::sign::RsaPssSaltlen;

/// A key pair, and every way in which the service signs with it.
pub struct Material {
    /// Both halves.
    pub key: PKey<Private>,
    /// The public half as the module reads it.
    pub public_key: PublicKey,
    /// All schemes.
    pub schemes: Vec<Scheme>,
}

/// One key of each kind, always in this order; made when first asked for.
pub fn materials() -> &'static [Material] {
    static MATERIALS: OnceLock<Vec<Material>> = OnceLock::new();
    MATERIALS.get_or_init(|| {
        vec![
            rsa(2048),
            rsa(3072),
            curve(Nid::X9_62_PRIME256V1),
            curve(Nid::SECP384R1),
            curve(Nid::SECP521R1),
            curve(Nid::SECP256K1),
        ]
    })
}

fn rsa(bits: u32) -> Material {
    let key = PKey::from_rsa(Rsa::generate(bits).unwrap()).unwrap();
    Material::new(key, Hash::ALL.into_iter().flat_map(|hash| [Scheme::RsaPkcs1(hash), Scheme::RsaPss(hash)]).collect())
}

fn curve(name: Nid) -> Material {
    let group = EcGroup::from_curve_name(name).unwrap();
    Material::new(PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap(), vec![Scheme::Ecdsa])
}

impl Material {
    fn new(key: PKey<Private>, schemes: Vec<Scheme>) -> Self {
        let public_key = PublicKey::from_spki(&key.public_key_to_der().unwrap()).unwrap();
        Self { key, public_key, schemes }
    }

    /// The right signature, in PKCS#11's form; nothing for a scheme that is not this key's.
    pub fn sign(&self, scheme: Scheme, digest: &[u8]) -> Option<Vec<u8>> {
        match scheme {
            Scheme::RsaPkcs1(hash) if self.key.rsa().is_ok() => {
                let mut context = PkeyCtx::new(&self.key).unwrap();
                context.sign_init().unwrap();
                context.set_rsa_padding(Padding::PKCS1).unwrap();
                context.set_signature_md(md(hash)).unwrap();
                let mut signature = Vec::new();
                context.sign_to_vec(digest, &mut signature).unwrap();
                Some(signature)
            }
            Scheme::RsaPss(hash) if self.key.rsa().is_ok() => {
                let mut context = PkeyCtx::new(&self.key).unwrap();
                context.sign_init().unwrap();
                pss(&mut context, md(hash));
                let mut signature = Vec::new();
                context.sign_to_vec(digest, &mut signature).unwrap();
                Some(signature)
            }
            Scheme::Ecdsa => {
                let key = self.key.ec_key().ok()?;
                let half = i32::try_from(self.public_key.algorithm().signature_length() / 2).unwrap();
                let signature = EcdsaSig::sign(digest, &key).unwrap();
                let mut fixed = signature.r().to_vec_padded(half).unwrap();
                fixed.extend(signature.s().to_vec_padded(half).unwrap());
                Some(fixed)
            }
            _ => None,
        }
    }
}

/// RSASSA-PSS as key services do it: one hash for the data and for MGF1, and a salt as long as the digest.
pub fn pss<Key>(context: &mut PkeyCtx<Key>, hash: &MdRef) {
    context.set_rsa_padding(Padding::PKCS1_PSS).unwrap();
    context.set_signature_md(hash).unwrap();
    context.set_rsa_mgf1_md(hash).unwrap();
    context.set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH).unwrap();
}

fn md(hash: Hash) -> &'static MdRef {
    match hash {
        Hash::Sha256 => Md::sha256(),
        Hash::Sha384 => Md::sha384(),
        Hash::Sha512 => Md::sha512(),
    }
}
