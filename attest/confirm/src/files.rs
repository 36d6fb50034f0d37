//! Files: what is read, no more of it than there is a use for; and what is made, whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;

use crate::arguments::NAME;
use crate::failure::Failure;

/// Reads a file of at most `limit` bytes.
pub(crate) fn read(path: &Path, limit: usize) -> Result<Vec<u8>, Failure> {
    let wrong = |what: String| Failure::new(format!("{} {what}", path.display()));
    let open = File::open(path).map_err(|error| wrong(format!("cannot be read: {error}; correct the path")))?;
    of(open, limit).map_err(|error| wrong(format!("cannot be read: {error}; name a file of at most {limit} bytes")))
}

/// Reads the rest of an open file.
pub(crate) fn of(open: File, limit: usize) -> std::io::Result<Vec<u8>> {
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    open.take(most).read_to_end(&mut bytes)?;
    if bytes.len() > limit {
        return Err(std::io::Error::other("it is longer"));
    }
    Ok(bytes)
}

/// Refuses to write over what was handed in, the CA's own key among it.
pub(crate) fn is_none_of(out: Option<&Path>, inputs: &[Option<&Path>]) -> Result<(), Failure> {
    let Some(Ok(out)) = out.map(Path::canonicalize) else { return Ok(()) };
    if inputs.iter().flatten().any(|input| input.canonicalize().is_ok_and(|input| input == out)) {
        return Err(Failure::new(format!("--out: {} was handed in; name another file", out.display())));
    }
    Ok(())
}

/// Writes what was asked for, to a file or to standard output.
pub(crate) fn product(bytes: &[u8], out: Option<&Path>) -> Result<(), Failure> {
    let Some(path) = out else {
        let mut out = std::io::stdout().lock();
        let written = out.write_all(bytes).and_then(|()| out.flush());
        return written.map_err(|error| {
            Failure::new(format!("standard output cannot be written: {error}; send it where all of it is taken"))
        });
    };
    write(path, bytes).map_err(|error| {
        // tempfile adds the name of the unfinished file.
        let why = error.to_string();
        let why = why.split(" at path ").next().unwrap_or_default();
        Failure::new(format!("{} cannot be written: {why}; correct the path or its permissions", path.display()))
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

/// One line to standard error, with the program's name in front of it.
pub(crate) fn tell(line: &str) {
    tell_as_it_is(&format!("{NAME}: {line}\n"));
}

/// Text to standard error, where a failure has nobody left to be told to.
pub(crate) fn tell_as_it_is(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}
