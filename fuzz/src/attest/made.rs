//! What is right, made once in each process: keys, chains, statements, requests.

use std::sync::OnceLock;

use hardkey_synthetic::{Azure, Bundle, Pki, Request, Shape, Statement, bundle};

/// The nonce in the requests.
pub const NONCE: &str = "order-17";

/// Everything about one key.
pub struct Made {
    /// Statement and certificates.
    pub bundle: Bundle,
    /// The statement, not compressed.
    pub statement: Vec<u8>,
    /// A request by the key, with the nonce, DER.
    pub request: Vec<u8>,
    /// The answer of Azure for the same key, JSON.
    pub azure: Vec<u8>,
    /// Google's answer to `GetCryptoKeyVersion`, JSON.
    pub version: Vec<u8>,
}

/// Keys of both families: in a pair, and imported.
pub fn made() -> &'static [Made] {
    static MADE: OnceLock<Vec<Made>> = OnceLock::new();
    MADE.get_or_init(|| {
        let pki = Pki::new();
        let generated =
            |shape| (shape, Statement::generated(Bundle::key(shape), bundle::RESOURCE), "EC_SIGN_P256_SHA256");
        let imported = Statement::imported(Bundle::key(Shape::RSA_3072), bundle::RESOURCE);
        [generated(Shape::P256), (Shape::RSA_3072, imported, "RSA_SIGN_PKCS1_3072_SHA256"), generated(Shape::P256)]
            .into_iter()
            .enumerate()
            .map(|(index, (shape, statement, algorithm))| {
                let key = Bundle::key(shape);
                let bundle = Bundle::of(&pki, &statement);
                let version = format!(
                    r#"{{"name":"{}","state":"ENABLED","protectionLevel":"HSM","algorithm":"{algorithm}"}}"#,
                    bundle::RESOURCE
                );
                let with_nonce = if index == 2 { Request::of(key) } else { Request::of(key).challenge(NONCE) };
                Made {
                    statement: hardkey_attest::liquid_security::gunzip(&bundle.compressed).unwrap(),
                    bundle,
                    request: with_nonce.der(),
                    azure: Azure::generated(&pki, key).json().to_string().into_bytes(),
                    version: version.into_bytes(),
                }
            })
            .collect()
    })
}
