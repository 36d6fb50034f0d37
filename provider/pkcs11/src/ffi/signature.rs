//! Signing and verifying, PKCS#11 v3.1 §5.13 and §5.15.
//!
//! An error ends the operation, also one in the arguments: otherwise a session that failed once would answer
//! "operation active" for ever.

use cryptoki_sys as ck;

use super::pointer::{Output, bytes, read};
use crate::error::{Code, Failure};
use crate::mechanism::{Chosen, Mechanism};
use crate::module::Module;
use crate::session::Session;

/// `C_SignInit`. A null mechanism cancels.
pub(super) unsafe fn sign_init(
    module: &Module,
    session: ck::CK_SESSION_HANDLE,
    mechanism: *mut ck::CK_MECHANISM,
    key: ck::CK_OBJECT_HANDLE,
) -> Result<(), Failure> {
    let session = module.session(session)?;
    // SAFETY: the caller vouches for the mechanism.
    match unsafe { parse(mechanism)? } {
        Some(mechanism) => session.begin_sign(mechanism, key),
        None => {
            session.cancel_sign();
            Ok(())
        }
    }
}

/// `C_Sign`.
pub(super) unsafe fn sign(
    module: &Module,
    session: ck::CK_SESSION_HANDLE,
    data: *mut ck::CK_BYTE,
    length: ck::CK_ULONG,
    signature: *mut ck::CK_BYTE,
    signature_length: *mut ck::CK_ULONG,
) -> Result<(), Failure> {
    let session = module.session(session)?;
    let arguments = || {
        // SAFETY: the caller vouches for the buffer.
        let output = unsafe { Output::new(signature, signature_length, "pulSignatureLen")? };
        limit(&session, length)?;
        // SAFETY: the caller vouches for the data.
        Ok((unsafe { bytes(data, length, "pData")? }, output))
    };
    let (data, mut output) = arguments().inspect_err(|_| session.cancel_sign())?;
    session.sign(Some(data), &mut output)
}

/// `C_SignUpdate`.
pub(super) unsafe fn sign_update(
    module: &Module,
    session: ck::CK_SESSION_HANDLE,
    part: *mut ck::CK_BYTE,
    length: ck::CK_ULONG,
) -> Result<(), Failure> {
    let session = module.session(session)?;
    // SAFETY: the caller vouches for the data.
    let part = unsafe { bytes(part, length, "pPart") }.inspect_err(|_| session.cancel_sign())?;
    session.update_sign(part)
}

/// `C_SignFinal`.
pub(super) unsafe fn sign_final(
    module: &Module,
    session: ck::CK_SESSION_HANDLE,
    signature: *mut ck::CK_BYTE,
    signature_length: *mut ck::CK_ULONG,
) -> Result<(), Failure> {
    let session = module.session(session)?;
    // SAFETY: the caller vouches for the buffer.
    let output = unsafe { Output::new(signature, signature_length, "pulSignatureLen") };
    session.sign(None, &mut output.inspect_err(|_| session.cancel_sign())?)
}

/// `C_VerifyInit`. A null mechanism cancels.
pub(super) unsafe fn verify_init(
    module: &Module,
    session: ck::CK_SESSION_HANDLE,
    mechanism: *mut ck::CK_MECHANISM,
    key: ck::CK_OBJECT_HANDLE,
) -> Result<(), Failure> {
    let session = module.session(session)?;
    // SAFETY: the caller vouches for the mechanism.
    match unsafe { parse(mechanism)? } {
        Some(mechanism) => session.begin_verify(mechanism, key),
        None => {
            session.cancel_verify();
            Ok(())
        }
    }
}

/// `C_Verify`.
pub(super) unsafe fn verify(
    module: &Module,
    session: ck::CK_SESSION_HANDLE,
    data: *mut ck::CK_BYTE,
    length: ck::CK_ULONG,
    signature: *mut ck::CK_BYTE,
    signature_length: ck::CK_ULONG,
) -> Result<(), Failure> {
    let session = module.session(session)?;
    // SAFETY: the caller vouches for the signature.
    let signature = unsafe { bytes(signature, signature_length, "pSignature") };
    let signature = signature.inspect_err(|_| session.cancel_verify())?;
    // SAFETY: the caller vouches for the data.
    let data = unsafe { bytes(data, length, "pData") }.inspect_err(|_| session.cancel_verify())?;
    session.verify(Some(data), signature)
}

/// `C_VerifyUpdate`.
pub(super) unsafe fn verify_update(
    module: &Module,
    session: ck::CK_SESSION_HANDLE,
    part: *mut ck::CK_BYTE,
    length: ck::CK_ULONG,
) -> Result<(), Failure> {
    let session = module.session(session)?;
    // SAFETY: the caller vouches for the data.
    let part = unsafe { bytes(part, length, "pPart") }.inspect_err(|_| session.cancel_verify())?;
    session.update_verify(part)
}

/// `C_VerifyFinal`.
pub(super) unsafe fn verify_final(
    module: &Module,
    session: ck::CK_SESSION_HANDLE,
    signature: *mut ck::CK_BYTE,
    signature_length: ck::CK_ULONG,
) -> Result<(), Failure> {
    let session = module.session(session)?;
    // SAFETY: the caller vouches for the signature.
    let signature = unsafe { bytes(signature, signature_length, "pSignature") };
    session.verify(None, signature.inspect_err(|_| session.cancel_verify())?)
}

/// A mechanism that takes little data is not handed a lot: the length is checked before the data is touched.
fn limit(session: &Session, length: ck::CK_ULONG) -> Result<(), Failure> {
    match session.longest_to_sign() {
        Some(longest) if usize::try_from(length).is_ok_and(|length| length > longest) => {
            Err(Failure::new(Code::DataLenRange, format!("{length} bytes of data are more than this mechanism takes")))
        }
        Some(_) | None => Ok(()),
    }
}

/// Reads a mechanism and its parameter; nothing for a null pointer.
unsafe fn parse(pointer: *const ck::CK_MECHANISM) -> Result<Option<Chosen>, Failure> {
    if pointer.is_null() {
        return Ok(None);
    }
    // SAFETY: not null, and the caller vouches for the rest.
    let ck::CK_MECHANISM { mechanism: kind, pParameter: parameter, ulParameterLen: length } =
        unsafe { read(pointer, "pMechanism")? };
    let mechanism = Mechanism::find(kind)?;
    if !mechanism.has_pss_parameter() {
        if length != 0 {
            let cause = format!("{} takes no parameter, but one of {length} bytes was given", mechanism.name);
            return Err(Failure::new(Code::MechanismParamInvalid, cause));
        }
        return mechanism.choose(None).map(Some);
    }
    let expected = size_of::<ck::CK_RSA_PKCS_PSS_PARAMS>();
    if parameter.is_null() || usize::try_from(length) != Ok(expected) {
        let null = if parameter.is_null() { " at NULL" } else { "" };
        let cause = format!(
            "{} takes a CK_RSA_PKCS_PSS_PARAMS of {expected} bytes, but {length}{null} were given",
            mechanism.name
        );
        return Err(Failure::new(Code::MechanismParamInvalid, cause));
    }
    // SAFETY: not null, as long as the structure is, and the caller vouches for the rest.
    let parameter = unsafe { read(parameter.cast::<ck::CK_RSA_PKCS_PSS_PARAMS>().cast_const(), "pParameter")? };
    mechanism.choose(Some(&parameter)).map(Some)
}
