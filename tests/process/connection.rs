//! Connections that die while nobody looks, and services that never answer.

use std::net::TcpListener;

use hardkey_tests::black_hole::BlackHole;
use hardkey_tests::cloud::{Cloud, Which, World};

use crate::scenario::{Scenario, worlds};

/// Each number of lanes, without TLS and with it, for each cloud.
fn parked(how: &str, network: &str, says: impl Fn(Scenario, &World, usize)) {
    for (count, tls) in [(1, false), (1, true), (8, false), (8, true)] {
        for world in worlds() {
            let name = format!("parked-{count}-{how}");
            let scenario = Scenario::new(&name, &world).with_network(network);
            says(if tls { scenario.over_tls() } else { scenario }, &world, count);
        }
    }
}

/// A lane sees that its connection is gone before it sends: one request, no retry.
fn signs_at_once(how: &str) {
    parked(how, "attempts = 1\ntimeout = 6", |scenario, _, count| {
        let said = format!("{count} of {count} signatures, {count} requests, {count} connections");
        scenario.says(&[&said, "within 6 s"]);
    });
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
    parked("silence", "attempt_timeout = 1\ntimeout = 6", |scenario, world, count| {
        // The emulator counts no request on a connection it was told to be silent on.
        let said = format!("{count} of {count} signatures, {count} requests, {count} connections");
        let line = sent_again(world);
        scenario.says_and_logs(&[&said, "within 6 s"], &vec![line.as_str(); count]);
    });
}

/// What is told of a signature whose first request was not answered.
fn sent_again(world: &World) -> String {
    format!(
        "hardkey: token \"release\": key {}: {} was not answered well (no answer within attempt_timeout), but may have been \
         carried out; it is sent again, so the key service's log may show two signatures",
        world.id(0),
        world.cloud.sign.said
    )
}

#[test]
fn a_connection_parked_for_longer_than_it_is_trusted_is_replaced() {
    for world in worlds() {
        Scenario::new("parked-for-long", &world).says(&["signed with 1 request on 1 new connection"]);
    }
}

/// What a host sees of a service that is silent for a while.
const GIVEN_UP: [&str; 4] =
    ["C_Sign CKR_DEVICE_ERROR", "within 3 s", "signed when the service was back", "no connection was left behind"];

#[test]
fn a_service_that_takes_requests_and_never_answers_is_given_up_at_the_deadline() {
    for tls in [false, true] {
        for world in worlds() {
            let scenario = Scenario::new("silent-service", &world).with_network("timeout = 3");
            let scenario = if tls { scenario.over_tls() } else { scenario };
            let Cloud { service, sign, .. } = world.cloud;
            let line = format!(
                "hardkey: C_Sign: CKR_DEVICE_ERROR: key {}: {service} did not answer {} before the deadline; \
                 check the network, the proxy (HTTPS_PROXY) and the endpoint, or raise timeout in [network]",
                world.id(0),
                sign.said
            );
            scenario.says_and_logs(&GIVEN_UP, &[&line]);
        }
    }
}

#[test]
fn a_service_that_gives_no_answer_to_any_attempt_is_given_up_before_the_deadline() {
    for world in worlds() {
        let scenario = Scenario::new("silent-service", &world).with_network("attempt_timeout = 0.3\ntimeout = 20");
        let again = sent_again(&world);
        let Cloud { service, sign, .. } = world.cloud;
        let line = format!(
            "hardkey: C_Sign: CKR_DEVICE_ERROR: key {}: {service} did not answer {} in time; \
             check the network, or raise attempt_timeout in [network]",
            world.id(0),
            sign.said
        );
        scenario.says_and_logs(&GIVEN_UP, &[&again, &again, &line]);
    }
}

fn is_given_up_at_the_deadline(endpoint: &str) {
    for world in worlds() {
        let scenario = Scenario::new("find-and-sign", &world).with_network("timeout = 3");
        let Cloud { service, describe, .. } = world.cloud;
        let (about, asked) = match world.cloud.which {
            // What a vault wants a token for is asked first, and for all of its keys.
            Which::Azure => ("token \"release\"".to_owned(), "a challenge"),
            Which::Aws | Which::Google => (format!("key {}", world.id(0)), describe.said),
        };
        let line = format!(
            "hardkey: C_FindObjectsInit: CKR_DEVICE_ERROR: {about}: {service} did not answer {asked} before the deadline; \
             check the network, the proxy (HTTPS_PROXY) and the endpoint, or raise timeout in [network]"
        );
        scenario.at(endpoint).says_and_logs(&["C_FindObjectsInit CKR_DEVICE_ERROR", "within 3 s"], &[&line]);
    }
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
