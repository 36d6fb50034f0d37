//! Public keys and signatures made by another library. Each key file says what is expected of it, and each refused
//! one breaks one rule only.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "outside of test functions too: a test that cannot read its vectors has failed"
)]

use std::fs;
use std::path::PathBuf;

use hardkey_attest::public_key::PublicKey;
use hardkey_attest::signature::{Hash, Hasher, Scheme, SignatureError};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors")
}

/// What a key file expects, and its bytes.
fn read(name: &str) -> (String, Vec<u8>) {
    let text = fs::read_to_string(folder().join(name)).unwrap();
    let expect = text.lines().next().unwrap().strip_prefix("expect: ").unwrap().to_owned();
    let begin = text.find("-----BEGIN").unwrap();
    let body: String = text[begin..].lines().filter(|line| !line.starts_with('-')).collect();
    // The DER inside may be broken on purpose, so only the armour is taken off.
    (expect, base64(&body))
}

fn base64(text: &str) -> Vec<u8> {
    let value = |byte: u8| {
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".iter().position(|known| *known == byte)
    };
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0_u32, 0);
    for digit in text.bytes().filter_map(value) {
        bits = bits << 6 | u32::try_from(digit).unwrap();
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).unwrap());
        }
    }
    bytes
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|index| u8::from_str_radix(&text[index..index + 2], 16).unwrap()).collect()
}

#[test]
fn every_key_file_is_read_as_it_says() {
    let mut good = 0;
    let mut refused = 0;
    for entry in fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if !name.ends_with(".pem") {
            continue;
        }
        let (expect, der) = read(&name);
        match PublicKey::from_spki(&der) {
            Ok(key) => {
                assert_eq!(key.algorithm().name(), expect, "{name}");
                assert_eq!(key.spki(), der);
                good += 1;
            }
            Err(error) => {
                assert!(error.to_string().starts_with(&expect), "{name}: expected {expect:?}, got {error}");
                refused += 1;
            }
        }
    }
    assert_eq!((good, refused), (8, 16));
}

#[test]
fn no_bit_of_the_frame_can_change_without_a_different_key_or_a_refusal() {
    let (_, der) = read("p256.pem");
    let key = PublicKey::from_spki(&der).unwrap();
    for index in 0..der.len() * 8 {
        let mut changed = der.clone();
        changed[index / 8] ^= 1 << (index % 8);
        if let Ok(other) = PublicKey::from_spki(&changed) {
            assert_ne!(other, key, "bit {index}");
        }
    }
}

#[test]
fn signatures_of_another_library_verify_and_changed_ones_do_not() {
    let mut seen = [0, 0];
    for line in fs::read_to_string(folder().join("signatures.txt")).unwrap().lines().skip(1) {
        let [name, hash, message, signature, expect] = line.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let key = PublicKey::from_spki(&read(&format!("{name}.pem")).1).unwrap();
        let (message, signature) = (hex(message), hex(signature));
        let (pss, hash) = hash.strip_prefix("pss-").map_or((false, hash), |hash| (true, hash));
        let hash = match hash {
            "sha256" => Hash::Sha256,
            "sha384" => Hash::Sha384,
            "sha512" => Hash::Sha512,
            other => panic!("{other}"),
        };
        let mut hasher = Hasher::new(hash);
        hasher.update(&message);
        let digest = hasher.finish();
        let outcome = if pss {
            key.verify(Scheme::RsaPss(hash), &digest, &signature)
        } else if key.algorithm().is_rsa() {
            key.verify(Scheme::RsaPkcs1(hash), &digest, &signature)
        } else {
            let fixed = key.algorithm().ecdsa_from_der(&signature).unwrap();
            assert_eq!(fixed.len(), key.algorithm().signature_length());
            key.verify(Scheme::Ecdsa, &digest, &fixed)
        };
        let expected = if expect == "good" { Ok(()) } else { Err(SignatureError::Wrong) };
        assert_eq!(outcome, expected, "{line}");
        if key.algorithm().is_rsa() && !pss {
            let info = digest_info(hash, &digest);
            assert_eq!([hash.digest_info_prefix(), &digest].concat(), info, "{line}");
            assert_eq!(key.verify(Scheme::RsaPkcs1Raw, &info, &signature), expected, "{line}");
            assert_eq!(key.verify(Scheme::RsaPkcs1Raw, &digest, &signature), Err(SignatureError::Wrong), "{line}");
        }
        seen[usize::from(expect == "good")] += 1;
    }
    assert_eq!(seen, [49, 23]);
}

/// RFC 8017 §9.2, note 1.
fn digest_info(hash: Hash, digest: &[u8]) -> Vec<u8> {
    let (whole, name) = match hash {
        Hash::Sha256 => (0x31, 0x01),
        Hash::Sha384 => (0x41, 0x02),
        Hash::Sha512 => (0x51, 0x03),
    };
    let length = u8::try_from(digest.len()).unwrap();
    let head = [0x30, whole, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, name, 5, 0, 4, length];
    [&head, digest].concat()
}

#[test]
fn a_signature_over_any_bytes_leaves_room_for_its_padding_and_is_a_number_below_the_modulus() {
    let rsa = PublicKey::from_spki(&read("rsa2048.pem").1).unwrap();
    let curve = PublicKey::from_spki(&read("p384.pem").1).unwrap();
    assert_eq!(rsa.verify(Scheme::RsaPkcs1Raw, &[1; 245], &[1; 256]), Err(SignatureError::Wrong));
    assert_eq!(rsa.verify(Scheme::RsaPkcs1Raw, &[1; 246], &[1; 256]), Err(SignatureError::Mismatch));
    assert_eq!(rsa.verify(Scheme::RsaPkcs1Raw, &[1; 300], &[1; 256]), Err(SignatureError::Mismatch));
    assert_eq!(rsa.verify(Scheme::RsaPkcs1Raw, &[1; 32], &[1; 255]), Err(SignatureError::Encoding));
    assert_eq!(rsa.verify(Scheme::RsaPkcs1Raw, &[1; 32], &[0xff; 256]), Err(SignatureError::Wrong));
    assert_eq!(curve.verify(Scheme::RsaPkcs1Raw, &[1; 32], &[1; 96]), Err(SignatureError::Mismatch));
}

#[test]
fn scheme_key_digest_and_length_must_go_together() {
    let rsa = PublicKey::from_spki(&read("rsa2048.pem").1).unwrap();
    let curve = PublicKey::from_spki(&read("p384.pem").1).unwrap();
    let digest = [1; 32];
    assert_eq!(rsa.verify(Scheme::Ecdsa, &digest, &[0; 256]), Err(SignatureError::Mismatch));
    assert_eq!(curve.verify(Scheme::RsaPkcs1(Hash::Sha256), &digest, &[0; 96]), Err(SignatureError::Mismatch));
    assert_eq!(curve.verify(Scheme::RsaPss(Hash::Sha256), &digest, &[0; 96]), Err(SignatureError::Mismatch));
    assert_eq!(curve.verify(Scheme::Ecdsa, &[1; 65], &[0; 96]), Err(SignatureError::Mismatch));
    assert_eq!(rsa.verify(Scheme::RsaPss(Hash::Sha512), &digest, &[0; 256]), Err(SignatureError::Mismatch));
    assert_eq!(rsa.verify(Scheme::RsaPkcs1(Hash::Sha384), &digest, &[0; 256]), Err(SignatureError::Mismatch));
    assert_eq!(rsa.verify(Scheme::RsaPkcs1(Hash::Sha256), &digest, &[0; 255]), Err(SignatureError::Encoding));
    assert_eq!(curve.verify(Scheme::Ecdsa, &digest, &[0; 96]), Err(SignatureError::Wrong), "r = s = 0");
    assert_eq!(curve.verify(Scheme::Ecdsa, &digest, &[1; 95]), Err(SignatureError::Encoding));
}

#[test]
fn the_parts_of_a_key_are_what_hosts_are_shown() {
    let rsa = PublicKey::from_spki(&read("rsa3072.pem").1).unwrap();
    let (modulus, exponent) = rsa.rsa_parts().unwrap();
    assert_eq!((modulus.len(), exponent), (384, &[1, 0, 1][..]));
    assert!(rsa.curve_and_point().is_none());
    let curve = PublicKey::from_spki(&read("p384.pem").1).unwrap();
    let (oid, point) = curve.curve_and_point().unwrap();
    assert_eq!(oid, hex("06052b81040022"));
    assert_eq!((point.len(), point[0]), (97, 4));
    assert!(curve.rsa_parts().is_none());
}
