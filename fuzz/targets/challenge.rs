//! `hardkey_fuzz::attest::challenge` for libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(init: hardkey_fuzz::attest::plant("challenge"), |input: &[u8]| {
    hardkey_fuzz::attest::challenge(input);
});
