//! `hardkey_fuzz::attest::bundle` for libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(init: hardkey_fuzz::attest::plant("bundle"), |input: &[u8]| {
    hardkey_fuzz::attest::bundle(input);
});
