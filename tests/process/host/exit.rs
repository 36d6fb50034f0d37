//! The end of a process, and what hosts still ask for on the way out.

use std::sync::OnceLock;

use hardkey_tests::call;
use hardkey_tests::module::ok;
use serde_json::json;

use crate::Scenario;
use crate::signer::{Signer, code, load, start};
use crate::watch::{control, say, signing, spawn, threads_inside, until};

pub const SCENARIOS: &[Scenario] = &[
    ("exit-finalized", || {
        let signer = start();
        signer.sign("once").unwrap();
        signer.module.finalize().unwrap();
        say("leaving");
    }),
    ("exit-initialized", || {
        start().sign("once").unwrap();
        say("leaving");
    }),
    ("exit-at-once", || {
        start().sign("once").unwrap();
        say("leaving");
        // SAFETY: ends the process.
        unsafe { libc::_exit(0) }
    }),
    ("exit-handler-first", || {
        at_exit();
        SIGNER.set(start()).ok().unwrap();
        SIGNER.wait().sign("once").unwrap();
        say("leaving");
    }),
    ("exit-handler-last", || {
        SIGNER.set(start()).ok().unwrap();
        SIGNER.wait().sign("once").unwrap();
        at_exit();
        say("leaving");
    }),
    ("exit-handler-of-a-thread-that-never-called", || {
        at_exit();
        spawn(|| {
            SIGNER.set(start()).ok().unwrap();
            SIGNER.wait().sign("once").unwrap();
        })
        .join()
        .unwrap();
        say("leaving");
    }),
    ("exit-from-another-thread", || {
        at_exit();
        SIGNER.set(start()).ok().unwrap();
        spawn(|| {
            SIGNER.wait().sign("once").unwrap();
            say("leaving");
            // SAFETY: ends the process, with the main thread waiting below.
            unsafe { libc::exit(0) }
        })
        .join()
        .unwrap();
    }),
    ("exit-quickly", || {
        // SAFETY: the handler is a function of this program.
        assert_eq!(unsafe { at_quick_exit(calls_on_the_way_out) }, 0);
        SIGNER.set(start()).ok().unwrap();
        SIGNER.wait().sign("once").unwrap();
        say("leaving");
        // SAFETY: ends the process.
        unsafe { quick_exit(0) }
    }),
    ("exit-in-flight", || {
        in_flight();
        // SAFETY: ends the process, in the middle of everything.
        unsafe { libc::exit(0) }
    }),
    ("exit-in-flight-with-handler", || {
        at_exit();
        in_flight();
        // SAFETY: ends the process, in the middle of everything.
        unsafe { libc::exit(0) }
    }),
    ("exit-in-flight-finalized", || {
        in_flight().module.finalize().unwrap();
        say("C_Finalize CKR_OK");
        // SAFETY: ends the process, in the middle of everything.
        unsafe { libc::exit(0) }
    }),
];

const THREADS: usize = 8;

static SIGNER: OnceLock<Signer> = OnceLock::new();

unsafe extern "C" {
    fn at_quick_exit(handler: extern "C" fn()) -> i32;
    fn quick_exit(status: i32) -> !;
}

fn at_exit() {
    // SAFETY: the handler is a function of this program.
    assert_eq!(unsafe { libc::atexit(calls_on_the_way_out) }, 0);
}

extern "C" fn calls_on_the_way_out() {
    let signer = SIGNER.wait();
    let mut info = cryptoki_sys::CK_INFO::default();
    say(format!("handler: C_GetInfo {}", code(ok(call!(signer.module, C_GetInfo(&mut info))))));
    say(format!("handler: C_Sign {}", code(signer.sign("on the way out"))));
    say(format!("handler: C_Finalize {}", code(signer.module.finalize())));
}

/// Eight signatures that are under way, and will be for a while.
fn in_flight() -> &'static Signer {
    let module = load();
    module.initialize().unwrap();
    let first = Signer::open(module).unwrap();
    first.sign("once").unwrap();
    let key = first.key;
    SIGNER.set(first).ok().unwrap();
    control().reset_counts();
    control().fault(json!({ "operation": signing(), "latency_ms": 1500 }));
    for _ in 0..THREADS {
        spawn(move || {
            let signer = Signer::open_with(module, key).unwrap();
            // The process ends sooner or later; until then an error may tell of it, and a wrong signature may not.
            while signer.sign("for as long as there is a process").is_ok() {}
        });
    }
    until("all threads' requests are at the key service", || control().counts().requests(&signing()) >= THREADS as u64);
    assert_eq!(threads_inside("C_Sign"), THREADS);
    say(format!("{THREADS} signatures are under way"));
    SIGNER.wait()
}
