//! A compressed statement.

use std::io::Read;

use flate2::Crc;
use flate2::read::DeflateDecoder;
use hardkey_attest::liquid_security;
use hardkey_synthetic::gzip::gzip;

use super::harmless;

/// What a statement may have, compressed or not (`attest/src/liquid_security/gunzip.rs`).
const LARGEST: usize = 64 << 10;

/// One input: a byte that says what it is, then a gzip, what to compress, or what is within a gzip.
pub fn gunzip(input: &[u8]) {
    let Some((choice, data)) = input.split_first() else { return };
    match choice % 3 {
        0 => look(data),
        1 => {
            let compressed = gzip(data);
            let expected = (data.len() <= LARGEST && compressed.len() <= LARGEST).then(|| data.to_vec());
            assert_eq!(liquid_security::gunzip(&compressed).ok(), expected);
        }
        _ => {
            // A checksum and a length that are right are not found by chance.
            let mut plain = Vec::new();
            let _ = DeflateDecoder::new(data).take(1 << 17).read_to_end(&mut plain);
            let mut checksum = Crc::new();
            checksum.update(&plain);
            let end = [checksum.sum(), u32::try_from(plain.len()).unwrap()].map(u32::to_le_bytes).concat();
            look(&[&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0][..], data, &end].concat());
        }
    }
}

fn look(compressed: &[u8]) {
    match liquid_security::gunzip(compressed) {
        Ok(plain) => {
            assert!(compressed.len() <= LARGEST && plain.len() <= LARGEST);
            // RFC 1952 §2.3.1: the member ends in the checksum and the length.
            let mut checksum = Crc::new();
            checksum.update(&plain);
            let end = [checksum.sum(), u32::try_from(plain.len()).unwrap()].map(u32::to_le_bytes).concat();
            assert!(compressed.ends_with(&end), "the end of the input is not the end of the member");
        }
        Err(error) => harmless::refusal(&error),
    }
}
