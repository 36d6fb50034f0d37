//! Signing.

use std::ptr;

use cryptoki_sys as ck;
use hardkey_fuzz_service::service::ServiceErrorKind;
use hardkey_fuzz_service::{SignAnswer, left_to_sign};

use super::mechanism::{self, Operation};
use super::{judge, objects};
use crate::host::{Host, LONGEST, call, read, written};

/// `C_SignInit`.
pub fn begin(host: &mut Host<'_>) {
    let (session, known) = host.session();
    let key = host.key(known, "#private");
    let material = known.and_then(|_| objects::material_of(host, session, key, ck::CKO_PRIVATE_KEY));
    let (pointer, mechanism) =
        if host.sometimes(12) { (ptr::null_mut(), None) } else { mechanism::any(host, material) };
    let rv = call!(host, C_SignInit(session, pointer, key));
    let Some(place) = known else { return };
    let sign = &mut host.sessions[place].sign;
    if pointer.is_null() {
        assert_eq!(rv, ck::CKR_OK);
        *sign = None;
    } else if rv == ck::CKR_OK {
        let mechanism = mechanism.expect("a mechanism that this host knows");
        let began = Operation::begin(mechanism, material.expect("a private key"));
        assert!(sign.replace(began).is_none(), "a signature was active");
    } else if mechanism.is_some() && sign.is_some() {
        assert_eq!(rv, ck::CKR_OPERATION_ACTIVE);
    }
}

/// `C_SignUpdate`.
pub fn part(host: &mut Host<'_>) {
    let (session, known) = host.session();
    let (data, pointer, length) = data(host, known.is_some_and(|place| host.sessions[place].sign.is_some()));
    let rv = call!(host, C_SignUpdate(session, pointer, length));
    let Some(place) = known else { return };
    let sign = &mut host.sessions[place].sign;
    match (data, sign.as_mut()) {
        (None, _) => assert_eq!(rv, ck::CKR_ARGUMENTS_BAD),
        (Some(data), Some(operation)) if operation.hashes() => {
            assert_eq!(rv, ck::CKR_OK);
            operation.data.extend(data);
            operation.started = true;
            return;
        }
        (Some(_), _) => assert_eq!(rv, ck::CKR_OPERATION_NOT_INITIALIZED),
    }
    *sign = None;
}

/// `C_Sign`.
pub fn whole(host: &mut Host<'_>) {
    end_with(host, true);
}

/// `C_SignFinal`.
pub fn end(host: &mut Host<'_>) {
    end_with(host, false);
}

fn end_with(host: &mut Host<'_>, whole: bool) {
    let (session, known) = host.session();
    let operation = known.and_then(|place| host.sessions[place].sign.take());
    let expected = operation.as_ref().map_or(64, Operation::signature_length);
    let (data, pointer, length) = data(host, operation.as_ref().is_some_and(|one| !one.hashes()));
    let (buffer, capacity) = host.buffer(expected);
    let told = host.place_for(capacity as ck::CK_ULONG);
    let answers: Vec<SignAnswer> = left_to_sign().into_iter().collect();
    let rv = if whole {
        call!(host, C_Sign(session, pointer, length, buffer, told))
    } else {
        call!(host, C_SignFinal(session, buffer, told))
    };
    if !buffer.is_null() && rv != ck::CKR_OK {
        assert!(host.arena.is_untouched(buffer, capacity));
    }
    let Some(place) = known else { return };
    let Some(mut operation) = operation else {
        assert!([ck::CKR_OPERATION_NOT_INITIALIZED, ck::CKR_ARGUMENTS_BAD].contains(&rv), "{rv:#x}");
        return;
    };
    let prediction = if told.is_null() {
        ck::CKR_ARGUMENTS_BAD
    } else if whole && !operation.hashes() && length > expected as ck::CK_ULONG {
        ck::CKR_DATA_LEN_RANGE
    } else if whole && data.is_none() {
        ck::CKR_ARGUMENTS_BAD
    } else if buffer.is_null() || capacity < expected {
        assert_eq!(rv, if buffer.is_null() { ck::CKR_OK } else { ck::CKR_BUFFER_TOO_SMALL });
        assert_eq!(read(told), expected as ck::CK_ULONG);
        host.sessions[place].sign = Some(operation);
        return;
    } else {
        operation.data.extend(data.filter(|_| whole).unwrap_or_default());
        operation.refusal(whole).unwrap_or_else(|| outcome(&answers, expected))
    };
    assert_eq!(rv, prediction, "{operation:?} with {answers:?}");
    if rv == ck::CKR_OK {
        assert_eq!(read(told), expected as ck::CK_ULONG);
        assert!(host.arena.is_untouched(buffer.wrapping_add(expected), capacity - expected));
        let signature = written(buffer, expected);
        assert!(judge::is_right(&operation, &signature), "{operation:?} got a wrong signature");
        host.signed.push((operation, signature));
    }
}

/// What comes of the key service's answers: a wrong one is asked for once more.
fn outcome(answers: &[SignAnswer], length: usize) -> ck::CK_RV {
    let code = |kind| match kind {
        ServiceErrorKind::Unsupported => ck::CKR_FUNCTION_FAILED,
        _ => ck::CKR_DEVICE_ERROR,
    };
    for place in 0..2 {
        match answers.get(place).copied().unwrap_or(SignAnswer::Right) {
            SignAnswer::Error(kind) => return code(kind),
            answer if !answer.is_wrong(length) => return ck::CKR_OK,
            _ => {}
        }
    }
    ck::CKR_DEVICE_ERROR
}

/// Data in the host's memory; none where the pointer or the length is bad.
pub fn data(host: &mut Host<'_>, prehashed: bool) -> (Option<Vec<u8>>, *mut u8, ck::CK_ULONG) {
    let bytes = match host.below(16) {
        0 => {
            let length = host.below(LONGEST);
            vec![host.byte(); length]
        }
        1 => Vec::new(),
        2 => return (None, host.arena.buffer(1), ck::CK_ULONG::MAX - ck::CK_ULONG::from(host.byte())),
        3 => return (None, ptr::null_mut(), 1 + ck::CK_ULONG::from(host.byte())),
        4..=10 if prehashed => {
            let (length, byte) = ([32, 48, 64][host.below(3)], host.byte());
            let digest = vec![byte; length];
            if host.sometimes(128) { [crate::digest_info::prefix(length), &digest].concat() } else { digest }
        }
        _ => host.some_bytes(80),
    };
    let pointer = if bytes.is_empty() && host.sometimes(128) { ptr::null_mut() } else { host.arena.bytes(&bytes) };
    let length = bytes.len() as ck::CK_ULONG;
    (Some(bytes), pointer, length)
}
