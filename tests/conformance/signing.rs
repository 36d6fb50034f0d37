//! Signatures: every mechanism on every key, in one call and in parts, and the states of the operation. The verifiers
//! are ring and RustCrypto, which neither signed nor checked them before.

use std::ptr;

use cryptoki_sys as ck;
use hardkey_tests::call;
use hardkey_tests::module::{Module, mechanism, ok};
use ring::digest::{self, SHA256, SHA384, SHA512, digest};
use ring::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, UnparsedPublicKey,
    VerificationAlgorithm,
};

use crate::fixture::{KINDS, fixture};

const MESSAGE: &[u8] = b"The release of today.";

/// The key in the form ring takes: RSAPublicKey, or the point.
pub fn public_bits(module: &Module, session: ck::CK_SESSION_HANDLE, key: ck::CK_OBJECT_HANDLE) -> Vec<u8> {
    if let Ok(point) = module.attribute(session, key, ck::CKA_EC_POINT) {
        return point[2..].to_vec();
    }
    let spki = module.attribute(session, key, ck::CKA_PUBLIC_KEY_INFO).unwrap();
    // SubjectPublicKeyInfo of RSA: 24 bytes up to and with "no unused bits".
    spki[24..].to_vec()
}

fn verify(bits: &[u8], algorithm: &'static dyn VerificationAlgorithm, message: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(algorithm, bits).verify(message, signature).is_ok()
}

/// The DigestInfo of RFC 8017 §9.2 note 1.
pub fn digest_info(algorithm: &'static digest::Algorithm, message: &[u8]) -> Vec<u8> {
    let (last, length) = if algorithm == &SHA256 {
        (1, 32)
    } else if algorithm == &SHA384 {
        (2, 48)
    } else {
        (3, 64)
    };
    let mut info =
        vec![0x30, length + 17, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, last];
    info.extend([0x05, 0x00, 0x04, length]);
    info.extend(digest(algorithm, message).as_ref());
    info
}

fn sign_in_parts(module: &Module, session: u64, key: u64, kind: u64, message: &[u8]) -> Result<Vec<u8>, ck::CK_RV> {
    ok(call!(module, C_SignInit(session, &mut mechanism(kind), key)))?;
    finish_in_parts(module, session, message)
}

/// Gives the data in parts and ends the signature that was begun.
pub fn finish_in_parts(module: &Module, session: u64, message: &[u8]) -> Result<Vec<u8>, ck::CK_RV> {
    for part in message.chunks(5) {
        ok(call!(module, C_SignUpdate(session, part.as_ptr().cast_mut(), part.len() as u64)))?;
    }
    let mut length = 0;
    ok(call!(module, C_SignFinal(session, ptr::null_mut(), &mut length)))?;
    let mut signature = vec![0; length as usize];
    ok(call!(module, C_SignFinal(session, signature.as_mut_ptr(), &mut length)))?;
    Ok(signature)
}

#[test]
fn every_rsa_key_signs_with_every_mechanism() {
    let fixture = fixture();
    let _turn = fixture.shared();
    let module = &fixture.module;
    let session = module.open(KINDS).unwrap();
    let cases: [(_, &'static digest::Algorithm, &'static dyn VerificationAlgorithm); 3] = [
        (ck::CKM_SHA256_RSA_PKCS, &SHA256, &RSA_PKCS1_2048_8192_SHA256),
        (ck::CKM_SHA384_RSA_PKCS, &SHA384, &RSA_PKCS1_2048_8192_SHA384),
        (ck::CKM_SHA512_RSA_PKCS, &SHA512, &RSA_PKCS1_2048_8192_SHA512),
    ];
    for (label, size) in [("rsa2048", 256), ("rsa3072", 384), ("rsa4096", 512)] {
        let key = module.find_one(session, ck::CKO_PRIVATE_KEY, label);
        let bits = public_bits(module, session, key);
        for (kind, hash, algorithm) in cases {
            let whole = module.sign(session, key, kind, MESSAGE).unwrap();
            let parts = sign_in_parts(module, session, key, kind, MESSAGE).unwrap();
            let raw = module.sign(session, key, ck::CKM_RSA_PKCS, &digest_info(hash, MESSAGE)).unwrap();
            assert_eq!(whole.len(), size);
            assert!(verify(&bits, algorithm, MESSAGE, &whole), "{label} {kind:#x}");
            // RSASSA-PKCS1-v1_5 is deterministic: three ways to one signature.
            assert_eq!((&parts, &raw), (&whole, &whole), "{label} {kind:#x}");
        }
    }
    module.close(session).unwrap();
}

/// Whether r‖s is a signature of this digest, says RustCrypto.
fn curve_verifies(label: &str, point: &[u8], digest: &[u8], signature: &[u8]) -> bool {
    use p256::ecdsa::signature::hazmat::PrehashVerifier;
    macro_rules! verifies {
        ($curve:ident) => {
            $curve::ecdsa::VerifyingKey::from_sec1_bytes(point)
                .unwrap()
                // k256 takes the lower one only of the two values of s that go with an r.
                .verify_prehash(digest, &$curve::ecdsa::Signature::from_slice(signature).unwrap().normalize_s())
                .is_ok()
        };
    }
    match label {
        "p256" => verifies!(p256),
        "p384" => verifies!(p384),
        "p521" => verifies!(p521),
        _ => verifies!(k256),
    }
}

#[test]
fn every_curve_signs_with_every_mechanism() {
    let fixture = fixture();
    let _turn = fixture.shared();
    let module = &fixture.module;
    let session = module.open(KINDS).unwrap();
    let mechanisms: [(_, &'static digest::Algorithm); 3] =
        [(ck::CKM_ECDSA_SHA256, &SHA256), (ck::CKM_ECDSA_SHA384, &SHA384), (ck::CKM_ECDSA_SHA512, &SHA512)];
    for (label, size, head) in [("p256", 64, 2), ("p384", 96, 2), ("p521", 132, 3), ("secp256k1", 64, 2)] {
        let key = module.find_one(session, ck::CKO_PRIVATE_KEY, label);
        let public = module.find_one(session, ck::CKO_PUBLIC_KEY, label);
        // The head of an OCTET STRING of up to 127 bytes has two bytes, up to 255 three.
        let point = module.attribute(session, key, ck::CKA_EC_POINT).unwrap()[head..].to_vec();
        for (kind, hash) in mechanisms {
            let digest = digest(hash, MESSAGE);
            let whole = module.sign(session, key, kind, MESSAGE).unwrap();
            let parts = sign_in_parts(module, session, key, kind, MESSAGE).unwrap();
            let raw = module.sign(session, key, ck::CKM_ECDSA, digest.as_ref()).unwrap();
            for signature in [whole, parts, raw] {
                assert_eq!(signature.len(), size, "{label}");
                assert!(curve_verifies(label, &point, digest.as_ref(), &signature), "{label} {kind:#x}");
                let verified = |kind: u64, data: &[u8]| {
                    ok(call!(module, C_VerifyInit(session, &mut mechanism(kind), public))).unwrap();
                    let (data, length) = (data.as_ptr().cast_mut(), data.len() as u64);
                    let (signature, size) = (signature.as_ptr().cast_mut(), signature.len() as u64);
                    call!(module, C_Verify(session, data, length, signature, size))
                };
                assert_eq!(verified(kind, MESSAGE), ck::CKR_OK, "{label} {kind:#x}");
                assert_eq!(verified(ck::CKM_ECDSA, digest.as_ref()), ck::CKR_OK, "{label} {kind:#x}");
                assert_eq!(verified(kind, b"another message"), ck::CKR_SIGNATURE_INVALID, "{label} {kind:#x}");
            }
        }
    }
    module.close(session).unwrap();
}

#[test]
fn a_length_query_makes_no_network_call_and_a_short_buffer_none_either() {
    let fixture = fixture();
    let _turn = fixture.alone();
    let module = &fixture.module;
    let session = module.open(KINDS).unwrap();
    for (label, kind, size) in [("rsa4096", ck::CKM_SHA256_RSA_PKCS, 512), ("p384", ck::CKM_ECDSA_SHA384, 96)] {
        let key = module.find_one(session, ck::CKO_PRIVATE_KEY, label);
        fixture.emulator.reset_counts();
        ok(call!(module, C_SignInit(session, &mut mechanism(kind), key))).unwrap();
        let data = MESSAGE.as_ptr().cast_mut();
        let mut length = 0;
        ok(call!(module, C_Sign(session, data, MESSAGE.len() as u64, ptr::null_mut(), &mut length))).unwrap();
        assert_eq!(length, size);
        let mut signature = vec![0; size as usize];
        length = size - 1;
        assert_eq!(
            call!(module, C_Sign(session, data, MESSAGE.len() as u64, signature.as_mut_ptr(), &mut length)),
            ck::CKR_BUFFER_TOO_SMALL
        );
        assert_eq!(length, size, "the host is told what to bring");
        assert_eq!(fixture.emulator.counts().all_requests(), 0);
        ok(call!(module, C_Sign(session, data, MESSAGE.len() as u64, signature.as_mut_ptr(), &mut length))).unwrap();
        assert_eq!(fixture.emulator.counts().requests("Sign"), 1);
        assert_eq!(fixture.emulator.counts().all_requests(), 1, "one request per warm signature");
    }
    module.close(session).unwrap();
}

#[test]
fn the_operation_has_its_states() {
    let fixture = fixture();
    let _turn = fixture.shared();
    let module = &fixture.module;
    let session = module.open(KINDS).unwrap();
    let key = module.find_one(session, ck::CKO_PRIVATE_KEY, "p256");
    let init = |kind| call!(module, C_SignInit(session, &mut mechanism(kind), key));
    let (mut signature, mut length) = ([0_u8; 64], 64);
    let mut sign = |data: &[u8]| {
        length = 64;
        call!(module, C_Sign(session, data.as_ptr().cast_mut(), data.len() as u64, signature.as_mut_ptr(), &mut length))
    };
    assert_eq!(sign(MESSAGE), ck::CKR_OPERATION_NOT_INITIALIZED);
    assert_eq!(init(ck::CKM_ECDSA_SHA256), ck::CKR_OK);
    assert_eq!(init(ck::CKM_ECDSA_SHA256), ck::CKR_OPERATION_ACTIVE);
    assert_eq!(sign(MESSAGE), ck::CKR_OK);
    assert_eq!(sign(MESSAGE), ck::CKR_OPERATION_NOT_INITIALIZED, "a signature ends the operation");
    // An error ends it as well.
    assert_eq!(init(ck::CKM_ECDSA), ck::CKR_OK);
    assert_eq!(sign(b"too short"), ck::CKR_DATA_LEN_RANGE);
    assert_eq!(sign(&[0; 32]), ck::CKR_OPERATION_NOT_INITIALIZED);
    // A mechanism that takes a digest is not for data in parts.
    assert_eq!(init(ck::CKM_ECDSA), ck::CKR_OK);
    assert_eq!(call!(module, C_SignUpdate(session, MESSAGE.as_ptr().cast_mut(), 3)), ck::CKR_OPERATION_NOT_INITIALIZED);
    // Parts and the whole do not mix.
    assert_eq!(init(ck::CKM_ECDSA_SHA256), ck::CKR_OK);
    assert_eq!(call!(module, C_SignUpdate(session, MESSAGE.as_ptr().cast_mut(), 3)), ck::CKR_OK);
    assert_eq!(sign(MESSAGE), ck::CKR_OPERATION_NOT_INITIALIZED);
    // Two ways to cancel.
    assert_eq!(init(ck::CKM_ECDSA_SHA256), ck::CKR_OK);
    assert_eq!(call!(module, C_SignInit(session, ptr::null_mut(), 0)), ck::CKR_OK);
    assert_eq!(init(ck::CKM_ECDSA_SHA256), ck::CKR_OK);
    assert_eq!(call!(module, C_SessionCancel(session, ck::CKF_SIGN)), ck::CKR_OK);
    assert_eq!(sign(MESSAGE), ck::CKR_OPERATION_NOT_INITIALIZED);
    // Bad pointers end it too, and the session stays good.
    assert_eq!(init(ck::CKM_ECDSA_SHA256), ck::CKR_OK);
    assert_eq!(call!(module, C_Sign(session, ptr::null_mut(), 7, ptr::null_mut(), &mut 0)), ck::CKR_ARGUMENTS_BAD);
    assert_eq!(init(ck::CKM_ECDSA_SHA256), ck::CKR_OK);
    assert_eq!(
        call!(module, C_Sign(session, ptr::null_mut(), 0, ptr::null_mut(), ptr::null_mut())),
        ck::CKR_ARGUMENTS_BAD
    );
    assert_eq!(init(ck::CKM_ECDSA_SHA256), ck::CKR_OK);
    assert_eq!(sign(b""), ck::CKR_OK, "no data is data");
    module.close(session).unwrap();
}

#[test]
fn a_key_and_a_mechanism_that_do_not_go_together_are_told_apart() {
    let fixture = fixture();
    let _turn = fixture.shared();
    let module = &fixture.module;
    let session = module.open(KINDS).unwrap();
    let rsa = module.find_one(session, ck::CKO_PRIVATE_KEY, "rsa2048");
    let public = module.find_one(session, ck::CKO_PUBLIC_KEY, "rsa2048");
    let init = |kind, key| call!(module, C_SignInit(session, &mut mechanism(kind), key));
    assert_eq!(init(ck::CKM_ECDSA, rsa), ck::CKR_KEY_TYPE_INCONSISTENT);
    assert_eq!(init(ck::CKM_RSA_PKCS, public), ck::CKR_KEY_TYPE_INCONSISTENT);
    assert_eq!(init(ck::CKM_RSA_PKCS, 0), ck::CKR_KEY_HANDLE_INVALID);
    assert_eq!(init(ck::CKM_RSA_PKCS, 12345), ck::CKR_KEY_HANDLE_INVALID);
    assert_eq!(init(ck::CKM_SHA1_RSA_PKCS, rsa), ck::CKR_MECHANISM_INVALID);
    assert_eq!(init(0xffff_ffff, rsa), ck::CKR_MECHANISM_INVALID);
    let mut parameter = [0_u8; 4];
    let mut with_parameter =
        ck::CK_MECHANISM { mechanism: ck::CKM_RSA_PKCS, pParameter: parameter.as_mut_ptr().cast(), ulParameterLen: 4 };
    assert_eq!(call!(module, C_SignInit(session, &mut with_parameter, rsa)), ck::CKR_MECHANISM_PARAM_INVALID);
    assert_eq!(init(ck::CKM_RSA_PKCS, rsa), ck::CKR_OK, "the session is as good as before");
    module.close(session).unwrap();
}

#[test]
fn a_malformed_digest_info_is_invalid_data() {
    let fixture = fixture();
    let _turn = fixture.shared();
    let module = &fixture.module;
    let session = module.open(KINDS).unwrap();
    let rsa = module.find_one(session, ck::CKO_PRIVATE_KEY, "rsa2048");
    let good = digest_info(&SHA256, MESSAGE);
    let sha1 =
        [&[0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14][..], &[7; 20]]
            .concat();
    let without_null = [&[0x30, 0x2f, 0x30, 0x0b][..], &good[4..15], &good[17..]].concat();
    let cases = [
        (good[..50].to_vec(), ck::CKR_DATA_INVALID),
        ([good.clone(), vec![0]].concat(), ck::CKR_DATA_INVALID),
        (good[19..].to_vec(), ck::CKR_DATA_INVALID),
        (sha1, ck::CKR_DATA_INVALID),
        (without_null, ck::CKR_DATA_INVALID),
        (vec![], ck::CKR_DATA_INVALID),
        (vec![0; 245], ck::CKR_DATA_INVALID),
        (vec![0; 246], ck::CKR_DATA_LEN_RANGE),
        (vec![0; 10_000], ck::CKR_DATA_LEN_RANGE),
    ];
    for (data, expected) in cases {
        assert_eq!(module.sign(session, rsa, ck::CKM_RSA_PKCS, &data), Err(expected), "{} bytes", data.len());
    }
    module.sign(session, rsa, ck::CKM_RSA_PKCS, &good).unwrap();
    module.close(session).unwrap();
}

#[test]
fn verification_is_local_and_says_what_is_wrong() {
    let fixture = fixture();
    let _turn = fixture.alone();
    let module = &fixture.module;
    let session = module.open(KINDS).unwrap();
    let private = module.find_one(session, ck::CKO_PRIVATE_KEY, "rsa3072");
    let public = module.find_one(session, ck::CKO_PUBLIC_KEY, "rsa3072");
    let mut signature = module.sign(session, private, ck::CKM_SHA512_RSA_PKCS, MESSAGE).unwrap();
    fixture.emulator.reset_counts();
    let verify = |signature: &[u8]| {
        ok(call!(module, C_VerifyInit(session, &mut mechanism(ck::CKM_SHA512_RSA_PKCS), public))).unwrap();
        for part in MESSAGE.chunks(4) {
            ok(call!(module, C_VerifyUpdate(session, part.as_ptr().cast_mut(), part.len() as u64))).unwrap();
        }
        call!(module, C_VerifyFinal(session, signature.as_ptr().cast_mut(), signature.len() as u64))
    };
    assert_eq!(verify(&signature), ck::CKR_OK);
    assert_eq!(verify(&signature[1..]), ck::CKR_SIGNATURE_LEN_RANGE);
    signature[200] ^= 1;
    assert_eq!(verify(&signature), ck::CKR_SIGNATURE_INVALID);
    assert_eq!(fixture.emulator.counts().all_requests(), 0);
    module.close(session).unwrap();
}

#[test]
fn a_wrong_signature_is_asked_for_again_and_two_are_never_handed_out() {
    let fixture = fixture();
    let _turn = fixture.alone();
    let module = &fixture.module;
    let session = module.open(KINDS).unwrap();
    for (label, kind) in [("p256", ck::CKM_ECDSA_SHA256), ("rsa2048", ck::CKM_SHA256_RSA_PKCS)] {
        let key = module.find_one(session, ck::CKO_PRIVATE_KEY, label);
        for corruption in ["signature", "other-key"] {
            fixture.emulator.reset_counts();
            fixture.emulator.fault(serde_json::json!({ "operation": "Sign", "times": 1, "corrupt": corruption }));
            module.sign(session, key, kind, MESSAGE).unwrap_or_else(|rv| panic!("{label} {corruption}: {rv:#x}"));
            assert_eq!(fixture.emulator.counts().requests("Sign"), 2, "{label} {corruption}");
            fixture.emulator.fault(serde_json::json!({ "operation": "Sign", "times": 2, "corrupt": corruption }));
            assert_eq!(module.sign(session, key, kind, MESSAGE), Err(ck::CKR_DEVICE_ERROR), "{label} {corruption}");
            assert_eq!(fixture.emulator.counts().requests("Sign"), 4, "{label} {corruption}");
            fixture.emulator.clear_faults();
        }
    }
    let log = std::fs::read_to_string(fixture.folder.join("hardkey.log")).unwrap();
    let warned = log.lines().filter(|line| line.contains("it is thrown away and asked for again")).count();
    let failed = log
        .lines()
        .filter(|line| {
            line.contains("C_Sign: CKR_DEVICE_ERROR") && line.contains("answered twice with a wrong signature: first,")
        })
        .count();
    assert_eq!((warned, failed), (8, 4), "{log}");
    module.close(session).unwrap();
}
