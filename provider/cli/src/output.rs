//! What a command makes goes to standard output or a file; what it says goes to standard error.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use crate::failure::Failure;

/// Writes what was asked for, all of it or an error.
pub(crate) fn product(bytes: &[u8], out: Option<&Path>) -> Result<(), Failure> {
    let Some(path) = out else {
        let mut out = std::io::stdout().lock();
        let written = out.write_all(bytes).and_then(|()| out.flush());
        return written.map_err(|error| {
            Failure::unusable(format!("standard output cannot be written: {error}; send it where all of it is taken"))
        });
    };
    write(path, bytes).map_err(|error| {
        // tempfile adds the name of the unfinished file.
        let why = error.to_string();
        let why = why.split(" at path ").next().unwrap_or_default();
        Failure::unusable(format!("{} cannot be written: {why}; correct the path or its permissions", path.display()))
    })
}

/// Writes a file whole or not at all: one that is there already stays as it is until then. What is no file is written to: a device, a pipe.
fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let there = fs::metadata(path).ok();
    if there.as_ref().is_some_and(|there| !there.is_file()) {
        return OpenOptions::new().write(true).open(path)?.write_all(bytes);
    }
    // What a link leads to is replaced, and not the link.
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut unfinished = builder.tempfile_in(folder)?;
    unfinished.write_all(bytes)?;
    unfinished.as_file().sync_all()?;
    unfinished.persist(path)?;
    Ok(())
}

/// One line, with the program's name in front of it, as the module has it.
pub(crate) fn tell(line: &str) {
    tell_as_it_is(&format!("hardkey: {line}\n"));
}

/// Text to standard error, where a failure has nobody left to be told to.
pub(crate) fn tell_as_it_is(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}
