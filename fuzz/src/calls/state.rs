//! Whether what is active in each session is what should be.

use cryptoki_sys as ck;

use crate::host::{Host, call, read};

/// Asks in ways that change nothing. A beginning on top of something active is refused before its key is looked at;
/// without anything active it is refused for its key.
pub fn probe(host: &mut Host<'_>) {
    if !host.initialized {
        return;
    }
    let mechanism =
        ck::CK_MECHANISM { mechanism: ck::CKM_ECDSA_SHA256, pParameter: std::ptr::null_mut(), ulParameterLen: 0 };
    for session in &host.sessions {
        let begun = |active: bool| if active { ck::CKR_OPERATION_ACTIVE } else { ck::CKR_KEY_HANDLE_INVALID };
        let pointer = host.arena.value(mechanism);
        let rv = call!(host, C_SignInit(session.handle, pointer, ck::CK_INVALID_HANDLE));
        assert_eq!(rv, begun(session.sign.is_some()), "whether a signature is active");
        let rv = call!(host, C_VerifyInit(session.handle, pointer, ck::CK_INVALID_HANDLE));
        assert_eq!(rv, begun(session.verify.is_some()), "whether a verification is active");
        let (count, none) = (host.arena.value(77), host.arena.buffer(0).cast());
        let rv = call!(host, C_FindObjects(session.handle, none, 0, count));
        let expected = if session.find { (ck::CKR_OK, 0) } else { (ck::CKR_OPERATION_NOT_INITIALIZED, 77) };
        assert_eq!((rv, read(count)), expected, "whether a search is active");
        host.arena.clear();
    }
}
