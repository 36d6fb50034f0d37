//! Answers that are wrong on purpose.

use crate::fault::Corruption;
use crate::google::GoogleKms;
use crate::google::enumeration::to_names;
use crate::google::name::Name;
use crate::google::operation::Operation;
use crate::google::public_key::pem;
use crate::google::request::Request;
use crate::google::signing::prepare;
use crate::material::spoil_signature;
use crate::service::Answer;
use hardkey_synthetic::answer::crc32c;
use hyper::http::request::Parts;
use openssl::base64::{decode_block, encode_block};
use serde_json::{Map, Value, json};

/// A version that no key has.
const NOBODY: &str = "cryptoKeyVersions/999999";

impl GoogleKms {
    /// The same answer, wrong in one way. What has no such part is left as it is. A checksum fits what it stands beside, unless
    /// the checksum is what is to be wrong: signatures and keys get past those who look at checksums alone.
    pub(crate) fn spoil(&self, corruption: Corruption, head: &Parts, request: &[u8], mut answer: Answer) -> Answer {
        match corruption {
            Corruption::Body => answer.body = "{\"name\": \"projects/".into(),
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
            Corruption::SignatureChecksum => rewrite(&mut answer, |members| miscount(members, "signatureCrc32c")),
            Corruption::PublicKeyChecksum => rewrite(&mut answer, miscount_public_key),
            Corruption::DigestUnverified => rewrite(&mut answer, |members| {
                for name in ["verifiedDigestCrc32c", "verifiedDataCrc32c"] {
                    members.remove(name);
                }
            }),
            Corruption::LeadingZero
            | Corruption::OtherHost
            | Corruption::OtherPort
            | Corruption::AuthorizationUri
            | Corruption::ErrorText => {}
            Corruption::Empty => answer.body = "".into(),
            Corruption::OtherKey => rewrite(&mut answer, |members| {
                self.substitute(head, request, members);
            }),
        }
        answer
    }

    /// Puts a stranger's signature or public key in the place of the right one.
    fn substitute(&self, head: &Parts, request: &[u8], members: &mut Map<String, Value>) {
        if members.contains_key("signature")
            && let Some(signature) = self.strangers_signature(head, request)
        {
            sign(members, &signature);
        }
        if members.contains_key("pem")
            && let Some(pem) = self.strangers_public_key(members)
        {
            members.insert("pemCrc32c".to_owned(), json!(crc32c(pem.as_bytes()).to_string()));
            members.insert("pem".to_owned(), json!(pem));
        }
    }

    fn strangers_signature(&self, head: &Parts, request: &[u8]) -> Option<Vec<u8>> {
        let (_, name) = Operation::of(head)?;
        let task = prepare(self, &Request::read(name, None, head, request).ok()?).ok()?;
        let stranger = self.stranger(task.material.shape()).ok()?;
        stranger.sign(task.scheme, task.hash, &task.input).ok()
    }

    fn strangers_public_key(&self, members: &Map<String, Value>) -> Option<String> {
        let name = Name::parse(members.get("name")?.as_str()?);
        let shape = self.store().version(&name).ok()?.material.as_ref()?.shape();
        pem(self.stranger(shape).ok()?.public_der()).ok()
    }
}

fn rewrite(answer: &mut Answer, change: impl FnOnce(&mut Map<String, Value>)) {
    if let Ok(mut body @ Value::Object(_)) = serde_json::from_slice(&answer.body) {
        // Names and numbers are both read by every client: which of them the request asked for is forgotten here.
        to_names(&mut body);
        if let Value::Object(members) = &mut body {
            change(members);
        }
        answer.body = body.to_string().into();
    }
}

fn sign(members: &mut Map<String, Value>, signature: &[u8]) {
    members.insert("signature".to_owned(), json!(encode_block(signature)));
    members.insert("signatureCrc32c".to_owned(), json!(crc32c(signature).to_string()));
}

fn spoil_bits(members: &mut Map<String, Value>) {
    if let Some(Value::String(signature)) = members.get("signature")
        && let Ok(bytes) = decode_block(signature)
    {
        sign(members, &spoil_signature(&bytes));
    }
}

fn rename(members: &mut Map<String, Value>) {
    if let Some(Value::String(name)) = members.get_mut("name")
        && let Some((key, _)) = name.split_once("cryptoKeyVersions/")
    {
        *name = format!("{key}{NOBODY}");
    }
}

fn miscount(members: &mut Map<String, Value>, name: &str) {
    if let Some(Value::String(checksum)) = members.get_mut(name) {
        let wrong = checksum.parse::<u32>().unwrap_or_default() ^ 1;
        *checksum = wrong.to_string();
    }
}

fn miscount_public_key(members: &mut Map<String, Value>) {
    miscount(members, "pemCrc32c");
    if let Some(Value::Object(data)) = members.get_mut("publicKey") {
        miscount(data, "crc32cChecksum");
    }
}
