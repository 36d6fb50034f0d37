//! `hardkey-attest`: decides, offline, whether a key lives in an HSM and cannot leave.

#![forbid(unsafe_code)]

mod cli;

use std::process::ExitCode;

use hardkey_attest::anchor::Release;

fn main() -> ExitCode {
    cli::run(std::env::args_os().collect(), &Release)
}
