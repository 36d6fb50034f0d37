//! Verifying, which asks nobody.

use std::ptr;

use cryptoki_sys as ck;

use super::mechanism::{self, Operation};
use super::{judge, objects, signing};
use crate::host::{Host, call};

/// `C_VerifyInit`.
pub fn begin(host: &mut Host<'_>) {
    let (session, known) = host.session();
    let key = host.key(known, "#public");
    let material = known.and_then(|_| objects::material_of(host, session, key, ck::CKO_PUBLIC_KEY));
    let (pointer, mechanism) =
        if host.sometimes(12) { (ptr::null_mut(), None) } else { mechanism::any(host, material) };
    let rv = call!(host, C_VerifyInit(session, pointer, key));
    let Some(place) = known else { return };
    let verify = &mut host.sessions[place].verify;
    if pointer.is_null() {
        assert_eq!(rv, ck::CKR_OK);
        *verify = None;
    } else if rv == ck::CKR_OK {
        let mechanism = mechanism.expect("a mechanism that this host knows");
        let began = Operation::begin(mechanism, material.expect("a public key"));
        assert!(verify.replace(began).is_none(), "a verification was active");
    } else if mechanism.is_some() && verify.is_some() {
        assert_eq!(rv, ck::CKR_OPERATION_ACTIVE);
    }
}

/// `C_VerifyUpdate`.
pub fn part(host: &mut Host<'_>) {
    let (session, known) = host.session();
    let (data, pointer, length) = signing::data(host, false);
    let rv = call!(host, C_VerifyUpdate(session, pointer, length));
    let Some(place) = known else { return };
    let verify = &mut host.sessions[place].verify;
    match (data, verify.as_mut()) {
        (None, _) => assert_eq!(rv, ck::CKR_ARGUMENTS_BAD),
        (Some(data), Some(operation)) if operation.hashes() => {
            assert_eq!(rv, ck::CKR_OK);
            operation.data.extend(data);
            operation.started = true;
            return;
        }
        (Some(_), _) => assert_eq!(rv, ck::CKR_OPERATION_NOT_INITIALIZED),
    }
    *verify = None;
}

/// `C_Verify`.
pub fn whole(host: &mut Host<'_>) {
    end_with(host, true);
}

/// `C_VerifyFinal`.
pub fn end(host: &mut Host<'_>) {
    end_with(host, false);
}

fn end_with(host: &mut Host<'_>, whole: bool) {
    let (session, known) = host.session();
    let operation = known.and_then(|place| host.sessions[place].verify.take());
    let (mut data, mut pointer, mut length) = signing::data(host, true);
    let mut signature = signature(host, &operation);
    // Something that was signed before: the one way to a signature that is right.
    if let Some(operation) = &operation
        && let Some((signed, right)) =
            host.signed.iter().rev().find(|(signed, _)| signed.material == operation.material)
        && host.input.arbitrary().unwrap_or(true)
    {
        (data, pointer) = (Some(signed.data.clone()), host.arena.bytes(&signed.data));
        length = signed.data.len() as ck::CK_ULONG;
        signature.clone_from(right);
    }
    if host.sometimes(64) && !signature.is_empty() {
        let bit = host.below(8 * signature.len());
        signature[bit / 8] ^= 1 << (bit % 8);
    }
    let null = host.sometimes(8);
    let place_of_signature = if null { ptr::null_mut() } else { host.arena.bytes(&signature) };
    let signature_length = signature.len() as ck::CK_ULONG;
    let rv = if whole {
        call!(host, C_Verify(session, pointer, length, place_of_signature, signature_length))
    } else {
        call!(host, C_VerifyFinal(session, place_of_signature, signature_length))
    };
    if known.is_none() {
        return;
    }
    let bad = (null && !signature.is_empty()) || (whole && data.is_none());
    let expected = match operation {
        _ if bad => ck::CKR_ARGUMENTS_BAD,
        None => ck::CKR_OPERATION_NOT_INITIALIZED,
        Some(operation) if signature.len() != operation.signature_length() => ck::CKR_SIGNATURE_LEN_RANGE,
        Some(mut operation) => {
            operation.data.extend(data.filter(|_| whole).unwrap_or_default());
            let right = || judge::is_right(&operation, &signature);
            let verdict = || if right() { ck::CKR_OK } else { ck::CKR_SIGNATURE_INVALID };
            operation.refusal(whole).unwrap_or_else(verdict)
        }
    };
    assert_eq!(rv, expected);
}

/// Bytes of about the right length.
fn signature(host: &mut Host<'_>, operation: &Option<Operation>) -> Vec<u8> {
    let length = operation.as_ref().map_or(64, Operation::signature_length);
    let length = match host.below(8) {
        0 => length - 1,
        1 => host.below(600),
        _ => length,
    };
    vec![host.byte(); length]
}
