//! Taking a statement out of its gzip.

use std::io::Read;

use flate2::bufread::GzDecoder;

use crate::form::{self, Form};
use crate::malformed::Malformed;

/// The most compressed bytes that are looked at. The largest genuine statement seen has 1.5 kB; an RSA-4096 pair with every
/// attribute stays below 8 kB.
pub(super) const LARGEST_COMPRESSED: usize = 64 << 10;
/// The most bytes a statement may have. A bomb ends here.
pub(super) const LARGEST_STATEMENT: usize = 64 << 10;

/// What is in a gzip, and how much of it there may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gzip {
    /// For messages.
    pub(crate) part: &'static str,
    pub(crate) largest_compressed: usize,
    pub(crate) largest: usize,
}

const STATEMENT: Gzip =
    Gzip { part: "compressed statement", largest_compressed: LARGEST_COMPRESSED, largest: LARGEST_STATEMENT };

/// Decompresses exactly one gzip member (RFC 1952).
///
/// # Errors
/// [`Malformed`] for anything but one member within the limits, also for bytes that follow it.
pub fn gunzip(bytes: &[u8]) -> Result<Vec<u8>, Malformed> {
    inflated(bytes, &STATEMENT)
}

/// The first bytes of what is in a gzip; fewer where it is shorter or cannot be read.
pub(crate) fn start(bytes: &[u8]) -> Vec<u8> {
    /// Enough for the first name in an object of JSON.
    const LENGTH: u64 = 64;
    let mut start = Vec::new();
    // What is wrong with it is said once it is read whole.
    let _ = GzDecoder::new(bytes).take(LENGTH).read_to_end(&mut start);
    start
}

/// The same as [`gunzip`], of something else.
pub(crate) fn inflated(bytes: &[u8], gzip: &Gzip) -> Result<Vec<u8>, Malformed> {
    let Gzip { part, largest_compressed, largest } = *gzip;
    if bytes.len() > form::limit(largest_compressed) {
        let expected = format!("at most {largest_compressed} bytes");
        return Err(Malformed::new(part, expected, format!("{} bytes", bytes.len())));
    }
    // RFC 1952 §2.3.1: magic number, then the only compression method there is.
    if !bytes.starts_with(&[0x1f, 0x8b, 0x08]) {
        let found = crate::shown::start_of(bytes);
        return Err(Malformed::new(part, "gzip, which starts with 1f 8b 08", found).at(0));
    }
    let mut decoder = GzDecoder::new(bytes);
    let mut statement = Vec::new();
    let limit = u64::try_from(form::limit(largest)).unwrap_or(u64::MAX).saturating_add(1);
    (&mut decoder)
        .take(limit)
        .read_to_end(&mut statement)
        .map_err(|error| Malformed::new(part, "one whole gzip member", error))?;
    if statement.len() > form::limit(largest) {
        let expected = format!("at most {largest} bytes when decompressed");
        return Err(Malformed::new(part, expected, "more"));
    }
    let rest = decoder.into_inner();
    if !form::has(Form::OneMember, rest.is_empty()) {
        let at = bytes.len().saturating_sub(rest.len());
        return Err(Malformed::new(part, "the end after one gzip member", format!("{} bytes more", rest.len())).at(at));
    }
    Ok(statement)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, GzBuilder};

    use super::*;

    /// Zeros in one member, with a comment of so many bytes in its header.
    fn member(zeros: usize, comment: usize) -> Vec<u8> {
        let mut encoder = GzBuilder::new().comment(vec![b'a'; comment]).write(Vec::new(), Compression::fast());
        encoder.write_all(&vec![0; zeros]).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn the_largest_of_each_is_taken_and_one_byte_more_is_not() {
        assert_eq!(gunzip(&member(LARGEST_STATEMENT, 0)).map(|statement| statement.len()), Ok(LARGEST_STATEMENT));
        let error = gunzip(&member(LARGEST_STATEMENT + 1, 0)).unwrap_err();
        assert_eq!(error.expected, "at most 65536 bytes when decompressed");
        let comment = LARGEST_COMPRESSED - member(1, 0).len();
        assert_eq!(gunzip(&member(1, comment)), Ok(vec![0]));
        let error = gunzip(&member(1, comment + 1)).unwrap_err();
        assert_eq!((error.expected.as_str(), error.found.as_str()), ("at most 65536 bytes", "65537 bytes"));
    }
}
