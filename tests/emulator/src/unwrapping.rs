//! How key material travels to a cloud: wrapped by an RSA key, with or without an AES key in between. The clouds make one for each
//! import; here there is one of each size, because 4096 bits take a second.

use openssl::cipher::Cipher;
use openssl::cipher_ctx::{CipherCtx, CipherCtxFlags};
use openssl::error::ErrorStack;
use openssl::md::{Md, MdRef};
use openssl::pkey::{PKey, Private};
use openssl::pkey_ctx::PkeyCtx;
use openssl::rsa::{Padding, Rsa};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// How material is wrapped: RSAES-OAEP with one hash for everything.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wrapping {
    /// SHA-256 rather than SHA-1.
    pub(crate) sha_256: bool,
    /// RSA wraps an AES key, and that one the material: PKCS#11, `CKM_RSA_AES_KEY_WRAP`.
    pub(crate) aes: bool,
}

/// The wrapping keys made so far, by bits.
#[derive(Debug, Default)]
pub(crate) struct WrappingKeys(Mutex<BTreeMap<u32, PKey<Private>>>);

impl WrappingKeys {
    /// The key of so many bits.
    pub(crate) fn key(&self, bits: u32) -> Result<PKey<Private>, ErrorStack> {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = keys.get(&bits) {
            return Ok(key.clone());
        }
        let key = PKey::from_rsa(Rsa::generate(bits)?)?;
        keys.insert(bits, key.clone());
        Ok(key)
    }
}

impl Wrapping {
    /// What was wrapped for this key; `None` if it was not wrapped this way.
    pub(crate) fn unwrap(self, key: &PKey<Private>, wrapped: &[u8]) -> Option<Vec<u8>> {
        if !self.aes {
            return self.decrypt(key, wrapped).ok();
        }
        let (aes, material) = wrapped.split_at_checked(key.size())?;
        unwrap_aes(&self.decrypt(key, aes).ok()?, material).ok()
    }

    fn decrypt(self, key: &PKey<Private>, ciphertext: &[u8]) -> Result<Vec<u8>, ErrorStack> {
        let mut context = PkeyCtx::new(key)?;
        context.decrypt_init()?;
        context.set_rsa_padding(Padding::PKCS1_OAEP)?;
        context.set_rsa_oaep_md(self.md())?;
        context.set_rsa_mgf1_md(self.md())?;
        let mut plaintext = Vec::new();
        context.decrypt_to_vec(ciphertext, &mut plaintext)?;
        Ok(plaintext)
    }

    fn md(self) -> &'static MdRef {
        if self.sha_256 { Md::sha256() } else { Md::sha1() }
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
