//! Objects: searches and attributes, PKCS#11 v3.1 §5.7. Objects are made, changed and destroyed in the cloud.

use cryptoki_sys as ck;

use super::pointer::{read, template, template_count, write};
use crate::error::{Code, Failure};
use crate::module::Module;
use crate::object::Answer;

/// `C_FindObjectsInit`.
pub(super) unsafe fn find(
    module: &Module,
    session: ck::CK_SESSION_HANDLE,
    entries: *mut ck::CK_ATTRIBUTE,
    count: ck::CK_ULONG,
) -> Result<(), Failure> {
    let session = module.session(session)?;
    // SAFETY: the caller vouches for the template.
    let entries = unsafe { template(entries, count)? };
    session.find(&entries)
}

/// `C_FindObjects`.
pub(super) unsafe fn found(
    module: &Module,
    session: ck::CK_SESSION_HANDLE,
    objects: *mut ck::CK_OBJECT_HANDLE,
    most: ck::CK_ULONG,
    count: *mut ck::CK_ULONG,
) -> Result<(), Failure> {
    let session = module.session(session)?;
    // SAFETY: the caller vouches for the pointer; read before the search moves on.
    unsafe { read(count, "pulObjectCount")? };
    if objects.is_null() {
        return Err(Failure::new(Code::ArgumentsBad, "phObject is NULL"));
    }
    let handles = session.next_found(usize::try_from(most).unwrap_or(usize::MAX))?;
    for (index, handle) in handles.iter().enumerate() {
        // SAFETY: there are at most `most` handles, for which the caller vouches.
        let place = unsafe { objects.add(index) };
        // SAFETY: as above.
        unsafe { write(place, *handle, "phObject")? };
    }
    let length = ck::CK_ULONG::try_from(handles.len()).unwrap_or_default();
    // SAFETY: as above.
    unsafe { write(count, length, "pulObjectCount") }
}

/// `C_FindObjectsFinal`.
pub(super) unsafe fn end_find(module: &Module, session: ck::CK_SESSION_HANDLE) -> Result<(), Failure> {
    module.session(session)?.end_find()
}

/// `C_GetAttributeValue`. One attribute that cannot be had does not keep the others back (PKCS#11 v3.1 §5.7.5).
pub(super) unsafe fn attributes(
    module: &Module,
    session: ck::CK_SESSION_HANDLE,
    object: ck::CK_OBJECT_HANDLE,
    entries: *mut ck::CK_ATTRIBUTE,
    count: ck::CK_ULONG,
) -> Result<(), Failure> {
    let session = module.session(session)?;
    let object = session.object(object)?;
    let mut outcome = Ok(());
    for index in 0..template_count(entries, count)? {
        // SAFETY: the caller vouches for `count` attributes.
        let place = unsafe { entries.add(index) };
        // SAFETY: as above.
        let entry = unsafe { read(place, "pTemplate")? };
        // SAFETY: the caller vouches for `ulValueLen` writable bytes at each `pValue`.
        let (length, answer) = unsafe { give(entry, object.attribute(entry.type_)) };
        // SAFETY: as above.
        unsafe { write(place, ck::CK_ATTRIBUTE { ulValueLen: length, ..entry }, "pTemplate")? };
        outcome = outcome.and(answer);
    }
    outcome
}

/// Gives one value to the host; what its `ulValueLen` becomes, and what went wrong.
unsafe fn give(entry: ck::CK_ATTRIBUTE, answer: Answer<'_>) -> (ck::CK_ULONG, Result<(), Failure>) {
    let kind = entry.type_;
    let refused = |code, why: &str| {
        (ck::CK_UNAVAILABLE_INFORMATION, Err(Failure::new(code, format!("attribute {kind:#x} {why}"))))
    };
    let value = match answer {
        Answer::Value(value) => value,
        Answer::Sensitive => return refused(Code::AttributeSensitive, "never leaves the HSM"),
        Answer::Unknown => return refused(Code::AttributeTypeInvalid, "does not exist on this object"),
    };
    let length = ck::CK_ULONG::try_from(value.len()).unwrap_or(ck::CK_UNAVAILABLE_INFORMATION);
    if entry.pValue.is_null() {
        return (length, Ok(()));
    }
    if entry.ulValueLen < length {
        return refused(Code::BufferTooSmall, "is longer than the buffer");
    }
    // SAFETY: the caller vouches for `ulValueLen` writable bytes, and the value has no more; a value of ours and a
    // buffer of the host's do not overlap.
    unsafe { std::ptr::copy_nonoverlapping(value.as_ptr(), entry.pValue.cast(), value.len()) };
    (length, Ok(()))
}

/// `C_GetObjectSize`.
pub(super) unsafe fn size(
    module: &Module,
    session: ck::CK_SESSION_HANDLE,
    object: ck::CK_OBJECT_HANDLE,
    size: *mut ck::CK_ULONG,
) -> Result<(), Failure> {
    let bytes = module.session(session)?.object(object)?.size();
    // SAFETY: the caller vouches for the pointer.
    unsafe { write(size, ck::CK_ULONG::try_from(bytes).unwrap_or(ck::CK_UNAVAILABLE_INFORMATION), "pulSize") }
}

/// `C_CreateObject`.
pub(super) unsafe fn create(
    module: &Module,
    session: ck::CK_SESSION_HANDLE,
    _entries: *mut ck::CK_ATTRIBUTE,
    _count: ck::CK_ULONG,
    _object: *mut ck::CK_OBJECT_HANDLE,
) -> Result<(), Failure> {
    module.session(session)?;
    let cause =
        "objects cannot be stored here; keys are made in the cloud, certificates are named in the configuration";
    Err(Failure::new(Code::TokenWriteProtected, cause))
}

/// `C_CopyObject`.
pub(super) unsafe fn copy(
    module: &Module,
    session: ck::CK_SESSION_HANDLE,
    object: ck::CK_OBJECT_HANDLE,
    _entries: *mut ck::CK_ATTRIBUTE,
    _count: ck::CK_ULONG,
    _copy: *mut ck::CK_OBJECT_HANDLE,
) -> Result<(), Failure> {
    fixed(module, session, object)
}

/// `C_DestroyObject`.
pub(super) unsafe fn destroy(
    module: &Module,
    session: ck::CK_SESSION_HANDLE,
    object: ck::CK_OBJECT_HANDLE,
) -> Result<(), Failure> {
    fixed(module, session, object)
}

/// `C_SetAttributeValue`.
pub(super) unsafe fn set_attributes(
    module: &Module,
    session: ck::CK_SESSION_HANDLE,
    object: ck::CK_OBJECT_HANDLE,
    _entries: *mut ck::CK_ATTRIBUTE,
    _count: ck::CK_ULONG,
) -> Result<(), Failure> {
    fixed(module, session, object)
}

fn fixed(module: &Module, session: ck::CK_SESSION_HANDLE, object: ck::CK_OBJECT_HANDLE) -> Result<(), Failure> {
    module.session(session)?.object(object)?;
    Err(Failure::new(
        Code::ActionProhibited,
        "objects cannot be copied, changed or destroyed here; manage keys in the cloud",
    ))
}
