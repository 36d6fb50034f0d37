//! `hardkey_fuzz::digest_info` for libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| hardkey_fuzz::digest_info(input));
