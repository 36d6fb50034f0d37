//! Initialising, finalising, and what can be asked without a session.

use std::ptr;

use cryptoki_sys as ck;

use crate::host::{Host, call, read};
use crate::scene;

unsafe extern "C" fn lock(_: *mut std::ffi::c_void) -> ck::CK_RV {
    ck::CKR_OK
}

/// What most hosts do first: initialise, open a session per slot, look at everything.
pub fn ready(host: &mut Host<'_>) {
    let rv = call!(host, C_Initialize(ptr::null_mut()));
    host.initialized = true;
    assert_eq!(rv, ck::CKR_OK);
    for slot in 0..scene::SLOTS {
        super::sessions::open_on(host, slot);
        super::objects::find_all(host, slot as usize);
    }
    host.arena.clear();
}

/// `C_Initialize` with everything a host may hand over.
pub fn initialize(host: &mut Host<'_>) {
    let before = host.initialized;
    if host.sometimes(96) {
        let rv = call!(host, C_Initialize(ptr::null_mut()));
        assert_eq!(rv, if before { ck::CKR_CRYPTOKI_ALREADY_INITIALIZED } else { ck::CKR_OK });
        host.initialized = true;
        return;
    }
    let functions = host.below(16);
    let reserved = host.some_bytes(20);
    let mut arguments = ck::CK_C_INITIALIZE_ARGS {
        CreateMutex: None,
        DestroyMutex: (functions & 1 != 0).then_some(lock),
        LockMutex: (functions & 2 != 0).then_some(lock),
        UnlockMutex: (functions & 4 != 0).then_some(lock),
        flags: host.number(),
        pReserved: ptr::null_mut(),
    };
    if functions & 8 != 0 {
        let text: Vec<u8> = reserved.into_iter().filter(|byte| *byte != 0).chain([0]).collect();
        arguments.pReserved = host.arena.bytes(&text).cast();
    }
    let some = functions & 7 != 0;
    let rv = call!(host, C_Initialize(host.arena.value(arguments).cast()));
    let expected = match (before, some) {
        (true, _) => ck::CKR_CRYPTOKI_ALREADY_INITIALIZED,
        // Some of the four and never all.
        (false, true) => ck::CKR_ARGUMENTS_BAD,
        (false, false) => ck::CKR_OK,
    };
    assert_eq!(rv, expected);
    host.initialized |= rv == ck::CKR_OK;
}

/// `C_Finalize`, as it must be called or not.
pub fn finalize_somehow(host: &mut Host<'_>) {
    if host.sometimes(64) {
        let rv = call!(host, C_Finalize(host.arena.buffer(1).cast()));
        assert_eq!(rv, ck::CKR_ARGUMENTS_BAD);
    } else if host.initialized || host.sometimes(64) {
        finalize(host);
    }
}

pub fn finalize(host: &mut Host<'_>) -> ck::CK_RV {
    let rv = call!(host, C_Finalize(ptr::null_mut()));
    assert_eq!(rv, if host.initialized { ck::CKR_OK } else { ck::CKR_CRYPTOKI_NOT_INITIALIZED });
    host.forget();
    rv
}

/// One of the functions that tell about the library, a slot or a token.
pub fn any(host: &mut Host<'_>) {
    let slot = host.slot();
    match host.below(10) {
        0 => ok_unless_null(host, |host, place| call!(host, C_GetInfo(place))),
        1 => ok_unless_null(host, |host, place| call!(host, C_GetFunctionList(place))),
        2 => list(host, 2, |host, list, count| call!(host, C_GetSlotList(ck::CK_TRUE, list, count))),
        3 => ok_unless_null(host, |host, place| call!(host, C_GetSlotInfo(slot, place))),
        4 => ok_unless_null(host, |host, place| call!(host, C_GetTokenInfo(slot, place))),
        5 => list(host, 12, |host, list, count| call!(host, C_GetMechanismList(slot, list, count))),
        6 => {
            let kind = super::mechanism::any_kind(host);
            ok_unless_null(host, |host, place| call!(host, C_GetMechanismInfo(slot, kind, place)));
        }
        7 => {
            let (flags, place) = (host.number(), host.place_for(0));
            let rv = call!(host, C_WaitForSlotEvent(flags, place, ptr::null_mut()));
            assert_ne!(rv, ck::CKR_OK);
        }
        8 => list(host, 3, |host, list: *mut ck::CK_INTERFACE, count| call!(host, C_GetInterfaceList(list, count))),
        _ => interface(host),
    }
}

/// A structure, or nowhere to put it.
fn ok_unless_null<T: Copy>(host: &mut Host<'_>, ask: impl FnOnce(&mut Host<'_>, *mut T) -> ck::CK_RV) {
    // SAFETY: these are structures of numbers, and nobody reads what is in them.
    let place = host.place_for(unsafe { std::mem::zeroed::<T>() });
    let rv = ask(host, place);
    assert!(!(place.is_null() && rv == ck::CKR_OK));
}

/// A list with a count beside it: the same count whichever way it is asked for.
fn list<T: Copy>(
    host: &mut Host<'_>,
    useful: usize,
    ask: impl Fn(&mut Host<'_>, *mut T, *mut ck::CK_ULONG) -> ck::CK_RV,
) {
    let (_, capacity) = host.buffer(useful);
    let list = if host.sometimes(64) { ptr::null_mut() } else { host.arena.buffer(capacity * size_of::<T>()).cast() };
    let count = host.place_for(capacity as ck::CK_ULONG);
    let rv = ask(host, list, count);
    if count.is_null() {
        assert_ne!(rv, ck::CKR_OK);
    } else if rv == ck::CKR_OK || rv == ck::CKR_BUFFER_TOO_SMALL {
        let told = read(count);
        assert_eq!(rv == ck::CKR_BUFFER_TOO_SMALL, !list.is_null() && told > capacity as ck::CK_ULONG);
        let again = host.arena.value(0);
        assert_eq!(ask(host, ptr::null_mut(), again), ck::CKR_OK);
        assert_eq!(read(again), told);
        if rv == ck::CKR_BUFFER_TOO_SMALL {
            assert!(host.arena.is_untouched(list.cast(), capacity * size_of::<T>()));
        }
    }
}

fn interface(host: &mut Host<'_>) {
    let name = match host.below(4) {
        0 => ptr::null_mut(),
        1 => {
            let text: Vec<u8> = host.some_bytes(10).into_iter().filter(|byte| *byte != 0).chain([0]).collect();
            host.arena.bytes(&text)
        }
        _ => host.arena.bytes(b"PKCS 11\0"),
    };
    let version = match host.below(3) {
        0 => ptr::null_mut(),
        1 => host.arena.value(ck::CK_VERSION { major: 3, minor: 2 }),
        _ => {
            let (major, minor) = (host.byte() % 4, host.byte() % 48);
            host.arena.value(ck::CK_VERSION { major, minor })
        }
    };
    let (found, flags) = (host.place_for(ptr::null_mut()), host.byte() & 1);
    let rv = call!(host, C_GetInterface(name, version, found, ck::CK_FLAGS::from(flags)));
    if rv == ck::CKR_OK {
        let interface: *mut ck::CK_INTERFACE = read(found.cast_const());
        let list = read(interface).pFunctionList.cast::<ck::CK_VERSION>();
        let version = if version.is_null() { ck::CK_VERSION { major: 3, minor: 0 } } else { read(version) };
        assert_eq!((read(list).major, read(list).minor), (version.major, version.minor));
    }
}
