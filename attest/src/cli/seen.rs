//! The list of what was accepted, so that nothing is accepted twice. It only grows.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;

use hardkey_attest::challenge::Seen;
use hardkey_attest::instant::Instant;

use super::output::Undecided;

/// A line has 150 bytes.
const LONGEST_LINE: u64 = 512;

/// The list, locked: whoever decides at the same time waits.
pub(crate) struct List {
    name: String,
    file: File,
}

impl List {
    /// Opens the list, or begins one.
    pub(crate) fn open(path: &Path) -> Result<Self, Undecided> {
        let name = path.to_string_lossy().into_owned();
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).and_then(|file| file.lock().map(|()| file));
        match file {
            Ok(file) => Ok(Self { name, file }),
            Err(error) => Err(Undecided::new(&name, "a list that can be read and added to", &error.to_string())),
        }
    }

    /// Whether the list has it. A list that was cut off or edited is an error: what is missing would be accepted again.
    pub(crate) fn has(&self, wanted: &Seen) -> Result<bool, Undecided> {
        let mut lines = BufReader::new(&self.file);
        let mut has = false;
        for number in 1_u64.. {
            let mut line = String::new();
            let unreadable = |error: std::io::Error| {
                Undecided::new(&self.name, format!("a list that can be read, in line {number}"), &error.to_string())
            };
            let count = lines.by_ref().take(LONGEST_LINE).read_line(&mut line).map_err(unreadable)?;
            if count == 0 {
                break;
            }
            let Some(line) = line.strip_suffix('\n') else {
                let expected = format!("a line break at the end of line {number}, of at most {LONGEST_LINE} bytes");
                return Err(Undecided::new(&self.name, expected, "none: the list was cut off, or is no list"));
            };
            let seen = Seen::parse(line).map_err(|error| error.inside(&format!("{}, line {number}", self.name)))?;
            has |= seen == *wanted;
        }
        Ok(has)
    }

    /// Adds to the list, and answers when it is on the disk.
    pub(crate) fn add(&mut self, seen: &Seen, decided: Instant) -> Result<(), Undecided> {
        let written = self.file.write_all(seen.line(decided).as_bytes()).and_then(|()| self.file.sync_all());
        written.map_err(|error| Undecided::new(&self.name, "a list that can be added to", &error.to_string()))
    }
}
