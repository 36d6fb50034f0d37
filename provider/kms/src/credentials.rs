//! Credentials in force: an immutable snapshot for whoever signs, renewed in time by one caller, and once more when the
//! service no longer takes them.

mod tried;

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use crate::deadline::Deadline;
use crate::failure::Failure;
use crate::service::ServiceError;

pub(crate) use tried::Tried;

/// Credentials are renewed this long before they end. AWS's instance metadata has the next ones five minutes before.
const EARLY: Duration = Duration::from_secs(60);
/// While somebody renews credentials that are still good, the others go on with them for this long.
const RENEWAL: Duration = Duration::from_secs(10);
/// A renewal of credentials that are still good holds a signature up for no longer than this. Metadata services and token
/// services answer within one second.
const PATIENCE: Duration = Duration::from_secs(5);

/// Credentials of a cloud's own kind.
pub(crate) trait Expires: Clone {
    /// When they end; `None` where nobody says.
    fn expiry(&self) -> Option<SystemTime>;

    /// When to get new ones, where that does not follow from their end.
    fn renewal(&self) -> Option<SystemTime> {
        None
    }
}

/// The credentials in force.
pub(crate) struct Snapshot<Credentials>(Mutex<Option<Issued<Credentials>>>);

struct Issued<Credentials> {
    credentials: Credentials,
    renew_at: Option<SystemTime>,
    published: Instant,
}

impl<Credentials> Default for Snapshot<Credentials> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<Credentials: Expires> Snapshot<Credentials> {
    /// What is in force now, if anything is.
    pub(crate) fn get(&self) -> Option<Credentials> {
        self.lock().as_ref().map(|issued| issued.credentials.clone())
    }

    /// Runs a request; once more if the service says that its credentials are not good.
    pub(crate) fn use_for<Answer>(
        &self,
        attempt: impl Fn() -> Result<Answer, Failure>,
    ) -> Result<Answer, ServiceError> {
        let began = Instant::now();
        let outcome = match attempt() {
            Err(failure) if failure.stale_credentials => {
                self.forget(began);
                attempt()
            }
            outcome => outcome,
        };
        outcome.map_err(|failure| failure.error)
    }

    /// Makes sure that there are credentials that are good now. Asks nobody while they are. `renew` gets new ones, unless
    /// somebody else has since the moment it is told, and publishes them.
    pub(crate) fn refresh(
        &self,
        deadline: &Deadline,
        renew: impl Fn(Instant, &Deadline) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let asked = Instant::now();
        if !self.needs_renewal() {
            return Ok(());
        }
        if !self.is_usable() {
            return renew(asked, deadline);
        }
        let patience = Deadline::after(PATIENCE.min(deadline.remaining() / 2));
        match renew(asked, &patience) {
            // Credentials that are still good outlast a source that is out of order.
            Err(_) if self.is_usable() => Ok(()),
            outcome => outcome,
        }
    }

    pub(crate) fn publish(&self, credentials: Credentials) {
        let now = SystemTime::now();
        let before_end = || {
            let life = credentials.expiry()?.duration_since(now).unwrap_or_default();
            // Half-way through for the very short-lived.
            Some(now + life.saturating_sub(EARLY).max(life / 2))
        };
        let renew_at = credentials.renewal().or_else(before_end);
        *self.lock() = Some(Issued { credentials, renew_at, published: Instant::now() });
    }

    pub(crate) fn is_newer_than(&self, moment: Instant) -> bool {
        self.lock().as_ref().is_some_and(|issued| issued.published > moment && !issued.ended(SystemTime::now()))
    }

    /// Forgets credentials that the service said are not good, whatever their date says: those of a request that began at
    /// this moment, and no newer ones.
    fn forget(&self, began: Instant) {
        self.lock().take_if(|issued| issued.published <= began);
    }

    /// True for one caller at a time while the credentials are still good, and for everybody once they are not.
    fn needs_renewal(&self) -> bool {
        let mut issued = self.lock();
        let now = SystemTime::now();
        match issued.as_mut() {
            None => true,
            Some(issued) if issued.ended(now) => true,
            Some(issued) if issued.is_due(now) => {
                issued.renew_at = Some(now + RENEWAL);
                true
            }
            Some(_) => false,
        }
    }

    fn is_usable(&self) -> bool {
        self.lock().as_ref().is_some_and(|issued| !issued.ended(SystemTime::now()))
    }
}

impl<Credentials> Snapshot<Credentials> {
    /// No code that can panic runs under this lock.
    fn lock(&self) -> MutexGuard<'_, Option<Issued<Credentials>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<Credentials: Expires> Issued<Credentials> {
    fn ended(&self, now: SystemTime) -> bool {
        self.credentials.expiry().is_some_and(|end| end <= now)
    }

    fn is_due(&self, now: SystemTime) -> bool {
        self.renew_at.is_some_and(|due| due <= now)
    }
}

/// Says whether there are any: credentials stay out of logs.
impl<Credentials> fmt::Debug for Snapshot<Credentials> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Snapshot({})", if self.lock().is_some() { "set" } else { "empty" })
    }
}
