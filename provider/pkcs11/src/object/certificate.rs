//! Certificates. Attributes: PKCS#11 v3.1 §4.6.

use cryptoki_sys as ck;
use hardkey_attest::public_key::identifier as sha1;
use hardkey_kms::config::Certificate;

use super::Object;

/// One certificate. Its id is its own key's, which is how hosts match a leaf to its private key.
pub(crate) fn certificate(certificate: &Certificate, label: &str, category: ck::CK_ULONG) -> Object {
    let fingerprint = sha1(&certificate.der);
    Object::new(ck::CKO_CERTIFICATE)
        .flag(ck::CKA_TOKEN, true)
        .flag(ck::CKA_PRIVATE, false)
        .flag(ck::CKA_MODIFIABLE, false)
        .flag(ck::CKA_COPYABLE, false)
        .flag(ck::CKA_DESTROYABLE, false)
        .bytes(ck::CKA_LABEL, label)
        .bytes(ck::CKA_UNIQUE_ID, format!("certificate {}", hex(&fingerprint)))
        .number(ck::CKA_CERTIFICATE_TYPE, ck::CKC_X_509)
        // Which authorities to trust is the host's decision, not a configuration file's.
        .flag(ck::CKA_TRUSTED, false)
        .number(ck::CKA_CERTIFICATE_CATEGORY, category)
        // The first three bytes of the SHA-1 of the object, PKCS#11 v3.1 §4.6.2.
        .bytes(ck::CKA_CHECK_VALUE, fingerprint.get(..3).unwrap_or_default())
        .bytes(ck::CKA_START_DATE, certificate.not_before)
        .bytes(ck::CKA_END_DATE, certificate.not_after)
        .bytes(ck::CKA_PUBLIC_KEY_INFO, certificate.spki.as_slice())
        .bytes(ck::CKA_SUBJECT, certificate.subject.as_slice())
        .bytes(ck::CKA_ID, certificate.key_identifier)
        .bytes(ck::CKA_ISSUER, certificate.issuer.as_slice())
        .bytes(ck::CKA_SERIAL_NUMBER, certificate.serial.as_slice())
        .bytes(ck::CKA_VALUE, certificate.der.as_slice())
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
