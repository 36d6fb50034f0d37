//! The attempts of one request: whether another is worth its time, how long to wait before it, and what is told.
//!
//! How long is the SDK's arithmetic. The rest is that of every cloud here: no more attempts than are configured, none after
//! the deadline, a wait that is asked for is kept, and one that would outlast the deadline is an error at once.

use std::future::Future;
use std::time::Duration;

use google_cloud_gax::backoff_policy::BackoffPolicy;
use google_cloud_gax::error::rpc::{Code, Status, StatusDetails};
use google_cloud_gax::exponential_backoff::{ExponentialBackoff, ExponentialBackoffBuilder};
use google_cloud_gax::retry_state::RetryState;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use tokio::time::{sleep, timeout_at};

use super::error::{Action, SERVICE, malformed, of_sdk};
use super::integrity::Damage;
use super::stub::Trouble;
use crate::deadline::Deadline;
use crate::failure::Failure;
use crate::network::InterruptionKind;
use crate::repetition::{Warn, told};
use crate::wording::chain;

/// The SDK's own first wait, `ExponentialBackoff::default()`.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The longest wait of the other clouds' SDKs; the deadline usually comes first.
const LONGEST_WAIT: Duration = Duration::from_secs(20);

/// How often a request may be sent, and until when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempts {
    pub(super) most: u32,
    pub(super) deadline: Deadline,
}

/// How an attempt ended, other than well.
struct Ending {
    failure: Failure,
    why: String,
    /// Whether asking again may help.
    passing: bool,
    /// Whether the service may have carried the request out all the same.
    carried_out: bool,
    /// How long the service asks to be left alone.
    wait: Option<Duration>,
}

impl Attempts {
    /// Sends a request that may be sent any number of times, and checks the answer.
    pub(super) async fn ask<Answer, Request>(
        self,
        action: Action,
        send: impl Fn() -> Request,
        check: impl Fn(&Answer) -> Result<(), Damage>,
    ) -> Result<Answer, Failure>
    where
        Request: Future<Output = Result<Answer, google_cloud_gax::error::Error>>,
    {
        self.run(action, None, send, check).await
    }

    /// The same for a request of which every repetition is told first, where it may have been carried out.
    pub(super) async fn ask_and_tell<Answer, Request>(
        self,
        action: Action,
        warn: &Warn,
        send: impl Fn() -> Request,
        check: impl Fn(&Answer) -> Result<(), Damage>,
    ) -> Result<Answer, Failure>
    where
        Request: Future<Output = Result<Answer, google_cloud_gax::error::Error>>,
    {
        self.run(action, Some(warn), send, check).await
    }

    async fn run<Answer, Request>(
        self,
        action: Action,
        warn: Option<&Warn>,
        send: impl Fn() -> Request,
        check: impl Fn(&Answer) -> Result<(), Damage>,
    ) -> Result<Answer, Failure>
    where
        Request: Future<Output = Result<Answer, google_cloud_gax::error::Error>>,
    {
        let backoff = backoff();
        let mut state = RetryState::new(true);
        let mut last: Option<Ending> = None;
        loop {
            let late =
                |last: Option<&Ending>| Failure::late(SERVICE, action.name(), last.map(|last| last.why.as_str()));
            if self.deadline.remaining().is_zero() {
                return Err(late(last.as_ref()));
            }
            if let (Some(warn), Some(Ending { why, carried_out: true, .. })) = (warn, &last) {
                warn(&told(action.name(), why));
            }
            let Ok(outcome) = timeout_at(self.deadline.instant().into(), send()).await else {
                return Err(late(last.as_ref()));
            };
            let ending = match outcome {
                Ok(answer) => match check(&answer) {
                    Ok(()) => return Ok(answer),
                    Err(damage) => Ending::damaged(action, &damage),
                },
                Err(error) => Ending::of(action, &error),
            };
            state.attempt_count += 1;
            let wait = ending.wait.unwrap_or_else(|| backoff.on_failure(&state));
            // To wait for the deadline and then to fail would hide the reason.
            if !ending.passing || state.attempt_count >= self.most || wait >= self.deadline.remaining() {
                return Err(ending.failure);
            }
            last = Some(ending);
            sleep(wait).await;
        }
    }
}

impl Ending {
    fn damaged(action: Action, damage: &Damage) -> Self {
        let why = format!("the answer to {} was damaged: {damage}", action.name());
        Self { failure: malformed(&why), why: damage.clone(), passing: true, carried_out: true, wait: None }
    }

    fn of(action: Action, error: &google_cloud_gax::error::Error) -> Self {
        let failure = of_sdk(action, error);
        let ending = |why, passing, carried_out, wait| Self { failure, why, passing, carried_out, wait };
        match Trouble::of(error) {
            Some(Trouble::Interrupted(interruption)) => {
                let why = match interruption.kind {
                    InterruptionKind::TimedOut if interruption.sent => "no answer within attempt_timeout".to_owned(),
                    InterruptionKind::TimedOut | InterruptionKind::Broken | InterruptionKind::Final => {
                        chain(interruption)
                    }
                };
                ending(why, interruption.kind != InterruptionKind::Final, interruption.sent, None)
            }
            Some(Trouble::Service(refused)) => {
                let Status { code, details, .. } = &refused.words;
                let wait = told_to_wait(&refused.headers).or_else(|| asked_to_wait(details));
                let status = refused.status.as_u16();
                ending(code.name().to_owned(), is_passing(*code, status), !refused.status.is_client_error(), wait)
            }
            Some(Trouble::Foreign(refused)) => {
                let status = refused.status.as_u16();
                let why = format!("HTTP status {status}");
                // What is no answer of the service's may hide one that was given.
                let carried_out = !(300..500).contains(&status);
                ending(why, is_passing_status(status), carried_out, told_to_wait(&refused.headers))
            }
            // A signature may have been made; the next answer may be readable.
            Some(Trouble::Unreadable(why)) => ending(why.clone(), false, true, None),
            None => ending("it could not be sent".to_owned(), false, false, None),
        }
    }
}

/// The builder refuses only limits that contradict each other.
fn backoff() -> ExponentialBackoff {
    ExponentialBackoffBuilder::new().with_initial_delay(FIRST_WAIT).with_maximum_delay(LONGEST_WAIT).clamp()
}

fn is_passing(code: Code, status: u16) -> bool {
    matches!(
        code,
        Code::Unavailable | Code::Internal | Code::ResourceExhausted | Code::DeadlineExceeded | Code::Aborted
    ) || is_passing_status(status)
}

/// The statuses every cloud's SDK repeats.
fn is_passing_status(status: u16) -> bool {
    matches!(status, 429 | 500 | 502 | 503 | 504)
}

/// RFC 9110 §10.2.3, in seconds; its other form, a date, is not sent by gateways.
fn told_to_wait(headers: &HeaderMap) -> Option<Duration> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

/// Google's own way to say so: `google.rpc.RetryInfo`.
fn asked_to_wait(details: &[StatusDetails]) -> Option<Duration> {
    let delay = details
        .iter()
        .find_map(|detail| if let StatusDetails::RetryInfo(info) = detail { info.retry_delay } else { None })?;
    Duration::try_from(delay).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_read_from_the_header_and_from_google_s_own_words() {
        let headers = |value: &str| HeaderMap::from_iter([(RETRY_AFTER, value.parse().unwrap())]);
        assert_eq!(told_to_wait(&headers(" 7 ")), Some(Duration::from_secs(7)));
        assert_eq!(told_to_wait(&headers("Wed, 21 Oct 2026 07:28:00 GMT")), None);
        assert_eq!(told_to_wait(&HeaderMap::new()), None);
        let body = br#"{"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "m", "details":
            [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "1.500s"}]}}"#;
        let status = Status::try_from(&bytes::Bytes::from_static(body)).unwrap();
        assert_eq!(asked_to_wait(&status.details), Some(Duration::from_millis(1500)));
    }
}
