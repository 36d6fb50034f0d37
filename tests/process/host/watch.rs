//! What is watched on every call: that it ends, and that it leaves no thread behind.
//!
//! Everything here also works in a forked child, where a lock may be held by a thread that is not there: there are
//! atomics only.

use std::cell::Cell;
use std::fs;
use std::panic;
use std::ptr;
use std::sync::atomic::{AtomicI32, AtomicPtr, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use hardkey_tests::emulator::Control;
use hardkey_tests::module::{Name, OBSERVER, Observer};

/// More threads than any scenario starts.
const THREADS: usize = 1024;
/// A child has less to do than its parent; the parent is still there to tell of it.
const CHILD_LIMIT: u32 = 30;
const HUNG: i32 = 102;
const PANICKED: i32 = 101;

/// Threads this program started, by the kernel's number. None is ever taken out: a thread that was joined is listed
/// for a moment longer.
static OWN: [AtomicI32; THREADS] = [const { AtomicI32::new(0) }; THREADS];
/// Threads that were asked for, and those that wrote their number into [`OWN`].
static ASKED_FOR: AtomicUsize = AtomicUsize::new(0);
static REGISTERED: AtomicUsize = AtomicUsize::new(0);

/// The name of the call each thread is in.
static CALLS: [AtomicPtr<&'static str>; THREADS] = [const { AtomicPtr::new(ptr::null_mut()) }; THREADS];

thread_local! {
    static PLACE: Cell<usize> = const { Cell::new(0) };
}

/// Begins to watch this process.
pub fn begin() {
    panic::set_hook(Box::new(|info| {
        // Whichever thread or child it is: the process failed.
        write(libc::STDERR_FILENO, format!("host[{}]: {info}\n", std::process::id()).as_bytes());
        // SAFETY: ends the process.
        unsafe { libc::_exit(PANICKED) }
    }));
    ASKED_FOR.fetch_add(1, Ordering::SeqCst);
    register();
    let limit = std::env::var("HOST_LIMIT").unwrap().parse().unwrap();
    // SAFETY: the handler only reads atomics, writes and ends the process.
    unsafe { libc::signal(libc::SIGALRM, tell_what_hangs as extern "C" fn(i32) as libc::sighandler_t) };
    // Rust programs ignore broken pipes and hosts in C die of them: be like those.
    // SAFETY: puts the default back.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
    set_limit(limit);
    assert!(OBSERVER.set(Observer { before, after }).is_ok());
}

/// Begins to watch a child that was forked a moment ago: it has one thread and its own limit.
pub fn begin_child() {
    for call in &CALLS {
        call.store(ptr::null_mut(), Ordering::SeqCst);
    }
    REGISTERED.store(ASKED_FOR.load(Ordering::SeqCst), Ordering::SeqCst);
    ASKED_FOR.fetch_add(1, Ordering::SeqCst);
    register();
    set_limit(CHILD_LIMIT);
}

/// Starts a thread of this program's own.
pub fn spawn<Answer: Send + 'static>(work: impl FnOnce() -> Answer + Send + 'static) -> JoinHandle<Answer> {
    ASKED_FOR.fetch_add(1, Ordering::SeqCst);
    thread::spawn(move || {
        register();
        work()
    })
}

/// Says a line on standard output, without the lock that `println!` takes.
pub fn say(line: impl AsRef<str>) {
    write(libc::STDOUT_FILENO, format!("{}\n", line.as_ref()).as_bytes());
}

/// Waits for something that is bound to happen.
pub fn until(what: &str, mut happened: impl FnMut() -> bool) {
    let started = Instant::now();
    while !happened() {
        assert!(started.elapsed() < Duration::from_secs(30), "waited in vain until {what}");
        thread::sleep(Duration::from_millis(2));
    }
}

/// The emulator's control endpoint.
pub fn control() -> Control {
    Control::at(&std::env::var("HOST_CONTROL").unwrap())
}

/// What the emulator calls the operation that signs, of the cloud whose key this is.
pub fn signing() -> String {
    std::env::var("HOST_SIGN").unwrap()
}

/// Its error for credentials that ended.
pub fn expired() -> String {
    std::env::var("HOST_EXPIRED").unwrap()
}

/// How many threads are inside a call of this name now.
pub fn threads_inside(name: &str) -> usize {
    CALLS.iter().filter(|call| current(call) == Some(name)).count()
}

/// Tasks of this process that it did not start: number and name.
pub fn strangers() -> Vec<String> {
    loop {
        let before = REGISTERED.load(Ordering::SeqCst);
        let unknown: Vec<String> = fs::read_dir("/proc/self/task")
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|number| {
                let number: i32 = number.parse().unwrap();
                OWN.iter().all(|own| own.load(Ordering::SeqCst) != number)
            })
            .collect();
        // A thread is listed before it can register, so look again when one was on its way.
        if unknown.is_empty() || (before == ASKED_FOR.load(Ordering::SeqCst)) {
            let name = |number: &String| {
                let name = fs::read_to_string(format!("/proc/self/task/{number}/comm"));
                format!("{number} {}", name.as_deref().unwrap_or("(gone)").trim())
            };
            return unknown.iter().map(name).collect();
        }
        thread::yield_now();
    }
}

fn register() {
    let place = REGISTERED.load(Ordering::SeqCst);
    // Not `gettid`: in a process id namespace of its own a child has one number there and another one here.
    let own = fs::read_link("/proc/thread-self").unwrap();
    let number = own.file_name().unwrap().to_str().unwrap().parse().unwrap();
    for (place, own) in OWN.iter().enumerate().skip(place) {
        if own.compare_exchange(0, number, Ordering::SeqCst, Ordering::SeqCst).is_ok() {
            PLACE.set(place);
            REGISTERED.fetch_add(1, Ordering::SeqCst);
            return;
        }
    }
    panic!("more than {THREADS} threads");
}

fn before(name: Name) {
    CALLS[PLACE.get()].store(ptr::from_ref(name).cast_mut(), Ordering::SeqCst);
}

fn after(name: Name) {
    CALLS[PLACE.get()].store(ptr::null_mut(), Ordering::SeqCst);
    let strangers = strangers();
    assert!(strangers.is_empty(), "{name} left threads behind: {strangers:?}");
}

fn current(call: &AtomicPtr<&'static str>) -> Option<&'static str> {
    // SAFETY: null, or a name that lives as long as the program.
    unsafe { call.load(Ordering::SeqCst).as_ref() }.copied()
}

fn set_limit(seconds: u32) {
    // SAFETY: sets a timer.
    unsafe { libc::alarm(seconds) };
}

extern "C" fn tell_what_hangs(_: i32) {
    write(libc::STDERR_FILENO, b"host: hung");
    for call in CALLS.iter().filter_map(current) {
        write(libc::STDERR_FILENO, b" in ");
        write(libc::STDERR_FILENO, call.as_bytes());
    }
    write(libc::STDERR_FILENO, b"\n");
    // SAFETY: ends the process.
    unsafe { libc::_exit(HUNG) }
}

fn write(file: i32, bytes: &[u8]) {
    // SAFETY: the pointer and the length are those of a live slice.
    unsafe { libc::write(file, bytes.as_ptr().cast(), bytes.len()) };
}
