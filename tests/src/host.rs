//! Programs run as a person runs them, with a limit and nothing of this machine's environment.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::Read;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// What a program did.
#[derive(Debug)]
pub struct Outcome {
    /// Its exit status; `None` when a signal ended it.
    pub status: Option<i32>,
    /// Everything it wrote to standard output.
    pub stdout: Vec<u8>,
    /// Everything it wrote to standard error.
    pub stderr: String,
    /// How long it took.
    pub took: Duration,
}

impl Outcome {
    /// Standard output as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Fails the test with everything that is known, unless the program succeeded.
    pub fn success(self) -> Self {
        assert_eq!(self.status, Some(0), "{self:?}\nstdout: {}\nstderr: {}", self.text(), self.stderr);
        self
    }

    /// The lines the module wrote.
    pub fn hardkey_lines(&self) -> Vec<&str> {
        self.stderr.lines().filter(|line| line.starts_with("hardkey: ")).collect()
    }
}

/// Runs a program to its end. A program that hangs is killed and fails the test with its name.
pub fn run<Argument: AsRef<OsStr>>(
    program: impl AsRef<OsStr>,
    arguments: impl IntoIterator<Item = Argument>,
    environment: &BTreeMap<String, String>,
    limit: Duration,
) -> Outcome {
    let mut command = Command::new(program.as_ref());
    command.args(arguments).env_clear().envs(environment);
    for kept in ["PATH", "HOME", "LANG", "TMPDIR"] {
        if let (false, Some(value)) = (environment.contains_key(kept), std::env::var_os(kept)) {
            command.env(kept, value);
        }
    }
    let started = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
    let reader = |mut pipe: Box<dyn Read + Send>| {
        thread::spawn(move || {
            let mut all = Vec::new();
            let _ = pipe.read_to_end(&mut all);
            all
        })
    };
    let stdout = reader(Box::new(child.stdout.take().unwrap()));
    let stderr = reader(Box::new(child.stderr.take().unwrap()));
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if started.elapsed() > limit {
            let _ = child.kill();
            let _ = child.wait();
            panic!("{command:?} hung: no end after {limit:?}");
        }
        thread::sleep(Duration::from_millis(2));
    };
    Outcome {
        status: status.code(),
        took: started.elapsed(),
        stdout: stdout.join().unwrap(),
        stderr: String::from_utf8_lossy(&stderr.join().unwrap()).into_owned(),
    }
}

/// Whether a program is on the path.
pub fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}
