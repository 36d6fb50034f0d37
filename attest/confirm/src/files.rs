//! What is read and made, and what is said of it on standard error.

use std::path::Path;

pub(crate) use hardkey_files::tell as tell_as_it_is;

use crate::arguments::NAME;
use crate::failure::Failure;

/// Reads a file of at most `limit` bytes.
pub(crate) fn read(path: &Path, limit: usize) -> Result<Vec<u8>, Failure> {
    hardkey_files::read(path, limit).map_err(Failure::new)
}

/// Refuses to write over what was handed in, the CA's own key among it.
pub(crate) fn is_none_of(out: Option<&Path>, inputs: &[Option<&Path>]) -> Result<(), Failure> {
    let Some(out) = out else { return Ok(()) };
    hardkey_files::is_none_of(out, inputs).map_err(|why| Failure::new(format!("--out: {why}")))
}

/// Writes what was asked for, to a file or to standard output.
pub(crate) fn product(bytes: &[u8], out: Option<&Path>) -> Result<(), Failure> {
    hardkey_files::product(bytes, out).map_err(Failure::new)
}

/// One line to standard error, with the program's name in front of it.
pub(crate) fn tell(line: &str) {
    tell_as_it_is(&format!("{NAME}: {line}\n"));
}
