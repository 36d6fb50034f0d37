//! Service accounts whose keys were made here, and the tokens that they sign themselves: JWT, RS256.
//!
//! Google for developers, "Using OAuth 2.0 for server to server applications", addendum on self-signed tokens.

use crate::clock;
use crate::google::error::GoogleError;
use crate::identifier::{hex, random};
use crate::material::{Hash, KeyShape, Material, Scheme};
use base64ct::{Base64UrlUnpadded, Encoding};
use openssl::pkey::PKey;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The accounts by e-mail address.
#[derive(Debug, Default)]
pub(crate) struct Accounts(Mutex<BTreeMap<String, Arc<Material>>>);

/// What a token says of itself that may be one an account signed.
#[derive(Debug)]
pub(crate) struct Claimed {
    /// Whose it is.
    pub(crate) email: String,
    /// Whether its time is over.
    pub(crate) expired: bool,
    /// Whether the account is known and the signature is its.
    pub(crate) known: bool,
}

impl Accounts {
    /// Makes a key for an account, which has no other from now on; answers the file that Google offers for download.
    pub(crate) fn make(&self, email: &str, project: &str, token_uri: &str) -> Result<Value, GoogleError> {
        let material = Material::generate(KeyShape::Rsa(2048))?;
        let private = PKey::private_key_from_pkcs8(&material.pkcs8()?)?.private_key_to_pem_pkcs8()?;
        let file = json!({
            "type": "service_account",
            "project_id": project,
            "private_key_id": hex(&random(20)?),
            "private_key": String::from_utf8_lossy(&private),
            "client_email": email,
            "client_id": "100000000000000000001",
            "auth_uri": "https://accounts.google.com/o/oauth2/auth",
            "token_uri": token_uri,
            "universe_domain": "googleapis.com",
        });
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(email.to_owned(), Arc::new(material));
        Ok(file)
    }

    /// What a token claims; `None` if it is no token of a service account.
    pub(crate) fn claimed(&self, token: &str) -> Option<Claimed> {
        let (signed, signature) = token.rsplit_once('.')?;
        let claims = claims(token)?;
        let email = claims.get("iss")?.as_str()?.to_owned();
        let expires = claims.get("exp")?.as_f64()?;
        let account = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&email).cloned();
        let known = || -> Option<bool> {
            let signature = Base64UrlUnpadded::decode_vec(signature).ok()?;
            let digest = Hash::Sha256.digest(signed.as_bytes()).ok()?;
            Some(account?.verify(Scheme::Pkcs1, Hash::Sha256, &digest, &signature))
        };
        Some(Claimed { email, expired: clock::seconds() >= expires, known: known().unwrap_or(false) })
    }
}

/// The claims of a JWT, believed without a look at its signature.
pub(crate) fn claims(token: &str) -> Option<Value> {
    let mut parts = token.split('.');
    let (_, claims, _) = (parts.next()?, parts.next()?, parts.next()?);
    serde_json::from_slice(&Base64UrlUnpadded::decode_vec(claims).ok()?).ok()
}
