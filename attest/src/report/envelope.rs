//! The envelope of a report: DSSE, with one signature, by the key that it is about.

use super::{LARGEST, PART, PAYLOAD_TYPE, Report};
use crate::dsse;
use crate::malformed::Malformed;

const TYPE: dsse::PayloadType =
    dsse::PayloadType { name: PAYLOAD_TYPE, part: PART, largest: LARGEST, signer: "the key that the report is about" };

/// An envelope that was opened. Who signed it, nobody has looked at yet.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Envelope(dsse::Envelope);

/// The bytes that the key signs: DSSE's pre-authentication encoding of the payload and its type.
#[must_use]
pub fn to_be_signed(payload: &[u8]) -> Vec<u8> {
    TYPE.to_be_signed(payload)
}

/// The report: a payload and what the key made of [`to_be_signed`] of it, ECDSA in DER. JSON, with a line break at the end.
#[must_use]
pub fn envelope(payload: &[u8], signature: &[u8]) -> String {
    TYPE.envelope(payload, signature)
}

impl Envelope {
    /// Opens an envelope, whatever is in it.
    ///
    /// # Errors
    /// [`Malformed`] unless the bytes are one envelope of a report, to the last byte, with one signature.
    pub fn open(bytes: &[u8]) -> Result<Self, Malformed> {
        TYPE.open(bytes).map(Self)
    }

    /// Whether the key that a report is about signed this envelope, in the way that the report says.
    ///
    /// # Errors
    /// Why it did not, in a sentence.
    pub fn verify(&self, report: &Report) -> Result<(), String> {
        report.signature_algorithm.verify(&report.public_key, &self.0.signed(), &self.0.signature)
    }

    /// The payload, as it was signed.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.0.payload
    }

    /// The signature: RSA as it is, ECDSA in DER.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.0.signature
    }
}
