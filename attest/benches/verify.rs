//! How many statements of Google Cloud HSM one core verifies in a second: decompressed, taken apart, chains and signatures
//! checked, and held against the policy `csbr`.
//!
//! `cargo bench -p hardkey-attest`; with the name of a case and a number, `-- ec 20000`, that case alone so many times, for a
//! profiler. `HARDKEY_TEST_SAMPLES` names the folder of genuine statements, if there are any.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark")]

#[path = "../tests/anchors/mod.rs"]
mod anchors;

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Instant as Clock;
use std::{env, fs};

use anchors::anchors;
use hardkey_attest::anchor::{Anchors, Release};
use hardkey_attest::bundle::{File, evidence};
use hardkey_attest::csr::Csr;
use hardkey_attest::evidence::verify;
use hardkey_attest::instant::Instant;
use hardkey_attest::policy::{Expected, Policy};
use hardkey_attest::verdict::Level;
use hardkey_synthetic::{Bundle, Request, Shape};

/// Rounds of each case, run in turn; the best and the median are shown, because machines are shared.
const ROUNDS: usize = 7;
/// Verifications of a round.
const EACH: usize = 500;

const NONCE: &str = "order-17";

/// One verification, as an endless supply.
struct Case {
    name: &'static str,
    run: Box<dyn Fn()>,
}

/// From files to a verdict.
fn case<A: Anchors + 'static>(
    name: &'static str,
    files: Vec<File>,
    anchors: A,
    policy: Policy,
    request: Option<Vec<u8>>,
    level: Level,
) -> Case {
    let resource = hardkey_synthetic::bundle::RESOURCE;
    let run = move || {
        let expected = Expected {
            csr: request.as_ref().map(|der| Csr::parse(der).unwrap()),
            name: request.as_ref().map(|_| resource.to_owned()),
            nonce: request.as_ref().map(|_| NONCE.to_owned()),
            now: Instant::parse("2026-11-21"),
            ..Expected::default()
        };
        let claims = verify(&evidence(black_box(&files)).unwrap(), &anchors).unwrap();
        assert_eq!(black_box(claims.appraise(&policy, &expected)).level(), level);
    };
    Case { name, run: Box::new(run) }
}

fn file(name: &str, bytes: Vec<u8>) -> File {
    File { name: name.to_owned(), bytes }
}

fn synthetic(name: &'static str, shape: Shape) -> Case {
    let bundle = Bundle::generated(shape);
    let files = vec![file("key.dat", bundle.compressed.clone()), file("chain.pem", bundle.chain_pem().into_bytes())];
    let request = Request::of(Bundle::key(shape)).challenge(NONCE).der();
    case(name, files, anchors(), Policy::csbr(), Some(request), Level::Attested)
}

/// A genuine statement comes without a request and without its name, so that the policy is `statement`.
fn genuine(name: &'static str, stem: &str) -> Option<Case> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/samples");
    let folder = env::var_os("HARDKEY_TEST_SAMPLES").map_or_else(beside, PathBuf::from).join("gcp-smallstep");
    let read = |ending: &str| fs::read(folder.join(format!("{stem}.{ending}"))).ok();
    let files = vec![file("key.dat", read("dat")?), file("chain.pem", read("certs")?)];
    Some(case(name, files, Release, Policy::statement(), None, Level::Attested))
}

/// The cases, in the order in which they are shown.
const NAMES: [&str; 4] = ["ec", "rsa", "genuine-ec", "genuine-rsa"];

fn make(name: &'static str) -> Option<Case> {
    match name {
        "ec" => Some(synthetic(name, Shape::P256)),
        "rsa" => Some(synthetic(name, Shape::RSA_3072)),
        "genuine-ec" => genuine(name, "ec"),
        _ => genuine(name, "rsa"),
    }
}

fn main() {
    let arguments: Vec<String> = env::args().skip(1).filter(|argument| argument != "--bench").collect();
    // `cargo test --benches` asks for a list; there is nothing to list.
    if arguments.iter().any(|argument| argument == "--list" || argument == "--test") {
        return;
    }
    // A case is made when it is measured: making keys takes longer than a profile should show.
    if let [name, count] = arguments.as_slice() {
        let case = NAMES.iter().find(|known| *known == name).and_then(|name| make(name)).unwrap();
        (0..count.parse().unwrap()).for_each(|_: usize| (case.run)());
        return;
    }
    let cases: Vec<Case> = NAMES.iter().filter_map(|name| make(name)).collect();
    let mut rounds = vec![Vec::new(); cases.len()];
    for _ in 0..ROUNDS {
        for (case, rounds) in cases.iter().zip(&mut rounds) {
            let started = Clock::now();
            (0..EACH).for_each(|_| (case.run)());
            rounds.push(EACH as f64 / started.elapsed().as_secs_f64());
        }
    }
    println!("full verifications per second on one core: best, median of {ROUNDS} rounds of {EACH}");
    for (case, rounds) in cases.iter().zip(&mut rounds) {
        rounds.sort_by(f64::total_cmp);
        let median = rounds.get(ROUNDS / 2).copied().unwrap_or_default();
        println!("{:<12} {:>8.0} {median:>8.0}", case.name, rounds.last().copied().unwrap_or_default());
    }
}
