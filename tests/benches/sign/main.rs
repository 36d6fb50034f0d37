//! How fast a host signs through the module, beside the same calls made straight through AWS's SDK, in the same run.
//!
//! Machines differ and are shared, so what counts are ratios of rounds that were run in turn. `cargo bench` builds
//! both sides with the release profile.

mod oneshot;
mod straight;
mod through;

use std::time::{Duration, Instant};

use hardkey_tests::built;
use hardkey_tests::emulator::Emulator;
use hardkey_tests::module::Module;
use serde_json::json;

/// Rounds of each side, run in turn; the median counts.
const ROUNDS: usize = 5;

/// One side's measurement of one round.
#[derive(Clone, Copy)]
struct Round {
    elapsed: Duration,
    cpu: Duration,
    signatures: usize,
}

impl Round {
    fn per_second(self) -> f64 {
        self.signatures as f64 / self.elapsed.as_secs_f64()
    }

    fn cpu_each(self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / self.signatures as f64
    }
}

/// Measures what `signatures` signatures take in time and in CPU time of this process.
fn round(signatures: usize, work: impl FnOnce()) -> Round {
    let (started, before) = (Instant::now(), cpu_time());
    work();
    Round { elapsed: started.elapsed(), cpu: cpu_time() - before, signatures }
}

fn cpu_time() -> Duration {
    // SAFETY: a structure of numbers, filled by the call.
    let usage = unsafe {
        let mut usage = std::mem::zeroed::<libc::rusage>();
        libc::getrusage(libc::RUSAGE_SELF, &mut usage);
        usage
    };
    let time = |value: libc::timeval| Duration::new(value.tv_sec as u64, value.tv_usec as u32 * 1000);
    time(usage.ru_utime) + time(usage.ru_stime)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    // `cargo test --benches` asks for a list; there is nothing to list.
    if std::env::args().any(|argument| argument == "--list" || argument == "--test") {
        return;
    }
    let file = built::module();
    let size = std::fs::metadata(&file).unwrap().len();
    println!("the module has {:.1} MB (limit: 12)", size as f64 / 1e6);

    let emulator = Emulator::start(&["ECC_NIST_P256,alias=p256", "RSA_3072,alias=rsa3072"]);
    for (name, value) in emulator.environment() {
        // SAFETY: no other thread exists yet.
        unsafe { std::env::set_var(name, value) };
    }
    // SAFETY: as above.
    unsafe { std::env::set_var("HARDKEY_KEY", "alias/p256 alias/rsa3072") };

    let started = Instant::now();
    let module = Module::load(&file);
    module.initialize().unwrap();
    println!("dlopen and C_Initialize take {:.2} ms (limit: 5)", started.elapsed().as_secs_f64() * 1e3);
    assert_eq!(emulator.counts().all_requests(), 0, "C_Initialize asks nobody");
    println!("requests in C_Initialize: 0");

    println!();
    println!(
        "key       delay  threads   module/s  straight/s   time ratio   CPU µs/signature: module, straight, ratio"
    );
    for (label, index, digest) in [("p256", 0, 32), ("rsa3072", 1, 51)] {
        for latency in [0, 5] {
            emulator.clear_faults();
            if latency > 0 {
                emulator.fault(json!({ "operation": "Sign", "latency_ms": latency }));
            }
            for threads in [1, 8, 32] {
                compare(&emulator, &module, label, &emulator.key(index).arn, digest, latency, threads);
            }
        }
    }
    emulator.clear_faults();
    module.finalize().unwrap();
    println!();
    oneshot::compare();
}

fn compare(emulator: &Emulator, module: &Module, label: &str, arn: &str, digest: usize, latency: u64, threads: usize) {
    // About a second a round without delay, and as many as fit into about a second with it.
    let each = if latency == 0 { 1200 / threads } else { (160).min(3200 / threads) };
    let total = each * threads;
    let straight = straight::Straight::new(emulator.endpoint(), arn, threads);
    // Warm both sides up: connections, caches.
    through::sign(module, label, digest, threads, 3);
    straight.sign(label, 3);
    emulator.reset_counts();
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(round(total, || through::sign(module, label, digest, threads, each)));
        theirs.push(round(total, || straight.sign(label, each)));
    }
    let requests = emulator.counts().all_requests();
    assert_eq!(requests as usize, 2 * ROUNDS * total, "exactly one request per warm signature");
    let of = |rounds: &[Round], what: fn(Round) -> f64| median(rounds.iter().map(|round| what(*round)).collect());
    let ratio = |what: fn(Round) -> f64| {
        median(ours.iter().zip(&theirs).map(|(our, their)| what(*our) / what(*their)).collect())
    };
    println!(
        "{label:8} {latency:3} ms {threads:8} {:10.0} {:11.0} {:12.3} {:36.0} {:9.0} {:6.2}",
        of(&ours, Round::per_second),
        of(&theirs, Round::per_second),
        1.0 / ratio(Round::per_second),
        of(&ours, Round::cpu_each),
        of(&theirs, Round::cpu_each),
        ratio(Round::cpu_each),
    );
}
