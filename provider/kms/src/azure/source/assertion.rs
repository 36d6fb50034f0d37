//! Assertions: what an application shows Entra in the place of a secret.
//!
//! Azure's SDK would sign with OpenSSL, and read a federated token on a thread of its own; these do neither.

use std::fmt;
use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::RSA_PSS_SHA256;
use azure_core::error::{Error, ErrorKind};
use azure_core::http::ClientMethodOptions;
use azure_identity::ClientAssertion;
use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use der::{DecodePem, Encode};
use hardkey_attest::signature::{Hash, Hasher};
use reqwest::Url;
use serde_json::json;
use x509_cert::Certificate;

use crate::wording::clean;

/// A key, a chain and a token have a few kB.
const LARGEST_FILE: u64 = 1 << 20;
/// Entra takes an assertion that ends within ten minutes: "Microsoft identity platform application authentication certificate
/// credentials". Azure's SDKs let it live for five.
const LIFE: u64 = 300;
/// Azure SDK documentation, "Environment variables": has the certificates sent along, for applications that trust a name.
const SEND_CHAIN: &str = "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN";

/// A token of another issuer, in a file that the platform renews.
pub(super) struct FederatedToken(String);

impl FederatedToken {
    /// Reads the file.
    ///
    /// # Errors
    /// Why there is no token in it.
    pub(super) fn load(path: &Path) -> Result<Self, String> {
        let text =
            String::from_utf8(read(path, "the token file")?).map_err(|_| "the token file is not text".to_owned())?;
        let token = text.trim();
        // RFC 7515 §3.1: three parts in base64url.
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        if token.is_empty() || !token.bytes().all(is_plain) {
            return Err(clean(&format!("the token file {} holds no token", path.display())));
        }
        Ok(Self(token.to_owned()))
    }
}

#[async_trait]
impl ClientAssertion for FederatedToken {
    async fn secret(&self, _: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        Ok(self.0.clone())
    }
}

/// Says nothing: the token is a secret.
impl fmt::Debug for FederatedToken {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("FederatedToken")
    }
}

/// A certificate of an application, and its key.
pub(super) struct ClientCertificate {
    key: KeyPair,
    header: String,
    client: String,
    audience: String,
}

impl ClientCertificate {
    /// Reads certificate and key from a PEM file.
    ///
    /// # Errors
    /// Why it cannot be used. Nothing of the file's content.
    pub(super) fn load(path: &Path, tenant: &str, client: &str, authority: &Url) -> Result<Self, String> {
        let text = read(path, "the certificate file")?;
        let wrong = |why: &str| clean(&format!("the certificate file {} {why}", path.display()));
        if !text.starts_with(b"-----BEGIN") && !text.windows(11).any(|window| window == b"\n-----BEGIN") {
            return Err(wrong("is not PEM; convert it: openssl pkcs12 -in FILE.pfx -out FILE.pem -nodes"));
        }
        let text = String::from_utf8(text).map_err(|_| wrong("is not text"))?;
        let blocks = blocks(&text);
        let mut key = None;
        let mut chain = Vec::new();
        for block in &blocks {
            let label = block.lines().next().unwrap_or_default();
            if label.contains("ENCRYPTED") || block.contains("Proc-Type: 4,ENCRYPTED") {
                return Err(wrong("holds a key with a password; take it off: openssl pkey -in FILE.pem"));
            }
            if label.contains("PRIVATE KEY") {
                let (_, document) =
                    der::SecretDocument::from_pem(block).map_err(|_| wrong("holds a key that cannot be read"))?;
                let der = document.as_bytes();
                let read = KeyPair::from_pkcs8(der).or_else(|_| KeyPair::from_der(der));
                key = Some(read.map_err(|_| wrong("holds a key that is not RSA, which is all that Entra takes"))?);
            } else if label.contains("CERTIFICATE") {
                let read = Certificate::from_pem(block).and_then(|read| read.to_der());
                chain.push(read.map_err(|_| wrong("holds a certificate that cannot be read"))?);
            }
        }
        let key = key.ok_or_else(|| wrong("holds no private key"))?;
        let first = chain.first().ok_or_else(|| wrong("holds no certificate"))?;
        let mut hasher = Hasher::new(Hash::Sha256);
        hasher.update(first);
        // "Microsoft identity platform application authentication certificate credentials", assertion format.
        let mut header =
            json!({"alg": "PS256", "typ": "JWT", "x5t#S256": Base64UrlUnpadded::encode_string(&hasher.finish())});
        let sends = super::variable(SEND_CHAIN).is_some_and(|value| value == "1" || value.eq_ignore_ascii_case("true"));
        if let (true, Some(members)) = (sends, header.as_object_mut()) {
            // RFC 7515 §4.1.6: base64, not base64url.
            let chain: Vec<String> = chain.iter().map(|der| Base64::encode_string(der)).collect();
            members.insert("x5c".to_owned(), json!(chain));
        }
        let audience = format!("{}/{tenant}/oauth2/v2.0/token", authority.origin().ascii_serialization());
        Ok(Self { key, header: header.to_string(), client: client.to_owned(), audience })
    }

    fn assertion(&self) -> Option<String> {
        let mut id = [0; 16];
        aws_lc_rs::rand::fill(&mut id).ok()?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let claims = json!({
            "aud": self.audience,
            "exp": now + LIFE,
            "iat": now,
            "iss": self.client,
            "jti": Base64UrlUnpadded::encode_string(&id),
            "nbf": now,
            "sub": self.client,
        });
        let part = |text: &str| Base64UrlUnpadded::encode_string(text.as_bytes());
        let signed = format!("{}.{}", part(&self.header), part(&claims.to_string()));
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key.sign(&RSA_PSS_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).ok()?;
        Some(format!("{signed}.{}", Base64UrlUnpadded::encode_string(&signature)))
    }
}

#[async_trait]
impl ClientAssertion for ClientCertificate {
    async fn secret(&self, _: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        let failed = || Error::with_message(ErrorKind::Credential, "the key of the certificate could not sign");
        self.assertion().ok_or_else(failed)
    }
}

/// Says nothing: the key is a secret.
impl fmt::Debug for ClientCertificate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("ClientCertificate")
    }
}

fn read(path: &Path, what: &str) -> Result<Vec<u8>, String> {
    let wrong = |why: String| clean(&format!("{what} {} {why}", path.display()));
    let unreadable = |error: std::io::Error| {
        let text = error.to_string();
        wrong(format!("cannot be read: {}", text.split(" (os error").next().unwrap_or_default()))
    };
    let size = fs::metadata(path).map_err(unreadable)?.len();
    if size > LARGEST_FILE {
        return Err(wrong(format!("has {size} bytes, more than any has")));
    }
    fs::read(path).map_err(unreadable)
}

/// The blocks of a PEM file, without what stands between them.
fn blocks(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut open: Option<String> = None;
    for line in text.lines() {
        if line.starts_with("-----BEGIN ") {
            open = Some(String::new());
        }
        if let Some(block) = open.as_mut() {
            block.push_str(line.trim_end());
            block.push('\n');
            if line.starts_with("-----END ") {
                found.extend(open.take());
            }
        }
    }
    found
}
