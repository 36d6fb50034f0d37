//! Searches: the records of the keys that are wanted, a few at a time.

use std::future::Future;

use futures_util::{StreamExt, stream};

use crate::failure::Failure;
use crate::service::{KeyFault, KeyRecord};

/// The queue of those who ask what keys there are. Signatures queue by the key's full name.
pub(crate) const QUEUE: &str = "keys";

/// Keys asked for at once: enough to hide the round trips, few enough for the lowest request quota.
const AT_ONCE: usize = 8;

/// Fetches each key's record; a request comes with the name that the key is wanted by. The order of the answer is the order of
/// the question, so that objects have the same handles in every run.
///
/// # Errors
/// [`Failure`] of the first request whose credentials are stale: every key's was made with the same, so it is worth getting new
/// ones and asking again.
pub(crate) async fn fetch_all<Request>(
    wanted: impl Iterator<Item = (String, Request)>,
) -> Result<Vec<Result<KeyRecord, KeyFault>>, Failure>
where
    Request: Future<Output = Result<KeyRecord, Failure>>,
{
    let requests = wanted.map(|(name, request)| async move { (name, request.await) });
    let fetched: Vec<_> = stream::iter(requests).buffered(AT_ONCE).collect().await;
    let answers = fetched.into_iter().map(|(name, outcome)| match outcome {
        Err(failure) if failure.stale_credentials => Err(failure),
        Err(failure) => Ok(Err(KeyFault { name, error: failure.error })),
        Ok(record) => Ok(Ok(record)),
    });
    answers.collect()
}
