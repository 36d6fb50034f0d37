//! The envelope of a report: DSSE, with one signature.

use base64ct::{Base64, Encoding};
use serde::{Deserialize, Serialize};

use super::{LARGEST, PART, PAYLOAD_TYPE, Report};
use crate::evidence::answer::{self, Object};
use crate::form::{self, Form};
use crate::malformed::Malformed;
use crate::shown;

/// RSA-4096 makes signatures of 512 bytes, P-521 in DER of at most 139.
const LONGEST_SIGNATURE: usize = 512;

/// An envelope that was opened. Who signed it, nobody has looked at yet.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Envelope {
    pub(super) payload: Vec<u8>,
    pub(super) payload_type: String,
    pub(super) signature: Vec<u8>,
}

/// DSSE has consumers pass over members that they do not know, and a key id beside each signature. A report has neither: what no
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

/// The bytes that the key signs: DSSE's pre-authentication encoding of the payload and its type.
#[must_use]
pub fn to_be_signed(payload: &[u8]) -> Vec<u8> {
    encoded(PAYLOAD_TYPE, payload)
}

/// The report: a payload and what the key made of [`to_be_signed`] of it, ECDSA in DER. JSON, with a line break at the end.
#[must_use]
pub fn envelope(payload: &[u8], signature: &[u8]) -> String {
    let written = Written {
        payload: Base64::encode_string(payload),
        payload_type: PAYLOAD_TYPE.to_owned(),
        signatures: vec![Object(WrittenSignature { sig: Base64::encode_string(signature) })],
    };
    let mut text = serde_json::to_string_pretty(&written).unwrap_or_default();
    text.push('\n');
    text
}

impl Envelope {
    /// Opens an envelope, whatever is in it.
    ///
    /// # Errors
    /// [`Malformed`] unless the bytes are one envelope of a report, to the last byte, with one signature.
    pub fn open(bytes: &[u8]) -> Result<Self, Malformed> {
        let written: Written = answer::read_up_to(PART, bytes, LARGEST)?;
        if !form::has(Form::PayloadType, written.payload_type == PAYLOAD_TYPE) {
            let found = format!("\"{}\"", shown::short(&written.payload_type));
            return Err(Malformed::new(PART, format!("the payload type {PAYLOAD_TYPE}"), found));
        }
        let count = written.signatures.len();
        let one = form::has(Form::OneSignature, count == 1);
        let Some(Object(signature)) = written.signatures.into_iter().next().filter(|_| one) else {
            return Err(Malformed::new(PART, "one signature, by the key that the report is about", format!("{count}")));
        };
        let signature = answer::base64(PART, "signatures[0].sig", &signature.sig)?;
        if signature.len() > form::limit(LONGEST_SIGNATURE) {
            let expected = format!("at most {LONGEST_SIGNATURE} bytes of a signature");
            return Err(Malformed::new(PART, expected, format!("{} bytes", signature.len())));
        }
        Ok(Self {
            payload: answer::base64(PART, "payload", &written.payload)?,
            payload_type: written.payload_type,
            signature,
        })
    }

    /// Whether the key that a report is about signed this envelope, in the way that the report says.
    ///
    /// # Errors
    /// Why it did not, in a sentence.
    pub fn verify(&self, report: &Report) -> Result<(), String> {
        let signed = encoded(&self.payload_type, &self.payload);
        report.signature_algorithm.verify(&report.public_key, &signed, &self.signature)
    }

    /// The payload, as it was signed.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The signature: RSA as it is, ECDSA in DER.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }
}

/// `PAE(type, body)` of the protocol: both with their lengths, so that nothing can be moved from one to the other.
fn encoded(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len());
    [head.as_bytes(), payload].concat()
}
