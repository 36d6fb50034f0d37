//! A public key, which has one encoding.

use hardkey_attest::public_key::PublicKey;
use openssl::pkey::PKey;

use super::harmless;

/// One input: the bytes.
pub fn public_key(input: &[u8]) {
    let key = match PublicKey::from_spki(input) {
        Ok(key) => key,
        Err(error) => return harmless::line(&error),
    };
    assert_eq!(key.spki(), input);
    // OpenSSL writes the same bytes, and so do the parts.
    let theirs = PKey::public_key_from_der(input).unwrap();
    assert_eq!(theirs.public_key_to_der().unwrap(), input);
    let again = match (key.rsa_parts(), key.curve_and_point()) {
        (Some((modulus, exponent)), None) => PublicKey::from_rsa(modulus, exponent),
        (None, Some((_, point))) => PublicKey::from_point(key.algorithm(), point),
        other => panic!("{other:?}"),
    };
    assert_eq!(again.unwrap(), key);
}
