//! What a CA is handed: what is right, cut off and changed, without libFuzzer.

#[path = "inputs.rs"]
mod inputs;

use hardkey_attest::verdict::Level;
use hardkey_fuzz::attest;

/// Every seed, whole and cut off, and with a bit turned in some places.
fn replay(target: &str, run: fn(&[u8]), step: usize) {
    let seeds = attest::seeds(target);
    assert!(!seeds.is_empty(), "{target}");
    for seed in seeds {
        run(&seed);
        for place in (0..seed.len()).step_by(step) {
            let mut changed = seed.clone();
            changed[place] ^= 1 << (place % 8);
            run(&changed);
            run(&seed[..place]);
        }
    }
    inputs::series(100, 400).iter().for_each(|input| run(input));
}

#[test]
fn every_parser_reads_or_refuses_what_it_is_given() {
    replay("statement", attest::statement, 29);
    replay("gunzip", attest::gunzip, 29);
    replay("bundle", attest::bundle, 211);
    replay("certificate", attest::certificate, 17);
    replay("request", attest::request, 17);
    replay("answers", attest::answers, 53);
    replay("policy", attest::policy, 3);
    replay("public-key", attest::public_key, 11);
    replay("report", |input| _ = attest::report(input), 211);
    replay("record", |input| _ = attest::record(input), 211);
    replay("challenge", attest::challenge, 5);
    replay("signed-requests", attest::signed_requests, 3);
}

#[test]
fn nothing_is_accepted_but_what_was_signed() {
    replay("verification", |input| _ = attest::verification(input), 1);
}

#[test]
fn what_was_signed_is_accepted_as_it_is() {
    let level = |which, options| attest::verification(&[0, which, options]);
    for options in 0..4 {
        assert_eq!(level(0, options), Some(Level::Attested), "{options}");
        // Imported; and under csbr without the nonce.
        assert_eq!(level(1, options), Some(Level::Rejected), "{options}");
    }
    assert_eq!([0, 1].map(|options| level(2, options)), [Some(Level::Attested), Some(Level::Rejected)]);
}

#[test]
fn a_report_is_accepted_as_it_is_and_not_of_another_key() {
    let report = |input: &[u8]| attest::report(input);
    assert_eq!([report(&[2, 0]), report(&[2, 1])], [Some(Level::Attested), Some(Level::Rejected)]);
}

#[test]
fn a_record_is_confirmed_as_it_is_and_not_by_another_key() {
    let record = |input: &[u8]| attest::record(input);
    assert_eq!([record(&[2, 0]), record(&[2, 1])], [Some(Level::Confirmed), Some(Level::Rejected)]);
}
