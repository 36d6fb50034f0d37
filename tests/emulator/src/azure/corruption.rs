//! Answers that are wrong on purpose.

use crate::azure::algorithm::SignatureAlgorithm;
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
            Corruption::KeyId => rewrite(&mut answer, |members| rename(members, another_version)),
            Corruption::OtherKey => rewrite(&mut answer, |members| self.substitute(head, request, members)),
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

/// Changes the identifier of a signature or of a key.
fn rename(members: &mut Map<String, Value>, change: impl Fn(&str) -> String + Copy) {
    if let Some(Value::String(kid)) = members.get_mut("kid") {
        *kid = change(kid);
    }
    if let Some(Value::Object(key)) = members.get_mut("key") {
        rename(key, change);
    }
}

fn another_version(kid: &str) -> String {
    kid.rsplit_once('/').map_or_else(|| NOBODY.to_owned(), |(key, _)| format!("{key}/{NOBODY}"))
}
