//! Files of the command lines: what is read, no more of it than there is a use for, and what is made, whole or not at all.
//!
//! Every error is the end of a sentence that names the file, what is wrong with it and what to do.

#![forbid(unsafe_code)]

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

use tempfile::NamedTempFile;

/// Reads a file of at most `limit` bytes.
///
/// # Errors
/// A sentence, for a file that cannot be read or that is longer.
pub fn read(path: &Path, limit: usize) -> Result<Vec<u8>, String> {
    let shown = path.display();
    let open = File::open(path).map_err(|error| format!("{shown} cannot be read: {error}; correct the path"))?;
    let bytes = start(open, limit).map_err(|error| format!("{shown} cannot be read: {error}; name a file"))?;
    bytes.ok_or_else(|| format!("{shown} has more than {limit} bytes; name another file"))
}

/// Reads an open file; nothing, if it has more than `limit` bytes.
///
/// # Errors
/// What the system says.
pub fn start(open: File, limit: usize) -> io::Result<Option<Vec<u8>>> {
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    open.take(most).read_to_end(&mut bytes)?;
    Ok((bytes.len() <= limit).then_some(bytes))
}

/// Refuses to write over what was handed in.
///
/// # Errors
/// A sentence, if `out` is one of the inputs, by whatever name.
pub fn is_none_of(out: &Path, inputs: &[Option<&Path>]) -> Result<(), String> {
    let Ok(there) = out.canonicalize() else { return Ok(()) };
    if inputs.iter().flatten().any(|input| input.canonicalize().is_ok_and(|input| input == there)) {
        return Err(format!("{} was handed in; name another file", out.display()));
    }
    Ok(())
}

/// Writes what was asked for to standard output, or to a file, which is there whole or not at all.
///
/// # Errors
/// A sentence, if not all of it was written. A file that was there already is as it was then.
pub fn product(bytes: &[u8], out: Option<&Path>) -> Result<(), String> {
    let Some(path) = out else {
        let mut out = io::stdout().lock();
        let written = out.write_all(bytes).and_then(|()| out.flush());
        return written
            .map_err(|error| format!("standard output cannot be written: {error}; send it where all of it is taken"));
    };
    write(path, bytes).map_err(|error| {
        format!("{} cannot be written: {}; correct the path or its permissions", path.display(), why(&error))
    })
}

/// Makes a file that nobody else can read, whole or not at all, and never in place of another.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] if there is one; else what the system says, for [`why`].
pub fn secret(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // tempfile's own mode is 0600.
    let mut unfinished = NamedTempFile::new_in(folder_of(path))?;
    unfinished.write_all(bytes)?;
    unfinished.as_file().sync_all()?;
    unfinished.persist_noclobber(path)?;
    Ok(())
}

/// What the system said, without the name of an unfinished file, which tempfile adds.
#[must_use]
pub fn why(error: &io::Error) -> String {
    let text = error.to_string();
    text.split_once(" at path ").map_or(text.as_str(), |(why, _)| why).to_owned()
}

/// Text to standard error, where a failure has nobody left to be told to.
pub fn tell(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// What is no file is written to as it is: a device, a pipe.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let there = fs::metadata(path).ok();
    if there.is_some_and(|there| !there.is_file()) {
        return OpenOptions::new().write(true).open(path)?.write_all(bytes);
    }
    // What a link leads to is replaced, and not the link.
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut unfinished = builder.tempfile_in(folder_of(&path))?;
    unfinished.write_all(bytes)?;
    unfinished.as_file().sync_all()?;
    unfinished.persist(path)?;
    Ok(())
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
