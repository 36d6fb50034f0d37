//! Connections that die while nobody looks, and services that never answer.

use std::net::TcpListener;

use hardkey_tests::black_hole::BlackHole;
use hardkey_tests::emulator::Emulator;

use crate::scenario::Scenario;

const P256: &[&str] = &["ECC_NIST_P256,alias=release"];

/// A lane sees that its connection is gone before it sends: one request, no retry.
fn signs_at_once(how: &str) {
    for count in [1, 8] {
        for tls in [false, true] {
            let emulator = Emulator::start(P256);
            let name = format!("parked-{count}-{how}");
            let scenario = Scenario::new(&name, &emulator).with_network("attempts = 1\ntimeout = 6");
            let scenario = if tls { scenario.over_tls() } else { scenario };
            let said = format!("{count} of {count} signatures, {count} requests, {count} connections");
            scenario.says(&[&said, "within 6 s"]);
        }
    }
}

#[test]
fn a_parked_connection_that_was_closed_is_replaced_before_it_is_used() {
    signs_at_once("fin");
}

#[test]
fn a_parked_connection_that_was_reset_is_replaced_before_it_is_used() {
    signs_at_once("rst");
}

#[test]
fn a_parked_connection_that_went_silent_costs_one_attempt() {
    for count in [1, 8] {
        for tls in [false, true] {
            let emulator = Emulator::start(P256);
            let name = format!("parked-{count}-silence");
            let scenario = Scenario::new(&name, &emulator).with_network("attempt_timeout = 1\ntimeout = 6");
            let scenario = if tls { scenario.over_tls() } else { scenario };
            // The emulator counts no request on a connection it was told to be silent on.
            let said = format!("{count} of {count} signatures, {count} requests, {count} connections");
            let line = sent_again(&emulator.key(0).arn);
            scenario.says_and_logs(&[&said, "within 6 s"], &vec![line.as_str(); count]);
        }
    }
}

/// What is told of a signature whose first request was not answered.
fn sent_again(arn: &str) -> String {
    format!(
        "hardkey: token \"release\": key {arn}: kms:Sign was not answered well (no answer within attempt_timeout), but may \
         have been carried out; it is sent again, so the key service's log may show two signatures"
    )
}

#[test]
fn a_connection_parked_for_longer_than_it_is_trusted_is_replaced() {
    let emulator = Emulator::start(P256);
    Scenario::new("parked-for-long", &emulator).says(&["signed with 1 request on 1 new connection"]);
}

#[test]
fn a_service_that_takes_requests_and_never_answers_is_given_up_at_the_deadline() {
    for tls in [false, true] {
        let emulator = Emulator::start(P256);
        let scenario = Scenario::new("silent-service", &emulator).with_network("timeout = 3");
        let scenario = if tls { scenario.over_tls() } else { scenario };
        let said = [
            "C_Sign CKR_DEVICE_ERROR",
            "within 3 s",
            "signed when the service was back",
            "no connection was left behind",
        ];
        let arn = emulator.key(0).arn;
        let line = format!(
            "hardkey: C_Sign: CKR_DEVICE_ERROR: key {arn}: AWS KMS did not answer kms:Sign before the deadline; \
             check the network, the proxy (HTTPS_PROXY) and the endpoint, or raise timeout in [network]"
        );
        scenario.says_and_logs(&said, &[&line]);
    }
}

#[test]
fn a_service_that_gives_no_answer_to_any_attempt_is_given_up_before_the_deadline() {
    let emulator = Emulator::start(P256);
    let scenario = Scenario::new("silent-service", &emulator).with_network("attempt_timeout = 0.3\ntimeout = 20");
    let said =
        ["C_Sign CKR_DEVICE_ERROR", "within 3 s", "signed when the service was back", "no connection was left behind"];
    let arn = emulator.key(0).arn;
    let again = sent_again(&arn);
    let line = format!(
        "hardkey: C_Sign: CKR_DEVICE_ERROR: key {arn}: AWS KMS did not answer kms:Sign in time; \
         check the network, or raise attempt_timeout in [network]"
    );
    scenario.says_and_logs(&said, &[&again, &again, &line]);
}

fn is_given_up_at_the_deadline(endpoint: &str) {
    let emulator = Emulator::start(P256);
    let scenario = Scenario::new("find-and-sign", &emulator).with_network("timeout = 3");
    let line = format!(
        "hardkey: C_FindObjectsInit: CKR_DEVICE_ERROR: key {}: AWS KMS did not answer kms:DescribeKey before the deadline; \
         check the network, the proxy (HTTPS_PROXY) and the endpoint, or raise timeout in [network]",
        emulator.key(0).arn
    );
    scenario
        .with("AWS_ENDPOINT_URL_KMS", endpoint)
        .says_and_logs(&["C_FindObjectsInit CKR_DEVICE_ERROR", "within 3 s"], &[&line]);
}

#[test]
fn an_address_that_answers_nothing_is_given_up_at_the_deadline() {
    let hole = BlackHole::open();
    is_given_up_at_the_deadline(&format!("http://{}", hole.address));
    is_given_up_at_the_deadline(&format!("https://{}", hole.address));
}

#[test]
fn a_service_that_does_not_shake_hands_is_given_up_at_the_deadline() {
    // The kernel takes the connection; nobody ever reads from it.
    let mute = TcpListener::bind("127.0.0.1:0").unwrap();
    is_given_up_at_the_deadline(&format!("https://{}", mute.local_addr().unwrap()));
}
