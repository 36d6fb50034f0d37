//! Inputs: kept ones, and numbers.
#![allow(dead_code, reason = "each test takes what it needs")]

use std::fs;
use std::path::PathBuf;

/// The files of `fuzz/seeds/NAME`.
pub fn seeds(name: &str) -> Vec<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("seeds").join(name);
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "there are no seeds for {name}");
    files.into_iter().map(|file| fs::read(file).unwrap()).collect()
}

/// So many inputs of so many bytes, the same ones every time: Marsaglia's xorshift.
pub fn series(count: usize, length: usize) -> Vec<Vec<u8>> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_be_bytes()[0]
    };
    (0..count).map(|_| (0..length).map(|_| next()).collect()).collect()
}
