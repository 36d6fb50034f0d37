//! A program that loads the module and then does to processes what hosts do: forks, exits, unloads, forbids threads.
//!
//! `host SCENARIO` does one thing and tells on standard output, line by line, how it went. It checks every signature with a
//! library of its own, and after each call that the module left no thread behind. What it needs to know comes from
//! the environment: `HOST_MODULE` (the file to load), `HOST_CONTROL` (the emulator's control endpoint), `HOST_SIGN` (what it
//! calls the operation that signs), `HOST_EXPIRED` (its error for credentials that ended), `HOST_LIMIT` (seconds after which it says what hung, and ends with status 102).

mod child;
mod connection;
mod credentials;
mod exit;
mod finalize;
mod fork;
mod fork_storm;
mod initialize;
mod lanes;
mod leak;
mod public_key;
mod signals;
mod signer;
mod unload;
mod watch;

/// A name, and what it does.
type Scenario = (&'static str, fn());

/// Every scenario.
const SCENARIOS: [&[Scenario]; 10] = [
    connection::SCENARIOS,
    credentials::SCENARIOS,
    exit::SCENARIOS,
    finalize::SCENARIOS,
    fork::SCENARIOS,
    fork_storm::SCENARIOS,
    initialize::SCENARIOS,
    leak::SCENARIOS,
    signals::SCENARIOS,
    unload::SCENARIOS,
];

fn main() {
    watch::begin();
    let name = std::env::args().nth(1).expect("name a scenario");
    let (_, run) = SCENARIOS.into_iter().flatten().find(|(known, _)| *known == name).expect("no such scenario");
    run();
}
