//! A connection that the peer has closed is an error here, and not the end of the host.
//!
//! Writing to one raises `SIGPIPE`, which ends a process that does nothing about it. Rust programs ignore the signal,
//! and the standard library relies on that where it writes several buffers at once; hosts in C do not (measured: a
//! signature on a connection closed a moment ago killed its host). The same goes for a log whose reader is gone. So
//! each call holds the signal back on its thread, and at its end takes back the one that it raised.

#[cfg(all(unix, not(target_vendor = "apple")))]
pub(super) use held_back::BrokenPipes;

/// Apple's sockets have a switch for it, which the standard library sets; Windows has no such signal.
#[cfg(not(all(unix, not(target_vendor = "apple"))))]
pub(super) struct BrokenPipes;

#[cfg(not(all(unix, not(target_vendor = "apple"))))]
impl BrokenPipes {
    pub(super) fn hold_back() -> Self {
        Self
    }
}

#[cfg(all(unix, not(target_vendor = "apple")))]
mod held_back {
    use std::mem::MaybeUninit;
    use std::ptr;

    /// For as long as it lives, this thread gets no `SIGPIPE`.
    pub(in super::super) struct BrokenPipes {
        signal: libc::sigset_t,
        /// What the host had blocked.
        before: libc::sigset_t,
        /// The host has one waiting, which is none of ours.
        waiting: bool,
    }

    impl BrokenPipes {
        pub(in super::super) fn hold_back() -> Self {
            let mut signal = empty();
            // SAFETY: the set is initialised.
            unsafe { libc::sigaddset(&mut signal, libc::SIGPIPE) };
            let mut before = empty();
            // SAFETY: both sets are initialised; this thread's own mask changes.
            unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, &signal, &mut before) };
            // One that was not blocked cannot be waiting.
            let waiting = has(&before) && {
                let mut waiting = empty();
                // SAFETY: the set is initialised.
                unsafe { libc::sigpending(&mut waiting) };
                has(&waiting)
            };
            Self { signal, before, waiting }
        }
    }

    impl Drop for BrokenPipes {
        fn drop(&mut self) {
            let at_once = libc::timespec { tv_sec: 0, tv_nsec: 0 };
            if !self.waiting {
                // SAFETY: set and time are initialised; a null pointer says that the details do not matter.
                while unsafe { libc::sigtimedwait(&self.signal, ptr::null_mut(), &at_once) } == libc::SIGPIPE {}
            }
            // SAFETY: the set is the one that was in force.
            unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &self.before, ptr::null_mut()) };
        }
    }

    fn empty() -> libc::sigset_t {
        let mut set = MaybeUninit::uninit();
        // SAFETY: initialises the set.
        unsafe { libc::sigemptyset(set.as_mut_ptr()) };
        // SAFETY: initialised above.
        unsafe { set.assume_init() }
    }

    fn has(set: &libc::sigset_t) -> bool {
        // SAFETY: the set is initialised.
        unsafe { libc::sigismember(set, libc::SIGPIPE) == 1 }
    }
}
