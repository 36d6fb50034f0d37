//! Sources of credentials that were asked, each with the reason why it had none.

use std::fmt::Display;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::failure::Failure;
use crate::service::ServiceErrorKind;

/// What one search came to so far. It is read after the search was given up, too.
#[derive(Debug)]
pub(crate) struct Tried<Source> {
    /// Whose credentials are searched for.
    cloud: &'static str,
    progress: Mutex<Progress<Source>>,
}

#[derive(Debug)]
struct Progress<Source> {
    failed: Vec<(Source, String)>,
    /// The source that is being asked.
    current: Option<Source>,
    /// A source that is set up and fails ends the search.
    ended_early: bool,
}

impl<Source: Display> Tried<Source> {
    /// Nothing yet.
    pub(crate) fn new(cloud: &'static str) -> Self {
        let progress = Progress { failed: Vec::new(), current: None, ended_early: false };
        Self { cloud, progress: Mutex::new(progress) }
    }

    /// A source is asked.
    pub(crate) fn begin(&self, source: Source) {
        self.lock().current = Some(source);
    }

    /// It had none, and why; whether the next one is asked.
    pub(crate) fn failed(&self, reason: String, goes_on: bool) {
        let mut progress = self.lock();
        if let Some(source) = progress.current.take() {
            progress.failed.push((source, reason));
        }
        progress.ended_early |= !goes_on;
    }

    /// Why the search found nothing; `remedy` where every source was asked.
    pub(crate) fn failure(&self, remedy: &str) -> Failure {
        let progress = self.lock();
        let remedy = if progress.ended_early {
            "correct the source named last, or take its settings away: those after it are asked only when it is not set up"
        } else {
            remedy
        };
        let cause = format!("no {} credentials; tried: {}", self.cloud, progress.list());
        Failure::plain(ServiceErrorKind::Denied, cause, remedy)
    }

    /// Why the search found nothing before its deadline.
    pub(crate) fn failure_at_deadline(&self) -> Failure {
        let mut progress = self.lock();
        if let Some(source) = progress.current.take() {
            progress.failed.push((source, "no answer before the deadline".to_owned()));
        }
        let cause = if progress.failed.is_empty() {
            format!("no {} credentials: the search for them did not begin before the deadline", self.cloud)
        } else {
            format!("no {} credentials; tried: {}", self.cloud, progress.list())
        };
        let remedy = "see why that source does not answer, or raise timeout in [network]";
        Failure::plain(ServiceErrorKind::TimedOut, cause, remedy)
    }

    /// Why this search did not even begin.
    pub(crate) fn failure_in_queue(&self) -> Failure {
        Failure::plain(
            ServiceErrorKind::TimedOut,
            format!("no {} credentials: another call was still searching for them at the deadline", self.cloud),
            "see which source does not answer, or raise timeout in [network]",
        )
    }

    fn lock(&self) -> MutexGuard<'_, Progress<Source>> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<Source: Display> Progress<Source> {
    fn list(&self) -> String {
        let reasons: Vec<String> = self.failed.iter().map(|(source, reason)| format!("{source} ({reason})")).collect();
        reasons.join(", ")
    }
}
