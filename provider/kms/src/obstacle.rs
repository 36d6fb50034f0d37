//! What stands between this machine and a service, told apart from what the service itself says.

use std::error::Error;
use std::fmt;

/// Why a request did not leave, or did not arrive, and what to do about it. One line each, without secrets.
#[derive(Clone, Debug)]
pub(crate) struct Obstacle {
    pub(crate) cause: String,
    pub(crate) remedy: String,
}

impl Obstacle {
    pub(crate) fn new(cause: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { cause: cause.into(), remedy: remedy.into() }
    }

    /// The obstacle among an error's causes.
    pub(crate) fn of<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a Self> {
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(found) = error.downcast_ref() {
                return Some(found);
            }
            next = error.source();
        }
        None
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.cause)
    }
}

impl Error for Obstacle {}
