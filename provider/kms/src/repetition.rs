//! What is told before a request that may have been carried out is sent again.

use std::sync::Arc;

/// Takes one line for the log, at the level of a warning.
pub(crate) type Warn = Arc<dyn Fn(&str) + Send + Sync>;

/// The line: which request, and how it ended.
pub(crate) fn told(action: &str, why: &str) -> String {
    format!(
        "{action} was not answered well ({why}), but may have been carried out; it is sent again, so the key service's log may show two signatures"
    )
}
