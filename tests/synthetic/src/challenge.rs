//! Challenges of a CA: nonce, times, audience and order, under HMAC-SHA-256.

use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::sign::Signer;
use serde_json::{Value, json};

use crate::key::{Hash, hex};

/// A challenge, to be changed before or after it is authenticated.
#[derive(Clone, Debug)]
pub struct Challenge {
    /// The CA's secret.
    pub secret: [u8; 32],
    /// Lower-case hexadecimal.
    pub nonce: String,
    /// RFC 3339.
    pub issued: String,
    /// RFC 3339.
    pub expires: String,
    /// The CA.
    pub audience: String,
    /// The CA's order.
    pub order: String,
}

impl Challenge {
    /// Of "Example CA", for order 4711, on 21 November 2026 for a day; the nonce depends on the order alone.
    #[must_use]
    pub fn new() -> Self {
        Self {
            secret: [7; 32],
            nonce: String::new(),
            issued: "2026-11-21T06:00:00Z".to_owned(),
            expires: "2026-11-22T06:00:00Z".to_owned(),
            audience: "Example CA".to_owned(),
            order: String::new(),
        }
        .order("4711")
    }

    /// For another order, with another nonce.
    #[must_use]
    pub fn order(self, order: &str) -> Self {
        Self { nonce: hex(&Hash::Sha256.of(order.as_bytes())), order: order.to_owned(), ..self }
    }

    /// The file of the CA's key.
    #[must_use]
    pub fn key_file(&self) -> String {
        format!("hardkey-challenge-key-1 {}\n", hex(&self.secret))
    }

    /// As the CA hands it out.
    #[must_use]
    pub fn json(&self) -> Value {
        let mut text = "hardkey challenge v1".to_owned();
        for field in [&self.nonce, &self.issued, &self.expires, &self.audience, &self.order] {
            text.push_str(&format!(" {} {field}", field.len()));
        }
        let key = PKey::hmac(&self.secret).unwrap();
        let mut signer = Signer::new(MessageDigest::sha256(), &key).unwrap();
        let authentication = hex(&signer.sign_oneshot_to_vec(text.as_bytes()).unwrap());
        json!({
            "version": 1, "nonce": self.nonce, "issued": self.issued, "expires": self.expires, "audience": self.audience,
            "order": self.order, "authentication": authentication,
        })
    }
}

impl Default for Challenge {
    fn default() -> Self {
        Self::new()
    }
}
