//! Which process this is, and what the operating system says of it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

#[cfg(unix)]
use hardkey_kms::fork;

/// Forks between the first process and this one.
static FORKS: AtomicU64 = AtomicU64::new(0);
static WATCHED: AtomicBool = AtomicBool::new(false);

/// A process, told apart from its parents and children. A process id alone can repeat: in a new pid namespace, or
/// after a while. The count alone misses children made without libc's handlers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Process {
    id: u32,
    forks: u64,
}

impl Process {
    pub(super) fn current() -> Self {
        Self { id: std::process::id(), forks: FORKS.load(Ordering::Relaxed) }
    }
}

/// Has forks counted from now on.
pub(super) fn watch_forks() {
    #[cfg(unix)]
    if !WATCHED.swap(true, Ordering::Relaxed) {
        // SAFETY: the handlers are functions of this library, which is never unmapped (`-z nodelete`); the one that runs
        // in the child uses nothing but atomics and a thread local, which is allowed between fork and exec.
        unsafe { libc::pthread_atfork(Some(before_fork), Some(forked_in_parent), Some(forked_in_child)) };
    }
}

#[cfg(unix)]
extern "C" fn before_fork() {
    fork::prepare();
}

#[cfg(unix)]
extern "C" fn forked_in_parent() {
    fork::in_parent();
}

#[cfg(unix)]
extern "C" fn forked_in_child() {
    FORKS.fetch_add(1, Ordering::Relaxed);
    fork::in_child();
}

/// Whether the process runs with more rights than the person who started it (set-user-id and its relatives): then its
/// environment is not to be believed.
pub(super) fn is_privileged() -> bool {
    #[cfg(target_os = "linux")]
    {
        // SAFETY: takes a number and returns a number.
        unsafe { libc::getauxval(libc::AT_SECURE) != 0 }
    }
    #[cfg(all(unix, not(target_os = "linux")))]
    {
        // SAFETY: takes nothing and returns a number.
        unsafe { libc::issetugid() != 0 }
    }
    #[cfg(not(unix))]
    {
        false
    }
}

/// Writes to standard error in one system call, without the lock that the standard library's handle takes: it may
/// have been held by another thread when this process was forked.
pub(crate) fn write_standard_error(bytes: &[u8]) {
    #[cfg(unix)]
    // SAFETY: the pointer and the length are those of a live slice. A line that is cut short or lost is not worth
    // failing the host's call.
    unsafe {
        libc::write(libc::STDERR_FILENO, bytes.as_ptr().cast(), bytes.len())
    };
    #[cfg(not(unix))]
    {
        use std::io::Write;
        let _ = std::io::stderr().write_all(bytes);
    }
}
