//! Gzip (RFC 1952), as statements are handed out, and as they are not.

use std::io::Write;

use flate2::{Compression, GzBuilder};

/// One member, with the header Google's have: no name, no time, no system.
#[must_use]
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzBuilder::new().operating_system(0).write(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// The same bytes spread over two members.
#[must_use]
pub fn two_members(bytes: &[u8]) -> Vec<u8> {
    let (one, other) = bytes.split_at(bytes.len() / 2);
    [gzip(one), gzip(other)].concat()
}

/// One member, and bytes after it.
#[must_use]
pub fn with_rest(bytes: &[u8], rest: &[u8]) -> Vec<u8> {
    [&gzip(bytes), rest].concat()
}

/// One member whose header holds twice this many bytes: an extra field and a file's name.
#[must_use]
pub fn with_long_header(bytes: &[u8], length: usize) -> Vec<u8> {
    let header = GzBuilder::new().extra(vec![0; length]).filename(vec![b'a'; length]);
    let mut encoder = header.write(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// One member whose checksum is wrong.
#[must_use]
pub fn wrong_checksum(bytes: &[u8]) -> Vec<u8> {
    let mut member = gzip(bytes);
    let at = member.len() - 8;
    member[at] ^= 1;
    member
}

/// A small member that becomes this many zeros.
#[must_use]
pub fn bomb(size: usize) -> Vec<u8> {
    let mut encoder = GzBuilder::new().write(Vec::new(), Compression::best());
    let zeros = vec![0; 1 << 16];
    let mut left = size;
    while left > 0 {
        let next = left.min(zeros.len());
        encoder.write_all(&zeros[..next]).unwrap();
        left -= next;
    }
    encoder.finish().unwrap()
}
