//! `hardkey_fuzz::configuration` for libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| hardkey_fuzz::configuration(input));
