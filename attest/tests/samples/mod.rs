//! Genuine statements and certificates, where they are at hand. They are other people's and not part of the project.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The folder `HARDKEY_TEST_SAMPLES`, or `shared/samples` beside the checkout. Without it, says that a test is skipped.
pub(crate) fn folder(test: &str) -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/samples");
    let folder = std::env::var_os("HARDKEY_TEST_SAMPLES").map_or_else(beside, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    let line = format!("{test}: no genuine samples in shared/samples beside the checkout");
    eprintln!("SKIPPED {line}");
    if let Some(path) = std::env::var_os("HARDKEY_TEST_SKIPS") {
        let mut file = fs::OpenOptions::new().append(true).create(true).open(path).unwrap();
        writeln!(file, "{line}").unwrap();
    }
    None
}
