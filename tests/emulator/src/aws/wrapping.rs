//! How key material travels to KMS: wrapped by an RSA key. AWS makes one for each import; here there is one of each size,
//! because 4096 bits take a second.

use openssl::cipher::Cipher;
use openssl::cipher_ctx::{CipherCtx, CipherCtxFlags};
use openssl::error::ErrorStack;
use openssl::md::{Md, MdRef};
use openssl::pkey::{PKey, Private};
use openssl::pkey_ctx::PkeyCtx;
use openssl::rsa::{Padding, Rsa};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// `AlgorithmSpec` of the service model.
pub(crate) const WRAPPING_ALGORITHMS: [&str; 6] = [
    "RSAES_PKCS1_V1_5",
    "RSAES_OAEP_SHA_1",
    "RSAES_OAEP_SHA_256",
    "RSA_AES_KEY_WRAP_SHA_1",
    "RSA_AES_KEY_WRAP_SHA_256",
    "SM2PKE",
];

/// `WrappingKeySpec` of the service model.
pub(crate) const WRAPPING_KEY_SPECS: [&str; 4] = ["RSA_2048", "RSA_3072", "RSA_4096", "SM2"];

/// A wrapping key, its token and until when both are good.
#[derive(Debug)]
pub(crate) struct ImportOffer {
    /// What the import must send back.
    pub(crate) token: Vec<u8>,
    /// Seconds since 1970.
    pub(crate) expires: f64,
    key: PKey<Private>,
    wrapping: Wrapping,
}

/// The wrapping keys made so far, by bits.
#[derive(Debug, Default)]
pub(crate) struct WrappingKeys(Mutex<BTreeMap<u32, PKey<Private>>>);

#[derive(Clone, Copy, Debug)]
struct Wrapping {
    sha_256: bool,
    aes: bool,
}

impl WrappingKeys {
    /// The key of this `WrappingKeySpec`; `None` for SM2.
    pub(crate) fn key(&self, key_spec: &str) -> Result<Option<PKey<Private>>, ErrorStack> {
        let bits = match key_spec {
            "RSA_2048" => 2048,
            "RSA_3072" => 3072,
            "RSA_4096" => 4096,
            _ => return Ok(None),
        };
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = keys.get(&bits) {
            return Ok(Some(key.clone()));
        }
        let key = PKey::from_rsa(Rsa::generate(bits)?)?;
        keys.insert(bits, key.clone());
        Ok(Some(key))
    }
}

impl ImportOffer {
    /// An offer under this wrapping key; `None` for wrappings this emulator does not do.
    pub(crate) fn make(algorithm: &str, key: PKey<Private>, token: Vec<u8>, expires: f64) -> Option<ImportOffer> {
        let (sha_256, aes) = match algorithm {
            "RSAES_OAEP_SHA_1" => (false, false),
            "RSAES_OAEP_SHA_256" => (true, false),
            "RSA_AES_KEY_WRAP_SHA_1" => (false, true),
            "RSA_AES_KEY_WRAP_SHA_256" => (true, true),
            _ => return None,
        };
        Some(ImportOffer { token, expires, key, wrapping: Wrapping { sha_256, aes } })
    }

    /// SubjectPublicKeyInfo of the wrapping key.
    pub(crate) fn public_der(&self) -> Result<Vec<u8>, ErrorStack> {
        self.key.public_key_to_der()
    }

    /// What was wrapped; `None` if it was not wrapped this way.
    pub(crate) fn unwrap(&self, wrapped: &[u8]) -> Option<Vec<u8>> {
        if !self.wrapping.aes {
            return self.decrypt(wrapped).ok();
        }
        let (key, material) = wrapped.split_at_checked(self.key.size())?;
        unwrap_aes(&self.decrypt(key).ok()?, material).ok()
    }

    fn decrypt(&self, ciphertext: &[u8]) -> Result<Vec<u8>, ErrorStack> {
        let mut context = PkeyCtx::new(&self.key)?;
        context.decrypt_init()?;
        context.set_rsa_padding(Padding::PKCS1_OAEP)?;
        context.set_rsa_oaep_md(self.md())?;
        context.set_rsa_mgf1_md(self.md())?;
        let mut plaintext = Vec::new();
        context.decrypt_to_vec(ciphertext, &mut plaintext)?;
        Ok(plaintext)
    }

    fn md(&self) -> &'static MdRef {
        if self.wrapping.sha_256 { Md::sha256() } else { Md::sha1() }
    }
}

/// AES key wrap with padding (RFC 5649) under a 256-bit key.
fn unwrap_aes(key: &[u8], wrapped: &[u8]) -> Result<Vec<u8>, ErrorStack> {
    const KEY_LENGTH: usize = 32;
    if key.len() != KEY_LENGTH {
        return Err(ErrorStack::get());
    }
    let mut context = CipherCtx::new()?;
    context.set_flags(CipherCtxFlags::FLAG_WRAP_ALLOW);
    context.decrypt_init(Some(Cipher::aes_256_wrap_pad()), Some(key), None)?;
    let mut material = Vec::new();
    context.cipher_update_vec(wrapped, &mut material)?;
    context.cipher_final_vec(&mut material)?;
    Ok(material)
}
