//! What a command makes goes to standard output or a file; what it says goes to standard error.

use std::io::Write;
use std::path::Path;

use crate::failure::Failure;

/// Writes what was asked for, all of it or an error.
pub(crate) fn product(bytes: &[u8], out: Option<&Path>) -> Result<(), Failure> {
    let Some(path) = out else {
        let mut out = std::io::stdout().lock();
        let written = out.write_all(bytes).and_then(|()| out.flush());
        return written.map_err(|error| {
            Failure::unusable(format!("standard output cannot be written: {error}; name a file with --out"))
        });
    };
    std::fs::write(path, bytes).map_err(|error| {
        Failure::unusable(format!("{} cannot be written: {error}; correct the path or its permissions", path.display()))
    })
}

/// One line, with the program's name in front of it, as the module has it.
pub(crate) fn tell(line: &str) {
    tell_as_it_is(&format!("hardkey: {line}\n"));
}

/// Text to standard error, where a failure has nobody left to be told to.
pub(crate) fn tell_as_it_is(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}
