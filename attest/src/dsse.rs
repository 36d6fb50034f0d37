//! DSSE (secure-systems-lab/dsse, protocol 1.0.2): a payload, what it is said to be, and one signature over both.

use base64ct::{Base64, Encoding};
use serde::{Deserialize, Serialize};

use crate::evidence::answer::{self, Object};
use crate::form::{self, Form};
use crate::malformed::Malformed;
use crate::shown;

/// RSA-4096 makes signatures of 512 bytes, P-521 in DER of at most 139.
const LONGEST_SIGNATURE: usize = 512;

/// A type of payload, with what there is to know of its envelopes.
#[derive(Debug)]
pub(crate) struct PayloadType {
    /// What the signature says the payload is.
    pub(crate) name: &'static str,
    /// What messages call an envelope of it.
    pub(crate) part: &'static str,
    /// The largest envelope.
    pub(crate) largest: usize,
    /// Whose one signature it has.
    pub(crate) signer: &'static str,
}

/// An envelope that was opened. Who signed it, nobody has looked at yet.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Envelope {
    pub(crate) payload: Vec<u8>,
    payload_type: String,
    pub(crate) signature: Vec<u8>,
}

/// DSSE has consumers pass over members that they do not know, and a key id beside each signature. Ours have neither: what no
/// signature covers could be taken for a part of it.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Written {
    payload: String,
    payload_type: String,
    signatures: Vec<Object<WrittenSignature>>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct WrittenSignature {
    sig: String,
}

impl PayloadType {
    /// The bytes that a key signs: the pre-authentication encoding of the payload and its type.
    pub(crate) fn to_be_signed(&self, payload: &[u8]) -> Vec<u8> {
        encoded(self.name, payload)
    }

    /// A payload and what a key made of [`Self::to_be_signed`] of it, ECDSA in DER. JSON, with a line break at the end.
    pub(crate) fn envelope(&self, payload: &[u8], signature: &[u8]) -> String {
        let written = Written {
            payload: Base64::encode_string(payload),
            payload_type: self.name.to_owned(),
            signatures: vec![Object(WrittenSignature { sig: Base64::encode_string(signature) })],
        };
        let mut text = serde_json::to_string_pretty(&written).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Opens an envelope, whatever is in it: to the last byte one of this type, with one signature.
    pub(crate) fn open(&self, bytes: &[u8]) -> Result<Envelope, Malformed> {
        let written: Written = answer::read_up_to(self.part, bytes, self.largest)?;
        if !form::has(Form::PayloadType, written.payload_type == self.name) {
            let found = format!("\"{}\"", shown::short(&written.payload_type));
            return Err(Malformed::new(self.part, format!("the payload type {}", self.name), found));
        }
        let count = written.signatures.len();
        let one = form::has(Form::OneSignature, count == 1);
        let Some(Object(signature)) = written.signatures.into_iter().next().filter(|_| one) else {
            return Err(Malformed::new(self.part, format!("one signature, by {}", self.signer), format!("{count}")));
        };
        let signature = answer::base64(self.part, "signatures[0].sig", &signature.sig)?;
        if signature.len() > form::limit(LONGEST_SIGNATURE) {
            let expected = format!("at most {LONGEST_SIGNATURE} bytes of a signature");
            return Err(Malformed::new(self.part, expected, format!("{} bytes", signature.len())));
        }
        Ok(Envelope {
            payload: answer::base64(self.part, "payload", &written.payload)?,
            payload_type: written.payload_type,
            signature,
        })
    }

    /// Whether these bytes are an envelope that is said to be of this type, whatever else is wrong with it.
    pub(crate) fn is_said_of(&self, bytes: &[u8]) -> bool {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Said {
            payload_type: String,
        }
        serde_json::from_slice(bytes).is_ok_and(|Object(Said { payload_type })| payload_type == self.name)
    }
}

impl Envelope {
    /// What the signature is over.
    pub(crate) fn signed(&self) -> Vec<u8> {
        encoded(&self.payload_type, &self.payload)
    }
}

/// `PAE(type, body)` of the protocol: both with their lengths, so that nothing can be moved from one to the other.
fn encoded(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len());
    [head.as_bytes(), payload].concat()
}
