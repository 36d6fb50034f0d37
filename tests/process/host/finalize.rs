//! `C_Finalize` while others are in the middle of something.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use cryptoki_sys as ck;
use serde_json::json;

use crate::Scenario;
use crate::signer::{Signer, code, load, start};
use crate::watch::{control, say, signing, spawn, until};

pub const SCENARIOS: &[Scenario] =
    &[("finalize-while-signing", while_signing), ("finalize-while-everything", while_everything)];

const ROUNDS: usize = 20;
const THREADS: usize = 4;

/// Finalises when the request is at the key service, and initialises again before or after the answer.
fn while_signing() {
    let mut signer = start();
    control().fault(json!({ "operation": signing(), "latency_ms": 500 }));
    let mut good = 0;
    for round in 0..ROUNDS {
        let module = signer.module;
        control().reset_counts();
        let thread = spawn(move || signer.sign("while the module is finalised"));
        until("the request is at the key service", || control().counts().requests(&signing()) == 1);
        let started = Instant::now();
        module.finalize().unwrap();
        assert!(started.elapsed() < Duration::from_millis(250), "C_Finalize waited for {:?}", started.elapsed());
        if round % 2 == 0 {
            module.initialize().unwrap();
            good += usize::from(thread.join().unwrap().is_ok());
        } else {
            good += usize::from(thread.join().unwrap().is_ok());
            module.initialize().unwrap();
        }
        signer = Signer::open(module).unwrap();
    }
    say(format!("{good} of {ROUNDS} signatures came in spite of C_Finalize"));
    control().clear_faults();
    signer.sign("after all").unwrap();
    say("signed");
}

/// Threads that open, search, sign and close as fast as they can, while the module is finalised and initialised.
fn while_everything() {
    let module = load();
    module.initialize().unwrap();
    let over = Arc::new(AtomicBool::new(false));
    let threads = [(); THREADS].map(|()| {
        let over = Arc::clone(&over);
        spawn(move || {
            while !over.load(Ordering::SeqCst) {
                let outcome = Signer::open(module).and_then(|signer| signer.sign("in between"));
                // What a call may meet: no module, or a new one that does not know the session.
                let expected =
                    [ck::CKR_CRYPTOKI_NOT_INITIALIZED, ck::CKR_SESSION_HANDLE_INVALID, ck::CKR_OBJECT_HANDLE_INVALID];
                assert!(outcome.is_ok() || outcome.is_err_and(|rv| expected.contains(&rv)), "{}", code(outcome));
            }
        })
    });
    for _ in 0..ROUNDS {
        control().reset_counts();
        until("something is signed", || control().counts().requests(&signing()) > 0);
        module.finalize().unwrap();
        module.initialize().unwrap();
    }
    over.store(true, Ordering::SeqCst);
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    Signer::open(module).unwrap().sign("after all").unwrap();
    say("signed");
}
