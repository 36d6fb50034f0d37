//! The envelope of a record: DSSE, with one signature, by a key of the CA's.

use super::{LARGEST, PART, PAYLOAD_TYPE, Record};
use crate::dsse;
use crate::malformed::Malformed;

const TYPE: dsse::PayloadType =
    dsse::PayloadType { name: PAYLOAD_TYPE, part: PART, largest: LARGEST, signer: "the CA's key that made the record" };

/// An envelope that was opened. Who signed it, nobody has looked at yet.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Envelope(dsse::Envelope);

/// The bytes that the CA's key signs: DSSE's pre-authentication encoding of the payload and its type.
#[must_use]
pub fn to_be_signed(payload: &[u8]) -> Vec<u8> {
    TYPE.to_be_signed(payload)
}

/// The record: a payload and what the CA's key made of [`to_be_signed`] of it, ECDSA in DER. JSON, with a line break at the end.
#[must_use]
pub fn envelope(payload: &[u8], signature: &[u8]) -> String {
    TYPE.envelope(payload, signature)
}

/// Whether these bytes are said to be a record, whatever else is wrong with them.
#[must_use]
pub fn is_record(bytes: &[u8]) -> bool {
    TYPE.is_said_of(bytes)
}

impl Envelope {
    /// Opens an envelope, whatever is in it.
    ///
    /// # Errors
    /// [`Malformed`] unless the bytes are one envelope of a record, to the last byte, with one signature.
    pub fn open(bytes: &[u8]) -> Result<Self, Malformed> {
        TYPE.open(bytes).map(Self)
    }

    /// Whether the key that a record names as its maker's signed this envelope, as keys of its kind sign.
    ///
    /// # Errors
    /// Why it did not, in a sentence.
    pub fn verify(&self, record: &Record) -> Result<(), String> {
        let (algorithm, kind) = (record.signature_algorithm, record.confirmer.algorithm());
        if !algorithm.fits(kind) {
            return Err(format!("{} by a key of kind {}", algorithm.name(), kind.name()));
        }
        algorithm.verify(&record.confirmer, &self.0.signed(), &self.0.signature)
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
