//! Sessions and login. Each test has a slot's login to itself, so they take turns.

use std::ptr;

use cryptoki_sys as ck;
use hardkey_tests::call;
use hardkey_tests::module::{Module, ok};

use crate::fixture::{NAMES, fixture};

fn state(module: &Module, session: ck::CK_SESSION_HANDLE) -> ck::CK_STATE {
    let mut info = ck::CK_SESSION_INFO { slotID: 99, state: 99, flags: 0, ulDeviceError: 99 };
    assert_eq!(call!(module, C_GetSessionInfo(session, &mut info)), ck::CKR_OK);
    assert_eq!((info.slotID, info.ulDeviceError), (NAMES, 0));
    info.state
}

fn open(module: &Module, flags: ck::CK_FLAGS) -> ck::CK_SESSION_HANDLE {
    let mut session = 0;
    let mut application = 5_u8;
    let pointer = ptr::from_mut(&mut application).cast();
    // Hosts pass a pointer and a callback of their own; both are taken.
    let flags = flags | ck::CKF_SERIAL_SESSION;
    assert_eq!(call!(module, C_OpenSession(NAMES, flags, pointer, Some(notify), &mut session)), ck::CKR_OK);
    session
}

unsafe extern "C" fn notify(_: ck::CK_SESSION_HANDLE, _: ck::CK_NOTIFICATION, _: *mut std::ffi::c_void) -> ck::CK_RV {
    ck::CKR_OK
}

#[test]
fn a_login_is_the_tokens_and_shows_in_every_session_of_it() {
    let fixture = fixture();
    let _turn = fixture.alone();
    let module = &fixture.module;
    let (read_only, read_write) = (open(module, 0), open(module, ck::CKF_RW_SESSION));
    assert_eq!(state(module, read_only), ck::CKS_RO_PUBLIC_SESSION);
    assert_eq!(state(module, read_write), ck::CKS_RW_PUBLIC_SESSION);
    assert_eq!(call!(module, C_Login(read_only, ck::CKU_USER, ptr::null_mut(), 0)), ck::CKR_OK);
    assert_eq!(state(module, read_only), ck::CKS_RO_USER_FUNCTIONS);
    assert_eq!(state(module, read_write), ck::CKS_RW_USER_FUNCTIONS);
    let mut pin = *b"1234";
    assert_eq!(call!(module, C_Login(read_write, ck::CKU_USER, pin.as_mut_ptr(), 4)), ck::CKR_USER_ALREADY_LOGGED_IN);
    assert_eq!(call!(module, C_Logout(read_write)), ck::CKR_OK);
    assert_eq!(call!(module, C_Logout(read_write)), ck::CKR_USER_NOT_LOGGED_IN);
    assert_eq!(call!(module, C_Login(read_write, ck::CKU_USER, pin.as_mut_ptr(), 4)), ck::CKR_OK);
    // The last session takes the login with it.
    module.close(read_only).unwrap();
    module.close(read_write).unwrap();
    let again = open(module, 0);
    assert_eq!(state(module, again), ck::CKS_RO_PUBLIC_SESSION);
    module.close(again).unwrap();
}

#[test]
fn other_kinds_of_login_are_answered_as_what_they_are() {
    let fixture = fixture();
    let _turn = fixture.alone();
    let module = &fixture.module;
    let session = open(module, ck::CKF_RW_SESSION);
    let login = |user| call!(module, C_Login(session, user, ptr::null_mut(), 0));
    assert_eq!(login(ck::CKU_SO), ck::CKR_USER_TYPE_INVALID);
    assert_eq!(login(ck::CKU_CONTEXT_SPECIFIC), ck::CKR_OPERATION_NOT_INITIALIZED);
    assert_eq!(login(77), ck::CKR_USER_TYPE_INVALID);
    assert_eq!(call!(module, C_Login(session, ck::CKU_USER, ptr::null_mut(), 4)), ck::CKR_ARGUMENTS_BAD);
    let mut name = *b"me";
    assert_eq!(call!(module, C_LoginUser(session, ck::CKU_USER, ptr::null_mut(), 0, name.as_mut_ptr(), 2)), ck::CKR_OK);
    module.close(session).unwrap();
}

#[test]
fn a_closed_session_is_no_session() {
    let fixture = fixture();
    let _turn = fixture.alone();
    let module = &fixture.module;
    let session = open(module, 0);
    module.close(session).unwrap();
    assert_eq!(module.close(session), Err(ck::CKR_SESSION_HANDLE_INVALID));
    for stranger in [session, 0, ck::CK_ULONG::MAX] {
        let mut info = ck::CK_SESSION_INFO { slotID: 0, state: 0, flags: 0, ulDeviceError: 0 };
        assert_eq!(call!(module, C_GetSessionInfo(stranger, &mut info)), ck::CKR_SESSION_HANDLE_INVALID);
        assert_eq!(module.find(stranger, &[]), Err(ck::CKR_SESSION_HANDLE_INVALID));
    }
}

#[test]
fn close_all_closes_every_session_of_its_slot_and_none_of_another() {
    let fixture = fixture();
    let _turn = fixture.alone();
    let module = &fixture.module;
    let other = module.open(0).unwrap();
    let sessions: Vec<_> = (0..20).map(|_| open(module, 0)).collect();
    // SAFETY: a structure of bytes and numbers.
    let mut token: ck::CK_TOKEN_INFO = unsafe { std::mem::zeroed() };
    ok(call!(module, C_GetTokenInfo(NAMES, &mut token))).unwrap();
    assert_eq!((token.ulSessionCount, token.ulRwSessionCount), (20, 0));
    assert_eq!(call!(module, C_CloseAllSessions(NAMES)), ck::CKR_OK);
    assert!(sessions.iter().all(|session| module.close(*session) == Err(ck::CKR_SESSION_HANDLE_INVALID)));
    module.close(other).unwrap();
}

#[test]
fn a_parallel_session_is_refused_and_nothing_is_left_open() {
    let fixture = fixture();
    let _turn = fixture.alone();
    let module = &fixture.module;
    let mut session = 0;
    assert_eq!(
        call!(module, C_OpenSession(NAMES, 0, ptr::null_mut(), None, &mut session)),
        ck::CKR_SESSION_PARALLEL_NOT_SUPPORTED
    );
    assert_eq!(
        call!(module, C_OpenSession(NAMES, ck::CKF_SERIAL_SESSION, ptr::null_mut(), None, ptr::null_mut())),
        ck::CKR_ARGUMENTS_BAD
    );
    // SAFETY: a structure of bytes and numbers.
    let mut token: ck::CK_TOKEN_INFO = unsafe { std::mem::zeroed() };
    ok(call!(module, C_GetTokenInfo(NAMES, &mut token))).unwrap();
    assert_eq!(token.ulSessionCount, 0);
}

#[test]
fn a_second_initialize_is_told_that_it_is_the_second() {
    let module = &fixture().module;
    assert_eq!(module.initialize(), Err(ck::CKR_CRYPTOKI_ALREADY_INITIALIZED));
    assert_eq!(module.initialize_with_nothing(), Err(ck::CKR_CRYPTOKI_ALREADY_INITIALIZED));
}

#[test]
fn operation_state_is_not_to_be_had() {
    let fixture = fixture();
    let _turn = fixture.shared();
    let module = &fixture.module;
    let session = module.open(0).unwrap();
    let mut length = 0;
    assert_eq!(
        call!(module, C_GetOperationState(session, ptr::null_mut(), &mut length)),
        ck::CKR_OPERATION_NOT_INITIALIZED
    );
    ok(call!(module, C_FindObjectsInit(session, ptr::null_mut(), 0))).unwrap();
    assert_eq!(call!(module, C_GetOperationState(session, ptr::null_mut(), &mut length)), ck::CKR_STATE_UNSAVEABLE);
    module.close(session).unwrap();
}
