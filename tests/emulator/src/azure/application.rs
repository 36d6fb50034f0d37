//! Applications of the tenant, and how they prove to be who they say: a secret, a certificate, or somebody else's word.

use crate::azure::base64url;
use crate::clock;
use crate::credentials::Refusal;
use openssl::error::ErrorStack;
use openssl::hash::{MessageDigest, hash};
use openssl::pkey::{PKey, Public};
use openssl::rsa::Padding;
use openssl::sign::{RsaPssSaltlen, Verifier};
use openssl::x509::X509;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// What is known of applications; of one that is not known here any secret and any assertion but a certificate's is taken.
#[derive(Debug, Default)]
pub(crate) struct Applications(Mutex<BTreeMap<String, Application>>);

/// One application.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Application {
    client_id: String,
    /// Its one secret.
    secret: Option<String>,
    /// Its certificate, PEM.
    certificate: Option<String>,
}

/// How an application proves itself in a request for a token.
#[derive(Debug)]
pub(crate) struct Proof<'a> {
    /// The application.
    pub(crate) client_id: &'a str,
    /// `client_secret`, empty if absent.
    pub(crate) secret: &'a str,
    /// `client_assertion`, empty if absent.
    pub(crate) assertion: &'a str,
    /// The URL of the token endpoint.
    pub(crate) endpoint: &'a str,
}

impl Applications {
    /// Adds one, or replaces it.
    pub(crate) fn register(&self, application: Application) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(application.client_id.clone(), application);
    }

    /// Whether an application proves itself.
    pub(crate) fn check(&self, proof: &Proof<'_>) -> Result<(), Refusal> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(proof.client_id).cloned();
        if proof.assertion.is_empty() {
            let wanted = known.and_then(|application| application.secret);
            return match wanted {
                _ if proof.secret.is_empty() => Err(no(
                    7_000_216,
                    "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
                )),
                Some(wanted) if wanted != proof.secret => Err(no(
                    7_000_215,
                    &format!(
                        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{}'.",
                        proof.client_id
                    ),
                )),
                Some(_) | None => Ok(()),
            };
        }
        let token = Token::read(proof.assertion).ok_or_else(|| no(50_027, "JWT token is invalid or malformed."))?;
        if token.of_a_certificate() {
            token.check(proof, known.and_then(|application| application.certificate).as_deref())
        } else if token.is_over() {
            Err(no(700_024, "Client assertion is not within its valid time range."))
        } else {
            Ok(())
        }
    }
}

/// A JWT: RFC 7519, RFC 7515.
struct Token<'a> {
    header: Map<String, Value>,
    claims: Map<String, Value>,
    signed: &'a str,
    signature: Vec<u8>,
}

impl<'a> Token<'a> {
    fn read(text: &'a str) -> Option<Token<'a>> {
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let object = |part: &str| serde_json::from_slice(&base64url::decode(part)?).ok();
        Some(Token {
            header: object(header)?,
            claims: object(claims)?,
            signed,
            signature: base64url::decode(signature)?,
        })
    }

    /// Microsoft Entra ID tells a certificate's by its thumbprint in the header.
    fn of_a_certificate(&self) -> bool {
        self.header.contains_key("x5t") || self.header.contains_key("x5t#S256")
    }

    fn is_over(&self) -> bool {
        let moment = |name: &str| self.claims.get(name).and_then(Value::as_f64);
        let now = clock::seconds();
        moment("exp").is_none_or(|end| now >= end) || moment("nbf").is_some_and(|start| now + 1.0 < start)
    }

    /// Microsoft's documentation, "Microsoft identity platform application authentication certificate credentials" (2026-11).
    fn check(&self, proof: &Proof<'_>, certificate: Option<&str>) -> Result<(), Refusal> {
        let claim = |name: &str| self.claims.get(name).and_then(Value::as_str);
        let named = certificate.and_then(|pem| X509::from_pem(pem.as_bytes()).ok());
        let of_the_header = named.filter(|certificate| self.names(certificate));
        let Some(certificate) = of_the_header else {
            return Err(no(
                700_027,
                "The certificate with identifier used to sign the client assertion is not registered on application.",
            ));
        };
        if [claim("iss"), claim("sub")] != [Some(proof.client_id); 2] {
            return Err(no(700_021, "Client assertion application identifier doesn't match 'client_id' parameter."));
        }
        if claim("aud") != Some(proof.endpoint) {
            return Err(no(700_023, "Client assertion audience claim does not match Realm issuer."));
        }
        if self.is_over() {
            return Err(no(700_024, "Client assertion is not within its valid time range."));
        }
        let right = certificate.public_key().is_ok_and(|key| self.is_signed_by(&key));
        if right { Ok(()) } else { Err(no(700_027, "The signature of the client assertion is not valid.")) }
    }

    fn names(&self, certificate: &X509) -> bool {
        let digest = |function| certificate.to_der().and_then(|der| hash(function, &der));
        let is = |name: &str, function| {
            let wanted = self.header.get(name).and_then(Value::as_str).and_then(base64url::decode);
            wanted.is_some_and(|wanted| digest(function).is_ok_and(|found| *found == *wanted))
        };
        is("x5t", MessageDigest::sha1()) || is("x5t#S256", MessageDigest::sha256())
    }

    fn is_signed_by(&self, key: &PKey<Public>) -> bool {
        let check = || -> Result<bool, ErrorStack> {
            let mut verifier = Verifier::new(MessageDigest::sha256(), key)?;
            match self.header.get("alg").and_then(Value::as_str) {
                Some("RS256") => {}
                Some("PS256") => {
                    verifier.set_rsa_padding(Padding::PKCS1_PSS)?;
                    verifier.set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH)?;
                }
                _ => return Ok(false),
            }
            verifier.verify_oneshot(&self.signature, self.signed.as_bytes())
        };
        check().unwrap_or(false)
    }
}

/// A refusal with the number that Microsoft Entra ID gives it.
fn no(number: u32, text: &str) -> Refusal {
    Refusal {
        status: 401,
        code: Some("invalid_client".to_owned()),
        message: Some(format!("AADSTS{number}: {text}")),
        body: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use openssl::asn1::Asn1Time;
    use openssl::pkey::Private;
    use openssl::rsa::Rsa;
    use openssl::sign::Signer;
    use serde_json::json;

    const ENDPOINT: &str = "https://localhost/tenant/oauth2/v2.0/token";

    fn certified() -> (PKey<Private>, X509) {
        let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
        let mut builder = X509::builder().unwrap();
        builder.set_pubkey(&key).unwrap();
        builder.set_not_before(&Asn1Time::days_from_now(0).unwrap()).unwrap();
        builder.set_not_after(&Asn1Time::days_from_now(1).unwrap()).unwrap();
        builder.sign(&key, MessageDigest::sha256()).unwrap();
        (key, builder.build())
    }

    fn assertion(key: &PKey<Private>, header: &Value, claims: &Value) -> String {
        let parts = [header, claims].map(|part| base64url::encode(part.to_string().as_bytes())).join(".");
        let mut signer = Signer::new(MessageDigest::sha256(), key).unwrap();
        if header["alg"] == "PS256" {
            signer.set_rsa_padding(Padding::PKCS1_PSS).unwrap();
            signer.set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH).unwrap();
        }
        let signature = signer.sign_oneshot_to_vec(parts.as_bytes()).unwrap();
        format!("{parts}.{}", base64url::encode(&signature))
    }

    #[test]
    fn a_certificate_proves_an_application_if_every_part_of_the_assertion_is_right() {
        let (key, certificate) = certified();
        let pem = String::from_utf8(certificate.to_pem().unwrap()).unwrap();
        let applications = Applications::default();
        applications.register(serde_json::from_value(json!({"client_id": "app", "certificate": pem})).unwrap());
        let thumbprint = base64url::encode(&hash(MessageDigest::sha256(), &certificate.to_der().unwrap()).unwrap());
        let header = json!({"alg": "PS256", "x5t#S256": thumbprint});
        let claims = json!({"iss": "app", "sub": "app", "aud": ENDPOINT, "exp": clock::whole_seconds() + 60});
        let check = |key: &PKey<Private>, header: &Value, claims: &Value| {
            let assertion = assertion(key, header, claims);
            let proof = Proof { client_id: "app", secret: "", assertion: &assertion, endpoint: ENDPOINT };
            applications.check(&proof).map_err(|refusal| refusal.message.unwrap()[..12].to_owned())
        };
        let with = |value: &Value, name: &str, member: Value| crate::credentials::with(value.clone(), name, member);
        let refused = |number: &str| Err(format!("AADSTS{number}"));
        assert_eq!(check(&key, &header, &claims), Ok(()));
        assert_eq!(check(&key, &with(&header, "alg", json!("RS256")), &claims), Ok(()));
        assert_eq!(check(&certified().0, &header, &claims), refused("700027"));
        assert_eq!(check(&key, &with(&header, "x5t#S256", json!("AAAA")), &claims), refused("700027"));
        assert_eq!(check(&key, &header, &with(&claims, "iss", json!("other"))), refused("700021"));
        assert_eq!(check(&key, &header, &with(&claims, "aud", json!("https://localhost/"))), refused("700023"));
        assert_eq!(check(&key, &header, &with(&claims, "exp", json!(1))), refused("700024"));
    }

    #[test]
    fn a_known_application_has_one_secret_and_an_unknown_one_any() {
        let applications = Applications::default();
        applications.register(serde_json::from_value(json!({"client_id": "app", "secret": "right"})).unwrap());
        let check = |client_id: &str, secret: &str, assertion: &str| {
            applications.check(&Proof { client_id, secret, assertion, endpoint: ENDPOINT }).is_ok()
        };
        assert_eq!([check("app", "right", ""), check("app", "wrong", ""), check("app", "", "")], [true, false, false]);
        assert!(check("other", "wrong", ""));
        let federated = |claims: &Value| format!("e30.{}.AA", base64url::encode(claims.to_string().as_bytes()));
        assert!(check("app", "", &federated(&json!({"exp": clock::whole_seconds() + 60}))));
        assert!(!check("app", "", &federated(&json!({"exp": 1}))));
        assert!(!check("app", "", "not a token"));
    }
}
