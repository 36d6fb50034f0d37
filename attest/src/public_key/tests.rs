use super::*;

fn of_vector(vector: &str) -> PublicKey {
    let pem = &vector[vector.find("-----BEGIN").unwrap()..];
    PublicKey::from_spki(der::Document::from_pem(pem).unwrap().1.as_bytes()).unwrap()
}

#[test]
fn an_exponent_has_at_least_the_value_65537_and_at_most_33_bits() {
    let key = of_vector(include_str!("../../tests/vectors/rsa2048.pem"));
    let (modulus, _) = key.rsa_parts().unwrap();
    let with = |exponent: u64| {
        let bytes = exponent.to_be_bytes();
        PublicKey::from_rsa(modulus, &bytes[bytes.iter().position(|byte| *byte != 0).unwrap()..]).map(|_| ())
    };
    let small = Err(PublicKeyError::Key("an RSA exponent must be at least 65537"));
    let large = Err(PublicKeyError::Key("an RSA exponent must have at most 33 bits"));
    let cases = [(3, &small), (65_535, &small), (65_536, &small), (65_537, &Ok(())), (65_539, &Ok(()))];
    for (exponent, expected) in cases {
        assert_eq!(with(exponent), *expected, "{exponent}");
    }
    for (exponent, expected) in [(0x1_ffff_ffff, &Ok(())), (0x2_0000_0000, &large), (0x2_0000_0001, &large)] {
        assert_eq!(with(exponent), *expected, "{exponent}");
    }
    assert_eq!(with(u64::MAX), large);
    let nine_bytes = [0x80, 0, 0, 0, 0, 1, 0, 0, 1];
    assert_eq!(PublicKey::from_rsa(modulus, &nine_bytes).map(|_| ()), large);
}

#[test]
fn a_point_starts_with_04_and_has_both_coordinates_whole() {
    let key = of_vector(include_str!("../../tests/vectors/p256.pem"));
    let (_, point) = key.curve_and_point().unwrap();
    let with = |point: &[u8]| PublicKey::from_point(Algorithm::P256, point).map(|key| key.algorithm());
    let mut hybrid = point.to_vec();
    // X9.62 §4.3.6: 06 and 07 say which of two points it is, as compressed ones do, and Y follows all the same.
    hybrid[0] = 6 | point[64] & 1;
    assert_eq!(with(point), Ok(Algorithm::P256));
    for other in [&hybrid[..], &point[..64], &[point, &[0]].concat(), &[]] {
        assert_eq!(with(other), Err(PublicKeyError::Key("an elliptic curve point must be uncompressed")));
    }
}

#[test]
fn the_identifier_is_the_hash_of_the_bits_of_the_key() {
    let key = of_vector(include_str!("../../tests/vectors/p256.pem"));
    // openssl pkey -pubin -in p256.pem -outform DER | tail -c 65 | sha1sum
    assert_eq!(crate::shown::hex(key.identifier()), "c6f9d4fdce7cc6e085ecfc868accfa6a8c596a13");
    let bytes = "[c6, f9, d4, fd, ce, 7c, c6, e0, 85, ec, fc, 86, 8a, cc, fa, 6a, 8c, 59, 6a, 13]";
    assert_eq!(format!("{key:?}"), format!("PublicKey(P-256, {bytes})"));
}

#[test]
fn what_is_wrong_with_a_key_is_said_in_a_line() {
    for (error, line) in [
        (PublicKeyError::Encoding("no tag".to_owned()), "not a DER SubjectPublicKeyInfo: no tag"),
        (PublicKeyError::Algorithm("1.2.3".to_owned()), "public key algorithm or curve 1.2.3 is not supported"),
        (PublicKeyError::Parameters("not NULL"), "public key parameters: not NULL"),
        (PublicKeyError::Key("too small"), "public key: too small"),
    ] {
        assert_eq!(error.to_string(), line);
    }
}
