//! Sessions and logins.

use std::ptr;

use cryptoki_sys as ck;

use crate::host::{Host, Session, call, read};
use crate::scene::SLOTS;

/// Opens a session as it should be done.
pub fn open_on(host: &mut Host<'_>, slot: ck::CK_SLOT_ID) {
    let place = host.arena.value(0);
    let rv = call!(host, C_OpenSession(slot, ck::CKF_SERIAL_SESSION, ptr::null_mut(), None, place));
    assert_eq!(rv, ck::CKR_OK);
    remember(host, read(place), slot, false);
}

/// Opens a session somehow.
pub fn open(host: &mut Host<'_>) {
    let slot = host.slot();
    let flags = if host.sometimes(16) { host.number() } else { ck::CKF_SERIAL_SESSION | ck::CKF_RW_SESSION };
    let place = host.place_for(0);
    let rv = call!(host, C_OpenSession(slot, flags, ptr::null_mut(), None, place));
    if !host.initialized {
        return;
    }
    let expected = if place.is_null() {
        ck::CKR_ARGUMENTS_BAD
    } else if slot >= SLOTS {
        ck::CKR_SLOT_ID_INVALID
    } else if flags & ck::CKF_SERIAL_SESSION == 0 {
        ck::CKR_SESSION_PARALLEL_NOT_SUPPORTED
    } else if flags & ck::CKF_ASYNC_SESSION != 0 {
        ck::CKR_SESSION_ASYNC_NOT_SUPPORTED
    } else {
        ck::CKR_OK
    };
    assert_eq!(rv, expected);
    if rv == ck::CKR_OK {
        remember(host, read(place), slot, flags & ck::CKF_RW_SESSION != 0);
    }
}

fn remember(host: &mut Host<'_>, handle: ck::CK_SESSION_HANDLE, slot: ck::CK_SLOT_ID, read_write: bool) {
    assert_ne!(handle, ck::CK_INVALID_HANDLE);
    assert!(host.sessions.iter().all(|session| session.handle != handle), "the handle is another session's");
    host.sessions.push(Session { handle, slot, read_write, sign: None, verify: None, find: false });
}

/// One of the other functions of sessions.
pub fn any(host: &mut Host<'_>) {
    match host.below(8) {
        0 => close(host),
        1 => close_all(host),
        2 => info(host),
        3 => log_in(host),
        4 => log_out(host),
        5 => cancel(host),
        6 => operation_state(host),
        _ => {
            let (handle, known) = host.session();
            let rvs = [call!(host, C_GetFunctionStatus(handle)), call!(host, C_CancelFunction(handle))];
            let expected = if known.is_some() { ck::CKR_FUNCTION_NOT_PARALLEL } else { ck::CKR_SESSION_HANDLE_INVALID };
            assert!(!host.initialized || rvs == [expected; 2]);
        }
    }
}

fn close(host: &mut Host<'_>) {
    let (handle, known) = host.session();
    let rv = call!(host, C_CloseSession(handle));
    if let Some(place) = known {
        assert_eq!(rv, ck::CKR_OK);
        let slot = host.sessions.remove(place).slot;
        if host.sessions.iter().all(|session| session.slot != slot) {
            host.logged_in[slot as usize] = false;
        }
    } else if host.initialized {
        assert_eq!(rv, ck::CKR_SESSION_HANDLE_INVALID);
    }
}

fn close_all(host: &mut Host<'_>) {
    let slot = host.slot();
    let rv = call!(host, C_CloseAllSessions(slot));
    if rv == ck::CKR_OK {
        host.sessions.retain(|session| session.slot != slot);
        host.logged_in[slot as usize] = false;
    }
}

fn info(host: &mut Host<'_>) {
    let (handle, known) = host.session();
    let info = host.place_for(ck::CK_SESSION_INFO { slotID: 0, state: 0, flags: 0, ulDeviceError: 0 });
    let rv = call!(host, C_GetSessionInfo(handle, info));
    match known {
        Some(_) if info.is_null() => assert_eq!(rv, ck::CKR_ARGUMENTS_BAD),
        Some(place) => {
            assert_eq!(rv, ck::CKR_OK);
            let session = &host.sessions[place];
            let state = match (session.read_write, host.logged_in[session.slot as usize]) {
                (false, false) => ck::CKS_RO_PUBLIC_SESSION,
                (false, true) => ck::CKS_RO_USER_FUNCTIONS,
                (true, false) => ck::CKS_RW_PUBLIC_SESSION,
                (true, true) => ck::CKS_RW_USER_FUNCTIONS,
            };
            let told = read(info);
            assert_eq!((told.slotID, told.state, told.ulDeviceError), (session.slot, state, 0));
        }
        None => assert_ne!(rv, ck::CKR_OK),
    }
}

fn log_in(host: &mut Host<'_>) {
    let (handle, known) = host.session();
    let user = if host.sometimes(48) { host.number() } else { ck::CKU_USER };
    let pin = host.some_bytes(8);
    let (null, named) = (host.sometimes(32), host.sometimes(64));
    let pointer = if null { ptr::null_mut() } else { host.arena.bytes(&pin) };
    let length = pin.len() as ck::CK_ULONG;
    let rv = if named {
        call!(host, C_LoginUser(handle, user, pointer, length, pointer, length))
    } else {
        call!(host, C_Login(handle, user, pointer, length))
    };
    if let Some(place) = known {
        let logged_in = &mut host.logged_in[host.sessions[place].slot as usize];
        match rv {
            ck::CKR_OK => assert!(!std::mem::replace(logged_in, true) && user == ck::CKU_USER),
            ck::CKR_USER_ALREADY_LOGGED_IN => assert!(*logged_in && user == ck::CKU_USER),
            ck::CKR_ARGUMENTS_BAD => assert!(null && length > 0),
            _ => assert_ne!(user, ck::CKU_USER),
        }
    }
}

fn log_out(host: &mut Host<'_>) {
    let (handle, known) = host.session();
    let rv = call!(host, C_Logout(handle));
    if let Some(place) = known {
        let was = std::mem::take(&mut host.logged_in[host.sessions[place].slot as usize]);
        assert_eq!(rv, if was { ck::CKR_OK } else { ck::CKR_USER_NOT_LOGGED_IN });
    }
}

fn cancel(host: &mut Host<'_>) {
    let (handle, known) = host.session();
    let flags = match host.below(5) {
        0 => ck::CKF_SIGN,
        1 => ck::CKF_VERIFY,
        2 => ck::CKF_FIND_OBJECTS,
        3 => ck::CKF_SIGN | ck::CKF_VERIFY | ck::CKF_FIND_OBJECTS,
        _ => host.number(),
    };
    let rv = call!(host, C_SessionCancel(handle, flags));
    if let Some(place) = known {
        assert_eq!(rv, ck::CKR_OK);
        let session = &mut host.sessions[place];
        session.sign.take_if(|_| flags & ck::CKF_SIGN != 0);
        session.verify.take_if(|_| flags & ck::CKF_VERIFY != 0);
        session.find &= flags & ck::CKF_FIND_OBJECTS == 0;
    }
}

fn operation_state(host: &mut Host<'_>) {
    let (handle, known) = host.session();
    let (buffer, capacity) = host.buffer(32);
    let length = host.place_for(capacity as ck::CK_ULONG);
    let rv = call!(host, C_GetOperationState(handle, buffer, length));
    if let Some(place) = known {
        let session = &host.sessions[place];
        let busy = session.sign.is_some() || session.verify.is_some() || session.find;
        let expected = match (length.is_null(), busy) {
            (true, _) => ck::CKR_ARGUMENTS_BAD,
            (false, true) => ck::CKR_STATE_UNSAVEABLE,
            (false, false) => ck::CKR_OPERATION_NOT_INITIALIZED,
        };
        assert_eq!(rv, expected);
    }
    assert!(buffer.is_null() || host.arena.is_untouched(buffer, capacity));
}
