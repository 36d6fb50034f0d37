//! `dlclose`, and what comes after it.

use std::{fs, ptr};

use hardkey_tests::module::Module;
use serde_json::json;

use crate::Scenario;
use crate::signer::{Signer, code, load, start};
use crate::watch::{control, say, signing, spawn, until};

pub const SCENARIOS: &[Scenario] = &[
    ("unload-finalized", || {
        for _ in 0..3 {
            let signer = start();
            signer.sign("once").unwrap();
            signer.module.finalize().unwrap();
            unload(signer.module);
            say("signed and unloaded");
        }
    }),
    ("unload-initialized", || {
        let signer = start();
        signer.sign("once").unwrap();
        unload(signer.module);
        let module = load();
        say(format!("C_Initialize {}", code(module.initialize())));
        Signer::open(module).unwrap().sign("again").unwrap();
        say("signed");
    }),
    ("unload-while-signing", || {
        let signer = start();
        signer.sign("once").unwrap();
        let module = signer.module;
        control().reset_counts();
        control().fault(json!({ "operation": signing(), "latency_ms": 500, "times": 1 }));
        let thread = spawn(move || signer.sign("while it is unloaded"));
        until("the request is at the key service", || control().counts().requests(&signing()) == 1);
        unload(module);
        say(format!("C_Sign {}", code(thread.join().unwrap())));
        let module = load();
        say(format!("C_Initialize {}", code(module.initialize())));
        Signer::open(module).unwrap().sign("again").unwrap();
        say("signed");
    }),
    ("unload-after-its-thread", || {
        let module = spawn(|| {
            let signer = start();
            signer.sign("once").unwrap();
            signer.module.finalize().unwrap();
            signer.module
        });
        unload(module.join().unwrap());
        // No thread's own data keeps it any more, and an exit handler may still have the address of a function.
        let file = std::env::var("HOST_MODULE").unwrap();
        let stays = fs::read_to_string("/proc/self/maps").unwrap().lines().any(|line| line.ends_with(&file));
        say(if stays { "its code stays" } else { "its code is gone" });
        start().sign("again").unwrap();
        say("signed");
    }),
    ("unload-never-initialized", || {
        unload(load());
        start().sign("once").unwrap();
        say("signed");
    }),
];

/// Closes the library. Its list of functions stays in the program's memory, for those who are in one of them.
fn unload(module: &'static Module) {
    // SAFETY: the module was leaked and is used no more, but for the functions in it, which are plain pointers.
    unsafe { ptr::from_ref(module).read() }.unload();
}
