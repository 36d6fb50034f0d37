//! Messages to people: one line each, never on standard output, which belongs to the host's data.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use hardkey_kms::config::{Level, LogConfig};

use crate::ffi::{self, Published};

/// The log in force. Readable without a lock, also in a forked child.
static LOG: Published<Log> = Published::empty();

/// Warnings and errors to standard error: what is in force until a configuration says otherwise.
static DEFAULT: Log =
    Log { config: LogConfig { level: Level::Warn, file: None, syslog: false }, sink: Sink::StandardError };

/// Writes one line, if the configuration asks for lines of this level.
pub(crate) fn write(level: Level, message: fmt::Arguments<'_>) {
    LOG.get().unwrap_or(&DEFAULT).write(level, message);
}

/// Puts a log in force. An open one with the same settings is kept.
pub(crate) fn install(config: &LogConfig) -> Result<(), String> {
    if LOG.get().unwrap_or(&DEFAULT).config != *config {
        LOG.publish(Log::open(config)?);
    }
    Ok(())
}

/// Where lines go and which are written.
#[derive(Debug)]
struct Log {
    config: LogConfig,
    sink: Sink,
}

#[derive(Debug)]
enum Sink {
    StandardError,
    File(File),
    #[cfg(unix)]
    System(std::os::unix::net::UnixDatagram),
}

impl Log {
    /// Opens what the configuration names.
    fn open(config: &LogConfig) -> Result<Self, String> {
        let sink = match &config.file {
            Some(path) => Sink::File(append(path).map_err(|error| {
                format!("[log] file {} cannot be written: {error}; correct the path or its permissions", path.display())
            })?),
            None if config.syslog => system()?,
            None => Sink::StandardError,
        };
        Ok(Self { config: config.clone(), sink })
    }

    /// Writes one line. A log that cannot be written must not fail the host's call, so errors end here.
    fn write(&self, level: Level, message: fmt::Arguments<'_>) {
        if level > self.config.level {
            return;
        }
        let message = one_line(&message.to_string());
        match &self.sink {
            Sink::StandardError => ffi::write_standard_error(format!("hardkey: {message}\n").as_bytes()),
            Sink::File(file) => {
                let mut file = file;
                let line = format!("{} hardkey[{}]: {}: {message}\n", now(), std::process::id(), name(level));
                // One write per line, in append mode: lines of several processes do not mix.
                let _ = file.write_all(line.as_bytes());
            }
            #[cfg(unix)]
            Sink::System(socket) => {
                // RFC 3164 §4.1.1: facility 10 (security messages) times 8, plus the severity.
                let severity = match level {
                    Level::Error => 3,
                    Level::Warn => 4,
                    Level::Info => 6,
                    Level::Debug => 7,
                };
                let line = format!("<{}>hardkey[{}]: {message}", 10 * 8 + severity, std::process::id());
                let _ = socket.send(line.as_bytes());
            }
        }
    }
}

fn append(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().append(true).create(true).open(path)
}

#[cfg(unix)]
fn system() -> Result<Sink, String> {
    let open = || {
        let socket = std::os::unix::net::UnixDatagram::unbound()?;
        socket.connect("/dev/log")?;
        // A log that does not read must not stop a signature.
        socket.set_nonblocking(true)?;
        Ok(Sink::System(socket))
    };
    open().map_err(|error: std::io::Error| {
        format!("[log] syslog cannot be reached at /dev/log: {error}; use file, or start the system's log service")
    })
}

#[cfg(not(unix))]
fn system() -> Result<Sink, String> {
    Err("[log] syslog does not exist on this system; use file".to_owned())
}

fn name(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warn => "warn",
        Level::Info => "info",
        Level::Debug => "debug",
    }
}

/// Seconds since 1970, UTC: sortable, and `date -d @…` reads it.
fn now() -> String {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("{}.{:03}", elapsed.as_secs(), elapsed.subsec_millis())
}

/// Control characters would let a stranger's text forge lines of its own.
fn one_line(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut line, character| {
        if character.is_control() {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
        line
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_line() {
        assert_eq!(one_line("a\nb\u{1b}[2Jc\rd"), "a\\nb\\u{1b}[2Jc\\rd");
    }
}
