//! The keys by which AWS signs digest files in a region: the answer to `ListPublicKeys`, which AWS gives to any account.
//!
//! Fields: AWS CloudTrail API reference, `ListPublicKeys` and `PublicKey` (read November 2026).

use der::{Decode, Sequence, asn1::UintRef};
use serde::Deserialize;

use crate::instant::Instant;
use crate::malformed::Malformed;
use crate::public_key::PublicKey;

use super::super::answer::{self, Object, Seconds};

const PART: &str = "the answer to cloudtrail:ListPublicKeys";

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct ListPublicKeys {
    public_key_list: Vec<Object<Fields>>,
    // A key on another page is a key that is not known.
    _next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct Fields {
    value: String,
    validity_start_time: Seconds,
    validity_end_time: Seconds,
    fingerprint: String,
}

/// `RSAPublicKey`, RFC 8017 §A.1.1.
#[derive(Sequence)]
struct Pkcs1<'a> {
    modulus: UintRef<'a>,
    exponent: UintRef<'a>,
}

/// A key of AWS's.
#[derive(Debug)]
pub(crate) struct DigestKey {
    pub(super) key: PublicKey,
    pub(super) fingerprint: String,
    pub(super) from: Instant,
    pub(super) until: Instant,
}

/// Reads what AWS told the CA.
pub(crate) fn parse(json: &[u8]) -> Result<Vec<DigestKey>, Malformed> {
    let answer: ListPublicKeys = answer::read(PART, json)?;
    let key = |Object(fields): Object<Fields>| {
        let der = answer::base64(PART, "Value", &fields.value)?;
        let parts = Pkcs1::from_der(&der).map_err(|error| answer::not_a_key(PART, "Value", &error))?;
        let key = PublicKey::from_rsa(parts.modulus.as_bytes(), parts.exponent.as_bytes());
        Ok(DigestKey {
            key: key.map_err(|error| answer::not_a_key(PART, "Value", &error))?,
            fingerprint: fields.fingerprint,
            from: fields.validity_start_time.0,
            until: fields.validity_end_time.0,
        })
    };
    answer.public_key_list.into_iter().map(key).collect()
}
