//! How an attempt at Google Cloud KMS ended, and what follows for another.

use std::future::Future;
use std::time::Duration;

use google_cloud_gax::error::Error;
use google_cloud_gax::error::rpc::{Code, Status, StatusDetails};
use reqwest::header::{HeaderMap, RETRY_AFTER};

use super::action::Action;
use super::error::{malformed, of_sdk};
use super::integrity::Damage;
use super::stub::Trouble;
use crate::failure::Failure;
use crate::repetition::{Ending, Repetition, Warn};

/// The attempts of one request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempts(pub(super) Repetition);

impl Attempts {
    /// Sends a request that may be sent any number of times, and checks the answer.
    pub(super) async fn ask<Answer, Request>(
        self,
        action: Action,
        send: impl Fn() -> Request,
        check: impl Fn(&Answer) -> Result<(), Damage>,
    ) -> Result<Answer, Failure>
    where
        Request: Future<Output = Result<Answer, Error>>,
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
        Request: Future<Output = Result<Answer, Error>>,
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
        Request: Future<Output = Result<Answer, Error>>,
    {
        let (send, check) = (&send, &check);
        let attempt = || async move {
            let answer = send().await.map_err(|error| ended(action, &error))?;
            check(&answer).map_err(|damage| damaged(action, &damage))?;
            Ok(answer)
        };
        self.0.run(action.service(), action.name(), warn, attempt).await
    }
}

fn damaged(action: Action, damage: &Damage) -> Ending {
    let why = format!("the answer to {} was damaged: {damage}", action.name());
    Ending { failure: malformed(&why), why: damage.clone(), passing: true, carried_out: true, wait: None }
}

fn ended(action: Action, error: &Error) -> Ending {
    let failure = of_sdk(action, error);
    match Trouble::of(error) {
        Some(Trouble::Interrupted(interruption)) => Ending::interrupted(interruption, failure),
        Some(Trouble::Service(refused)) => {
            let Status { code, details, .. } = &refused.words;
            Ending {
                failure,
                why: code.name().to_owned(),
                passing: is_passing(*code, refused.status.as_u16()),
                carried_out: !refused.status.is_client_error(),
                wait: told_to_wait(&refused.headers).or_else(|| asked_to_wait(details)),
            }
        }
        Some(Trouble::Foreign(refused)) => {
            let status = refused.status.as_u16();
            Ending {
                failure,
                why: format!("HTTP status {status}"),
                passing: is_passing_status(status),
                // What is no answer of the service's may hide one that was given.
                carried_out: !(300..500).contains(&status),
                wait: told_to_wait(&refused.headers),
            }
        }
        // A signature may have been made; the next answer may be readable.
        Some(Trouble::Unreadable(why)) => {
            Ending { failure, why: why.clone(), passing: false, carried_out: true, wait: None }
        }
        None => Ending::unsent(failure),
    }
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
