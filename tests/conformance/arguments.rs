//! Every function against a null pointer, a stranger's handle and an absurd length: a listed code, and no crash.

use std::ptr;

use cryptoki_sys as ck;
use hardkey_tests::call;
use hardkey_tests::module::mechanism;

use crate::fixture::fixture;

const ABSURD: ck::CK_ULONG = ck::CK_ULONG::MAX;

#[test]
fn null_pointers_are_bad_arguments() {
    let fixture = fixture();
    let _turn = fixture.shared();
    let module = &fixture.module;
    let session = module.open(0).unwrap();
    let mut number = 0;
    let bad = [
        call!(module, C_GetInfo(ptr::null_mut())),
        call!(module, C_GetFunctionList(ptr::null_mut())),
        call!(module, C_GetInterface(ptr::null_mut(), ptr::null_mut(), ptr::null_mut(), 0)),
        call!(module, C_GetInterfaceList(ptr::null_mut(), ptr::null_mut())),
        call!(module, C_GetSlotList(ck::CK_TRUE, ptr::null_mut(), ptr::null_mut())),
        call!(module, C_GetSlotInfo(0, ptr::null_mut())),
        call!(module, C_GetTokenInfo(0, ptr::null_mut())),
        call!(module, C_GetMechanismList(0, ptr::null_mut(), ptr::null_mut())),
        call!(module, C_GetMechanismInfo(0, ck::CKM_ECDSA, ptr::null_mut())),
        call!(module, C_GetSessionInfo(session, ptr::null_mut())),
        call!(module, C_GetOperationState(session, ptr::null_mut(), ptr::null_mut())),
        call!(module, C_WaitForSlotEvent(ck::CKF_DONT_BLOCK, ptr::null_mut(), ptr::null_mut())),
        call!(module, C_FindObjectsInit(session, ptr::null_mut(), 1)),
        call!(module, C_FindObjects(session, ptr::null_mut(), 1, &mut number)),
        call!(module, C_Finalize(ptr::from_ref(&number).cast_mut().cast())),
    ];
    for (index, rv) in bad.into_iter().enumerate() {
        assert_eq!(rv, ck::CKR_ARGUMENTS_BAD, "case {index}");
    }
    module.close(session).unwrap();
}

#[test]
fn lengths_that_no_memory_has_are_bad_arguments() {
    let fixture = fixture();
    let _turn = fixture.shared();
    let module = &fixture.module;
    let session = module.open(0).unwrap();
    let key = module.find_one(session, ck::CKO_PRIVATE_KEY, "p256");
    let mut byte = 0_u8;
    let mut length = 1024;
    let mut signature = [0_u8; 1024];
    // A template with an absurd count, and one whose entry has an absurd or dangling length.
    let mut entry = ck::CK_ATTRIBUTE { type_: ck::CKA_ID, pValue: ptr::from_mut(&mut byte).cast(), ulValueLen: ABSURD };
    assert_eq!(call!(module, C_FindObjectsInit(session, &mut entry, ABSURD)), ck::CKR_ARGUMENTS_BAD);
    assert_eq!(call!(module, C_FindObjectsInit(session, &mut entry, 1)), ck::CKR_ARGUMENTS_BAD);
    entry = ck::CK_ATTRIBUTE { type_: ck::CKA_ID, pValue: ptr::null_mut(), ulValueLen: 4 };
    assert_eq!(call!(module, C_FindObjectsInit(session, &mut entry, 1)), ck::CKR_ARGUMENTS_BAD);
    assert_eq!(call!(module, C_GetAttributeValue(session, key, &mut entry, ABSURD)), ck::CKR_ARGUMENTS_BAD);
    assert_eq!(call!(module, C_GetAttributeValue(session, key, ptr::null_mut(), 1)), ck::CKR_ARGUMENTS_BAD);
    // Data. The mechanism that takes a digest answers before it looks at the data at all.
    for (kind, data_length, expected) in [
        (ck::CKM_ECDSA_SHA256, ABSURD, ck::CKR_ARGUMENTS_BAD),
        (ck::CKM_ECDSA, ABSURD, ck::CKR_DATA_LEN_RANGE),
        (ck::CKM_ECDSA, 1 << 40, ck::CKR_DATA_LEN_RANGE),
    ] {
        assert_eq!(call!(module, C_SignInit(session, &mut mechanism(kind), key)), ck::CKR_OK);
        assert_eq!(
            call!(module, C_Sign(session, &mut byte, data_length, signature.as_mut_ptr(), &mut length)),
            expected
        );
    }
    assert_eq!(call!(module, C_SignInit(session, &mut mechanism(ck::CKM_ECDSA_SHA256), key)), ck::CKR_OK);
    assert_eq!(call!(module, C_SignUpdate(session, &mut byte, ABSURD)), ck::CKR_ARGUMENTS_BAD);
    assert_eq!(call!(module, C_SignInit(session, &mut mechanism(ck::CKM_ECDSA_SHA256), key)), ck::CKR_OK);
    assert_eq!(call!(module, C_SignUpdate(session, ptr::null_mut(), 3)), ck::CKR_ARGUMENTS_BAD);
    // The session is as good as before.
    assert_eq!(module.sign(session, key, ck::CKM_ECDSA_SHA256, b"x").map(|signature| signature.len()), Ok(64));
    module.close(session).unwrap();
}

#[test]
fn an_attribute_buffer_of_absurd_length_is_taken_at_its_word() {
    let fixture = fixture();
    let _turn = fixture.shared();
    let module = &fixture.module;
    let session = module.open(0).unwrap();
    let key = module.find_one(session, ck::CKO_PRIVATE_KEY, "p256");
    let mut buffer = [0_u8; 64];
    let mut entry = ck::CK_ATTRIBUTE { type_: ck::CKA_ID, pValue: buffer.as_mut_ptr().cast(), ulValueLen: ABSURD };
    assert_eq!(call!(module, C_GetAttributeValue(session, key, &mut entry, 1)), ck::CKR_OK);
    assert_eq!(entry.ulValueLen, 20);
    module.close(session).unwrap();
}

#[test]
fn what_this_module_does_not_do_is_answered_with_the_code_for_it() {
    let fixture = fixture();
    let _turn = fixture.shared();
    let module = &fixture.module;
    let session = module.open(0).unwrap();
    let key = module.find_one(session, ck::CKO_PRIVATE_KEY, "p256");
    let mut kind = mechanism(ck::CKM_SHA256);
    let (mut number, mut byte) = (0, 0_u8);
    let answers = [
        (call!(module, C_DigestInit(session, &mut kind)), ck::CKR_FUNCTION_NOT_SUPPORTED),
        (call!(module, C_EncryptInit(session, &mut kind, key)), ck::CKR_FUNCTION_NOT_SUPPORTED),
        (call!(module, C_DecryptInit(session, &mut kind, key)), ck::CKR_FUNCTION_NOT_SUPPORTED),
        (call!(module, C_SignRecoverInit(session, &mut kind, key)), ck::CKR_FUNCTION_NOT_SUPPORTED),
        (call!(module, C_MessageSignInit(session, &mut kind, key)), ck::CKR_FUNCTION_NOT_SUPPORTED),
        (
            call!(module, C_GenerateKey(session, &mut kind, ptr::null_mut(), 0, &mut number)),
            ck::CKR_FUNCTION_NOT_SUPPORTED,
        ),
        (call!(module, C_InitToken(0, &mut byte, 0, &mut byte)), ck::CKR_FUNCTION_NOT_SUPPORTED),
        (call!(module, C_SetPIN(session, &mut byte, 0, &mut byte, 0)), ck::CKR_FUNCTION_NOT_SUPPORTED),
        (call!(module, C_SeedRandom(session, &mut byte, 1)), ck::CKR_RANDOM_NO_RNG),
        (call!(module, C_GenerateRandom(session, &mut byte, 1)), ck::CKR_RANDOM_NO_RNG),
        (call!(module, C_GetFunctionStatus(session)), ck::CKR_FUNCTION_NOT_PARALLEL),
        (call!(module, C_CancelFunction(session)), ck::CKR_FUNCTION_NOT_PARALLEL),
        (call!(module, C_CancelFunction(0)), ck::CKR_SESSION_HANDLE_INVALID),
        (call!(module, C_CreateObject(session, ptr::null_mut(), 0, &mut number)), ck::CKR_TOKEN_WRITE_PROTECTED),
        (call!(module, C_DestroyObject(session, key)), ck::CKR_ACTION_PROHIBITED),
        (call!(module, C_DestroyObject(session, 9999)), ck::CKR_OBJECT_HANDLE_INVALID),
        (call!(module, C_SetAttributeValue(session, key, ptr::null_mut(), 0)), ck::CKR_ACTION_PROHIBITED),
        (call!(module, C_CopyObject(session, key, ptr::null_mut(), 0, &mut number)), ck::CKR_ACTION_PROHIBITED),
        (call!(module, C_SessionCancel(session, ck::CKF_SIGN)), ck::CKR_OK),
        (call!(module, C_SessionCancel(0, ck::CKF_SIGN)), ck::CKR_SESSION_HANDLE_INVALID),
    ];
    for (index, (answer, expected)) in answers.into_iter().enumerate() {
        assert_eq!(answer, expected, "case {index}");
    }
    module.close(session).unwrap();
}

#[test]
fn initialize_refuses_half_a_set_of_mutex_functions() {
    unsafe extern "C" fn lock(_: *mut std::ffi::c_void) -> ck::CK_RV {
        ck::CKR_OK
    }
    // The module of the fixture is initialised, so a second copy of the file is asked: it has its own state.
    let fixture = fixture();
    let copy = fixture.folder.join("copy.so");
    std::fs::copy(hardkey_tests::built::module(), &copy).unwrap();
    let module = hardkey_tests::module::Module::load(&copy);
    let mut arguments = ck::CK_C_INITIALIZE_ARGS {
        CreateMutex: None,
        DestroyMutex: None,
        LockMutex: Some(lock),
        UnlockMutex: None,
        flags: ck::CKF_OS_LOCKING_OK,
        pReserved: ptr::null_mut(),
    };
    assert_eq!(call!(module, C_Initialize(ptr::from_mut(&mut arguments).cast())), ck::CKR_ARGUMENTS_BAD);
    arguments.UnlockMutex = Some(lock);
    arguments.DestroyMutex = Some(lock);
    unsafe extern "C" fn create(_: *mut *mut std::ffi::c_void) -> ck::CK_RV {
        ck::CKR_OK
    }
    arguments.CreateMutex = Some(create);
    arguments.flags = 0;
    assert_eq!(call!(module, C_Initialize(ptr::from_mut(&mut arguments).cast())), ck::CKR_CANT_LOCK);
    arguments.flags = ck::CKF_OS_LOCKING_OK | ck::CKF_LIBRARY_CANT_CREATE_OS_THREADS;
    assert_eq!(call!(module, C_Initialize(ptr::from_mut(&mut arguments).cast())), ck::CKR_OK);
    assert_eq!(module.slots().map(|slots| slots.len()), Ok(3));
    module.finalize().unwrap();
    assert_eq!(module.slots(), Err(ck::CKR_CRYPTOKI_NOT_INITIALIZED));
    assert_eq!(module.finalize(), Err(ck::CKR_CRYPTOKI_NOT_INITIALIZED));
    let mut found = ptr::null_mut();
    assert_eq!(call!(module, C_GetFunctionList(&mut found)), ck::CKR_OK, "allowed at any time");
    // pReserved names a configuration, but HARDKEY_CONFIG goes before it; initialising twice in a row works.
    module.initialize_with_nothing().unwrap();
    module.finalize().unwrap();
}
