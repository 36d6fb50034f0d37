//! Forks, and the locks of the libraries below.
//!
//! SDKs and cryptography keep things of the whole process behind locks: tables made at first use, a budget of retries,
//! what is computed once for a key. A child that is forked while another thread holds one finds it locked for ever
//! (measured: of children forked during a process's first signatures, one in a hundred hung in AWS's table of
//! partitions). So a thread that runs a call is *inside*, and outside again while it waits. A fork begins when nobody is
//! inside, and nobody gets in until it is over.

use std::cell::Cell;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Between two waits a request computes for milliseconds. A thread that is inside for longer, on a file system that
/// hangs, must not hang the host's fork as well.
const PATIENCE: Duration = Duration::from_secs(1);
/// Forks are short and rare: looking again is cheaper than a lock that a child would inherit.
const GLANCE: Duration = Duration::from_micros(50);
const ONE_FORK: u64 = 1 << 32;

/// Threads inside, and from [`ONE_FORK`] on forks under way.
static STATE: AtomicU64 = AtomicU64::new(0);

thread_local! {
    static PLACE: Cell<Place> = const { Cell::new(Place { depth: 0, waiting: false }) };
}

/// Where a thread is.
#[derive(Clone, Copy)]
struct Place {
    depth: u32,
    waiting: bool,
}

impl Place {
    fn is_inside(self) -> bool {
        self.depth > 0 && !self.waiting
    }
}

/// A thread is inside for as long as it holds this.
#[must_use]
pub struct Inside(PhantomData<*const ()>);

/// Goes inside; waits for a fork that is under way.
pub fn inside() -> Inside {
    let place = PLACE.get();
    if place.depth == 0 {
        enter();
    }
    PLACE.set(Place { depth: place.depth + 1, ..place });
    Inside(PhantomData)
}

impl Drop for Inside {
    fn drop(&mut self) {
        go_on();
        let place = PLACE.get();
        PLACE.set(Place { depth: place.depth - 1, ..place });
        if place.depth == 1 {
            STATE.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

/// Waits for something that others inside may be needed for. It must give back every lock it takes.
pub fn outside<Answer>(waiting: impl FnOnce() -> Answer) -> Answer {
    wait();
    let answer = waiting();
    go_on();
    answer
}

/// The thread is about to wait for the network.
pub(crate) fn wait() {
    let place = PLACE.get();
    if place.is_inside() {
        PLACE.set(Place { waiting: true, ..place });
        STATE.fetch_sub(1, Ordering::SeqCst);
    }
}

/// The wait is over.
pub(crate) fn go_on() {
    let place = PLACE.get();
    if place.waiting {
        enter();
        PLACE.set(Place { waiting: false, ..place });
    }
}

/// Before a fork, on the thread that forks.
pub fn prepare() {
    STATE.fetch_add(ONE_FORK, Ordering::SeqCst);
    // A credential process may be forked from inside.
    let own = u64::from(PLACE.get().is_inside());
    let started = Instant::now();
    while STATE.load(Ordering::SeqCst) % ONE_FORK > own && started.elapsed() < PATIENCE {
        thread::sleep(GLANCE);
    }
}

/// After a fork, in the parent.
pub fn in_parent() {
    STATE.fetch_sub(ONE_FORK, Ordering::SeqCst);
}

/// After a fork, in the child, which has this thread alone.
pub fn in_child() {
    STATE.store(u64::from(PLACE.get().is_inside()), Ordering::SeqCst);
}

fn enter() {
    let outside = |state: u64| (state < ONE_FORK).then_some(state + 1);
    while STATE.fetch_update(Ordering::SeqCst, Ordering::SeqCst, outside).is_err() {
        thread::sleep(GLANCE);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    /// One test, because the state is the process's.
    #[test]
    fn a_fork_waits_for_those_inside_and_keeps_the_others_out() {
        let (tell, told) = channel();
        let worker = thread::spawn(move || {
            let outer = inside();
            let inner = inside();
            tell.send("inside").unwrap();
            thread::sleep(Duration::from_millis(50));
            drop(inner);
            tell.send("still inside").unwrap();
            // Here the fork takes place.
            outside(|| thread::sleep(Duration::from_millis(50)));
            tell.send("inside again").unwrap();
            drop(outer);
        });
        assert_eq!(told.recv().unwrap(), "inside");
        prepare();
        assert_eq!(told.try_recv(), Ok("still inside"));
        thread::sleep(Duration::from_millis(100));
        assert!(told.try_recv().is_err());
        in_parent();
        assert_eq!(told.recv().unwrap(), "inside again");
        worker.join().unwrap();
        assert_eq!(STATE.load(Ordering::SeqCst) / ONE_FORK, 0);
    }
}
