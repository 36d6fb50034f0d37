//! `hardkey_fuzz::calls` for libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| hardkey_fuzz::calls(input));
