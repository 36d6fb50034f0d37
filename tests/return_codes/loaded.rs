//! One copy of the module, and one of its lists.

use std::collections::BTreeMap;
use std::ffi::c_void;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use cryptoki_sys as ck;
use hardkey_tests::built;
use libloading::Library;

use crate::list::{List, Version};
use crate::table::{self, Row};
use crate::world::world;

/// No trial takes a thousandth of this; a machine that is busy takes its time.
const HUNG: Duration = Duration::from_secs(120);

/// A copy of the file, which has its own state: what is done to it is not done to another list's.
pub struct Loaded {
    pub list: List,
    library: &'static Library,
    progress: Sender<(Version, String)>,
}

/// Runs one test body with each of the three lists, and fails if a call does not return. Each list has a copy of the
/// module to itself, which the tests use one after the other.
pub fn each_list(body: fn(&Loaded)) {
    static COPIES: [OnceLock<&Library>; 3] = [const { OnceLock::new() }; 3];
    run(body, |version| COPIES[version as usize].get_or_init(copy));
}

/// The same on copies that nothing was done to before.
pub fn each_list_of_a_new_copy(body: fn(&Loaded)) {
    run(body, |_| copy());
}

fn copy() -> &'static Library {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let copy = world().folder.join(format!("copy-{}.so", COUNT.fetch_add(1, Ordering::Relaxed)));
    std::fs::copy(built::module(), &copy).unwrap();
    // SAFETY: the module has no code that runs when it is loaded.
    Box::leak(Box::new(unsafe { Library::new(&copy) }.unwrap()))
}

fn run(body: fn(&Loaded), library: fn(Version) -> &'static Library) {
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    // It sets the environment, so before there are threads.
    world();
    let (progress, moves) = mpsc::channel();
    let threads = Version::ALL.map(|version| {
        let (library, progress, (major, minor)) = (library(version), progress.clone(), version.numbers());
        let run = move || body(&Loaded { list: List::of(library, version), library, progress });
        thread::Builder::new().name(format!("the list of {major}.{minor}")).spawn(run).unwrap()
    });
    drop(progress);
    let mut last = BTreeMap::new();
    loop {
        match moves.recv_timeout(HUNG) {
            Ok((version, what)) => drop(last.insert(version.numbers(), what)),
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => panic!("nothing has moved for {HUNG:?}; each list was at {last:#?}"),
        }
    }
    let failed = threads.into_iter().filter_map(|thread| thread.join().err()).count();
    assert_eq!(failed, 0, "lists; what each said is above");
}

/// The next test begins with `C_Initialize`, whatever became of this one.
impl Drop for Loaded {
    fn drop(&mut self) {
        self.call("C_Finalize", &[0]);
    }
}

impl Loaded {
    /// The rows of the functions that this list has.
    pub fn rows(&self) -> impl Iterator<Item = &'static Row> {
        table::rows().filter(|row| (row.address)(&self.list).is_some())
    }

    /// Says what is tried next, for the message if it never ends.
    pub fn tries(&self, what: &str) {
        self.progress.send((self.list.version(), what.to_owned())).unwrap();
    }

    /// Calls a function of the list.
    pub fn call(&self, name: &str, words: &[usize]) -> ck::CK_RV {
        (table::row(name).call)(&self.list, words).unwrap_or_else(|| panic!("{name} is not in this list"))
    }

    /// `C_Initialize` with the flags most hosts set.
    pub fn initialize(&self) -> ck::CK_RV {
        self.initialize_with([false; 4], ck::CKF_OS_LOCKING_OK)
    }

    /// `C_Initialize` with some of the four functions for mutexes: to create, destroy, lock and unlock one.
    pub fn initialize_with(&self, given: [bool; 4], flags: ck::CK_FLAGS) -> ck::CK_RV {
        let arguments = ck::CK_C_INITIALIZE_ARGS {
            CreateMutex: given[0].then_some(create),
            DestroyMutex: given[1].then_some(other),
            LockMutex: given[2].then_some(other),
            UnlockMutex: given[3].then_some(other),
            flags,
            pReserved: std::ptr::null_mut(),
        };
        self.call("C_Initialize", &[crate::argument::lasting(arguments)])
    }

    /// The library, for symbols by their names.
    pub fn library(&self) -> &'static Library {
        self.library
    }
}

unsafe extern "C" fn create(_: *mut *mut c_void) -> ck::CK_RV {
    ck::CKR_OK
}

unsafe extern "C" fn other(_: *mut c_void) -> ck::CK_RV {
    ck::CKR_OK
}
