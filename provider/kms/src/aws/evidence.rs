//! Evidence: what AWS answers about one key, byte for byte.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_kms::Client;
use aws_sdk_kms::config::interceptors::{
    BeforeDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_sdk_kms::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_kms::error::BoxError;
use aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint;
use hardkey_attest::instant::Instant;
use hardkey_attest::report::{Kind, RawEvidence};

use super::attempts::Attempts;
use super::error::{Action, malformed};
use super::record::in_region;
use crate::deadline::Deadline;
use crate::failure::Failure;
use crate::service::KeyId;

/// Asks for the key's record, and then for its public half, and keeps both answers as they came.
pub(super) async fn collect(client: &Client, key: &KeyId, deadline: Deadline) -> Result<Vec<RawEvidence>, Failure> {
    let record = Kept::default();
    let described = Attempts::ask(Action::DescribeKey, deadline, |settings| {
        let settings = settings.interceptor(record.clone());
        client.describe_key().key_id(key.as_str()).customize().config_override(settings).send()
    })
    .await?;
    let named = described.key_metadata().and_then(|metadata| metadata.arn());
    if named != Some(key.as_str()) {
        return Err(malformed("the answer to kms:DescribeKey names another key"));
    }
    in_region(client, key.as_str())?;
    let public = Kept::default();
    let answer = Attempts::ask(Action::GetPublicKey, deadline, |settings| {
        let settings = settings.interceptor(public.clone());
        client.get_public_key().key_id(key.as_str()).customize().config_override(settings).send()
    })
    .await?;
    if answer.key_id() != Some(key.as_str()) {
        return Err(malformed("the answer to kms:GetPublicKey names another key"));
    }
    let answers = [record.answer(Kind::AwsDescribeKey), public.answer(Kind::AwsGetPublicKey)];
    let answers: Option<Vec<RawEvidence>> = answers.into_iter().collect();
    answers.ok_or_else(|| malformed("the SDK did not show an answer as it came"))
}

/// The last answer to one request. The SDK reads a copy: what it makes of the bytes, and leaves out, is not in these.
#[derive(Clone, Debug, Default)]
struct Kept(Arc<Mutex<Parts>>);

#[derive(Debug, Default)]
struct Parts {
    request: Option<String>,
    answer: Option<(Instant, Vec<u8>)>,
}

impl Kept {
    fn answer(&self, kind: Kind) -> Option<RawEvidence> {
        let mut parts = self.parts();
        let (collected, data) = parts.answer.take()?;
        Some(RawEvidence { kind, collected, request: parts.request.take()?, data })
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
fn now() -> Instant {
    Instant::from_unix(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs())
}
