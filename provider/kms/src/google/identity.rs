//! Who asks: the access token of one token.
//!
//! Google's library keeps its tokens in a cache that a task of the runtime renews it was made on, so it lives on one lane of
//! its own, driven by whoever needs a token (a waiter on another lane would wait for ever: measured). Everybody else gets
//! an immutable snapshot. Each search makes its sources anew, so that a file that was rotated is read again.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use reqwest::header::HeaderMap;

use super::error::SERVICE;
use super::source::Search;
use crate::credentials::{Expires, Snapshot};
use crate::deadline::Deadline;
use crate::failure::Failure;
use crate::lane::{LaneError, Lanes};
use crate::network::SharedNetwork;

/// One for all who want credentials.
const QUEUE: &str = "credentials";

/// The identity of one token.
pub(super) struct Identity {
    credentials: Option<PathBuf>,
    network: SharedNetwork,
    /// One lane: Google's library is never polled on two runtimes.
    source: Lanes<()>,
    issued: Arc<Issued>,
}

/// The access token in force.
pub(super) type Issued = Snapshot<Pass>;

/// What a request is let in with.
#[derive(Clone)]
pub(super) struct Pass {
    /// `Authorization`, and `x-goog-user-project` where a project is to pay.
    pub(super) headers: HeaderMap,
    pub(super) expiry: Option<SystemTime>,
    pub(super) renewal: Option<SystemTime>,
}

impl Expires for Pass {
    fn expiry(&self) -> Option<SystemTime> {
        self.expiry
    }

    fn renewal(&self) -> Option<SystemTime> {
        self.renewal
    }
}

impl Identity {
    pub(super) fn new(credentials: Option<PathBuf>, network: SharedNetwork) -> Self {
        Self { credentials, network, source: Lanes::new(1, || ()), issued: Arc::default() }
    }

    /// The access token in force, for clients of signing lanes.
    pub(super) fn issued(&self) -> &Arc<Issued> {
        &self.issued
    }

    /// Makes sure that the snapshot holds a token that is good now. Asks nobody while it is.
    pub(super) fn refresh(&self, deadline: &Deadline) -> Result<(), Failure> {
        self.issued.refresh(deadline, |asked, deadline| self.renew(asked, deadline))
    }

    /// Gets a new one, unless somebody else has since this moment.
    fn renew(&self, asked: Instant, deadline: &Deadline) -> Result<(), Failure> {
        let issued = Arc::clone(&self.issued);
        let search = Arc::new(Search::new(self.credentials.clone(), self.network.get()));
        let searching = Arc::clone(&search);
        let outcome = self.source.run(QUEUE, deadline, |()| async move {
            // While this call waited for the lane.
            if issued.is_newer_than(asked) {
                return Ok(());
            }
            issued.publish(searching.run().await.ok_or_else(|| searching.failure())?);
            Ok(())
        });
        match outcome {
            Ok(outcome) => outcome,
            Err(LaneError::Deadline) => Err(search.tried().failure_at_deadline()),
            Err(LaneError::Busy) => Err(search.tried().failure_in_queue()),
            Err(error @ LaneError::System(_)) => Err(Failure::of_lane(SERVICE, error)),
        }
    }
}
