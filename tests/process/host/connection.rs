//! Connections that die, or never come to life.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::Scenario;
use crate::lanes::Lanes;
use crate::signer::{Signer, code, load, start};
use crate::watch::{control, say, signing, until};

pub const SCENARIOS: &[Scenario] = &[
    ("parked-1-fin", || parked(1, "fin")),
    ("parked-1-rst", || parked(1, "rst")),
    ("parked-1-silence", || parked(1, "silence")),
    ("parked-8-fin", || parked(8, "fin")),
    ("parked-8-rst", || parked(8, "rst")),
    ("parked-8-silence", || parked(8, "silence")),
    ("parked-for-long", parked_for_long),
    ("silent-service", silent_service),
    ("find-and-sign", find_and_sign),
];

/// Warm lanes whose connections something happens to, then one signature on each.
fn parked(count: usize, how: &str) {
    let module = load();
    module.initialize().unwrap();
    let lanes = Lanes::warm(module, count);
    let closed = control().to_connections(how)["connections"].as_u64().unwrap();
    assert!(closed >= count as u64, "{closed} connections for {count} lanes");
    control().reset_counts();
    let started = Instant::now();
    let good = lanes.sign().into_iter().filter(Result::is_ok).count();
    let took = started.elapsed();
    let counts = control().counts();
    say(format!(
        "{good} of {count} signatures, {} requests, {} connections",
        counts.requests(&signing()),
        counts.connections()
    ));
    say(within(6, took));
    lanes.end();
}

/// A connection that nobody used for longer than it is trusted.
fn parked_for_long() {
    let signer = start();
    signer.sign("before").unwrap();
    control().reset_counts();
    // Time passing is what this is about: the pool's limit is 20 s.
    std::thread::sleep(Duration::from_millis(21_500));
    signer.sign("after").unwrap();
    let counts = control().counts();
    say(format!("signed with {} request on {} new connection", counts.requests(&signing()), counts.connections()));
}

/// A service that takes the request and never answers it.
fn silent_service() {
    let signer = start();
    control().fault(json!({ "operation": signing(), "hang": true }));
    let started = Instant::now();
    say(format!("C_Sign {}", code(signer.sign("into the void"))));
    say(within(3, started.elapsed()));
    control().clear_faults();
    signer.sign("again").unwrap();
    say("signed when the service was back");
    until("the given-up connections are closed", || control().counts().0["open_connections"].as_u64().unwrap() <= 2);
    say("no connection was left behind");
}

/// Whatever the way to the service is like: what a host gets, and when.
fn find_and_sign() {
    let module = load();
    module.initialize().unwrap();
    let started = Instant::now();
    match Signer::open(module) {
        Ok(signer) => say(format!("C_Sign {}", code(signer.sign("once")))),
        Err(rv) => say(format!("C_FindObjectsInit {}", code(Err(rv)))),
    }
    say(within(3, started.elapsed()));
}

/// Hosts are promised `timeout` of the configuration, give or take what a busy machine adds.
fn within(timeout: u64, took: Duration) -> String {
    if took <= Duration::from_secs(timeout + 1) { format!("within {timeout} s") } else { format!("too late: {took:?}") }
}
