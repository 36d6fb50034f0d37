//! What a command makes goes to standard output or a file; what it says goes to standard error.

use std::path::Path;

pub(crate) use hardkey_files::tell as tell_as_it_is;

use crate::failure::Failure;

/// Writes what was asked for, all of it or an error.
pub(crate) fn product(bytes: &[u8], out: Option<&Path>) -> Result<(), Failure> {
    hardkey_files::product(bytes, out).map_err(Failure::unusable)
}

/// One line, with the program's name in front of it, as the module has it.
pub(crate) fn tell(line: &str) {
    tell_as_it_is(&format!("hardkey: {line}\n"));
}
