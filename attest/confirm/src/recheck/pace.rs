//! No more keys in a minute than clouds take questions about.

use std::thread;
use std::time::{Duration, Instant};

/// When the next key may be asked about.
pub(super) struct Pace {
    every: Duration,
    next: Option<Instant>,
}

impl Pace {
    pub(super) fn new(per_minute: u32) -> Self {
        Self { every: Duration::from_secs(60).checked_div(per_minute).unwrap_or_default(), next: None }
    }

    /// Waits for the next key's turn. The first has its at once.
    pub(super) fn wait(&mut self) {
        let now = Instant::now();
        let turn = self.next.map_or(now, |next| next.max(now));
        thread::sleep(turn.saturating_duration_since(now));
        self.next = turn.checked_add(self.every);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_their_turns_one_after_the_other_and_the_first_at_once() {
        let mut pace = Pace::new(1200);
        let began = Instant::now();
        pace.wait();
        let first = began.elapsed();
        pace.wait();
        pace.wait();
        // Sleeping never ends early; how late it ends is the machine's business.
        assert!(began.elapsed() >= Duration::from_millis(100), "{:?}", began.elapsed());
        assert!(first < Duration::from_millis(50), "{first:?}");
    }
}
