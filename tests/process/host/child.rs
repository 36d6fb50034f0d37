//! Children, made as hosts make them.

use crate::watch;

/// A forked child.
pub struct Child(libc::pid_t);

/// Forks. The child does its work and leaves through `exit`, so that exit handlers run in it too.
pub fn fork(work: impl FnOnce()) -> Child {
    // SAFETY: the child uses no lock that another thread may have held: its own output goes through `write`, the
    // allocator sees to itself, and the module is what is being tested.
    match unsafe { libc::fork() } {
        0 => {
            watch::begin_child();
            work();
            // SAFETY: ends the process.
            unsafe { libc::exit(0) }
        }
        child => {
            assert!(child > 0, "fork failed: {}", std::io::Error::last_os_error());
            Child(child)
        }
    }
}

impl Child {
    /// Waits for its end, which is bounded by its own limit. Anything but status 0 fails the scenario.
    pub fn succeeded(self) {
        let mut status = 0;
        // SAFETY: the pointer is good.
        assert_eq!(unsafe { libc::waitpid(self.0, &mut status, 0) }, self.0);
        if !libc::WIFEXITED(status) || libc::WEXITSTATUS(status) != 0 {
            panic!("child {} ended with wait status {status:#x}", self.0);
        }
    }
}
