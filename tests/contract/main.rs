//! One contract for every key service, kept alike on the emulator, on ministack and on LocalStack.
//!
//! The servers of other makers are started by `tests/run.sh`, which passes their endpoints in
//! `HARDKEY_TEST_MINISTACK` and `HARDKEY_TEST_LOCALSTACK`; without those the tests say that they are skipped.

mod aws;
mod azure;
mod contract;
mod google;

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
fn google_as_the_emulator_plays_it_keeps_the_contract() {
    let emulator = Emulator::start(&[]);
    google::keeps_the_contract(&emulator);
}

#[test]
fn google_as_the_emulator_plays_it_keeps_the_contract_over_tls() {
    let emulator = Emulator::start(&[]);
    google::keeps_the_contract_over_tls(&emulator);
}

#[test]
fn a_key_ring_of_google_is_listed_page_by_page() {
    google::lists_with_paging(&Emulator::start(&[]));
}

#[test]
fn a_raw_key_of_google_signs_digests_and_any_bytes_that_leave_room_for_the_padding() {
    google::pads_any_bytes(&Emulator::start(&[]));
}

#[test]
fn a_vault_of_azure_as_the_emulator_plays_it_keeps_the_contract() {
    azure::a_vault_keeps_the_contract(&Emulator::start(&[]));
}

#[test]
fn a_managed_hsm_of_azure_as_the_emulator_plays_it_keeps_the_contract() {
    azure::a_managed_hsm_keeps_the_contract(&Emulator::start(&[]));
}

#[test]
fn a_vault_of_azure_is_listed_page_by_page() {
    azure::lists_with_paging(&Emulator::start(&[]));
}

#[test]
fn an_rsa_key_of_azure_signs_any_bytes_that_leave_room_for_the_padding() {
    azure::pads_any_bytes(&Emulator::start(&[]));
}

#[test]
fn a_mark_on_a_key_of_azure_is_one_tag_more_of_one_version() {
    azure::a_mark_is_one_tag_more_of_one_version(&Emulator::start(&[]));
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
