//! Lanes: async clients without threads in somebody else's process.
//!
//! A lane is one current-thread runtime with its own warm client. The calling thread checks a lane out, drives one
//! request on its own stack, and puts it back; between calls nothing runs. Nothing async is ever polled on two
//! runtimes: a connection belongs to the lane that opened it.

mod blocking;

use std::future::Future;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::task::yield_now;
use tokio::time::timeout_at;

use crate::deadline::Deadline;
use crate::fork;
use blocking::BlockingThreads;

/// Turns of the driver before a request, so that a FIN or RST that arrived while the lane was parked is seen first.
/// Measured with reqwest 0.13: without a turn 8 of 8 requests on a dead connection failed, with three 0 of 8.
const TURNS: usize = 3;

/// A pool of lanes that grows on demand to a cap.
pub struct Lanes<Client> {
    build: Box<dyn Fn() -> Client + Send + Sync>,
    cap: usize,
    pool: Mutex<Pool<Client>>,
    returned: Condvar,
}

struct Pool<Client> {
    parked: Vec<Lane<Client>>,
    existing: usize,
}

struct Lane<Client> {
    blocking: BlockingThreads,
    client: Client,
    /// `None` only while the lane is being dropped.
    runtime: Option<Runtime>,
}

/// Why a request could not be driven to its end.
#[derive(Debug)]
pub enum LaneError {
    /// The deadline passed while all lanes were busy.
    Busy,
    /// The deadline passed while the request was under way.
    Deadline,
    /// The operating system gave no event queue: usually the limit on open files.
    System(std::io::Error),
}

impl<Client> Lanes<Client> {
    /// At most `cap` lanes, each with a client that `build` makes. No lane exists before the first request.
    pub fn new(cap: usize, build: impl Fn() -> Client + Send + Sync + 'static) -> Self {
        Self {
            build: Box::new(build),
            cap: cap.max(1),
            pool: Mutex::new(Pool { parked: Vec::new(), existing: 0 }),
            returned: Condvar::new(),
        }
    }

    /// Drives one request on the calling thread, on a lane of its own.
    ///
    /// # Errors
    /// [`LaneError`]; the future is dropped, and with it a half-used connection, when the deadline passes.
    pub fn run<'a, Request>(
        &self,
        deadline: &Deadline,
        request: impl FnOnce(&Client) -> Request + 'a,
    ) -> Result<Request::Output, LaneError>
    where
        Request: Future + 'a,
    {
        let mut loan = self.check_out(deadline)?;
        let Some(Lane { blocking, client, runtime: Some(runtime) }) = loan.lane.as_ref() else {
            return Err(LaneError::Busy);
        };
        let outcome = runtime.block_on(async {
            for _ in 0..TURNS {
                yield_now().await;
            }
            timeout_at(deadline.instant().into(), request(client)).await
        });
        fork::outside(|| blocking.see_off());
        loan.sound = true;
        outcome.map_err(|_| LaneError::Deadline)
    }

    /// The lane used last is used next: its connection is the warmest.
    fn check_out(&self, deadline: &Deadline) -> Result<Loan<'_, Client>, LaneError> {
        let mut pool = self.lock();
        loop {
            if let Some(lane) = pool.parked.pop() {
                return Ok(Loan { lanes: self, lane: Some(lane), sound: false });
            }
            if pool.existing < self.cap {
                pool.existing += 1;
                drop(pool);
                // From here on the loan's drop gives the place back, whatever happens.
                let mut loan = Loan { lanes: self, lane: None, sound: false };
                loan.lane = Some(Lane::new(&*self.build).map_err(LaneError::System)?);
                return Ok(loan);
            }
            let remaining = deadline.remaining();
            if remaining.is_zero() {
                return Err(LaneError::Busy);
            }
            // Let go of the pool before a fork can hold this thread up: those the fork waits for may need it.
            fork::outside(|| drop(self.returned.wait_timeout(pool, remaining)));
            pool = self.lock();
        }
    }

    /// No code that can panic runs under this lock, so a poisoned one still holds a good pool.
    fn lock(&self) -> MutexGuard<'_, Pool<Client>> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<Client> Lane<Client> {
    fn new(build: &(dyn Fn() -> Client + Send + Sync)) -> std::io::Result<Self> {
        let blocking = BlockingThreads::default();
        let started = blocking.clone();
        let runtime = Builder::new_current_thread()
            .enable_io()
            .enable_time()
            // The SDK looks names of container credentials up on a blocking thread; it must not outlive the call.
            .thread_keep_alive(Duration::ZERO)
            .on_thread_start(move || started.register())
            .on_thread_park(fork::wait)
            .on_thread_unpark(fork::go_on)
            .build()?;
        let client = {
            let _entered = runtime.enter();
            build()
        };
        Ok(Self { blocking, client, runtime: Some(runtime) })
    }
}

/// Never waits: a plain drop of a runtime waits without limit for a stuck blocking task.
impl<Client> Drop for Lane<Client> {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

struct Loan<'a, Client> {
    lanes: &'a Lanes<Client>,
    lane: Option<Lane<Client>>,
    /// A lane whose request panicked is not used again.
    sound: bool,
}

impl<Client> Drop for Loan<'_, Client> {
    fn drop(&mut self) {
        let lane = self.lane.take();
        let mut pool = self.lanes.lock();
        match lane {
            Some(lane) if self.sound => pool.parked.push(lane),
            other => {
                pool.existing -= 1;
                drop(pool);
                drop(other);
            }
        }
        self.lanes.returned.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    use super::*;

    fn soon() -> Deadline {
        Deadline::after(Duration::from_secs(10))
    }

    #[test]
    fn a_lane_is_reused_and_no_lane_exists_before_the_first_request() {
        let built = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&built);
        let lanes = Lanes::new(4, move || counter.fetch_add(1, Ordering::SeqCst));
        assert_eq!(built.load(Ordering::SeqCst), 0);
        for _ in 0..5 {
            lanes.run(&soon(), |_| async {}).unwrap();
        }
        assert_eq!(built.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn lanes_stay_under_the_cap_and_nobody_is_left_waiting() {
        let built = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&built);
        let lanes = Lanes::new(3, move || counter.fetch_add(1, Ordering::SeqCst));
        thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| lanes.run(&soon(), |_| tokio::time::sleep(Duration::from_millis(5))).unwrap());
            }
        });
        assert_eq!(built.load(Ordering::SeqCst), 3);
    }

    #[test]
    fn a_busy_pool_answers_at_the_deadline() {
        let lanes = Lanes::new(1, || ());
        thread::scope(|scope| {
            let slow = scope.spawn(|| lanes.run(&soon(), |()| tokio::time::sleep(Duration::from_millis(300))));
            thread::sleep(Duration::from_millis(50));
            let short = Deadline::after(Duration::from_millis(50));
            assert!(matches!(lanes.run(&short, |()| async {}), Err(LaneError::Busy)));
            slow.join().unwrap().unwrap();
        });
    }

    #[test]
    fn a_request_that_panics_costs_its_lane_and_nothing_else() {
        let lanes = Lanes::new(1, || ());
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            lanes.run(&soon(), |()| async { panic!("on purpose") })
        }));
        assert!(outcome.is_err());
        lanes.run(&soon(), |()| async {}).unwrap();
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_thread_for_blocking_work_is_gone_when_the_request_is() {
        let lanes = Lanes::new(1, || ());
        for _ in 0..200 {
            let entry =
                lanes.run(&soon(), |()| tokio::task::spawn_blocking(|| std::fs::read_link("/proc/thread-self")));
            let entry = std::path::Path::new("/proc").join(entry.unwrap().unwrap().unwrap());
            assert!(!entry.exists(), "{}", entry.display());
        }
    }

    #[test]
    fn a_request_ends_at_the_deadline() {
        let lanes = Lanes::new(1, || ());
        let short = Deadline::after(Duration::from_millis(30));
        let outcome = lanes.run(&short, |()| std::future::pending::<()>());
        assert!(matches!(outcome, Err(LaneError::Deadline)));
    }
}
