//! What is left behind: nothing that grows.

use std::fs;

use crate::Scenario;
use crate::signer::{Signer, load, start};
use crate::watch::say;

pub const SCENARIOS: &[Scenario] =
    &[("leak-descriptors", descriptors), ("leak-memory", memory), ("leak-memory-signing", memory_of_signing)];

const SIGNATURES: usize = 200;
const CYCLES: usize = 50;

/// The first calls open what stays open: warm connections, an event queue per lane.
fn descriptors() {
    let signer = start();
    signer.sign("to warm up").unwrap();
    let warm = open_files();
    for _ in 0..SIGNATURES {
        signer.sign("again").unwrap();
    }
    say(format!("{} files more after {SIGNATURES} signatures", open_files() - warm));
    signer.module.finalize().unwrap();
    let cold = open_files();
    for _ in 0..CYCLES {
        cycle(signer.module);
    }
    say(format!("{} files more after {CYCLES} cycles", open_files() - cold));
}

/// Resident memory over many runs, once the allocator's own has settled. What is published stays for good: a run's
/// settings and its mutex, about half a kilobyte; a token's objects have several and must not stay.
fn memory() {
    let module = load();
    tell("50 cycles", least_growth(|| (0..50).for_each(|_| cycle(module))), 64);
}

/// Resident memory over many signatures on one lane: nothing stays, but pages are counted whole.
fn memory_of_signing() {
    let signer = start();
    tell("800 signatures", least_growth(|| (0..800).for_each(|_| signer.sign("again").unwrap())), 32);
}

/// By how many kilobytes memory grows with the same work done again: the least of four times, after once to settle.
/// What piles up grows each time; the allocator and the pages of the code settle late and grow only now and then.
fn least_growth(work: impl Fn()) -> i64 {
    work();
    let growth = || {
        let before = resident();
        work();
        resident() - before
    };
    (0..4).map(|_| growth()).min().unwrap()
}

fn cycle(module: &'static hardkey_tests::module::Module) {
    module.initialize().unwrap();
    Signer::open(module).unwrap().sign("once").unwrap();
    module.finalize().unwrap();
}

fn tell(what: &str, growth: i64, limit: i64) {
    if growth < limit {
        say(format!("memory grew by less than {limit} kB in {what}"));
    } else {
        say(format!("memory grew by {growth} kB in {what}"));
    }
}

fn open_files() -> i64 {
    fs::read_dir("/proc/self/fd").unwrap().count() as i64
}

/// Kilobytes.
fn resident() -> i64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
