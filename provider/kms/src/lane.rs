//! Lanes: async clients without threads in somebody else's process.
//!
//! A lane is one current-thread runtime with its own warm client. The calling thread checks a lane out, drives one
//! request on its own stack, and puts it back; between calls nothing runs. Nothing async is ever polled on two
//! runtimes: a connection belongs to the lane that opened it.
//!
//! Lanes are shared, but requests wait for each other in queues, one per key: what a slow key holds up is itself.

mod blocking;

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
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

/// A pool of lanes that grows on demand, and the queues of those who want one.
pub struct Lanes<Client> {
    build: Box<dyn Fn() -> Client + Send + Sync>,
    cap: usize,
    pool: Mutex<Pool<Client>>,
}

struct Pool<Client> {
    parked: Vec<Lane<Client>>,
    /// By name. As many as there are keys: none is ever taken away.
    queues: HashMap<String, Queue>,
}

#[derive(Default)]
struct Queue {
    /// Requests of this queue that are on a lane.
    under_way: usize,
    done: Arc<Condvar>,
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
    /// The deadline passed while as many requests of the same queue as may be were under way.
    Busy,
    /// The deadline passed while the request was under way.
    Deadline,
    /// The operating system gave no event queue: usually the limit on open files.
    System(std::io::Error),
}

impl<Client> Lanes<Client> {
    /// At most `cap` requests of a queue at once, each on a lane whose client `build` made. No lane exists before the
    /// first request.
    pub fn new(cap: usize, build: impl Fn() -> Client + Send + Sync + 'static) -> Self {
        Self {
            build: Box::new(build),
            cap: cap.max(1),
            pool: Mutex::new(Pool { parked: Vec::new(), queues: HashMap::new() }),
        }
    }

    /// Drives one request on the calling thread, on a lane of its own. Requests of another queue are never waited for.
    ///
    /// # Errors
    /// [`LaneError`]; the future is dropped, and with it a half-used connection, when the deadline passes.
    pub fn run<'a, Request>(
        &self,
        queue: &str,
        deadline: &Deadline,
        request: impl FnOnce(&Client) -> Request + 'a,
    ) -> Result<Request::Output, LaneError>
    where
        Request: Future + 'a,
    {
        let mut loan = self.check_out(queue, deadline)?;
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
    fn check_out<'a>(&'a self, queue: &'a str, deadline: &Deadline) -> Result<Loan<'a, Client>, LaneError> {
        let mut pool = self.lock();
        loop {
            let place = pool.queue(queue);
            if place.under_way < self.cap {
                place.under_way += 1;
                let lane = pool.parked.pop();
                drop(pool);
                // From here on the loan's drop gives the place back, whatever happens.
                let mut loan = Loan { lanes: self, queue, lane, sound: false };
                if loan.lane.is_none() {
                    loan.lane = Some(Lane::new(&*self.build).map_err(LaneError::System)?);
                }
                return Ok(loan);
            }
            let done = Arc::clone(&place.done);
            let remaining = deadline.remaining();
            if remaining.is_zero() {
                return Err(LaneError::Busy);
            }
            // Let go of the pool before a fork can hold this thread up: those the fork waits for may need it.
            fork::outside(|| drop(done.wait_timeout(pool, remaining)));
            pool = self.lock();
        }
    }

    /// No code that can panic runs under this lock, so a poisoned one still holds a good pool.
    fn lock(&self) -> MutexGuard<'_, Pool<Client>> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<Client> Pool<Client> {
    fn queue(&mut self, name: &str) -> &mut Queue {
        self.queues.entry(name.to_owned()).or_default()
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
    queue: &'a str,
    lane: Option<Lane<Client>>,
    /// A lane whose request panicked is not used again.
    sound: bool,
}

impl<Client> Drop for Loan<'_, Client> {
    fn drop(&mut self) {
        let (sound, spent) = match self.lane.take() {
            Some(lane) if self.sound => (Some(lane), None),
            other => (None, other),
        };
        let mut pool = self.lanes.lock();
        pool.parked.extend(sound);
        let queue = pool.queue(self.queue);
        queue.under_way -= 1;
        queue.done.notify_one();
        drop(pool);
        drop(spent);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
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
            lanes.run("key", &soon(), |_| async {}).unwrap();
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
                scope.spawn(|| lanes.run("key", &soon(), |_| tokio::time::sleep(Duration::from_millis(5))).unwrap());
            }
        });
        assert_eq!(built.load(Ordering::SeqCst), 3);
    }

    #[test]
    fn a_queue_that_is_full_holds_no_other_up() {
        let lanes = Lanes::new(2, || ());
        let (tell, told) = std::sync::mpsc::channel();
        let end = AtomicBool::new(false);
        thread::scope(|scope| {
            for _ in 0..2 {
                let (tell, end, lanes) = (tell.clone(), &end, &lanes);
                scope.spawn(move || {
                    let request = async {
                        tell.send(()).unwrap();
                        while !end.load(Ordering::SeqCst) {
                            tokio::time::sleep(Duration::from_millis(1)).await;
                        }
                    };
                    lanes.run("slow", &soon(), |()| request).unwrap();
                });
            }
            told.recv().unwrap();
            told.recv().unwrap();
            lanes.run("fast", &soon(), |()| async {}).unwrap();
            let now = Deadline::after(Duration::ZERO);
            assert!(matches!(lanes.run("slow", &now, |()| async {}), Err(LaneError::Busy)));
            end.store(true, Ordering::SeqCst);
        });
    }

    #[test]
    fn a_busy_pool_answers_at_the_deadline() {
        let lanes = Lanes::new(1, || ());
        thread::scope(|scope| {
            let slow = scope.spawn(|| lanes.run("key", &soon(), |()| tokio::time::sleep(Duration::from_millis(300))));
            thread::sleep(Duration::from_millis(50));
            let short = Deadline::after(Duration::from_millis(50));
            assert!(matches!(lanes.run("key", &short, |()| async {}), Err(LaneError::Busy)));
            slow.join().unwrap().unwrap();
        });
    }

    #[test]
    fn a_request_that_panics_costs_its_lane_and_nothing_else() {
        let lanes = Lanes::new(1, || ());
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            lanes.run("key", &soon(), |()| async { panic!("on purpose") })
        }));
        assert!(outcome.is_err());
        lanes.run("key", &soon(), |()| async {}).unwrap();
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_thread_for_blocking_work_is_gone_when_the_request_is() {
        let lanes = Lanes::new(1, || ());
        for _ in 0..200 {
            let entry =
                lanes.run("key", &soon(), |()| tokio::task::spawn_blocking(|| std::fs::read_link("/proc/thread-self")));
            let entry = std::path::Path::new("/proc").join(entry.unwrap().unwrap().unwrap());
            assert!(!entry.exists(), "{}", entry.display());
        }
    }

    #[test]
    fn a_request_ends_at_the_deadline() {
        let lanes = Lanes::new(1, || ());
        let short = Deadline::after(Duration::from_millis(30));
        let outcome = lanes.run("key", &short, |()| std::future::pending::<()>());
        assert!(matches!(outcome, Err(LaneError::Deadline)));
    }
}
