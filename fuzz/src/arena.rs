//! Memory of the host, in which a step too far ends the process.

use std::cell::Cell;
use std::{ptr, slice};

/// Buffers that one call can have: more than the longest list of arguments with the longest template.
const PLACES: usize = 64;
/// Bytes in front of a buffer that must stay as they are.
const APRON: usize = 64;
const UNTOUCHED: u8 = 0xa5;

/// Places for buffers. Each ends where its last page does, and the page behind it can be neither read nor written, so
/// the byte after a buffer is found with and without AddressSanitizer. What is written in front of a buffer shows
/// in [`Arena::clear`].
pub struct Arena {
    base: *mut u8,
    room: usize,
    lengths: [Cell<Option<usize>>; PLACES],
}

impl Arena {
    /// Room for buffers of up to `longest` bytes.
    pub fn new(longest: usize) -> Self {
        let page = 4096;
        let room = (longest + APRON).next_multiple_of(page);
        let stride = room + page;
        // SAFETY: new memory, at a place of the kernel's choice.
        let base = unsafe {
            libc::mmap(
                ptr::null_mut(),
                stride * PLACES,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
                -1,
                0,
            )
        };
        assert_ne!(base, libc::MAP_FAILED);
        let base = base.cast::<u8>();
        for place in 0..PLACES {
            // SAFETY: the last page of the place, which nobody knows yet.
            assert_eq!(unsafe { libc::mprotect(base.add(place * stride + room).cast(), page, libc::PROT_NONE) }, 0);
        }
        Self { base, room, lengths: [const { Cell::new(None) }; PLACES] }
    }

    /// A buffer with these bytes, until the next [`Arena::clear`].
    pub fn bytes(&self, bytes: &[u8]) -> *mut u8 {
        let buffer = self.buffer(bytes.len());
        // SAFETY: the buffer is as long, and not among what anybody else can name.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), buffer, bytes.len()) };
        buffer
    }

    /// A buffer that holds a value, wherever that puts it: hosts pack their structures as they like.
    pub fn value<T: Copy>(&self, value: T) -> *mut T {
        let buffer = self.buffer(size_of::<T>()).cast::<T>();
        // SAFETY: there is room for one.
        unsafe { buffer.write_unaligned(value) };
        buffer
    }

    /// A buffer whose bytes mean nothing.
    pub fn buffer(&self, length: usize) -> *mut u8 {
        assert!(length + APRON <= self.room, "a buffer of {length} bytes");
        let place = self.lengths.iter().position(|taken| taken.get().is_none()).expect("no place is left");
        self.lengths[place].set(Some(length));
        // SAFETY: within the place, which has room for the apron and the buffer.
        let buffer = unsafe { self.end(place).sub(length) };
        // SAFETY: as above.
        unsafe { ptr::write_bytes(buffer.sub(APRON), UNTOUCHED, APRON + length) };
        buffer
    }

    /// Whether the bytes from here on are as [`Arena::buffer`] left them.
    pub fn is_untouched(&self, from: *const u8, length: usize) -> bool {
        // SAFETY: the callers ask for bytes of buffers of this arena.
        unsafe { slice::from_raw_parts(from, length) }.iter().all(|byte| *byte == UNTOUCHED)
    }

    /// Makes sure that nothing was written in front of a buffer, and takes all of them back. What still looks at one
    /// finds rubbish.
    pub fn clear(&self) {
        for (place, taken) in self.lengths.iter().enumerate() {
            if let Some(length) = taken.take() {
                // SAFETY: within the place.
                let apron = unsafe { self.end(place).sub(length + APRON) };
                assert!(self.is_untouched(apron, APRON), "something was written in front of a buffer");
                // SAFETY: as above.
                unsafe { ptr::write_bytes(apron, !UNTOUCHED, APRON + length) };
            }
        }
    }

    /// Where the buffers of a place end.
    fn end(&self, place: usize) -> *mut u8 {
        // SAFETY: within the memory of this arena.
        unsafe { self.base.add(place * (self.room + 4096) + self.room) }
    }
}
