//! Forks in the middle of everything.

use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use hardkey_tests::module::Module;

use crate::Scenario;
use crate::child::{Child, fork};
use crate::signer::{Signer, load};
use crate::watch::{say, spawn};

pub const SCENARIOS: &[Scenario] =
    &[("fork-while-signing", while_signing), ("fork-while-warming-up", while_warming_up)];

const THREADS: usize = 8;
const FORKS: usize = 50;
/// What is made once per process is made within some tens of milliseconds. With these two numbers, and a module that
/// does not care about forks, every other run had a child that hung.
const EARLY_FORKS: usize = 20;
const BETWEEN_FORKS: Duration = Duration::from_micros(1500);

/// Fifty forks while eight threads sign.
fn while_signing() {
    let module = load();
    module.initialize().unwrap();
    let storm = Storm::begin(module);
    storm.everybody_is_there.wait();
    for _ in 0..FORKS {
        fork(|| {
            module.initialize().unwrap();
            Signer::open(module).unwrap().sign("in a child").unwrap();
        })
        .succeeded();
    }
    say(format!("{FORKS} children signed"));
    storm.end();
}

/// Forks from the moment on at which eight threads begin their first signature, when whatever is made once per process is
/// being made.
fn while_warming_up() {
    let module = load();
    module.initialize().unwrap();
    let storm = Storm::begin(module);
    storm.everybody_is_there.wait();
    // The children begin when the last one is there, so that the threads have the processors until then.
    let (told, tell) = io::pipe().unwrap();
    let mut tell = Some(tell);
    let children = [(); EARLY_FORKS].map(|()| {
        thread::sleep(BETWEEN_FORKS);
        fork(|| {
            tell.take();
            assert_eq!((&told).read(&mut [0]).unwrap(), 0);
            module.initialize().unwrap();
            Signer::open(module).unwrap().sign("in a child").unwrap();
        })
    });
    tell.take();
    children.into_iter().for_each(Child::succeeded);
    say(format!("{EARLY_FORKS} children signed"));
    storm.end();
}

struct Storm {
    everybody_is_there: Arc<Barrier>,
    over: Arc<AtomicBool>,
    threads: Vec<JoinHandle<usize>>,
}

impl Storm {
    /// Starts the threads. Each opens its session after everybody is there.
    fn begin(module: &'static Module) -> Self {
        let everybody_is_there = Arc::new(Barrier::new(THREADS + 1));
        let over = Arc::new(AtomicBool::new(false));
        let thread = |number| {
            let (everybody_is_there, over) = (Arc::clone(&everybody_is_there), Arc::clone(&over));
            spawn(move || {
                everybody_is_there.wait();
                let signer = Signer::open(module).unwrap();
                let mut signatures = 0;
                while signatures == 0 || !over.load(Ordering::SeqCst) {
                    signer.sign(&format!("signature {signatures} of thread {number}")).unwrap();
                    signatures += 1;
                }
                signatures
            })
        };
        let threads = (0..THREADS).map(thread).collect();
        Self { everybody_is_there, over, threads }
    }

    /// Ends it. A thread that lost a signature has ended the program by then.
    fn end(self) {
        self.over.store(true, Ordering::SeqCst);
        for thread in self.threads {
            assert!(thread.join().unwrap() > 0);
        }
        say(format!("the parent's {THREADS} threads lost no signature"));
    }
}
