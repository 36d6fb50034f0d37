//! How an attempt at Azure ended, and what follows for another.
//!
//! The SDK would repeat by itself, for 82 s where a name could not be resolved (measured). It is told not to.

use std::future::Future;
use std::time::Duration;

use azure_core::error::{Error, ErrorKind};
use azure_core::http::RawResponse;
use azure_core::http::headers::{HeaderName, RETRY_AFTER};

use super::error::{Action, Asked, Words};
use crate::failure::Failure;
use crate::network::Interruption;
use crate::repetition::{Ending, Repetition, Warn};
use crate::wording::clean;

/// The attempts of one request, and who is asked.
#[derive(Clone, Debug)]
pub(super) struct Attempts {
    pub(super) asked: Asked,
    pub(super) repetition: Repetition,
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
        self.run(action, None, send, |_| false).await
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
        self.run(action, None, send, is_unknown).await
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
        self.run(action, Some(warn), send, |_| false).await
    }

    async fn run<Answer, Request>(
        &self,
        action: Action,
        warn: Option<&Warn>,
        send: impl Fn() -> Request,
        may_pass: fn(&Error) -> bool,
    ) -> Result<Answer, Failure>
    where
        Request: Future<Output = azure_core::Result<Answer>>,
    {
        let send = &send;
        let attempt = || async move {
            send().await.map_err(|error| {
                let ending = ended(&error, self.asked.failure(action, &error));
                Ending { passing: ending.passing || may_pass(&error), ..ending }
            })
        };
        self.repetition.run(self.asked.service(), action.name(), warn, attempt).await
    }
}

fn ended(error: &Error, failure: Failure) -> Ending {
    if let ErrorKind::HttpResponse { status, raw_response, .. } = error.kind() {
        let status = u16::from(*status);
        let words = raw_response.as_deref().and_then(Words::of);
        return Ending {
            failure,
            why: words.map_or_else(|| format!("HTTP status {status}"), |words| clean(words.exact_code())),
            passing: is_passing(status),
            // A refusal in the 400s was not carried out. What else is no good answer may hide one that was.
            carried_out: !(300..500).contains(&status),
            wait: raw_response.as_deref().and_then(told_to_wait),
        };
    }
    match Interruption::among(error) {
        Some(interruption) => Ending::interrupted(interruption, failure),
        None => Ending::unsent(failure),
    }
}

/// The statuses that every SDK of Azure's repeats: Azure SDK design guidelines, "HTTP pipeline", retry policy.
pub(super) fn is_passing(status: u16) -> bool {
    matches!(status, 408 | 429 | 500 | 502 | 503 | 504)
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
}
