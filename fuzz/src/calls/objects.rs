//! Searches and attributes.

use std::ptr;

use cryptoki_sys as ck;
use hardkey_fuzz_service::materials;

use crate::host::{Host, call, read, written};

/// Attributes that some objects have, that none has, and that none may show.
const ATTRIBUTES: [ck::CK_ATTRIBUTE_TYPE; 22] = [
    ck::CKA_CLASS,
    ck::CKA_TOKEN,
    ck::CKA_LABEL,
    ck::CKA_ID,
    ck::CKA_KEY_TYPE,
    ck::CKA_SIGN,
    ck::CKA_LOCAL,
    ck::CKA_SUBJECT,
    ck::CKA_MODULUS,
    ck::CKA_MODULUS_BITS,
    ck::CKA_PUBLIC_EXPONENT,
    ck::CKA_EC_PARAMS,
    ck::CKA_EC_POINT,
    ck::CKA_ALLOWED_MECHANISMS,
    ck::CKA_PUBLIC_KEY_INFO,
    ck::CKA_UNIQUE_ID,
    ck::CKA_START_DATE,
    ck::CKA_CERTIFICATE_TYPE,
    ck::CKA_VALUE,
    ck::CKA_PRIVATE_EXPONENT,
    ck::CKA_PRIME_1,
    ck::CKA_WRAP_TEMPLATE,
];

const CLASSES: [ck::CK_OBJECT_CLASS; 4] = [ck::CKO_PRIVATE_KEY, ck::CKO_PUBLIC_KEY, ck::CKO_CERTIFICATE, ck::CKO_DATA];

/// The whole value of an attribute, if the object has it and shows it.
pub fn value(
    host: &Host<'_>,
    session: ck::CK_SESSION_HANDLE,
    object: ck::CK_OBJECT_HANDLE,
    kind: ck::CK_ATTRIBUTE_TYPE,
) -> Option<Vec<u8>> {
    let mut entry = ck::CK_ATTRIBUTE { type_: kind, pValue: ptr::null_mut(), ulValueLen: 0 };
    let rv = call!(host, C_GetAttributeValue(session, object, &mut entry, 1));
    if rv != ck::CKR_OK {
        assert_eq!(entry.ulValueLen, if is_unshown(rv) { ck::CK_UNAVAILABLE_INFORMATION } else { 0 });
        return None;
    }
    let mut bytes = vec![0; entry.ulValueLen as usize];
    entry.pValue = bytes.as_mut_ptr().cast();
    assert_eq!(call!(host, C_GetAttributeValue(session, object, &mut entry, 1)), ck::CKR_OK);
    assert_eq!(entry.ulValueLen as usize, bytes.len());
    Some(bytes)
}

fn is_unshown(rv: ck::CK_RV) -> bool {
    rv == ck::CKR_ATTRIBUTE_SENSITIVE || rv == ck::CKR_ATTRIBUTE_TYPE_INVALID
}

/// The material behind a key object of this class.
pub fn material_of(
    host: &Host<'_>,
    session: ck::CK_SESSION_HANDLE,
    object: ck::CK_OBJECT_HANDLE,
    class: ck::CK_OBJECT_CLASS,
) -> Option<usize> {
    if value(host, session, object, ck::CKA_CLASS)? != class.to_ne_bytes() {
        return None;
    }
    let spki = value(host, session, object, ck::CKA_PUBLIC_KEY_INFO)?;
    Some(materials().iter().position(|material| material.public_key.spki() == spki).expect("nobody's key"))
}

/// Everything there is on a session's token.
pub fn find_all(host: &mut Host<'_>, place: usize) {
    let session = host.sessions[place].handle;
    if call!(host, C_FindObjectsInit(session, ptr::null_mut(), 0)) == ck::CKR_OK {
        host.sessions[place].find = true;
        next(host, place, 100, &[]);
        assert_eq!(call!(host, C_FindObjectsFinal(session)), ck::CKR_OK);
        host.sessions[place].find = false;
    }
}

/// A search, or a part of one.
pub fn find(host: &mut Host<'_>) {
    let (session, known) = host.session();
    match host.below(4) {
        0 => {
            let rv = call!(host, C_FindObjectsFinal(session));
            if let Some(place) = known {
                let was = std::mem::take(&mut host.sessions[place].find);
                assert_eq!(rv, if was { ck::CKR_OK } else { ck::CKR_OPERATION_NOT_INITIALIZED });
            }
        }
        1 => {
            let most = host.below(12);
            match known {
                Some(place) if host.sessions[place].find => next(host, place, most, &[]),
                _ => {
                    let (objects, count) = (host.arena.buffer(8 * most).cast(), host.place_for(0));
                    assert_ne!(call!(host, C_FindObjects(session, objects, most as ck::CK_ULONG, count)), ck::CKR_OK);
                }
            }
        }
        _ => begin(host, session, known),
    }
}

fn begin(host: &mut Host<'_>, session: ck::CK_SESSION_HANDLE, known: Option<usize>) {
    let template: Vec<(ck::CK_ATTRIBUTE_TYPE, Vec<u8>)> = (0..host.below(4)).map(|_| wanted(host, session)).collect();
    let mut count = template.len() as ck::CK_ULONG;
    let mut bad = false;
    let mut entries = Vec::new();
    for (kind, value) in &template {
        let (mut pointer, mut length) = (host.arena.bytes(value), value.len() as ck::CK_ULONG);
        match host.below(24) {
            0 => length = ck::CK_ULONG::MAX,
            1 => pointer = ptr::null_mut(),
            _ => {}
        }
        bad |= length == ck::CK_ULONG::MAX || (pointer.is_null() && length > 0);
        entries.push(ck::CK_ATTRIBUTE { type_: *kind, pValue: pointer.cast(), ulValueLen: length });
    }
    let mut pointer = array(host, &entries);
    if host.sometimes(8) {
        pointer = ptr::null_mut();
        bad = count > 0;
    } else if host.sometimes(4) {
        count = 1 << 13;
        bad = true;
    }
    let rv = call!(host, C_FindObjectsInit(session, pointer, count));
    let Some(place) = known else { return };
    if bad {
        assert_eq!(rv, ck::CKR_ARGUMENTS_BAD);
    } else if host.sessions[place].find {
        assert_eq!(rv, ck::CKR_OPERATION_ACTIVE);
    } else if rv == ck::CKR_OK {
        host.sessions[place].find = true;
        let most = 1 + host.below(12);
        next(host, place, most, if pointer.is_null() { &[] } else { &template });
    }
}

/// A value to search for: one that an object has, or anything.
fn wanted(host: &mut Host<'_>, session: ck::CK_SESSION_HANDLE) -> (ck::CK_ATTRIBUTE_TYPE, Vec<u8>) {
    let kind = ATTRIBUTES[host.below(ATTRIBUTES.len())];
    let object = host.object();
    match host.below(4) {
        0 => (kind, host.some_bytes(10)),
        1 => (ck::CKA_CLASS, CLASSES[host.below(4)].to_ne_bytes().to_vec()),
        _ => (kind, value(host, session, object, kind).unwrap_or_default()),
    }
}

/// `C_FindObjects`: no more than asked for, none twice, each as the template wants it and as it was before.
fn next(host: &mut Host<'_>, place: usize, most: usize, template: &[(ck::CK_ATTRIBUTE_TYPE, Vec<u8>)]) {
    let session = host.sessions[place].handle;
    let (objects, count) = (host.arena.buffer(8 * most), host.arena.value(0));
    let rv = call!(host, C_FindObjects(session, objects.cast(), most as ck::CK_ULONG, count));
    assert_eq!(rv, ck::CKR_OK);
    let found = read(count) as usize;
    assert!(found <= most && host.arena.is_untouched(objects.wrapping_add(8 * found), 8 * (most - found)));
    let mut seen = Vec::new();
    for index in 0..found {
        let object = read(objects.cast::<ck::CK_OBJECT_HANDLE>().wrapping_add(index));
        // Java tools keep handles in 31 bits.
        assert!(object != ck::CK_INVALID_HANDLE && object < 1 << 31 && !seen.contains(&object));
        seen.push(object);
        for (kind, wanted) in template {
            assert_eq!(value(host, session, object, *kind).as_ref(), Some(wanted), "attribute {kind:#x}");
        }
        let name = value(host, session, object, ck::CKA_UNIQUE_ID).unwrap();
        assert_eq!(
            *host.objects.entry(object).or_insert_with(|| name.clone()),
            name,
            "the handle means another object"
        );
    }
}

fn array(host: &Host<'_>, entries: &[ck::CK_ATTRIBUTE]) -> *mut ck::CK_ATTRIBUTE {
    let array: *mut ck::CK_ATTRIBUTE = host.arena.buffer(size_of_val(entries)).cast();
    for (index, entry) in entries.iter().enumerate() {
        // SAFETY: the buffer has room for all of them.
        unsafe { array.add(index).write_unaligned(*entry) };
    }
    array
}

/// `C_GetAttributeValue`: each entry by itself, whatever the others are.
pub fn attributes(host: &mut Host<'_>) {
    let ((session, known), object) = (host.session(), host.object());
    let mut entries = Vec::new();
    for _ in 0..host.below(6) {
        let type_ = if host.sometimes(8) { host.number() } else { ATTRIBUTES[host.below(ATTRIBUTES.len())] };
        let useful = value(host, session, object, type_).map_or(0, |value| value.len());
        let (pointer, length) = host.buffer(useful);
        entries.push(ck::CK_ATTRIBUTE { type_, pValue: pointer.cast(), ulValueLen: length as ck::CK_ULONG });
    }
    let pointer = array(host, &entries);
    let rv = call!(host, C_GetAttributeValue(session, object, pointer, entries.len() as ck::CK_ULONG));
    let ours = known.is_some_and(|_| value(host, session, object, ck::CKA_CLASS).is_some());
    let mut good = true;
    for (index, before) in entries.iter().enumerate() {
        let after = read(pointer.wrapping_add(index));
        assert_eq!((after.type_, after.pValue), (before.type_, before.pValue));
        let (buffer, capacity) = (before.pValue.cast::<u8>(), before.ulValueLen as usize);
        let expected = value(host, session, object, before.type_).filter(|_| ours);
        let untouched = if let Some(expected) = expected.as_ref().filter(|value| value.len() <= capacity)
            && !buffer.is_null()
        {
            assert_eq!(written(buffer, expected.len()), *expected);
            expected.len()
        } else {
            0
        };
        if !buffer.is_null() {
            assert!(host.arena.is_untouched(buffer.wrapping_add(untouched), capacity - untouched));
        }
        let told = match expected {
            Some(value) if buffer.is_null() || value.len() <= capacity => value.len() as ck::CK_ULONG,
            _ if ours => ck::CK_UNAVAILABLE_INFORMATION,
            _ => before.ulValueLen,
        };
        assert_eq!(after.ulValueLen, told, "attribute {:#x}", before.type_);
        good &= told != ck::CK_UNAVAILABLE_INFORMATION;
    }
    assert!(rv == ck::CKR_OK || !ours || !good);
    assert!(rv != ck::CKR_OK || (ours && good));
}

/// Objects are made, copied, changed and destroyed elsewhere.
pub fn fixed(host: &mut Host<'_>) {
    let ((session, _), object) = (host.session(), host.object());
    let place = host.place_for(0);
    let (template, count) = (host.arena.buffer(3).cast(), host.number());
    let rv = match host.below(5) {
        0 => call!(host, C_CreateObject(session, template, count, place)),
        1 => call!(host, C_CopyObject(session, object, template, count, place)),
        2 => call!(host, C_DestroyObject(session, object)),
        3 => call!(host, C_SetAttributeValue(session, object, template, count)),
        _ => {
            let size = host.arena.value(0);
            let rv = call!(host, C_GetObjectSize(session, object, size));
            assert_eq!(rv == ck::CKR_OK, read(size) > 0);
            return;
        }
    };
    assert_ne!(rv, ck::CKR_OK);
}
