//! `hardkey_fuzz::attest::certificate` for libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(init: hardkey_fuzz::attest::plant("certificate"), |input: &[u8]| {
    hardkey_fuzz::attest::certificate(input);
});
