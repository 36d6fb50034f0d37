//! Reading files, no more of them than anybody has a use for.

use std::fs::File as Open;
use std::io::Read;
use std::path::Path;

use hardkey_attest::bundle::{File, LARGEST_FILE};
use hardkey_attest::csr::Csr;
use hardkey_attest::policy::Policy;
use hardkey_attest::rendering::{Input, InputRole};

use super::output::Undecided;

/// Reads a file whose size was looked at first.
pub(crate) fn read(path: &Path) -> Result<File, Undecided> {
    let name = path.to_string_lossy().into_owned();
    let wrong = |expected: &str, found: &str| Undecided::new(&name, expected, found);
    let unreadable = |error: std::io::Error| wrong("a file that can be read", &error.to_string());
    let limit = u64::try_from(LARGEST_FILE).unwrap_or(u64::MAX);
    let small = format!("at most {LARGEST_FILE} bytes");
    let open = Open::open(path).map_err(unreadable)?;
    let metadata = open.metadata().map_err(unreadable)?;
    if metadata.is_dir() {
        return Err(wrong("a file", "a directory"));
    }
    if metadata.len() > limit {
        return Err(wrong(&small, &format!("{} bytes", metadata.len())));
    }
    let mut bytes = Vec::new();
    // A pipe has no size, and a file may grow.
    open.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() > LARGEST_FILE {
        return Err(wrong(&small, "more"));
    }
    Ok(File { name, bytes })
}

/// Reads a request, if there is one.
pub(crate) fn request(path: Option<&Path>, inputs: &mut Vec<Input>) -> Result<Option<Csr>, Undecided> {
    let Some(path) = path else { return Ok(None) };
    let file = read(path)?;
    inputs.push(Input::new(&file.name, InputRole::Request, &file.bytes));
    let csr = Csr::parse(&file.bytes).map_err(|error| error.inside(&file.name))?;
    Ok(Some(csr))
}

/// Reads the record of a confirmation, if there is one.
pub(crate) fn record(path: Option<&Path>, inputs: &mut Vec<Input>) -> Result<Option<File>, Undecided> {
    let Some(path) = path else { return Ok(None) };
    let file = read(path)?;
    inputs.push(Input::new(&file.name, InputRole::Confirmation, &file.bytes));
    Ok(Some(file))
}

/// A built-in policy by its name, or one from a file.
pub(crate) fn policy(named: &Path, inputs: &mut Vec<Input>) -> Result<Policy, Undecided> {
    if let Some(policy) = named.to_str().and_then(Policy::built_in) {
        return Ok(policy);
    }
    let file = read(named)?;
    inputs.push(Input::new(&file.name, InputRole::Policy, &file.bytes));
    let text = std::str::from_utf8(&file.bytes).map_err(|error| {
        let mut wrong = Undecided::new(&file.name, "a policy in TOML, which is UTF-8", "other bytes");
        wrong.0.position = Some(error.valid_up_to());
        wrong
    })?;
    Policy::from_toml(text).map_err(|error| Undecided(Undecided::from(error).0.inside(&file.name)))
}
