//! The threads a lane's runtime starts for work that blocks, seen off before a call returns.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use std::{fs, mem, thread};

/// A thread whose work is done is gone at once. One that is still there after this is stuck in the system's resolver
/// (the SDK's, for container credentials that are offered under a name) and cannot be ended by anybody.
const PATIENCE: Duration = Duration::from_millis(250);
const GLANCE: Duration = Duration::from_micros(50);

/// The threads of one lane, by their entries in `/proc`.
#[derive(Clone, Default)]
pub(super) struct BlockingThreads(Arc<Mutex<Vec<PathBuf>>>);

impl BlockingThreads {
    /// A new thread says that it is there. Where there is no `/proc`, nobody could tell when it is gone.
    pub(super) fn register(&self) {
        if let Ok(entry) = fs::read_link("/proc/thread-self") {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Path::new("/proc").join(entry));
        }
    }

    /// Waits until all are gone. The runtime keeps none for later, but lets a call return while one is on its way out
    /// (measured: seven times in ten where there is one processor).
    pub(super) fn see_off(&self) {
        let entries = mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let started = Instant::now();
        for entry in entries {
            while entry.exists() && started.elapsed() < PATIENCE {
                thread::sleep(GLANCE);
            }
        }
    }
}
