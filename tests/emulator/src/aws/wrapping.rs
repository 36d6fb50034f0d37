//! What AWS offers an import: a wrapping key and a token.

use crate::unwrapping::{Wrapping, WrappingKeys};
use openssl::error::ErrorStack;
use openssl::pkey::{PKey, Private};

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
        self.wrapping.unwrap(&self.key, wrapped)
    }
}

/// The key of this `WrappingKeySpec`; `None` for SM2.
pub(crate) fn wrapping_key(keys: &WrappingKeys, key_spec: &str) -> Result<Option<PKey<Private>>, ErrorStack> {
    match key_spec {
        "RSA_2048" => keys.key(2048).map(Some),
        "RSA_3072" => keys.key(3072).map(Some),
        "RSA_4096" => keys.key(4096).map(Some),
        _ => Ok(None),
    }
}
