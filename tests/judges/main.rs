//! The emulator, judged by the programs that clouds themselves publish for their services, and by the project's own verifier; and what
//! Hardkey reads or prints of the clouds' own formats, judged by those who made the format.
//!
//! What a judge needs of Python is installed by `tests/judges/install.sh`, which `tests/run.sh` calls; without it, and
//! without programs that are not on this machine, the tests say that they are skipped.

mod azure;
mod azure_around;
mod bicep;
mod gcloud;
mod google;
mod grant;
mod kql;
mod sdk;
mod trail;
mod verifier;

use std::path::PathBuf;
use std::process::{Command, Output};

use hardkey_tests::built;

/// Runs a judge's `judge.py` with these arguments in its own environment; `None` if that is not installed.
fn python(judge: &str, arguments: &[&str]) -> Option<Output> {
    let interpreter = home().join(format!("judge-{judge}/bin/python"));
    if !interpreter.exists() {
        return None;
    }
    let script = built::project().join("tests/judges").join(judge).join("judge.py");
    // -I would hide the judge's own modules; -B leaves no compiled files among the sources.
    let output = Command::new(interpreter).arg("-B").arg(script).args(arguments).output();
    Some(output.unwrap())
}

/// Where judges are installed.
fn home() -> PathBuf {
    std::env::var_os("HARDKEY_TEST_HOME").map_or_else(|| built::project().join("target/test-home"), PathBuf::from)
}
