//! The attempts of one request: how each ended, whether another is worth its time, and what is told before it.
//!
//! The SDK repeats a request by itself. Here it learns to wait as long as it was asked to, and the person who reads the
//! log learns that a request which may have been carried out is sent again.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_sdk_kms::config::http::HttpResponse;
use aws_sdk_kms::config::interceptors::{BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef};
use aws_sdk_kms::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_kms::error::{BoxError, ProvideErrorMetadata, SdkError};
use aws_sdk_kms::operation::RequestId;
use aws_smithy_runtime_api::client::interceptors::context::{Error, InterceptorContext};
use aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint;
use aws_smithy_runtime_api::client::orchestrator::OrchestratorError;
use aws_smithy_runtime_api::client::retries::classifiers::{
    ClassifyRetry, RetryAction, RetryClassifierPriority, RetryReason,
};
use aws_smithy_types::retry::ErrorKind;
use tokio::time::timeout_at;

use super::error::{Action, of_sdk};
#[cfg(feature = "inquiry")]
use super::error::{Unanswered, unanswered};
use super::sdk::Settings;
use super::transport::was_sent;
use crate::deadline::Deadline;
use crate::failure::Failure;
use crate::repetition::{Warn, told};
use crate::wording::chain;

/// One request and its attempts. `E` is the operation's own error.
pub(super) struct Attempts<E> {
    action: Action,
    deadline: Deadline,
    /// Told before a request that may have been carried out is sent again; `None` where that does no harm.
    warn: Option<Warn>,
    last: Mutex<Option<Ending>>,
    operation: PhantomData<fn() -> E>,
}

/// How an attempt ended, other than well.
struct Ending {
    why: String,
    /// Whether the service may have carried the request out all the same.
    carried_out: bool,
}

impl<E> Attempts<E>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    SdkError<E, HttpResponse>: RequestId,
{
    /// Sends a request that may be sent any number of times. `send` makes it with the settings it is given.
    pub(super) async fn ask<Answer, Request, Own: Settings>(
        action: Action,
        deadline: Deadline,
        send: impl FnOnce(Own) -> Request,
    ) -> Result<Answer, Failure>
    where
        Request: Future<Output = Result<Answer, SdkError<E, HttpResponse>>>,
    {
        Self::new(action, deadline, None).run(send, of_sdk).await
    }

    /// The same for somebody for whom a refusal is an answer.
    #[cfg(feature = "inquiry")]
    pub(super) async fn inquire<Answer, Request, Own: Settings>(
        action: Action,
        deadline: Deadline,
        send: impl FnOnce(Own) -> Request,
    ) -> Result<Answer, Unanswered>
    where
        Request: Future<Output = Result<Answer, SdkError<E, HttpResponse>>>,
    {
        Self::new(action, deadline, None).run(send, unanswered).await
    }

    /// The same for a request of which every repetition is told first.
    pub(super) async fn ask_and_tell<Answer, Request, Own: Settings>(
        action: Action,
        deadline: Deadline,
        warn: Warn,
        send: impl FnOnce(Own) -> Request,
    ) -> Result<Answer, Failure>
    where
        Request: Future<Output = Result<Answer, SdkError<E, HttpResponse>>>,
    {
        Self::new(action, deadline, Some(warn)).run(send, of_sdk).await
    }

    fn new(action: Action, deadline: Deadline, warn: Option<Warn>) -> Arc<Self> {
        Arc::new(Self { action, deadline, warn, last: Mutex::default(), operation: PhantomData })
    }

    async fn run<Answer, Request, Own: Settings, Trouble: From<Failure>>(
        self: Arc<Self>,
        send: impl FnOnce(Own) -> Request,
        read: impl FnOnce(Action, &SdkError<E, HttpResponse>) -> Trouble,
    ) -> Result<Answer, Trouble>
    where
        Request: Future<Output = Result<Answer, SdkError<E, HttpResponse>>>,
    {
        if self.deadline.remaining().is_zero() {
            return Err(self.late().into());
        }
        let settings = Own::default().watched(Watch(Arc::clone(&self)));
        match timeout_at(self.deadline.instant().into(), send(settings)).await {
            Ok(outcome) => outcome.map_err(|error| read(self.action, &error)),
            Err(_) => Err(self.late().into()),
        }
    }

    fn late(&self) -> Failure {
        let (service, name) = (self.action.service(), self.action.name());
        Failure::late(service, name, self.last().as_ref().map(|ending| ending.why.as_str()))
    }

    fn ended(&self, response: Option<&HttpResponse>, error: &OrchestratorError<Error>) -> Ending {
        let ending = |why: String, carried_out| Ending { why, carried_out };
        let code = || error.as_operation_error()?.downcast_ref::<E>()?.code().map(str::to_owned);
        if let Some(response) = response {
            let status = response.status().as_u16();
            let why = code().unwrap_or_else(|| format!("HTTP status {status}"));
            // A refusal in the 400s was not carried out. What else is no good answer may hide one that was.
            return ending(why, !(300..500).contains(&status));
        }
        if let Some(error) = error.as_connector_error() {
            return ending(chain(error), was_sent(error));
        }
        if error.is_timeout_error() {
            return ending("no answer within attempt_timeout".to_owned(), true);
        }
        ending("it could not be sent".to_owned(), false)
    }
}

impl<E> Attempts<E> {
    /// No code that can panic runs under this lock.
    fn last(&self) -> MutexGuard<'_, Option<Ending>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the SDK calls at every attempt.
struct Watch<E>(Arc<Attempts<E>>);

impl<E> Clone for Watch<E> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<E> fmt::Debug for Watch<E> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Watch({:?})", self.0.action)
    }
}

#[dyn_dispatch_hint]
impl<E> Intercept for Watch<E>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    SdkError<E, HttpResponse>: RequestId,
{
    fn name(&self) -> &'static str {
        "hardkey attempts"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let (Some(warn), Some(Ending { why, carried_out: true })) = (&self.0.warn, &*self.0.last()) {
            warn(&told(self.0.action.name(), why));
        }
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(Err(error)) = context.output_or_error() {
            *self.0.last() = Some(self.0.ended(context.response(), error));
        }
        Ok(())
    }
}

impl<E> ClassifyRetry for Watch<E> {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        self.classify_retry_v2(context, &RetryAction::NoActionIndicated)
    }

    fn classify_retry_v2(&self, context: &InterceptorContext, previous: &RetryAction) -> RetryAction {
        let Some(response) = context.response() else { return RetryAction::NoActionIndicated };
        let kind = if let RetryAction::RetryIndicated(RetryReason::RetryableError { kind, .. }) = previous {
            *kind
        } else if response.status().as_u16() == 429 {
            // The SDK's rules know AWS's own names of throttling, but not the status a proxy or a gateway sends.
            ErrorKind::ThrottlingError
        } else {
            return RetryAction::NoActionIndicated;
        };
        match told_to_wait(response) {
            // To wait for the deadline and then to fail would hide the reason.
            Some(wait) if wait >= self.0.deadline.remaining() => RetryAction::RetryForbidden,
            Some(wait) => RetryAction::retryable_error_with_explicit_delay(kind, wait),
            None => RetryAction::retryable_error(kind),
        }
    }

    fn name(&self) -> &'static str {
        "hardkey attempts"
    }

    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}

/// How long to wait; the SDK makes it 20 s at most.
///
/// AWS's own header, in milliseconds, else HTTP's (RFC 9110 §10.2.3), in seconds; its other form, a date, is not sent by
/// gateways.
fn told_to_wait(response: &HttpResponse) -> Option<Duration> {
    let number = |name: &str| response.headers().get(name)?.trim().parse::<u64>().ok();
    number("x-amz-retry-after").map(Duration::from_millis).or_else(|| number("retry-after").map(Duration::from_secs))
}
