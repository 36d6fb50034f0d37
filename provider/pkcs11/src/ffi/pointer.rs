//! The host's pointers become values and slices here.
//!
//! Nothing of the host's is read before its length was checked, and nothing beyond what is needed. Structures are
//! read and written unaligned: hosts pack them as their compiler likes.

use std::marker::PhantomData;
use std::slice;

use cryptoki_sys as ck;

use crate::error::{Code, Failure};

/// Templates of hosts have under 30 entries; a count beyond this is not a count.
const LONGEST_TEMPLATE: usize = 1 << 12;

/// Reads one value.
///
/// # Safety
/// A pointer that is not null is valid for a read of a `T`.
pub(super) unsafe fn read<T: Copy>(pointer: *const T, name: &str) -> Result<T, Failure> {
    if pointer.is_null() {
        return Err(null(name));
    }
    // SAFETY: not null, and the caller vouches for the rest.
    Ok(unsafe { pointer.read_unaligned() })
}

/// Writes one value.
///
/// # Safety
/// A pointer that is not null is valid for a write of a `T`.
pub(super) unsafe fn write<T: Copy>(pointer: *mut T, value: T, name: &str) -> Result<(), Failure> {
    if pointer.is_null() {
        return Err(null(name));
    }
    // SAFETY: not null, and the caller vouches for the rest.
    unsafe { pointer.write_unaligned(value) };
    Ok(())
}

/// Borrows bytes. No bytes may be a null pointer.
///
/// # Safety
/// A pointer that is not null is valid for reads of `length` bytes for as long as `'a`.
pub(super) unsafe fn bytes<'a>(pointer: *const u8, length: ck::CK_ULONG, name: &str) -> Result<&'a [u8], Failure> {
    let length = size(length, name)?;
    if length == 0 {
        return Ok(&[]);
    }
    if pointer.is_null() {
        return Err(Failure::new(Code::ArgumentsBad, format!("{name} is NULL, but its length is {length}")));
    }
    // SAFETY: not null, no longer than any object can be, and the caller vouches for the rest.
    Ok(unsafe { slice::from_raw_parts(pointer, length) })
}

/// One entry of a search template.
pub(crate) struct TemplateEntry<'a> {
    pub(crate) kind: ck::CK_ATTRIBUTE_TYPE,
    pointer: *const u8,
    length: usize,
    life: PhantomData<&'a [u8]>,
}

impl TemplateEntry<'_> {
    /// Whether the entry asks for this value. A length that differs decides without a look at the host's memory.
    pub(crate) fn is(&self, value: &[u8]) -> bool {
        if self.length != value.len() {
            return false;
        }
        // SAFETY: `template` checked the pointer; its caller vouched for `length` readable bytes.
        self.length == 0 || unsafe { slice::from_raw_parts(self.pointer, self.length) } == value
    }
}

/// Reads a search template.
///
/// # Safety
/// `pointer` leads to `count` attributes, each with `ulValueLen` readable bytes at `pValue`, for as long as `'a`.
pub(super) unsafe fn template<'a>(
    pointer: *const ck::CK_ATTRIBUTE,
    count: ck::CK_ULONG,
) -> Result<Vec<TemplateEntry<'a>>, Failure> {
    let count = template_count(pointer, count)?;
    let mut entries = Vec::with_capacity(count);
    for index in 0..count {
        // SAFETY: the caller vouches for `count` attributes.
        let attribute = unsafe { pointer.add(index) };
        // SAFETY: as above.
        let ck::CK_ATTRIBUTE { type_: kind, pValue: value, ulValueLen: length } =
            unsafe { read(attribute, "pTemplate")? };
        let length = size(length, "ulValueLen")?;
        if value.is_null() && length > 0 {
            let cause = format!("attribute {kind:#x} of the template has no value, but its length is {length}");
            return Err(Failure::new(Code::ArgumentsBad, cause));
        }
        entries.push(TemplateEntry { kind, pointer: value.cast(), length, life: PhantomData });
    }
    Ok(entries)
}

/// Checks the head of an attribute array.
pub(super) fn template_count(pointer: *const ck::CK_ATTRIBUTE, count: ck::CK_ULONG) -> Result<usize, Failure> {
    let count = size(count, "ulCount")?;
    if pointer.is_null() && count > 0 {
        return Err(Failure::new(Code::ArgumentsBad, format!("pTemplate is NULL, but ulCount is {count}")));
    }
    if count > LONGEST_TEMPLATE {
        let cause = format!("ulCount is {count}; a template has at most {LONGEST_TEMPLATE} attributes");
        return Err(Failure::new(Code::ArgumentsBad, cause));
    }
    Ok(count)
}

/// A buffer of the host with its length beside it: the one place that knows "length first, then data"
/// (PKCS#11 v3.1 §5.2).
pub(crate) struct Output<'a, T = u8> {
    pointer: *mut T,
    length: *mut ck::CK_ULONG,
    capacity: usize,
    life: PhantomData<&'a mut [T]>,
}

/// Whether the host's buffer will do.
pub(crate) enum Room {
    /// The host only wants to know the length, and has been told.
    Asked,
    /// The buffer is too small; the host has been told the length.
    Short(Failure),
    /// There is room.
    Enough,
}

impl<T: Copy> Output<'_, T> {
    /// # Safety
    /// `length` that is not null is valid for a read and a write; `pointer` that is not null is valid for writes of
    /// `*length` elements. Both for as long as the output lives.
    pub(super) unsafe fn new(pointer: *mut T, length: *mut ck::CK_ULONG, name: &str) -> Result<Self, Failure> {
        // SAFETY: the caller vouches for `length`.
        let capacity = unsafe { read(length, name)? };
        // A buffer cannot be longer than memory; a capacity that says so is taken as "long enough".
        let capacity = usize::try_from(capacity).unwrap_or(usize::MAX);
        Ok(Self { pointer, length, capacity, life: PhantomData })
    }

    /// Tells the host how much there is to come, unless it can be given right away.
    pub(crate) fn room(&mut self, needed: usize) -> Room {
        if self.pointer.is_null() {
            self.tell(needed);
            return Room::Asked;
        }
        if self.capacity < needed {
            self.tell(needed);
            let cause = format!("the buffer holds {}, the answer has {needed}", self.capacity);
            return Room::Short(Failure::new(Code::BufferTooSmall, cause));
        }
        Room::Enough
    }

    /// Gives the values to the host.
    pub(crate) fn write(&mut self, values: &[T]) -> Result<(), Failure> {
        if let Room::Short(failure) = self.room(values.len()) {
            return Err(failure);
        }
        self.tell(values.len());
        if !self.pointer.is_null() {
            for (index, value) in values.iter().enumerate() {
                // SAFETY: `room` made sure of as many elements; `new`'s caller vouched for them.
                let place = unsafe { self.pointer.add(index) };
                // SAFETY: as above.
                unsafe { place.write_unaligned(*value) };
            }
        }
        Ok(())
    }

    fn tell(&mut self, length: usize) {
        let length = ck::CK_ULONG::try_from(length).unwrap_or(ck::CK_UNAVAILABLE_INFORMATION);
        // SAFETY: `new`'s caller vouched for the pointer, and `read` found that it is not null.
        unsafe { self.length.write_unaligned(length) };
    }
}

/// A length that some object in memory can have.
fn size(length: ck::CK_ULONG, name: &str) -> Result<usize, Failure> {
    usize::try_from(length).ok().filter(|length| isize::try_from(*length).is_ok()).ok_or_else(|| {
        Failure::new(Code::ArgumentsBad, format!("the length {length} of {name} is more than memory holds"))
    })
}

fn null(name: &str) -> Failure {
    Failure::new(Code::ArgumentsBad, format!("{name} is NULL"))
}

#[cfg(test)]
mod tests;
