//! Why a command did not do what it was asked to, and how it ends then.

use std::fmt;

use hardkey_attest::shown;
use hardkey_kms::config::ConfigError;
use hardkey_kms::service::ServiceError;

/// It did what it was asked to.
pub(crate) const DONE: u8 = 0;
/// The key service or admission said no, or could not be asked.
pub(crate) const REFUSED: u8 = 1;
/// The command line, the configuration or a file cannot be used.
pub(crate) const UNUSABLE: u8 = 2;

/// One line: the field and its value, what is wrong, and what to do.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Failure {
    status: u8,
    line: String,
}

impl Failure {
    /// The key service or admission said no.
    pub(crate) fn refused(line: impl Into<String>) -> Self {
        Self { status: REFUSED, line: line.into() }
    }

    /// What was handed in cannot be used.
    pub(crate) fn unusable(line: impl Into<String>) -> Self {
        Self { status: UNUSABLE, line: line.into() }
    }

    pub(crate) fn status(&self) -> u8 {
        self.status
    }
}

/// Strangers' text is escaped, so that a line is one line.
impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&shown::text(&self.line))
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::unusable(error.to_string())
    }
}

impl From<ServiceError> for Failure {
    fn from(error: ServiceError) -> Self {
        Self::refused(error.to_string())
    }
}
