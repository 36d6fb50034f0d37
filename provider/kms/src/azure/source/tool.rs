//! Runs a tool for developers, and leaves nothing of it behind: no thread, no signal handler, no child.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::Duration;

use async_trait::async_trait;
use azure_identity::Executor;
use rustix::io::{Errno, ioctl_fionbio};
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::time::sleep;

/// Nothing but SIGCHLD tells that a child has ended, and that signal is the host's. A tool takes half a second.
const GLANCE: Duration = Duration::from_millis(10);
/// A token has three kB.
const MOST_OUTPUT: usize = 1 << 20;

/// Runs commands for the SDK.
#[derive(Debug)]
pub(super) struct Runner;

#[async_trait]
impl Executor for Runner {
    async fn run(&self, program: &OsStr, args: &[&OsStr]) -> io::Result<Output> {
        let mut running = Running::start(program, args)?;
        loop {
            running.read()?;
            if let Some(status) = running.ended()? {
                running.read()?;
                let Running { stdout, stderr, .. } = &mut running;
                let (stdout, stderr) = (std::mem::take(&mut stdout.read), std::mem::take(&mut stderr.read));
                return Ok(Output { status, stdout, stderr });
            }
            sleep(GLANCE).await;
        }
    }
}

/// A child that is gone when this is.
struct Running {
    child: Child,
    stdout: Pipe,
    stderr: Pipe,
    ended: bool,
}

struct Pipe {
    end: File,
    read: Vec<u8>,
}

impl Running {
    fn start(program: &OsStr, args: &[&OsStr]) -> io::Result<Self> {
        // A shell starts the tool, and the tool an interpreter: in a group of their own they can be ended together.
        let mut child = Command::new(program)
            .args(args)
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let missing = || io::Error::other("a pipe is missing");
        let stdout = Pipe::new(child.stdout.take().ok_or_else(missing)?.into());
        let stderr = Pipe::new(child.stderr.take().ok_or_else(missing)?.into());
        Ok(Self { child, stdout: stdout?, stderr: stderr?, ended: false })
    }

    fn read(&mut self) -> io::Result<()> {
        self.stdout.drain()?;
        self.stderr.drain()
    }

    fn ended(&mut self) -> io::Result<Option<ExitStatus>> {
        let status = match self.child.try_wait() {
            // A host that ignores SIGCHLD has its children buried by the system, and nobody knows how they ended.
            Err(error) if error.raw_os_error() == Some(Errno::CHILD.raw_os_error()) => Some(ExitStatus::default()),
            outcome => outcome?,
        };
        self.ended = status.is_some();
        Ok(status)
    }
}

/// Also when the call was given up.
impl Drop for Running {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.child.wait();
    }
}

impl Pipe {
    fn new(end: OwnedFd) -> io::Result<Self> {
        ioctl_fionbio(end.as_fd(), true)?;
        Ok(Self { end: end.into(), read: Vec::new() })
    }

    /// Reads what is there.
    fn drain(&mut self) -> io::Result<()> {
        let mut buffer = [0; 4096];
        loop {
            match self.end.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(count) if self.read.len() + count > MOST_OUTPUT => {
                    return Err(io::Error::other("it prints without end"));
                }
                Ok(count) => self.read.extend_from_slice(buffer.get(..count).unwrap_or_default()),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}
