//! `hardkey_fuzz::attest::answers` for libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(init: hardkey_fuzz::attest::plant("answers"), |input: &[u8]| {
    hardkey_fuzz::attest::answers(input);
});
