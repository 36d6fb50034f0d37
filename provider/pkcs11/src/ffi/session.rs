//! Sessions and login, PKCS#11 v3.1 §5.6.

use cryptoki_sys as ck;

use super::pointer::{bytes, read, write};
use crate::error::{Code, Failure};
use crate::module::Module;

/// `C_OpenSession`. The host's callback and its pointer are taken and never used: no event happens here.
pub(super) unsafe fn open(
    module: &Module,
    slot: ck::CK_SLOT_ID,
    flags: ck::CK_FLAGS,
    _application: ck::CK_VOID_PTR,
    _notify: ck::CK_NOTIFY,
    session: *mut ck::CK_SESSION_HANDLE,
) -> Result<(), Failure> {
    // SAFETY: the caller vouches for the pointer; read before anything is opened, so that nothing is left open.
    unsafe { read(session, "phSession")? };
    module.slot(slot)?;
    if flags & ck::CKF_SERIAL_SESSION == 0 {
        return Err(Failure::new(Code::SessionParallelNotSupported, "set CKF_SERIAL_SESSION"));
    }
    // A host that asks for one would wait for answers that have long been given (PKCS#11 v3.2 §5.6.1).
    if flags & ck::CKF_ASYNC_SESSION != 0 {
        return Err(Failure::new(Code::SessionAsyncNotSupported, "leave CKF_ASYNC_SESSION out"));
    }
    let handle = module.open(slot, flags)?;
    // SAFETY: as above.
    unsafe { write(session, handle, "phSession") }
}

/// `C_CloseSession`.
pub(super) unsafe fn close(module: &Module, session: ck::CK_SESSION_HANDLE) -> Result<(), Failure> {
    module.close(session)
}

/// `C_CloseAllSessions`.
pub(super) unsafe fn close_all(module: &Module, slot: ck::CK_SLOT_ID) -> Result<(), Failure> {
    module.close_all(slot)
}

/// `C_GetSessionInfo`.
pub(super) unsafe fn info(
    module: &Module,
    session: ck::CK_SESSION_HANDLE,
    info: *mut ck::CK_SESSION_INFO,
) -> Result<(), Failure> {
    let session = module.session(session)?;
    let value = ck::CK_SESSION_INFO {
        slotID: ck::CK_SLOT_ID::try_from(session.slot_id).unwrap_or(ck::CK_UNAVAILABLE_INFORMATION),
        state: session.state(),
        flags: session.flags,
        ulDeviceError: 0,
    };
    // SAFETY: the caller vouches for the pointer.
    unsafe { write(info, value, "pInfo") }
}

/// `C_Login`: never in the way. Any PIN will do, because the cloud's credentials decide who may sign.
pub(super) unsafe fn log_in(
    module: &Module,
    session: ck::CK_SESSION_HANDLE,
    user: ck::CK_USER_TYPE,
    pin: *mut ck::CK_UTF8CHAR,
    length: ck::CK_ULONG,
) -> Result<(), Failure> {
    let session = module.session(session)?;
    // SAFETY: the caller vouches for the pointer. The PIN itself is not looked at.
    unsafe { bytes(pin, length, "pPin")? };
    match user {
        ck::CKU_USER if session.slot.log_in() => Ok(()),
        ck::CKU_USER => Err(Failure::new(Code::UserAlreadyLoggedIn, "the token is logged in")),
        ck::CKU_CONTEXT_SPECIFIC => {
            Err(Failure::new(Code::OperationNotInitialized, "no key asks for a login per signature"))
        }
        ck::CKU_SO => {
            Err(Failure::new(Code::UserTypeInvalid, "there is no security officer; keys are managed in the cloud"))
        }
        other => Err(Failure::new(Code::UserTypeInvalid, format!("there is no user type {other}"))),
    }
}

/// `C_LoginUser`: as `C_Login`, with a name that is not looked at either.
pub(super) unsafe fn log_in_user(
    module: &Module,
    session: ck::CK_SESSION_HANDLE,
    user: ck::CK_USER_TYPE,
    pin: *mut ck::CK_UTF8CHAR,
    length: ck::CK_ULONG,
    name: *mut ck::CK_UTF8CHAR,
    name_length: ck::CK_ULONG,
) -> Result<(), Failure> {
    // That there is no such session goes before what is wrong with the name (PKCS#11 v3.1 §5.1.7).
    module.session(session)?;
    // SAFETY: the caller vouches for the pointer.
    unsafe { bytes(name, name_length, "pUsername")? };
    // SAFETY: as above.
    unsafe { log_in(module, session, user, pin, length) }
}

/// `C_Logout`.
pub(super) unsafe fn log_out(module: &Module, session: ck::CK_SESSION_HANDLE) -> Result<(), Failure> {
    if module.session(session)?.slot.log_out() {
        return Ok(());
    }
    Err(Failure::new(Code::UserNotLoggedIn, "the token is not logged in"))
}

/// `C_SessionCancel`. What is not active needs no cancelling.
pub(super) unsafe fn cancel(
    module: &Module,
    session: ck::CK_SESSION_HANDLE,
    flags: ck::CK_FLAGS,
) -> Result<(), Failure> {
    module.session(session)?.cancel(flags);
    Ok(())
}

/// `C_GetOperationState`. Hosts ask when they copy a context and live with the answer.
pub(super) unsafe fn operation_state(
    module: &Module,
    session: ck::CK_SESSION_HANDLE,
    _state: *mut ck::CK_BYTE,
    length: *mut ck::CK_ULONG,
) -> Result<(), Failure> {
    let session = module.session(session)?;
    // SAFETY: the caller vouches for the pointer.
    unsafe { read(length, "pulOperationStateLen")? };
    if session.is_busy() {
        return Err(Failure::new(Code::StateUnsaveable, "operations cannot be saved"));
    }
    Err(Failure::new(Code::OperationNotInitialized, "no operation is active"))
}
