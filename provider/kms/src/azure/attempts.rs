//! The attempts of one request: whether another is worth its time, how long to wait before it, and what is told.
//!
//! The SDK would repeat by itself, for 82 s where a name could not be resolved (measured). It is told not to, and this does
//! what every cloud's client here does: no more attempts than are configured, none after the deadline, a wait that is asked
//! for is kept, and one that would outlast the deadline is an error at once.

use std::future::Future;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use azure_core::error::{Error, ErrorKind};
use azure_core::http::RawResponse;
use azure_core::http::headers::{HeaderName, RETRY_AFTER};
use tokio::time::{sleep, timeout_at};

use super::error::{Action, Asked, Words};
use crate::deadline::Deadline;
use crate::failure::Failure;
use crate::network::{Interruption, InterruptionKind};
use crate::repetition::{Warn, told};
use crate::wording::{chain, clean};

/// What Azure asks of who is throttled: Azure Key Vault documentation, "Throttling guidance".
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The longest of the same guidance.
const LONGEST_WAIT: Duration = Duration::from_secs(16);

/// How often a request may be sent, and until when.
#[derive(Clone, Debug)]
pub(super) struct Attempts {
    pub(super) asked: Asked,
    pub(super) most: u32,
    pub(super) deadline: Deadline,
}

/// How an attempt ended, other than well.
pub(super) struct Ending {
    why: String,
    /// Whether asking again may help.
    passing: bool,
    /// Whether the service may have carried the request out all the same.
    carried_out: bool,
    /// How long the service asks to be left alone.
    wait: Option<Duration>,
}

impl Attempts {
    /// Sends a request that may be sent any number of times.
    pub(super) async fn ask<Answer, Request>(
        &self,
        action: Action,
        send: impl Fn() -> Request,
    ) -> Result<Answer, Failure>
    where
        Request: Future<Output = azure_core::Result<Answer>>,
    {
        self.run(action, None, send, Ending::of).await
    }

    /// The same for something that may have been made a moment ago, and that not every server knows yet.
    pub(super) async fn find<Answer, Request>(
        &self,
        action: Action,
        send: impl Fn() -> Request,
    ) -> Result<Answer, Failure>
    where
        Request: Future<Output = azure_core::Result<Answer>>,
    {
        let ending = |error: &Error| {
            let ending = Ending::of(error);
            Ending { passing: ending.passing || is_unknown(error), ..ending }
        };
        self.run(action, None, send, ending).await
    }

    /// The same for a request of which every repetition is told first, where it may have been carried out.
    pub(super) async fn ask_and_tell<Answer, Request>(
        &self,
        action: Action,
        warn: &Warn,
        send: impl Fn() -> Request,
    ) -> Result<Answer, Failure>
    where
        Request: Future<Output = azure_core::Result<Answer>>,
    {
        self.run(action, Some(warn), send, Ending::of).await
    }

    async fn run<Answer, Request>(
        &self,
        action: Action,
        warn: Option<&Warn>,
        send: impl Fn() -> Request,
        ended: impl Fn(&Error) -> Ending,
    ) -> Result<Answer, Failure>
    where
        Request: Future<Output = azure_core::Result<Answer>>,
    {
        let service = self.asked.place.service();
        let mut last: Option<Ending> = None;
        let mut made = 0;
        loop {
            let late =
                |last: Option<&Ending>| Failure::late(service, action.name(), last.map(|last| last.why.as_str()));
            if self.deadline.remaining().is_zero() {
                return Err(late(last.as_ref()));
            }
            if let (Some(warn), Some(Ending { why, carried_out: true, .. })) = (warn, &last) {
                warn(&told(action.name(), why));
            }
            let Ok(outcome) = timeout_at(self.deadline.instant().into(), send()).await else {
                return Err(late(last.as_ref()));
            };
            let error = match outcome {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let ending = ended(&error);
            made += 1;
            let wait = ending.wait.unwrap_or_else(|| back_off(made));
            // To wait for the deadline and then to fail would hide the reason.
            if !ending.passing || made >= self.most || wait >= self.deadline.remaining() {
                return Err(self.asked.failure(action, &error));
            }
            last = Some(ending);
            sleep(wait).await;
        }
    }
}

impl Ending {
    fn of(error: &Error) -> Self {
        if let ErrorKind::HttpResponse { status, raw_response, .. } = error.kind() {
            let status = u16::from(*status);
            let words = raw_response.as_deref().and_then(Words::of);
            return Self {
                why: words.map_or_else(|| format!("HTTP status {status}"), |words| clean(words.exact_code())),
                passing: is_passing(status),
                // A refusal in the 400s was not carried out. What else is no good answer may hide one that was.
                carried_out: !(300..500).contains(&status),
                wait: raw_response.as_deref().and_then(told_to_wait),
            };
        }
        match Interruption::among(error) {
            Some(interruption) => Self {
                why: match interruption.kind {
                    InterruptionKind::TimedOut if interruption.sent => "no answer within attempt_timeout".to_owned(),
                    InterruptionKind::TimedOut | InterruptionKind::Broken | InterruptionKind::Final => {
                        chain(interruption)
                    }
                },
                passing: interruption.kind != InterruptionKind::Final,
                carried_out: interruption.sent,
                wait: None,
            },
            None => Self { why: "it could not be sent".to_owned(), passing: false, carried_out: false, wait: None },
        }
    }
}

/// The statuses that every SDK of Azure's repeats: Azure SDK design guidelines, "HTTP pipeline", retry policy.
pub(super) fn is_passing(status: u16) -> bool {
    matches!(status, 408 | 429 | 500 | 502 | 503 | 504)
}

/// Half of the wait that is due, and up to another half by chance: who was turned away together does not come back together.
pub(super) fn back_off(made: u32) -> Duration {
    let due = FIRST_WAIT.saturating_mul(1 << made.saturating_sub(1).min(8)).min(LONGEST_WAIT);
    // Every `RandomState` has keys of its own.
    let chance = RandomState::new().hash_one(made) % 1000;
    due / 2 + due.mul_f64(0.0005 * f64::from(u16::try_from(chance).unwrap_or_default()))
}

/// A key that Azure does not know. A vault that it does not know says so without these words.
fn is_unknown(error: &Error) -> bool {
    let ErrorKind::HttpResponse { status, raw_response: Some(response), .. } = error.kind() else { return false };
    u16::from(*status) == 404 && Words::of(response).is_some()
}

/// The headers in which Azure asks to be left alone, most exact first: Azure SDK design guidelines, "HTTP pipeline", retry
/// policy.
pub(super) fn told_to_wait(response: &RawResponse) -> Option<Duration> {
    let number = |name: &HeaderName| response.headers().get_optional_str(name)?.trim().parse::<u64>().ok();
    ["retry-after-ms", "x-ms-retry-after-ms"]
        .into_iter()
        .find_map(|name| number(&HeaderName::from_static(name)))
        .map(Duration::from_millis)
        // RFC 9110 §10.2.3, in seconds; its other form, a date, is not sent by gateways.
        .or_else(|| number(&RETRY_AFTER).map(Duration::from_secs))
}

#[cfg(test)]
mod tests {
    use azure_core::http::StatusCode;
    use azure_core::http::headers::Headers;

    use super::*;

    #[test]
    fn a_wait_is_read_from_the_most_exact_header() {
        let wait = |pairs: &[(&'static str, &'static str)]| {
            let mut headers = Headers::new();
            for (name, value) in pairs {
                headers.insert(HeaderName::from_static(name), *value);
            }
            told_to_wait(&RawResponse::from_bytes(StatusCode::TooManyRequests, headers, Vec::new()))
        };
        assert_eq!(wait(&[("retry-after", " 7 ")]), Some(Duration::from_secs(7)));
        assert_eq!(wait(&[("retry-after", "7"), ("x-ms-retry-after-ms", "250")]), Some(Duration::from_millis(250)));
        assert_eq!(wait(&[("retry-after", "7"), ("retry-after-ms", "40")]), Some(Duration::from_millis(40)));
        assert_eq!(wait(&[("retry-after", "Wed, 21 Oct 2026 07:28:00 GMT")]), None);
        assert_eq!(wait(&[]), None);
    }

    #[test]
    fn waits_double_up_to_the_longest_and_differ_by_chance() {
        for (made, due) in [(1, 1.0), (2, 2.0), (3, 4.0), (5, 16.0), (10, 16.0), (u32::MAX, 16.0)] {
            let waits: Vec<f64> = (0..20).map(|_| back_off(made).as_secs_f64()).collect();
            assert!(waits.iter().all(|wait| (due / 2.0..due).contains(wait)), "{made}: {waits:?}");
            assert!(waits.iter().any(|wait| (wait - waits[0]).abs() > f64::EPSILON), "{made}: {waits:?}");
        }
    }
}
