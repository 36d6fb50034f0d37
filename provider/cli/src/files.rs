//! The files that options name.

use std::path::Path;

use crate::failure::Failure;

/// Reads a file that `option` names, of at most `limit` bytes.
pub(crate) fn read(option: &str, path: &Path, limit: usize) -> Result<Vec<u8>, Failure> {
    hardkey_files::read(path, limit).map_err(|why| Failure::unusable(format!("{option}: {why}")))
}

/// Refuses to write over what was handed in.
pub(crate) fn is_none_of(option: &str, out: &Path, inputs: &[Option<&Path>]) -> Result<(), Failure> {
    hardkey_files::is_none_of(out, inputs).map_err(|why| Failure::unusable(format!("{option}: {why}")))
}
