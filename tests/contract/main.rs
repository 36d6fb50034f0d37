//! One contract for every key service, kept alike on the emulator, on ministack and on LocalStack.
//!
//! The servers of other makers are started by `tests/run.sh`, which passes their endpoints in
//! `HARDKEY_TEST_MINISTACK` and `HARDKEY_TEST_LOCALSTACK`; without those the tests say that they are skipped.

mod aws;
mod contract;

use hardkey_tests::emulator::Emulator;
use hardkey_tests::skip::skip;

#[test]
fn the_emulator_keeps_the_contract() {
    let emulator = Emulator::start(&[]);
    aws::keeps_the_contract(emulator.endpoint());
}

#[test]
fn the_emulator_keeps_the_contract_over_tls() {
    let emulator = Emulator::start(&[]);
    aws::keeps_the_contract_over_tls(emulator.tls_endpoint(), &emulator.ca());
}

#[test]
fn ministack_keeps_the_contract() {
    elsewhere("ministack_keeps_the_contract", "HARDKEY_TEST_MINISTACK");
}

#[test]
fn localstack_keeps_the_contract() {
    elsewhere("localstack_keeps_the_contract", "HARDKEY_TEST_LOCALSTACK");
}

fn elsewhere(test: &str, variable: &str) {
    match std::env::var(variable) {
        Ok(endpoint) if !endpoint.is_empty() => aws::keeps_the_contract(&endpoint),
        Ok(_) | Err(_) => skip(test, &format!("{variable} names no endpoint; tests/run.sh starts one")),
    }
}
