//! `hardkey_fuzz::attest::signed_requests` for libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(init: hardkey_fuzz::attest::plant("signed-requests"), |input: &[u8]| {
    hardkey_fuzz::attest::signed_requests(input);
});
