//! `hardkey-attest-for-tests ANCHORS …`: the program `hardkey-attest`, its very sources, which trusts the roots in the folder
//! `ANCHORS` and no others. `hardkey-synthetic` writes such folders. Every verdict of it begins with a warning, because whoever
//! makes the tests has the private keys.

#[path = "../../../attest/src"]
mod program {
    pub(crate) mod cli;
}

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use der::Document;
use hardkey_attest::anchor::{ANCHORS, Anchor, ForTests};
use hardkey_attest::shown;

/// Roots of tests, and those whose part they play.
const PARTS: [(&str, &str); 3] =
    [("test-ls1", "marvell-ls1"), ("test-ls2", "marvell-ls2"), ("test-hawksbill", "google-hawksbill")];

fn main() -> ExitCode {
    let mut arguments: Vec<OsString> = std::env::args_os().collect();
    if arguments.len() < 2 {
        return program::cli::run(arguments, &ForTests::default());
    }
    let folder = arguments.remove(1);
    let anchors = PARTS.iter().filter_map(|(id, part)| anchor(Path::new(&folder), id, part)).collect();
    program::cli::run(arguments, &ForTests { anchors, denied: Vec::new() })
}

/// The root in a file of the folder, if there is one.
fn anchor(folder: &Path, id: &'static str, part: &str) -> Option<Anchor> {
    let pem = std::fs::read_to_string(folder.join(format!("{id}.pem"))).ok()?;
    let (_, document) = Document::from_pem(&pem).ok()?;
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, document.as_bytes());
    let played = ANCHORS.iter().find(|anchor| anchor.id == part)?;
    Some(Anchor {
        id,
        name: id,
        role: played.role,
        common_name: played.common_name,
        // The process is short, and anchors are for as long as there is one.
        key: pem.leak(),
        key_hash: shown::hex(hash.as_ref()).leak(),
        origin: "a folder of tests",
        published: &[],
    })
}
