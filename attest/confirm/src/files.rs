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

/// Writes what was asked for, to a file or to standard output. A file is there whole or not at all.
pub(crate) fn product(bytes: &[u8], out: Option<&Path>) -> Result<(), Failure> {
    let Some(path) = out else {
        let mut out = std::io::stdout().lock();
        let written = out.write_all(bytes).and_then(|()| out.flush());
        return written.map_err(|error| {
            Failure::new(format!("standard output cannot be written: {error}; name a file with --out"))
        });
    };
    let unfinished = path.with_extension("unfinished");
    let written = || {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(&unfinished)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&unfinished, path)
    };
    written().map_err(|error| {
        let _ = fs::remove_file(&unfinished);
        Failure::new(format!("{} cannot be written: {error}; correct the path or its permissions", path.display()))
    })
}

/// One line to standard error, with the program's name in front of it.
pub(crate) fn tell(line: &str) {
    tell_as_it_is(&format!("{NAME}: {line}\n"));
}

/// Text to standard error, where a failure has nobody left to be told to.
pub(crate) fn tell_as_it_is(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}
