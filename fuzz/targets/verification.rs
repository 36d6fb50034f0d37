//! `hardkey_fuzz::attest::verification` for libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(init: hardkey_fuzz::attest::plant("verification"), |input: &[u8]| {
    let _ = hardkey_fuzz::attest::verification(input);
});
