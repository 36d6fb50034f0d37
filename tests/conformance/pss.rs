//! RSASSA-PSS: every mechanism on every key, and every parameter that key services cannot follow.

use cryptoki_sys as ck;
use hardkey_tests::call;
use hardkey_tests::module::{Module, ok};
use ring::digest::{self, SHA256, SHA384, SHA512, digest};
use ring::signature::{
    RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, UnparsedPublicKey,
    VerificationAlgorithm,
};

use crate::fixture::{KINDS, fixture};
use crate::signing::{finish_in_parts, public_bits};

const MESSAGE: &[u8] = b"The release of today.";

/// What `CK_RSA_PKCS_PSS_PARAMS` says: hash, generator, length of the salt.
type Parameter = (ck::CK_MECHANISM_TYPE, ck::CK_RSA_PKCS_MGF_TYPE, ck::CK_ULONG);

const WITH_SHA256: Parameter = (ck::CKM_SHA256, ck::CKG_MGF1_SHA256, 32);

struct Row {
    hashing: ck::CK_MECHANISM_TYPE,
    parameter: Parameter,
    hash: &'static digest::Algorithm,
    verifier: &'static dyn VerificationAlgorithm,
}

const ROWS: [Row; 3] = [
    Row {
        hashing: ck::CKM_SHA256_RSA_PKCS_PSS,
        parameter: WITH_SHA256,
        hash: &SHA256,
        verifier: &RSA_PSS_2048_8192_SHA256,
    },
    Row {
        hashing: ck::CKM_SHA384_RSA_PKCS_PSS,
        parameter: (ck::CKM_SHA384, ck::CKG_MGF1_SHA384, 48),
        hash: &SHA384,
        verifier: &RSA_PSS_2048_8192_SHA384,
    },
    Row {
        hashing: ck::CKM_SHA512_RSA_PKCS_PSS,
        parameter: (ck::CKM_SHA512, ck::CKG_MGF1_SHA512, 64),
        hash: &SHA512,
        verifier: &RSA_PSS_2048_8192_SHA512,
    },
];

fn init(module: &Module, session: u64, kind: u64, parameter: Parameter, key: u64) -> ck::CK_RV {
    let mut parameter = ck::CK_RSA_PKCS_PSS_PARAMS { hashAlg: parameter.0, mgf: parameter.1, sLen: parameter.2 };
    let length = size_of_val(&parameter) as u64;
    let mut mechanism =
        ck::CK_MECHANISM { mechanism: kind, pParameter: (&raw mut parameter).cast(), ulParameterLen: length };
    call!(module, C_SignInit(session, &mut mechanism, key))
}

fn finish(module: &Module, session: u64, data: &[u8]) -> Result<Vec<u8>, ck::CK_RV> {
    let (mut signature, mut length) = (vec![0; 512], 512);
    let data_length = data.len() as u64;
    ok(call!(module, C_Sign(session, data.as_ptr().cast_mut(), data_length, signature.as_mut_ptr(), &mut length)))?;
    signature.truncate(length as usize);
    Ok(signature)
}

#[test]
fn every_rsa_key_signs_with_every_mechanism() {
    let fixture = fixture();
    let _turn = fixture.shared();
    let module = &fixture.module;
    let session = module.open(KINDS).unwrap();
    for (label, size) in [("rsa2048", 256), ("rsa3072", 384), ("rsa4096", 512)] {
        let key = module.find_one(session, ck::CKO_PRIVATE_KEY, label);
        let public = module.find_one(session, ck::CKO_PUBLIC_KEY, label);
        let bits = public_bits(module, session, key);
        for Row { hashing, parameter, hash, verifier } in ROWS {
            assert_eq!(init(module, session, hashing, parameter, key), ck::CKR_OK);
            let whole = finish(module, session, MESSAGE).unwrap();
            assert_eq!(init(module, session, hashing, parameter, key), ck::CKR_OK);
            let parts = finish_in_parts(module, session, MESSAGE).unwrap();
            let digest = digest(hash, MESSAGE);
            assert_eq!(init(module, session, ck::CKM_RSA_PKCS_PSS, parameter, key), ck::CKR_OK);
            let raw = finish(module, session, digest.as_ref()).unwrap();
            for signature in [whole, parts, raw] {
                assert_eq!(signature.len(), size);
                let key = UnparsedPublicKey::new(verifier, &bits);
                assert!(key.verify(MESSAGE, &signature).is_ok(), "{label} {hashing:#x}");
                let mut parameter =
                    ck::CK_RSA_PKCS_PSS_PARAMS { hashAlg: parameter.0, mgf: parameter.1, sLen: parameter.2 };
                let length = size_of_val(&parameter) as u64;
                let mut mechanism = ck::CK_MECHANISM {
                    mechanism: hashing,
                    pParameter: (&raw mut parameter).cast(),
                    ulParameterLen: length,
                };
                for (message, expected) in [(MESSAGE, ck::CKR_OK), (b"another", ck::CKR_SIGNATURE_INVALID)] {
                    assert_eq!(call!(module, C_VerifyInit(session, &mut mechanism, public)), ck::CKR_OK);
                    let (data, length) = (message.as_ptr().cast_mut(), message.len() as u64);
                    let (signature, size) = (signature.as_ptr().cast_mut(), signature.len() as u64);
                    assert_eq!(call!(module, C_Verify(session, data, length, signature, size)), expected);
                }
            }
        }
    }
    module.close(session).unwrap();
}

#[test]
fn a_digest_of_another_length_than_its_hash_s_is_not_signed() {
    let fixture = fixture();
    let _turn = fixture.shared();
    let module = &fixture.module;
    let session = module.open(KINDS).unwrap();
    let key = module.find_one(session, ck::CKO_PRIVATE_KEY, "rsa2048");
    for length in [0, 20, 31, 33, 48, 64, 256, 257, 10_000] {
        assert_eq!(init(module, session, ck::CKM_RSA_PKCS_PSS, WITH_SHA256, key), ck::CKR_OK);
        assert_eq!(finish(module, session, &vec![1; length]), Err(ck::CKR_DATA_LEN_RANGE), "{length}");
    }
    assert_eq!(init(module, session, ck::CKM_RSA_PKCS_PSS, WITH_SHA256, key), ck::CKR_OK);
    assert_eq!(finish_in_parts(module, session, MESSAGE), Err(ck::CKR_OPERATION_NOT_INITIALIZED));
    module.close(session).unwrap();
}

#[test]
fn a_parameter_that_no_key_service_can_follow_is_refused_by_field() {
    let fixture = fixture();
    let _turn = fixture.alone();
    let module = &fixture.module;
    let session = module.open(KINDS).unwrap();
    let key = module.find_one(session, ck::CKO_PRIVATE_KEY, "rsa2048");
    let log = fixture.folder.join("hardkey.log");
    let why = "key services use the message's hash in MGF1 too, and a salt as long as the digest";
    let cases: [(_, Parameter, _); 5] = [
        (
            ck::CKM_RSA_PKCS_PSS,
            (ck::CKM_SHA_1, ck::CKG_MGF1_SHA1, 20),
            "CKM_RSA_PKCS_PSS: hashAlg is CKM_SHA_1; it must be CKM_SHA256, CKM_SHA384, CKM_SHA512".to_owned(),
        ),
        (
            ck::CKM_SHA256_RSA_PKCS_PSS,
            (ck::CKM_SHA512, ck::CKG_MGF1_SHA512, 64),
            "CKM_SHA256_RSA_PKCS_PSS: hashAlg is CKM_SHA512; it must be CKM_SHA256".to_owned(),
        ),
        (
            ck::CKM_SHA256_RSA_PKCS_PSS,
            (ck::CKM_SHA256, ck::CKG_MGF1_SHA1, 32),
            format!("CKM_SHA256_RSA_PKCS_PSS: mgf is CKG_MGF1_SHA1; it must be CKG_MGF1_SHA256: {why}"),
        ),
        (
            ck::CKM_RSA_PKCS_PSS,
            (ck::CKM_SHA256, ck::CKG_MGF1_SHA256, 222),
            format!("CKM_RSA_PKCS_PSS: sLen is 222; it must be 32 (openssl: -sigopt rsa_pss_saltlen:digest): {why}"),
        ),
        (
            ck::CKM_RSA_PKCS_PSS,
            (ck::CKM_SHA256, ck::CKG_MGF1_SHA256, ck::CK_ULONG::MAX),
            format!(
                "CKM_RSA_PKCS_PSS: sLen is 18446744073709551615; it must be 32 (openssl: -sigopt rsa_pss_saltlen:digest): {why}"
            ),
        ),
    ];
    for (kind, parameter, cause) in cases {
        let before = std::fs::read_to_string(&log).unwrap().len();
        assert_eq!(init(module, session, kind, parameter, key), ck::CKR_MECHANISM_PARAM_INVALID, "{cause}");
        let logged = std::fs::read_to_string(&log).unwrap();
        let expected = format!("C_SignInit: CKR_MECHANISM_PARAM_INVALID: {cause}\n");
        assert!(logged[before..].ends_with(&expected), "{}", &logged[before..]);
    }
    // Missing, too short, too long, nowhere.
    let mut parameter = ck::CK_RSA_PKCS_PSS_PARAMS { hashAlg: ck::CKM_SHA256, mgf: ck::CKG_MGF1_SHA256, sLen: 32 };
    let pointer = (&raw mut parameter).cast();
    for (pointer, length) in
        [(std::ptr::null_mut(), 0), (std::ptr::null_mut(), 24), (pointer, 23), (pointer, 25), (pointer, u64::MAX)]
    {
        let mut mechanism =
            ck::CK_MECHANISM { mechanism: ck::CKM_RSA_PKCS_PSS, pParameter: pointer, ulParameterLen: length };
        let rv = call!(module, C_SignInit(session, &mut mechanism, key));
        assert_eq!(rv, ck::CKR_MECHANISM_PARAM_INVALID, "{length}");
    }
    assert_eq!(init(module, session, ck::CKM_RSA_PKCS_PSS, WITH_SHA256, key), ck::CKR_OK, "the session is good");
    finish(module, session, &[7; 32]).unwrap();
    module.close(session).unwrap();
}
