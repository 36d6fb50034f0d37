//! Credentials that end while lanes are warm.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::Scenario;
use crate::lanes::Lanes;
use crate::signer::{code, load, start};
use crate::watch::{control, expired, say, signing};

pub const SCENARIOS: &[Scenario] = &[
    ("credentials-expire", expire),
    ("credentials-renewed-early", renewed_early),
    ("credentials-source-fails", source_fails),
    ("credentials-source-hangs", source_hangs),
    ("credentials-source-fails-for-good", source_fails_for_good),
    ("credentials-withdrawn", withdrawn),
    ("credentials-sign", || {
        start().sign("once").unwrap();
        say("signed");
    }),
];

const LANES: usize = 4;

/// The operations of Google's metadata server and of Azure's Entra. At other desks a fault of these names disturbs nobody.
const DESKS: [&str; 2] = ["MetadataToken", "GetToken"];

/// Those that were not answered as well.
fn fetches() -> u64 {
    let counts = control().counts();
    let asked = DESKS.into_iter().map(|desk| counts.requests(desk)).max().unwrap_or_default();
    counts.credential_fetches().max(asked)
}

/// All lanes are warm when the credentials end, and all need new ones at once.
fn expire() {
    control().credentials_last(4);
    let module = load();
    module.initialize().unwrap();
    let lanes = Lanes::warm(module, LANES);
    say(format!("{} fetch for {LANES} lanes", fetches()));
    // Time passing is what this is about.
    std::thread::sleep(Duration::from_secs(5));
    let good = lanes.sign().into_iter().filter(Result::is_ok).count();
    let requests = control().counts().requests(&signing());
    say(format!("{good} of {LANES} signatures after the end, {requests} requests, {} fetches", fetches()));
    lanes.end();
}

/// Credentials are renewed while they are still good, by one lane; the others go on with the old ones.
fn renewed_early() {
    control().credentials_last(8);
    let module = load();
    module.initialize().unwrap();
    let lanes = Lanes::warm(module, LANES);
    control().credentials_last(3600);
    let started = Instant::now();
    while fetches() < 2 {
        lanes.sign().into_iter().for_each(Result::unwrap);
        assert!(started.elapsed() < Duration::from_secs(8), "nobody renewed the credentials before they ended");
    }
    lanes.sign().into_iter().for_each(Result::unwrap);
    say(format!("renewed early, {} fetches", fetches()));
    lanes.end();
}

/// The source is out of order when credentials are due, and they are still good.
fn source_fails() {
    control().credentials_last(16);
    let signer = start();
    signer.sign("with new credentials").unwrap();
    control().credentials(json!({ "status": 500 }));
    let started = Instant::now();
    while fetches() < 2 {
        signer.sign("until they are due").unwrap();
        assert!(started.elapsed() < Duration::from_secs(15), "nobody tried to renew the credentials");
    }
    signer.sign("with the old ones").unwrap();
    say("signed with the old credentials while their source failed");
}

/// The source does not answer when credentials are due, and they are still good.
fn source_hangs() {
    control().credentials_last(16);
    let signer = start();
    signer.sign("with new credentials").unwrap();
    control().credentials(json!({ "latency_ms": 60_000 }));
    for desk in DESKS {
        control().fault(json!({ "operation": desk, "hang": true }));
    }
    let (started, mut longest) = (Instant::now(), Duration::ZERO);
    while fetches() < 2 {
        let began = Instant::now();
        signer.sign("until they are due").unwrap();
        longest = longest.max(began.elapsed());
        assert!(started.elapsed() < Duration::from_secs(15), "nobody tried to renew the credentials");
    }
    signer.sign("with the old ones").unwrap();
    // Half of the deadline is what the source gets; the rest is for the signature.
    assert!(longest < Duration::from_secs(3), "a signature took {longest:?}");
    say("signed with the old credentials while their source hung");
}

/// The cloud takes back credentials that should have been good for an hour, from all lanes at once.
fn withdrawn() {
    let module = load();
    module.initialize().unwrap();
    let lanes = Lanes::warm(module, LANES);
    // The answers wait until all have asked, so that it is nobody's second request that is refused; and all but one
    // wait until that one has new credentials, which are not to be thrown away again.
    for (times, latency) in [(1, 1000), (LANES - 1, 1600)] {
        let fault = json!({ "operation": signing(), "error": expired(), "times": times, "latency_ms": latency });
        control().fault(fault);
    }
    let good = lanes.sign().into_iter().filter(Result::is_ok).count();
    let requests = control().counts().requests(&signing());
    say(format!("{good} of {LANES} signatures after the withdrawal, {requests} requests, {} fetches", fetches()));
    lanes.end();
}

/// The source is out of order when credentials have ended.
fn source_fails_for_good() {
    control().credentials_last(3);
    let signer = start();
    signer.sign("with new credentials").unwrap();
    control().credentials(json!({ "status": 500 }));
    std::thread::sleep(Duration::from_secs(4));
    say(format!("C_Sign {}", code(signer.sign("with none"))));
    control().credentials(json!({ "status": 200, "expires_in_seconds": 3600 }));
    signer.sign("with new ones").unwrap();
    say("signed when the source was back");
}
