//! A public key as Azure answers it (RFC 7517), made what OpenSSL reads (RFC 5280 §4.1.2.7).

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::Value;

/// rsaEncryption with its NULL: RFC 3279 §2.3.1.
const RSA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
/// id-ecPublicKey: RFC 5480 §2.1.1.
const EC: &[u8] = b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01";
/// Curves by Azure's names: RFC 5480 §2.1.1.1, SEC 2.
const CURVES: [(&str, &[u8]); 4] = [
    ("P-256", b"\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"),
    ("P-384", b"\x06\x05\x2b\x81\x04\x00\x22"),
    ("P-521", b"\x06\x05\x2b\x81\x04\x00\x23"),
    ("P-256K", b"\x06\x05\x2b\x81\x04\x00\x0a"),
];

/// The SubjectPublicKeyInfo in DER.
pub fn public_key_info(jwk: &Value) -> Vec<u8> {
    let number = |name: &str| Base64UrlUnpadded::decode_vec(jwk[name].as_str().unwrap()).unwrap();
    let (algorithm, key) = match jwk["crv"].as_str() {
        None => (RSA.to_vec(), element(0x30, &[integer(&number("n")), integer(&number("e"))].concat())),
        Some(name) => {
            let (_, curve) = CURVES.iter().find(|(known, _)| *known == name).unwrap();
            ([EC, curve].concat(), [vec![4], number("x"), number("y")].concat())
        }
    };
    let (algorithm, key) = (element(0x30, &algorithm), element(0x03, &[vec![0], key].concat()));
    element(0x30, &[algorithm, key].concat())
}

fn integer(bytes: &[u8]) -> Vec<u8> {
    // A leading zero, where the number would be a negative one.
    let sign = if bytes[0] & 0x80 == 0 { &[][..] } else { &[0] };
    element(0x02, &[sign, bytes].concat())
}

fn element(tag: u8, value: &[u8]) -> Vec<u8> {
    let length = value.len().to_be_bytes();
    let length = &length[length.iter().position(|octet| *octet != 0).unwrap()..];
    let long = if value.len() < 0x80 { &[][..] } else { &[0x80 | length.len() as u8] };
    [&[tag][..], long, length, value].concat()
}
