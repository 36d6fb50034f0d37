//! `hardkey_fuzz::attest::gunzip` for libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(init: hardkey_fuzz::attest::plant("gunzip"), |input: &[u8]| {
    hardkey_fuzz::attest::gunzip(input);
});
