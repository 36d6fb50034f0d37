//! Runs the program in a folder of its own, and holds what it says against files.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// When the tests decide.
pub(crate) const AT: &str = "2026-11-21T00:00:00Z";

/// A folder to run in.
pub(crate) struct Folder(TempDir);

/// What the program said.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Said {
    pub(crate) status: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Folder {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Puts a file into it.
    pub(crate) fn with(self, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        fs::write(self.path().join(name), bytes).unwrap();
        self
    }

    /// Reads a file of it.
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap()
    }

    pub(crate) fn run<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Said {
        self.run_to(arguments, Stdio::piped())
    }

    /// Runs it with variables of the environment, of which it has none otherwise.
    pub(crate) fn run_with<S: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = S>,
        variables: &[(&str, &str)],
    ) -> Said {
        self.run_in(arguments, variables, Stdio::piped())
    }

    /// Runs it with another standard output.
    pub(crate) fn run_to<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>, out: Stdio) -> Said {
        self.run_in(arguments, &[], out)
    }

    fn run_in<S: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = S>,
        variables: &[(&str, &str)],
        out: Stdio,
    ) -> Said {
        let child = Command::new(env!("CARGO_BIN_EXE_hardkey-attest"))
            .args(arguments)
            .env_clear()
            .envs(variables.iter().copied())
            .current_dir(self.path())
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let output = child.wait_with_output().unwrap();
        Said {
            status: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// The words of a command line.
pub(crate) fn words(line: &str) -> Vec<&str> {
    line.split(' ').filter(|word| !word.is_empty()).collect()
}

/// Compares a whole output with `golden/<name>`; `HARDKEY_TEST_BLESS=1` writes it instead, to be read before it is committed.
pub(crate) fn is_golden(name: &str, output: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cli/golden").join(name);
    let (tool, placeholder) = (concat!("hardkey-attest ", env!("CARGO_PKG_VERSION")), "hardkey-attest {version}");
    let output = output.replace(tool, placeholder);
    if std::env::var_os("HARDKEY_TEST_BLESS").is_some() {
        fs::write(&path, &output).unwrap();
        return;
    }
    let golden = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let first = golden.lines().zip(output.lines()).find(|(golden, output)| golden != output);
    assert!(golden == output, "{name}: first other line {first:?}; whole output:\n{output}");
}
