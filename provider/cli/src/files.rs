//! Reading files, no more of them than anybody has a use for.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::failure::Failure;

/// Reads a file that `option` names, of at most `limit` bytes.
pub(crate) fn read(option: &str, path: &Path, limit: usize) -> Result<Vec<u8>, Failure> {
    let wrong = |what: String| Failure::unusable(format!("{option}: {} {what}", path.display()));
    let open = File::open(path).map_err(|error| wrong(format!("cannot be read: {error}; correct the path")))?;
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    let read = open.take(most).read_to_end(&mut bytes);
    read.map_err(|error| wrong(format!("cannot be read: {error}; name a file")))?;
    if bytes.len() > limit {
        return Err(wrong(format!("has more than {limit} bytes; name another file")));
    }
    Ok(bytes)
}

/// Refuses to write over what was handed in.
pub(crate) fn is_none_of(option: &str, out: &Path, inputs: &[Option<&Path>]) -> Result<(), Failure> {
    let same = |input: &Path| match (out.canonicalize(), input.canonicalize()) {
        (Ok(out), Ok(input)) => out == input,
        _ => false,
    };
    if inputs.iter().flatten().any(|input| same(input)) {
        return Err(Failure::unusable(format!("{option}: {} was handed in; name another file", out.display())));
    }
    Ok(())
}
