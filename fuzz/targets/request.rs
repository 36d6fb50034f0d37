//! `hardkey_fuzz::attest::request` for libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(init: hardkey_fuzz::attest::plant("request"), |input: &[u8]| {
    hardkey_fuzz::attest::request(input);
});
