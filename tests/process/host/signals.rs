//! Signals belong to the host.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::AsRawFd;
use std::ptr;

use crate::Scenario;
use crate::signer::{code, load, start};
use crate::watch::say;

pub const SCENARIOS: &[Scenario] =
    &[("signals", untouched), ("signals-broken-log", broken_log), ("signals-broken-log-blocked", broken_log_blocked)];

fn untouched() {
    let before = handlers();
    let signer = start();
    signer.sign("once").unwrap();
    signer.module.finalize().unwrap();
    assert_eq!(handlers(), before, "a signal's handler changed");
    say("every signal is handled as before");
    // SAFETY: the pointer may be null.
    let children = unsafe { libc::waitpid(-1, ptr::null_mut(), libc::WNOHANG) };
    say(format!("waitpid {children}"));
}

/// Whoever read the log is gone when a line is written. The default of the signal is the end of the process.
fn broken_log() {
    let module = load();
    break_standard_error();
    say(format!("C_GetSlotList {}", code(module.slots().map(drop))));
    say(format!("a broken pipe is waiting: {}", is_waiting()));
}

/// The host has blocked the signal, and finds those it raised itself and no others.
fn broken_log_blocked() {
    let module = load();
    break_standard_error();
    // SAFETY: the sets are initialised before they are read.
    unsafe {
        let mut set = MaybeUninit::uninit();
        libc::sigemptyset(set.as_mut_ptr());
        libc::sigaddset(set.as_mut_ptr(), libc::SIGPIPE);
        libc::pthread_sigmask(libc::SIG_BLOCK, set.as_ptr(), ptr::null_mut());
    }
    say(format!("C_GetSlotList {}", code(module.slots().map(drop))));
    say(format!("a broken pipe is waiting: {}", is_waiting()));
    // SAFETY: sends the signal to this thread.
    unsafe { libc::raise(libc::SIGPIPE) };
    say(format!("C_GetSlotList {}", code(module.slots().map(drop))));
    say(format!("a broken pipe is waiting: {}", is_waiting()));
}

/// Puts a pipe without a reader in the place of standard error.
fn break_standard_error() {
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    // SAFETY: both are open descriptors.
    assert_eq!(unsafe { libc::dup2(writer.as_raw_fd(), libc::STDERR_FILENO) }, libc::STDERR_FILENO);
}

fn is_waiting() -> bool {
    let mut set = MaybeUninit::uninit();
    // SAFETY: the set is filled in before it is read.
    unsafe {
        libc::sigpending(set.as_mut_ptr());
        libc::sigismember(set.as_ptr(), libc::SIGPIPE) == 1
    }
}

/// The handler of every signal.
fn handlers() -> Vec<usize> {
    (1..libc::SIGRTMAX())
        .map(|signal| {
            let mut action = MaybeUninit::<libc::sigaction>::zeroed();
            // SAFETY: asks only; the kernel fills in the answer, or leaves the zeros for numbers that have no handler.
            unsafe {
                libc::sigaction(signal, ptr::null(), action.as_mut_ptr());
                action.assume_init().sa_sigaction
            }
        })
        .collect()
}
