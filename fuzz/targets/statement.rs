//! `hardkey_fuzz::attest::statement` for libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(init: hardkey_fuzz::attest::plant("statement"), |input: &[u8]| {
    hardkey_fuzz::attest::statement(input);
});
