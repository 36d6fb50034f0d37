//! Why nothing could be done, and how the program ends then.

use std::fmt;

use hardkey_attest::shown;
use hardkey_kms::config::ConfigError;
use hardkey_kms::service::ServiceError;

/// It did what it was asked to.
pub(crate) const DONE: u8 = 0;
/// Something that passed does not pass any more.
pub(crate) const CHANGED: u8 = 1;
/// It could not be done.
pub(crate) const UNDECIDED: u8 = 2;

/// One line: the field and its value, what is wrong, and what to do.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Failure(String);

impl Failure {
    pub(crate) fn new(line: impl Into<String>) -> Self {
        Self(line.into())
    }
}

/// Strangers' text is escaped, so that a line is one line.
impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&shown::text(&self.0))
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::new(error.to_string())
    }
}

impl From<ServiceError> for Failure {
    fn from(error: ServiceError) -> Self {
        Self::new(error.to_string())
    }
}
