//! `hardkey_fuzz::attest::policy` for libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(init: hardkey_fuzz::attest::plant("policy"), |input: &[u8]| {
    hardkey_fuzz::attest::policy(input);
});
