//! Input made here: a statement in the right form that nobody signed, requests, certificates, zips.

use std::io::{Cursor, Write};

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use flate2::Compression;
use flate2::write::GzEncoder;
use rcgen::{Attribute, CertificateParams, DnType, KeyPair};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// The `SubjectPublicKeyInfo` of P-256 up to the coordinates (RFC 5480 §2), then the curve's base point (SEC 2 §2.4.2): a key that
/// everybody knows.
const SPKI: &str = "3059301306072a8648ce3d020106082a8648ce3d030107034200\
    046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296\
    4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";

pub(crate) fn unhex(text: &str) -> Vec<u8> {
    text.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

/// The attributes of a private key as a genuine statement has them.
pub(crate) fn attributes(label: &str) -> Vec<(u32, Vec<u8>)> {
    let spki = unhex(SPKI);
    let mut name = label.as_bytes().to_vec();
    name.resize(128, 0);
    vec![
        (0x0000, vec![3]),
        (0x0100, vec![3]),
        (0x0001, vec![2]),
        (0x0003, name),
        (0x0102, "0123456789abcdef".repeat(8).into_bytes()),
        (0x0103, vec![1]),
        (0x0105, vec![1]),
        (0x0106, vec![0]),
        (0x0107, vec![1]),
        (0x0108, vec![1]),
        (0x0120, spki[26..].to_vec()),
        (0x0121, 415_u32.to_be_bytes().to_vec()),
        (0x0162, vec![0]),
        (0x0163, vec![1]),
        (0x0164, vec![1]),
        (0x0165, vec![1]),
        (0x0173, digest(&SHA1_FOR_LEGACY_USE_ONLY, &spki).as_ref()[..3].to_vec()),
        (0x1003, digest(&SHA256, &spki).as_ref().to_vec()),
        (0x8000_0002, vec![0]),
        (0x8000_0003, vec![0]),
    ]
}

/// A statement about one private key; the signature is zeros.
pub(crate) fn statement_of(attributes: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let mut values = Vec::new();
    for (code, value) in attributes {
        values.extend(code.to_be_bytes());
        values.extend(u32::try_from(value.len()).unwrap().to_be_bytes());
        values.extend(value);
    }
    let mut buffer = Vec::new();
    for half in [1_u16, 3, 8, 0] {
        buffer.extend(half.to_be_bytes());
    }
    for word in [0x0a1d, attributes.len(), values.len()] {
        buffer.extend(u32::try_from(word).unwrap().to_be_bytes());
    }
    buffer.extend(values);
    let mut whole = Vec::new();
    for word in [0, 3, 16 + 8 + buffer.len() + 256, buffer.len()] {
        whole.extend(u32::try_from(word).unwrap().to_be_bytes());
    }
    whole.extend(0x0a1d_u64.to_be_bytes());
    whole.extend(buffer);
    whole.extend([0; 256]);
    whole
}

/// The same, as Google hands it out. Not compressed, so that its bytes do not depend on who compresses.
pub(crate) fn dat(label: &str) -> Vec<u8> {
    gzip(&statement_of(&attributes(label)))
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    packed(bytes, Compression::none())
}

pub(crate) fn packed(bytes: &[u8], how: Compression) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), how);
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zip_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A certificate of nobody in particular.
pub(crate) fn certificate(common_name: &str) -> String {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, common_name);
    params.self_signed(&KeyPair::generate().unwrap()).unwrap().pem()
}

/// A request with this challenge password.
pub(crate) fn request(challenge: &str) -> String {
    let text = challenge.as_bytes();
    let values = [&[0x0c, u8::try_from(text.len()).unwrap()], text].concat();
    let attribute = Attribute { oid: &[1, 2, 840, 113_549, 1, 9, 7], values: in_set(&values) };
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::default();
    params.serialize_request_with_attributes(&key, vec![attribute]).unwrap().pem().unwrap()
}

fn in_set(value: &[u8]) -> Vec<u8> {
    [&[0x31, u8::try_from(value.len()).unwrap()], value].concat()
}
