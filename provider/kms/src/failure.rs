//! A request that failed, as every cloud's client tells of it.

use crate::lane::LaneError;
use crate::network::{Interruption, InterruptionKind};
use crate::obstacle::Obstacle;
use crate::service::{ServiceError, ServiceErrorKind};
use crate::wording::{chain, clean};

/// What cures a connection that does not come about.
const UNREACHED: &str = "check the network, the proxy (HTTPS_PROXY) and the endpoint";

/// A service error, and whether new credentials could cure it.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) error: ServiceError,
    pub(crate) stale_credentials: bool,
}

impl Failure {
    pub(crate) fn plain(kind: ServiceErrorKind, cause: String, remedy: &str) -> Self {
        let error = ServiceError { kind, cause, remedy: remedy.to_owned(), request_id: None };
        Self { error, stale_credentials: false }
    }

    /// An answer that is not what the service documents.
    pub(crate) fn malformed(service: &str, what: &str) -> Self {
        Self::plain(
            ServiceErrorKind::Malformed,
            clean(what),
            &format!("check what stands between this machine and {service}, and the endpoint"),
        )
    }

    /// The deadline came first. `last` is how the attempt before the one under way ended.
    pub(crate) fn late(service: &str, action: &str, last: Option<&str>) -> Self {
        let before = last.map(|why| format!(" (an attempt before that ended with {why})")).unwrap_or_default();
        Self::plain(
            ServiceErrorKind::TimedOut,
            format!("{service} did not answer {action} before the deadline{before}"),
            "check the network, the proxy (HTTPS_PROXY) and the endpoint, or raise timeout in [network]",
        )
    }

    /// One attempt took too long, and there is to be no other.
    pub(crate) fn slow(service: &str, action: &str) -> Self {
        Self::plain(
            ServiceErrorKind::TimedOut,
            format!("{service} did not answer {action} in time"),
            "check the network, or raise attempt_timeout in [network]",
        )
    }

    /// There is no answer.
    pub(crate) fn interrupted(service: &str, action: &str, interruption: &Interruption) -> Self {
        let obstacle = Obstacle::of(interruption);
        let why = obstacle.map_or_else(|| chain(interruption), |obstacle| clean(&obstacle.cause));
        let cause = if interruption.sent {
            format!("the connection to {service} broke during {action}: {why}")
        } else {
            format!("{service} could not be reached for {action}: {why}")
        };
        let kind = match interruption.kind {
            InterruptionKind::TimedOut => ServiceErrorKind::TimedOut,
            InterruptionKind::Final | InterruptionKind::Broken => ServiceErrorKind::Unavailable,
        };
        Self::plain(kind, cause, obstacle.map_or(UNREACHED, |obstacle| &obstacle.remedy))
    }

    /// A status that came with no error of the service's own: from a proxy, a gateway, a balancer.
    pub(crate) fn foreign(service: &str, action: &str, status: u16) -> Self {
        let (kind, remedy) = match status {
            407 => (
                ServiceErrorKind::Denied,
                "give the proxy its user and password (proxy in [network], or HTTPS_PROXY)".to_owned(),
            ),
            429 => (
                ServiceErrorKind::Throttled,
                "sign less at once (lanes in [network]), or ask who limits requests on the way".to_owned(),
            ),
            500.. => (
                ServiceErrorKind::Unavailable,
                format!("try again; if it lasts, check what stands between this machine and {service}"),
            ),
            _ => (
                ServiceErrorKind::Malformed,
                format!("check what stands between this machine and {service}, and the endpoint"),
            ),
        };
        let cause = format!("{action} was answered with HTTP status {status}, and not in the words of {service}");
        Self::plain(kind, cause, &remedy)
    }

    /// No lane, or no end of the request on it.
    pub(crate) fn of_lane(service: &str, error: LaneError) -> Self {
        match error {
            LaneError::Busy => Self::plain(
                ServiceErrorKind::TimedOut,
                "other requests were in front of this one until the deadline".to_owned(),
                "raise lanes or timeout in [network]",
            ),
            LaneError::Deadline => Self::plain(
                ServiceErrorKind::TimedOut,
                format!("{service} did not answer before the deadline"),
                "check the network, the proxy (HTTPS_PROXY) and the endpoint, or raise timeout in [network]",
            ),
            LaneError::System(error) => Self::plain(
                ServiceErrorKind::Unavailable,
                format!("the operating system gave no event queue: {error}"),
                "raise the limit on open files (ulimit -n)",
            ),
        }
    }
}
