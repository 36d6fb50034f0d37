//! Several signatures at once, each on a lane of its own.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use hardkey_tests::module::{Module, Rv};
use serde_json::json;

use crate::signer::Signer;
use crate::watch::{control, signing, spawn};

/// Threads with a session each, which sign when they are told to.
pub struct Lanes(Vec<Thread>);

struct Thread {
    go: Sender<()>,
    outcome: Receiver<Result<(), Rv>>,
    handle: JoinHandle<()>,
}

impl Lanes {
    /// Starts this many threads and has each sign once, all at once, so that each has a warm lane.
    pub fn warm(module: &'static Module, count: usize) -> Self {
        let lanes = Self((0..count).map(|_| thread(module)).collect());
        lanes.sign().into_iter().for_each(Result::unwrap);
        lanes
    }

    /// Has each thread sign once, all at once.
    pub fn sign(&self) -> Vec<Result<(), Rv>> {
        // Nobody's lane may be free again before the last one has taken his.
        control().fault(json!({ "operation": signing(), "latency_ms": 400, "times": self.0.len() }));
        self.0.iter().for_each(|thread| thread.go.send(()).unwrap());
        self.0.iter().map(|thread| thread.outcome.recv().unwrap()).collect()
    }

    /// Ends the threads.
    pub fn end(self) {
        for Thread { go, handle, .. } in self.0 {
            drop(go);
            handle.join().unwrap();
        }
    }
}

fn thread(module: &'static Module) -> Thread {
    let (go, told) = channel();
    let (tell, outcome) = channel();
    let signer = Signer::open(module).unwrap();
    let handle = spawn(move || {
        while told.recv().is_ok() {
            tell.send(signer.sign("together")).unwrap();
        }
    });
    Thread { go, outcome, handle }
}
