//! The attributes a certificate must have, made from its bytes. PKCS#11 v3.1 §4.4 (storage objects) and §4.6.

use cryptoki_sys as ck;

use crate::attributes::{Answer, Attributes, number, sha1};
use crate::der::inside;

/// What a certificate's object must have.
pub fn certificate(der: &[u8], label: &str, category: ck::CK_ULONG) -> Attributes {
    let [serial, _algorithm, issuer, validity, subject, spki] = fields(der);
    let fingerprint = sha1(der);
    let hex: String = fingerprint.iter().map(|byte| format!("{byte:02x}")).collect();
    let dates: Vec<Vec<u8>> = inside(validity).iter().map(|time| date(time.tag, time.content)).collect();
    let bits = inside(spki)[1].content.strip_prefix(&[0]).unwrap();
    [
        (ck::CKA_CLASS, number(ck::CKO_CERTIFICATE)),
        (ck::CKA_TOKEN, vec![1]),
        (ck::CKA_PRIVATE, vec![0]),
        (ck::CKA_MODIFIABLE, vec![0]),
        (ck::CKA_COPYABLE, vec![0]),
        (ck::CKA_DESTROYABLE, vec![0]),
        (ck::CKA_LABEL, label.into()),
        (ck::CKA_UNIQUE_ID, format!("certificate {hex}").into()),
        (ck::CKA_CERTIFICATE_TYPE, number(ck::CKC_X_509)),
        (ck::CKA_TRUSTED, vec![0]),
        (ck::CKA_CERTIFICATE_CATEGORY, number(category)),
        (ck::CKA_CHECK_VALUE, fingerprint[..3].to_vec()),
        (ck::CKA_START_DATE, dates[0].clone()),
        (ck::CKA_END_DATE, dates[1].clone()),
        (ck::CKA_PUBLIC_KEY_INFO, spki.to_vec()),
        (ck::CKA_SUBJECT, subject.to_vec()),
        (ck::CKA_ID, sha1(bits)),
        (ck::CKA_ISSUER, issuer.to_vec()),
        (ck::CKA_SERIAL_NUMBER, serial.to_vec()),
        (ck::CKA_VALUE, der.to_vec()),
    ]
    .into_iter()
    .map(|(kind, value)| (kind, Answer::Value(value)))
    .collect()
}

/// A CK_DATE from a UTCTime of this century.
fn date(tag: u8, time: &[u8]) -> Vec<u8> {
    assert_eq!(tag, 0x17, "a UTCTime");
    [b"20", &time[..6]].concat()
}

/// The subject of a certificate.
pub fn subject(der: &[u8]) -> Vec<u8> {
    fields(der)[4].to_vec()
}

/// RFC 5280 §4.1: serial number, algorithm, issuer, validity, subject, key. A version may stand before them.
fn fields(der: &[u8]) -> [&[u8]; 6] {
    const VERSION: u8 = 0xa0;
    let mut fields = inside(inside(der)[0].whole);
    fields.retain(|field| field.tag != VERSION);
    [0, 1, 2, 3, 4, 5].map(|index| fields[index].whole)
}
