//! Certificates before they are signed: everything that a card's, partition's or root's certificate can say.

use crate::der::{
    BIT_STRING, GENERALIZED_TIME, OCTET_STRING, OID, SEQUENCE, UTC_TIME, bit_string, context, integer, pem, tlv,
};
use crate::key::{Hash, Key};
use crate::name::Name;

/// A certificate in the making.
#[derive(Clone, Debug)]
pub struct Draft {
    /// 1 or 3. Cards' certificates are of version 1, the manufacturer's roots too until 2024.
    pub version: u8,
    /// Serial number of the certificate. The manufacturer's roots of 2024 have 0.
    pub number: u64,
    /// Who it says signed it.
    pub issuer: Name,
    /// Whom it is about.
    pub subject: Name,
    /// First second, `2018-04-19T20:05:17Z`.
    pub not_before: String,
    /// Last second.
    pub not_after: String,
    /// Whose key is certified.
    pub key: &'static Key,
    /// Whose key signs, whatever `issuer` says.
    pub signer: &'static Key,
    /// With which hash.
    pub hash: Hash,
    /// The hash the signed part names; another than `hash` makes the two algorithm fields differ.
    pub inner_hash: Hash,
    /// Whether the signature has one bit turned.
    pub broken: bool,
    /// Which extensions it has. Version 1 has none.
    pub extensions: Extensions,
}

/// The sets of extensions that genuine certificates have.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Extensions {
    /// None: cards and partitions, by the manufacturer.
    None,
    /// The manufacturer's roots of 2024.
    ManufacturerRoot,
    /// The operator's root.
    OperatorRoot,
    /// Cards and partitions, by the operator.
    OperatorLeaf,
}

impl Draft {
    /// A certificate of version 3 with the number 1 and no extensions, valid as long as the tests may run.
    #[must_use]
    pub fn new(subject: &Name, key: &'static Key, issuer: &Name, signer: &'static Key) -> Self {
        Self {
            version: 3,
            number: 1,
            issuer: issuer.clone(),
            subject: subject.clone(),
            not_before: "2018-09-21T21:21:36Z".to_owned(),
            not_after: "2048-09-18T21:21:36Z".to_owned(),
            key,
            signer,
            hash: Hash::Sha256,
            inner_hash: Hash::Sha256,
            broken: false,
            extensions: Extensions::None,
        }
    }

    /// Names and uses another issuer.
    pub fn issue(&mut self, issuer: &Name, signer: &'static Key) {
        self.issuer = issuer.clone();
        self.signer = signer;
    }

    /// Signs it. DER.
    #[must_use]
    pub fn certificate(&self) -> Vec<u8> {
        let version =
            if self.version == 1 { vec![] } else { tlv(context(0), &[&integer(u64::from(self.version - 1))]) };
        let body = tlv(
            SEQUENCE,
            &[
                &version,
                &integer(self.number),
                &self.signer.signature_algorithm(self.inner_hash),
                &self.issuer.der(),
                &tlv(SEQUENCE, &[&time(&self.not_before), &time(&self.not_after)]),
                &self.subject.der(),
                self.key.spki(),
                &self.extensions.der(self.key, self.signer),
            ],
        );
        signed(&body, self.signer, self.hash, self.broken)
    }

    /// Signs it. PEM.
    #[must_use]
    pub fn pem(&self) -> String {
        pem("CERTIFICATE", &self.certificate())
    }
}

/// `SIGNED{…}` of X.509: a body, an algorithm, a signature.
pub(crate) fn signed(body: &[u8], signer: &Key, hash: Hash, broken: bool) -> Vec<u8> {
    let mut signature = signer.sign(hash, body);
    if broken && let Some(last) = signature.last_mut() {
        *last ^= 1;
    }
    tlv(SEQUENCE, &[body, &signer.signature_algorithm(hash), &bit_string(&signature)])
}

/// `UTCTime` until 2049, `GeneralizedTime` after (RFC 5280 §4.1.2.5).
fn time(text: &str) -> Vec<u8> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    assert_eq!(digits.len(), 14, "{text:?} is not like 2018-04-19T20:05:17Z");
    if digits.as_str() < "2050" {
        tlv(UTC_TIME, &[&digits.as_bytes()[2..], b"Z"])
    } else {
        tlv(GENERALIZED_TIME, &[digits.as_bytes(), b"Z"])
    }
}

impl Extensions {
    fn der(self, subject: &Key, signer: &Key) -> Vec<u8> {
        // RFC 5280 §4.2.1; the last number of id-ce (2.5.29).
        const SUBJECT_KEY: u8 = 14;
        const KEY_USAGE: u8 = 15;
        const BASIC_CONSTRAINTS: u8 = 19;
        const AUTHORITY_KEY: u8 = 35;
        const TRUE: &[u8] = &[0x01, 0x01, 0xff];
        // Unused bits, then the bits of RFC 5280 §4.2.1.3 from the left.
        let usage = |unused: u8, bits: u8| tlv(BIT_STRING, &[&[unused, bits]]);
        let identifier = tlv(OCTET_STRING, &[&subject.identifier()]);
        let authority = tlv(SEQUENCE, &[&tlv(0x80, &[&signer.identifier()])]);
        let authorised = tlv(SEQUENCE, &[TRUE]);
        let list = match self {
            Self::None => return Vec::new(),
            Self::ManufacturerRoot => {
                vec![extension(KEY_USAGE, true, &usage(2, 0x84)), extension(BASIC_CONSTRAINTS, false, &authorised)]
            }
            Self::OperatorRoot => vec![
                extension(BASIC_CONSTRAINTS, true, &authorised),
                extension(KEY_USAGE, true, &usage(1, 0x86)),
                extension(SUBJECT_KEY, false, &identifier),
            ],
            Self::OperatorLeaf => vec![
                extension(BASIC_CONSTRAINTS, false, &tlv(SEQUENCE, &[])),
                extension(KEY_USAGE, true, &usage(5, 0xa0)),
                extension(SUBJECT_KEY, false, &identifier),
                extension(AUTHORITY_KEY, false, &authority),
            ],
        };
        tlv(context(3), &[&tlv(SEQUENCE, &[&list.concat()])])
    }
}

fn extension(last: u8, critical: bool, value: &[u8]) -> Vec<u8> {
    let critical: &[u8] = if critical { &[0x01, 0x01, 0xff] } else { &[] };
    tlv(SEQUENCE, &[&tlv(OID, &[&[0x55, 0x1d, last]]), critical, &tlv(OCTET_STRING, &[value])])
}

#[cfg(test)]
mod tests {
    use openssl::pkey::PKey;
    use openssl::x509::X509;

    use super::*;
    use crate::pki::Pki;
    use crate::root::Root;

    /// What OpenSSL reads: version, serial number, and whether the signer's key verifies it.
    fn read(draft: &Draft) -> (i32, String, bool) {
        let certificate = X509::from_der(&draft.certificate()).unwrap();
        let number = certificate.serial_number().to_bn().unwrap().to_hex_str().unwrap().to_string();
        let signer = PKey::public_key_from_der(draft.signer.spki()).unwrap();
        assert_eq!(certificate.public_key().unwrap().public_key_to_der().unwrap(), draft.key.spki());
        // OpenSSL counts versions from 0.
        (certificate.version() + 1, number, certificate.verify(&signer).unwrap_or(false))
    }

    #[test]
    fn openssl_reads_certificates_as_they_were_drafted() {
        let pki = Pki::new();
        assert_eq!(read(&pki.manufacturer_card), (1, "DD3F921A3D2D9CD4".to_owned(), true));
        assert_eq!(read(&pki.manufacturer_partition), (3, "01".to_owned(), true));
        assert_eq!(read(&pki.operator_card), (3, "1CFC94C662844895".to_owned(), true));
        assert_eq!(read(&Root::ls1().certificates[0]), (3, "0".to_owned(), true));
        assert_eq!(read(&Root::ls1().certificates[1]), (1, "C0EAADF434DEDC17".to_owned(), true));
        let broken = Draft { broken: true, ..pki.operator_card };
        assert_eq!(read(&broken), (3, "1CFC94C662844895".to_owned(), false));
        let late = Draft { not_after: "2050-01-01T00:00:00Z".to_owned(), ..broken };
        let late = X509::from_der(&late.certificate()).unwrap();
        assert_eq!(late.not_after().to_string(), "Jan  1 00:00:00 2050 GMT");
    }
}
