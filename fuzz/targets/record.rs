//! `hardkey_fuzz::attest::record` for libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(init: hardkey_fuzz::attest::plant("record"), |input: &[u8]| {
    _ = hardkey_fuzz::attest::record(input);
});
