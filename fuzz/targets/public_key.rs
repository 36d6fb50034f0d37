//! `hardkey_fuzz::attest::public_key` for libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(init: hardkey_fuzz::attest::plant("public-key"), |input: &[u8]| {
    hardkey_fuzz::attest::public_key(input);
});
