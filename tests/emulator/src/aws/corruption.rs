//! Answers that are wrong on purpose.

use crate::aws::Kms;
use crate::aws::authorization::authorize;
use crate::aws::key_name::Caller;
use crate::aws::parameters::Parameters;
use crate::aws::signing::prepare;
use crate::fault::Corruption;
use crate::material::spoil_signature;
use crate::service::Answer;
use hyper::http::request::Parts;
use openssl::base64::{decode_block, encode_block};
use serde_json::{Map, Value, json};

/// A key id that no key has.
const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

impl Kms {
    /// The same answer, wrong in one way. What has no such part is left as it is.
    pub(crate) fn spoil(&self, corruption: Corruption, head: &Parts, request: &[u8], mut answer: Answer) -> Answer {
        match corruption {
            Corruption::Body => answer.body = "{\"KeyId\": \"arn:aws:kms:".into(),
            Corruption::Html => {
                answer.body = "<html><body><h1>502 Bad Gateway</h1></body></html>\n".into();
                for (name, value) in &mut answer.headers {
                    if *name == "content-type" {
                        "text/html".clone_into(value);
                    }
                }
            }
            Corruption::Signature => rewrite(&mut answer, spoil_bits),
            Corruption::KeyId => rewrite(&mut answer, rename),
            Corruption::SignatureChecksum | Corruption::PublicKeyChecksum | Corruption::DigestUnverified => {}
            Corruption::LeadingZero
            | Corruption::OtherHost
            | Corruption::OtherPort
            | Corruption::AuthorizationUri
            | Corruption::ErrorText => {}
            Corruption::Empty => answer.body = "".into(),
            Corruption::OtherKey => {
                rewrite(&mut answer, |members| {
                    self.substitute(head, request, members);
                });
            }
        }
        answer
    }

    /// Puts a stranger's signature or public key in the place of the right one.
    fn substitute(&self, head: &Parts, request: &[u8], members: &mut Map<String, Value>) {
        if members.contains_key("Signature")
            && let Some(signature) = self.strangers_signature(head, request)
        {
            members.insert("Signature".to_owned(), json!(signature));
        }
        if members.contains_key("PublicKey")
            && let Some(public_key) = self.strangers_public_key(members)
        {
            members.insert("PublicKey".to_owned(), json!(public_key));
        }
    }

    fn strangers_signature(&self, head: &Parts, request: &[u8]) -> Option<String> {
        let scope = authorize(head, &self.stage.credentials).ok()?;
        let caller = Caller { region: scope.region, account: self.account.clone(), operation: "Sign".to_owned() };
        let task = prepare(self, &caller, &Parameters::parse(request).ok()?).ok()?;
        let stranger = self.stranger(task.material.shape()).ok()?;
        let signature = stranger.sign(task.algorithm.scheme, task.algorithm.hash, &task.input).ok()?;
        Some(encode_block(&signature))
    }

    fn strangers_public_key(&self, members: &Map<String, Value>) -> Option<String> {
        let arn = members.get("KeyId")?.as_str()?;
        let shape = {
            let keyring = self.keyring();
            let (_, key) = keyring.keys().find(|(_, key)| key.arn == arn)?;
            key.material.as_ref()?.shape()
        };
        Some(encode_block(self.stranger(shape).ok()?.public_der()))
    }
}

fn rewrite(answer: &mut Answer, change: impl FnOnce(&mut Map<String, Value>)) {
    if let Ok(Value::Object(mut members)) = serde_json::from_slice(&answer.body) {
        change(&mut members);
        answer.body = Value::Object(members).to_string().into();
    }
}

fn spoil_bits(members: &mut Map<String, Value>) {
    if let Some(Value::String(signature)) = members.get_mut("Signature")
        && let Ok(bytes) = decode_block(signature)
    {
        *signature = encode_block(&spoil_signature(&bytes));
    }
}

fn rename(members: &mut Map<String, Value>) {
    for name in ["KeyId", "Arn"] {
        if let Some(Value::String(id)) = members.get_mut(name) {
            *id = match id.rsplit_once('/') {
                Some((prefix, _)) => format!("{prefix}/{NOBODY}"),
                None => NOBODY.to_owned(),
            };
        }
    }
    if let Some(Value::Object(metadata)) = members.get_mut("KeyMetadata") {
        rename(metadata);
    }
}
