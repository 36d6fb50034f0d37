//! `hardkey_fuzz::attest::report` for libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(init: hardkey_fuzz::attest::plant("report"), |input: &[u8]| {
    _ = hardkey_fuzz::attest::report(input);
});
