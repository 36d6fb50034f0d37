//! Extensions that a request asks for.

use der::Encode;
use der::asn1::{ObjectIdentifier, OctetString};
use der::oid::AssociatedOid;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages, SubjectAltName};

use super::request::unwritten;
use crate::failure::Failure;

/// RFC 5280 §4.2.1.3, by the names that OpenSSL's x509v3_config(5) has for the bits.
const USAGES: [(&str, KeyUsages); 9] = [
    ("digitalSignature", KeyUsages::DigitalSignature),
    ("nonRepudiation", KeyUsages::NonRepudiation),
    ("keyEncipherment", KeyUsages::KeyEncipherment),
    ("dataEncipherment", KeyUsages::DataEncipherment),
    ("keyAgreement", KeyUsages::KeyAgreement),
    ("keyCertSign", KeyUsages::KeyCertSign),
    ("cRLSign", KeyUsages::CRLSign),
    ("encipherOnly", KeyUsages::EncipherOnly),
    ("decipherOnly", KeyUsages::DecipherOnly),
];

/// RFC 5280 §4.2.1.12 and RFC 3161 §2.3, by the same page's names; any other is written as its number.
const PURPOSES: [(&str, &str); 6] = [
    ("serverAuth", "1.3.6.1.5.5.7.3.1"),
    ("clientAuth", "1.3.6.1.5.5.7.3.2"),
    ("codeSigning", "1.3.6.1.5.5.7.3.3"),
    ("emailProtection", "1.3.6.1.5.5.7.3.4"),
    ("timeStamping", "1.3.6.1.5.5.7.3.8"),
    ("OCSPSigning", "1.3.6.1.5.5.7.3.9"),
];

/// Adds the names, if there are any.
pub(super) fn add_alternatives(extensions: &mut Vec<Extension>, names: &[GeneralName]) -> Result<(), Failure> {
    if names.is_empty() {
        return Ok(());
    }
    let names = SubjectAltName(names.to_vec());
    extensions.push(extension::<SubjectAltName>(false, &names).map_err(|error| unwritten(&error))?);
    Ok(())
}

/// An extension by the name and the value that OpenSSL has for it; nothing for a name that is not known.
pub(super) fn configured(name: &str, value: &str) -> Result<Option<Extension>, String> {
    let (critical, parts) = parts(value);
    let made = match name {
        "keyUsage" => extension(critical, &usage(&parts)?),
        "extendedKeyUsage" => extension(critical, &ExtendedKeyUsage(purposes(&parts)?)),
        "basicConstraints" => match parts.as_slice() {
            [one] if one.eq_ignore_ascii_case("CA:FALSE") => {
                extension(critical, &BasicConstraints { ca: false, path_len_constraint: None })
            }
            _ => return Err("the only value here is CA:FALSE: a key for signing is no authority's".to_owned()),
        },
        _ => return Ok(None),
    };
    made.map(Some).map_err(|error| format!("the value cannot be written: {error}"))
}

/// `critical`, if it stands first, and the parts between commas.
pub(super) fn parts(value: &str) -> (bool, Vec<&str>) {
    let mut parts: Vec<&str> = value.split(',').map(str::trim).collect();
    let critical = parts.first() == Some(&"critical");
    if critical {
        parts.remove(0);
    }
    (critical, parts)
}

fn usage(parts: &[&str]) -> Result<KeyUsage, String> {
    let mut usage = KeyUsage(Default::default());
    for part in parts {
        let found = USAGES.iter().find(|(name, _)| name == part);
        let (_, bit) = found.ok_or_else(|| {
            let names: Vec<&str> = USAGES.iter().map(|(name, _)| *name).collect();
            format!("there is no key usage {part:?}; write one of {}", names.join(", "))
        })?;
        usage.0 |= *bit;
    }
    Ok(usage)
}

fn purposes(parts: &[&str]) -> Result<Vec<ObjectIdentifier>, String> {
    let purpose = |part: &&str| {
        let number = PURPOSES.iter().find(|(name, _)| name == part).map_or(*part, |(_, number)| number);
        ObjectIdentifier::new(number).map_err(|_| {
            let names: Vec<&str> = PURPOSES.iter().map(|(name, _)| *name).collect();
            format!("there is no purpose {part:?}; write one of {}, or its number", names.join(", "))
        })
    };
    parts.iter().map(purpose).collect()
}

fn extension<E: AssociatedOid + Encode>(critical: bool, value: &E) -> der::Result<Extension> {
    Ok(Extension { extn_id: E::OID, critical, extn_value: OctetString::new(value.to_der()?)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(name: &str, value: &str) -> (bool, Vec<u8>) {
        let made = configured(name, value).unwrap().unwrap();
        (made.critical, made.extn_value.as_bytes().to_vec())
    }

    #[test]
    fn extensions_are_written_as_openssl_writes_them() {
        // openssl req with the same lines, OpenSSL 3.0.
        assert_eq!(hex("keyUsage", "critical, digitalSignature"), (true, vec![0x03, 0x02, 0x07, 0x80]));
        assert_eq!(hex("keyUsage", "digitalSignature,nonRepudiation"), (false, vec![0x03, 0x02, 0x06, 0xc0]));
        let code_signing = [0x30, 0x0a, 0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x03];
        assert_eq!(hex("extendedKeyUsage", "codeSigning"), (false, code_signing.to_vec()));
        assert_eq!(hex("extendedKeyUsage", "1.3.6.1.5.5.7.3.3"), (false, code_signing.to_vec()));
        assert_eq!(hex("basicConstraints", "critical,CA:FALSE"), (true, vec![0x30, 0x00]));
        assert_eq!(configured("subjectKeyIdentifier", "hash"), Ok(None));
    }

    #[test]
    fn a_value_that_is_not_known_is_told_with_those_that_are() {
        let told = |name, value| configured(name, value).unwrap_err();
        assert_eq!(
            told("keyUsage", "digitalsignature"),
            "there is no key usage \"digitalsignature\"; write one of digitalSignature, nonRepudiation, keyEncipherment, \
             dataEncipherment, keyAgreement, keyCertSign, cRLSign, encipherOnly, decipherOnly"
        );
        assert_eq!(
            told("extendedKeyUsage", "critical, codesigning"),
            "there is no purpose \"codesigning\"; write one of serverAuth, clientAuth, codeSigning, emailProtection, \
             timeStamping, OCSPSigning, or its number"
        );
        assert_eq!(
            told("basicConstraints", "CA:TRUE"),
            "the only value here is CA:FALSE: a key for signing is no authority's"
        );
    }
}
