//! Standard error of the process, put away for a while: the module writes hundreds of lines there, all expected.

use std::fs::File;
use std::os::fd::AsRawFd;
use std::sync::{Mutex, PoisonError};

/// Runs something while nothing reaches standard error. Panics are told all the same: the test harness collects them.
pub fn silently<T>(body: impl FnOnce() -> T) -> T {
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    // SAFETY: descriptor 2 is open for as long as the process runs.
    let _back = PutBack(unsafe { libc::dup(2) });
    let nowhere = File::create("/dev/null").unwrap();
    // SAFETY: both descriptors are open.
    unsafe { libc::dup2(nowhere.as_raw_fd(), 2) };
    body()
}

struct PutBack(libc::c_int);

impl Drop for PutBack {
    fn drop(&mut self) {
        // SAFETY: the descriptor is a copy of what was there.
        unsafe { libc::dup2(self.0, 2) };
        // SAFETY: nobody else has it.
        unsafe { libc::close(self.0) };
    }
}
