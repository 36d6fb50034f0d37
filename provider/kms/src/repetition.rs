//! The attempts of one request, where a cloud's SDK is told not to repeat it: whether another is worth its time, how long to
//! wait before it, and what is told.
//!
//! No more attempts than are configured, none after the deadline. A wait that is asked for is kept, and one that would outlast
//! the deadline is an error at once.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use google_cloud_gax::backoff_policy::BackoffPolicy;
use google_cloud_gax::exponential_backoff::ExponentialBackoffBuilder;
use google_cloud_gax::retry_state::RetryState;
use tokio::time::{sleep, timeout_at};

use crate::deadline::Deadline;
use crate::failure::Failure;
use crate::network::{Interruption, InterruptionKind};
use crate::wording::chain;

/// The first wait of every cloud's SDK.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The longest wait of AWS's SDK, so that every cloud's is the same; the deadline usually comes first.
const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// Takes one line for the log, at the level of a warning.
pub(crate) type Warn = Arc<dyn Fn(&str) + Send + Sync>;

/// The line: which request, and how it ended.
pub(crate) fn told(action: &str, why: &str) -> String {
    format!(
        "{action} was not answered well ({why}), but may have been carried out; it is sent again, so the key service's log may show two signatures"
    )
}

/// How often a request may be sent, and until when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Repetition {
    pub(crate) most: u32,
    pub(crate) deadline: Deadline,
}

/// How an attempt ended, other than well.
pub(crate) struct Ending {
    /// What the host gets if there is no other attempt.
    pub(crate) failure: Failure,
    /// The same in a few words.
    pub(crate) why: String,
    /// Whether asking again may help.
    pub(crate) passing: bool,
    /// Whether the service may have carried the request out all the same.
    pub(crate) carried_out: bool,
    /// How long the service asks to be left alone.
    pub(crate) wait: Option<Duration>,
}

impl Repetition {
    /// Makes attempts until one ends well. With `warn` each further one is told first, where the last may have been carried out.
    pub(crate) async fn run<Answer, Attempt>(
        self,
        service: &str,
        action: &str,
        warn: Option<&Warn>,
        attempt: impl Fn() -> Attempt,
    ) -> Result<Answer, Failure>
    where
        Attempt: Future<Output = Result<Answer, Ending>>,
    {
        let mut last: Option<Ending> = None;
        let mut made = 0;
        loop {
            let late = |last: Option<&Ending>| Failure::late(service, action, last.map(|last| last.why.as_str()));
            if self.deadline.remaining().is_zero() {
                return Err(late(last.as_ref()));
            }
            if let (Some(warn), Some(Ending { why, carried_out: true, .. })) = (warn, &last) {
                warn(&told(action, why));
            }
            let Ok(outcome) = timeout_at(self.deadline.instant().into(), attempt()).await else {
                return Err(late(last.as_ref()));
            };
            let ending = match outcome {
                Ok(answer) => return Ok(answer),
                Err(ending) => ending,
            };
            made += 1;
            let wait = ending.wait.unwrap_or_else(|| back_off(made));
            // To wait for the deadline and then to fail would hide the reason.
            if !ending.passing || made >= self.most || wait >= self.deadline.remaining() {
                return Err(ending.failure);
            }
            last = Some(ending);
            sleep(wait).await;
        }
    }
}

impl Ending {
    /// There was no answer.
    pub(crate) fn interrupted(interruption: &Interruption, failure: Failure) -> Self {
        let why = match interruption.kind {
            InterruptionKind::TimedOut if interruption.sent => "no answer within attempt_timeout".to_owned(),
            InterruptionKind::TimedOut | InterruptionKind::Broken | InterruptionKind::Final => chain(interruption),
        };
        let passing = interruption.kind != InterruptionKind::Final;
        Self { failure, why, passing, carried_out: interruption.sent, wait: None }
    }

    /// The SDK did not come so far as to send anything.
    pub(crate) fn unsent(failure: Failure) -> Self {
        Self { failure, why: "it could not be sent".to_owned(), passing: false, carried_out: false, wait: None }
    }
}

/// How long to wait after this many attempts: a time by chance, so that those who were turned away together do not come back
/// together. The arithmetic is that of Google's SDK, which works for any request.
pub(crate) fn back_off(made: u32) -> Duration {
    // The builder refuses only limits that contradict each other.
    let waits =
        ExponentialBackoffBuilder::new().with_initial_delay(FIRST_WAIT).with_maximum_delay(LONGEST_WAIT).clamp();
    waits.on_failure(&RetryState::new(true).set_attempt_count(made))
}
