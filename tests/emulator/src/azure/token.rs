//! Tokens that were handed out: to whom, for what, until when.

use crate::azure::base64url;
use crate::clock;
use crate::credentials::whole;
use crate::identifier::random;
use openssl::error::ErrorStack;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// The one tenant of this emulator.
pub(crate) const TENANT: &str = "0f5c2d1e-7a34-4b6e-9c1d-3e8a5b7f9012";

/// Every token since the start.
#[derive(Debug, Default)]
pub(crate) struct Tokens(Mutex<BTreeMap<String, Issued>>);

#[derive(Debug)]
struct Issued {
    holder: String,
    resource: String,
    expires: f64,
}

/// What is known of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Not handed out here.
    Foreign,
    /// Past its time.
    Expired,
    /// Good for this resource.
    Good {
        /// As it was asked for, without a trailing slash.
        resource: String,
    },
}

impl Tokens {
    /// A new token, in the form of a JWT whose signature nobody can check.
    pub(crate) fn issue(&self, holder: &str, resource: &str, life: f64) -> Result<String, ErrorStack> {
        let now = clock::seconds();
        let resource = resource.trim_end_matches('/');
        let header = json!({"typ": "JWT", "alg": "RS256", "kid": "hardkey-emulator"});
        let claims = json!({
            "aud": resource,
            "iss": format!("https://sts.windows.net/{TENANT}/"),
            "appid": holder,
            "tid": TENANT,
            "iat": whole(now),
            "exp": whole(now + life),
        });
        let parts = [header.to_string(), claims.to_string()].map(|part| base64url::encode(part.as_bytes()));
        let token = format!("{}.{}", parts.join("."), base64url::encode(&random(32)?));
        let issued = Issued { holder: holder.to_owned(), resource: resource.to_owned(), expires: now + life };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(token.clone(), issued);
        Ok(token)
    }

    /// Who was given it.
    pub(crate) fn holder(&self, token: &str) -> Option<String> {
        let tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.get(token).map(|issued| issued.holder.clone())
    }

    /// Whether it is good now.
    pub(crate) fn standing(&self, token: &str) -> Standing {
        let tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match tokens.get(token) {
            None => Standing::Foreign,
            Some(issued) if clock::seconds() >= issued.expires => Standing::Expired,
            Some(issued) => Standing::Good { resource: issued.resource.clone() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_for_its_resource_until_its_time_is_over() {
        let tokens = Tokens::default();
        let good = tokens.issue("app", "https://vault.azure.net/", 60.0).unwrap();
        let late = tokens.issue("app", "https://vault.azure.net", 0.0).unwrap();
        assert_eq!(tokens.standing(&good), Standing::Good { resource: "https://vault.azure.net".to_owned() });
        assert_eq!(tokens.standing(&late), Standing::Expired);
        assert_eq!(tokens.standing("eyJ.e30.x"), Standing::Foreign);
        assert_eq!((tokens.holder(&late).as_deref(), tokens.holder("x")), (Some("app"), None));
    }
}
