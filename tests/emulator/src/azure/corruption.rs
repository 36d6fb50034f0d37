//! Answers that are wrong on purpose.

use crate::azure::algorithm::SignatureAlgorithm;
use crate::azure::host::without_port;
use crate::azure::request::Request;
use crate::azure::route::Route;
use crate::azure::signing::{prepare, raw_signature};
use crate::azure::{KeyVault, asked_host, base64url, jwk};
use crate::fault::Corruption;
use crate::service::Answer;
use hyper::http::request::Parts;
use serde_json::{Map, Value, json};

/// A version that no key has.
const NOBODY: &str = "00000000000000000000000000000000";

impl KeyVault {
    /// The same answer, wrong in one way. What has no such part is left as it is.
    pub(crate) fn spoil(&self, corruption: Corruption, head: &Parts, request: &[u8], mut answer: Answer) -> Answer {
        match corruption {
            Corruption::Body => answer.body = "{\"kid\": \"https:".into(),
            Corruption::Html => {
                answer.body = "<html><body><h1>502 Bad Gateway</h1></body></html>\n".into();
                for (name, value) in &mut answer.headers {
                    if *name == "content-type" {
                        "text/html".clone_into(value);
                    }
                }
            }
            Corruption::Signature => rewrite(&mut answer, spoil_bit),
            Corruption::KeyId => rewrite(&mut answer, |members| rename_all(members, &another_version)),
            Corruption::OtherKey => rewrite(&mut answer, |members| self.substitute(head, request, members)),
            Corruption::LeadingZero => rewrite(&mut answer, lengthen),
            Corruption::OtherHost => rewrite(&mut answer, |members| rename_all(members, &elsewhere)),
            Corruption::OtherPort => rewrite(&mut answer, |members| rename_all(members, &at_another_port)),
            Corruption::AuthorizationUri => {
                for (name, value) in &mut answer.headers {
                    if *name == "www-authenticate" {
                        *value = old_challenge(value);
                    }
                }
            }
            Corruption::ErrorText => rewrite(&mut answer, |members| {
                if let Some(error) = members.get_mut("error") {
                    *error = json!("The request was refused.");
                }
            }),
            Corruption::Empty => answer.body = "".into(),
            // Azure sends no checksums.
            Corruption::SignatureChecksum | Corruption::PublicKeyChecksum | Corruption::DigestUnverified => {}
        }
        answer
    }

    /// Puts a stranger's signature or public key in the place of the right one.
    fn substitute(&self, head: &Parts, request: &[u8], members: &mut Map<String, Value>) {
        if members.contains_key("value")
            && let Some(signature) = self.strangers_signature(head, request)
        {
            members.insert("value".to_owned(), json!(signature));
        }
        if let Some(Value::Object(key)) = members.get_mut("key")
            && let Some(public) = self.strangers_public_key(head, request)
        {
            key.extend(public.into_iter().map(|(name, value)| (name.to_owned(), json!(value))));
        }
    }

    fn read(&self, head: &Parts, body: &[u8]) -> Option<Request> {
        let vault = self.vaults().named_by(asked_host(head))?;
        Request::read(head, body, vault, &Route::of(head)?).ok()
    }

    fn strangers_signature(&self, head: &Parts, body: &[u8]) -> Option<String> {
        let task = prepare(self, &self.read(head, body)?, "sign", "value").ok()?;
        let algorithm: &SignatureAlgorithm = task.algorithm;
        let stranger = self.stranger(task.material.shape()).ok()?;
        Some(base64url::encode(&raw_signature(&stranger, algorithm, &task.input).ok()?))
    }

    fn strangers_public_key(&self, head: &Parts, body: &[u8]) -> Option<Vec<(&'static str, String)>> {
        let request = self.read(head, body)?;
        let shape = self.vaults().version(&request).ok()?.material.as_ref()?.shape();
        jwk::members(&*self.stranger(shape).ok()?).ok()
    }
}

fn rewrite(answer: &mut Answer, change: impl FnOnce(&mut Map<String, Value>)) {
    if let Ok(Value::Object(mut members)) = serde_json::from_slice(&answer.body) {
        change(&mut members);
        answer.body = Value::Object(members).to_string().into();
    }
}

/// The last bit: of RSA's number or of ECDSA's `s`.
fn spoil_bit(members: &mut Map<String, Value>) {
    if let Some(Value::String(signature)) = members.get_mut("value")
        && let Some(mut bytes) = base64url::decode(signature)
        && let Some(last) = bytes.last_mut()
    {
        *last ^= 1;
        *signature = base64url::encode(&bytes);
    }
}

/// A zero byte before `n`, as some signers of numbers have it.
fn lengthen(members: &mut Map<String, Value>) {
    if let Some(Value::Object(key)) = members.get_mut("key")
        && let Some(Value::String(n)) = key.get_mut("n")
        && let Some(bytes) = base64url::decode(n)
    {
        *n = base64url::encode(&[vec![0], bytes].concat());
    }
}

/// Changes every identifier: of a signature, of a key, of the entries of a list.
fn rename_all(members: &mut Map<String, Value>, change: &dyn Fn(&str) -> String) {
    for (name, member) in members {
        match member {
            Value::String(kid) if name == "kid" => *kid = change(kid),
            Value::Object(inner) => rename_all(inner, change),
            Value::Array(list) => {
                for entry in list.iter_mut().filter_map(Value::as_object_mut) {
                    rename_all(entry, change);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}

fn another_version(kid: &str) -> String {
    kid.rsplit_once('/').map_or_else(|| NOBODY.to_owned(), |(key, _)| format!("{key}/{NOBODY}"))
}

fn elsewhere(kid: &str) -> String {
    with_host(kid, |_| "elsewhere.vault.azure.net".to_owned())
}

fn at_another_port(kid: &str) -> String {
    with_host(kid, |host| format!("{}:8443", without_port(host)))
}

fn with_host(kid: &str, change: impl FnOnce(&str) -> String) -> String {
    match kid.strip_prefix("https://").and_then(|rest| rest.split_once('/')) {
        Some((host, path)) => format!("https://{}/{path}", change(host)),
        None => kid.to_owned(),
    }
}

/// The form that Key Vault had in its first years, and that other services of Azure's have.
fn old_challenge(challenge: &str) -> String {
    let resource = challenge.split_once("resource=").map_or("", |(_, resource)| resource);
    let authority =
        challenge.split_once("authorization=").and_then(|(_, rest)| rest.split_once(',')).map_or("", |it| it.0);
    format!("Bearer resource={resource}, authorization_uri={authority}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::azure::gate::{VAULTS, challenge};
    use crate::azure::rehearsal::{Rehearsal, head};
    use crate::service::CloudService;

    fn spoiled(corruption: Corruption, method: &str, path: &str, body: &Value) -> Value {
        let rehearsal = Rehearsal::new();
        rehearsal.ask("POST", "/keys/release/create", &json!({"kty": "RSA-HSM"}));
        let head = head("vault.vault.azure.net", method, path, rehearsal.token());
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = rehearsal.service.answer(&head, body.as_bytes());
        let answer = rehearsal.service.spoil(corruption, &head, body.as_bytes(), answer);
        serde_json::from_slice(&answer.body).unwrap()
    }

    #[test]
    fn identifiers_move_to_another_host_or_port_wherever_they_are() {
        let kid = |answer: &Value| answer["kid"].as_str().unwrap().to_owned();
        let list = spoiled(Corruption::OtherHost, "GET", "/keys", &Value::Null);
        assert_eq!(kid(&list["value"][0]), "https://elsewhere.vault.azure.net/keys/release");
        let key = spoiled(Corruption::OtherPort, "GET", "/keys/release", &Value::Null);
        assert!(kid(&key["key"]).starts_with("https://vault.vault.azure.net:8443/keys/release/"));
        let body = json!({"alg": "RS256", "value": base64url::encode(&[1; 32])});
        let signature = spoiled(Corruption::KeyId, "POST", "/keys/release/sign", &body);
        assert_eq!(kid(&signature), format!("https://vault.vault.azure.net/keys/release/{NOBODY}"));
    }

    #[test]
    fn a_number_can_have_a_zero_before_it() {
        let key = spoiled(Corruption::LeadingZero, "GET", "/keys/release", &Value::Null);
        let n = base64url::decode(key["key"]["n"].as_str().unwrap()).unwrap();
        assert_eq!((n.len(), n[0]), (257, 0));
    }

    #[test]
    fn an_error_can_be_a_text() {
        let refusal = spoiled(Corruption::ErrorText, "GET", "/keys/other", &Value::Null);
        assert_eq!(refusal, json!({"error": "The request was refused."}));
    }

    #[test]
    fn an_old_challenge_names_resource_first_and_the_authority_otherwise() {
        assert_eq!(
            old_challenge(&challenge("localhost:1", VAULTS)),
            "Bearer resource=\"https://vault.azure.net\", authorization_uri=\"https://localhost:1/0f5c2d1e-7a34-4b6e-9c1d-3e8a5b7f9012\""
        );
    }
}
