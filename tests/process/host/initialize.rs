//! What hosts say about locks and threads when they initialise.

use std::ffi::c_void;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};

use cryptoki_sys as ck;
use hardkey_tests::call;
use hardkey_tests::module::ok;

use crate::Scenario;
use crate::signer::{Signer, code, load};
use crate::watch::{say, spawn};

pub const SCENARIOS: &[Scenario] = &[
    ("initialize-no-threads", || sign_with(ck::CKF_LIBRARY_CANT_CREATE_OS_THREADS)),
    ("initialize-no-threads-os-locking", || {
        sign_with(ck::CKF_LIBRARY_CANT_CREATE_OS_THREADS | ck::CKF_OS_LOCKING_OK);
    }),
    ("initialize-own-mutexes", own_mutexes),
];

const THREADS: usize = 4;

static MUTEX_CALLS: AtomicUsize = AtomicUsize::new(0);

/// Signs on one thread, then on several.
fn sign_with(flags: ck::CK_FLAGS) {
    let module = load();
    say(format!("C_Initialize {}", code(module.initialize_with(flags))));
    sign_on_several_threads(Signer::open(module).unwrap());
    say(format!("C_Finalize {}", code(module.finalize())));
}

fn own_mutexes() {
    let module = load();
    let mut arguments = ck::CK_C_INITIALIZE_ARGS {
        CreateMutex: Some(create),
        DestroyMutex: Some(use_mutex),
        LockMutex: Some(use_mutex),
        UnlockMutex: Some(use_mutex),
        flags: ck::CKF_LIBRARY_CANT_CREATE_OS_THREADS | ck::CKF_OS_LOCKING_OK,
        pReserved: ptr::null_mut(),
    };
    let outcome = ok(call!(module, C_Initialize(ptr::from_mut(&mut arguments).cast::<c_void>())));
    say(format!("C_Initialize {}", code(outcome)));
    sign_on_several_threads(Signer::open(module).unwrap());
    say(format!("the host's mutexes were used {} times", MUTEX_CALLS.load(Ordering::SeqCst)));
    say(format!("C_Finalize {}", code(module.finalize())));
}

fn sign_on_several_threads(signer: Signer) {
    signer.sign("alone").unwrap();
    say("signed on one thread");
    let together = Arc::new(Barrier::new(THREADS));
    let threads = [(); THREADS].map(|()| {
        let (together, module) = (Arc::clone(&together), signer.module);
        spawn(move || {
            let signer = Signer::open(module).unwrap();
            together.wait();
            signer.sign("together").unwrap();
        })
    });
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    say(format!("signed on {THREADS} threads"));
}

unsafe extern "C" fn create(_: *mut *mut c_void) -> ck::CK_RV {
    MUTEX_CALLS.fetch_add(1, Ordering::SeqCst);
    ck::CKR_OK
}

unsafe extern "C" fn use_mutex(_: *mut c_void) -> ck::CK_RV {
    MUTEX_CALLS.fetch_add(1, Ordering::SeqCst);
    ck::CKR_OK
}
