//! Tests that cannot run here say so where it is counted.

use std::fs::OpenOptions;
use std::io::Write;

/// Says why a test is skipped: on standard error, and in the file named by `HARDKEY_TEST_SKIPS`, a line each, which
/// `tests/run.sh` counts.
pub fn skip(test: &str, why: &str) {
    eprintln!("SKIPPED {test}: {why}");
    if let Some(path) = std::env::var_os("HARDKEY_TEST_SKIPS") {
        let mut file = OpenOptions::new().append(true).create(true).open(path).unwrap();
        writeln!(file, "{test}: {why}").unwrap();
    }
}
