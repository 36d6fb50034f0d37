//! An answer as it came, byte for byte, beside what the SDK makes of it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_kms::config::interceptors::{
    BeforeDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_sdk_kms::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_kms::error::BoxError;
use aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint;
use hardkey_attest::instant::Instant;

/// The last answer to one request. The SDK reads a copy: what it makes of the bytes, and leaves out, is not in these.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept(Arc<Mutex<Parts>>);

#[derive(Debug, Default)]
struct Parts {
    request: Option<String>,
    answer: Option<(Instant, Vec<u8>)>,
}

impl Kept {
    /// What was asked.
    pub(super) fn request(&self) -> Option<String> {
        self.parts().request.clone()
    }

    /// When the answer came, and its bytes.
    pub(super) fn answer(&self) -> Option<(Instant, Vec<u8>)> {
        self.parts().answer.clone()
    }

    /// No code that can panic runs under this lock.
    fn parts(&self) -> MutexGuard<'_, Parts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[dyn_dispatch_hint]
impl Intercept for Kept {
    fn name(&self) -> &'static str {
        "hardkey evidence"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request();
        // AWS's JSON protocol says in a header what is asked.
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        self.parts().request = Some(format!("{} {} {target}", request.method(), request.uri()));
        Ok(())
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.parts().answer = context.response().body().bytes().map(|body| (now(), body.to_vec()));
        Ok(())
    }
}

/// A clock before 1970 is a report of 1970.
pub(super) fn now() -> Instant {
    Instant::from_unix(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs())
}
