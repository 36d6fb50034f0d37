//! A folder with what a CA and a subscriber have, and the program in it.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use hardkey_synthetic::{Challenge, Report, Root, Shape, report};
use serde_json::Value;
use tempfile::TempDir;

/// When the good report is judged.
pub const AT: &str = "2026-11-21T12:00:00Z";
/// Judges the good report.
pub const VERIFY: &str = "verify report.json --csr request.csr --challenge c.json --challenge-key ca.key";

pub struct Folder(TempDir);

#[derive(Debug)]
pub struct Said {
    pub status: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Folder {
    /// With the good report of a P-256 key, its request, the challenge and the CA's key.
    pub fn good() -> Self {
        let (report, request) = report::good(Shape::P256);
        Self::of(&report, &request, &Challenge::new())
    }

    pub fn of(report: &Report, request: &[u8], challenge: &Challenge) -> Self {
        let folder = Self(TempDir::new().unwrap());
        fs::create_dir(folder.path().join("anchors")).unwrap();
        for root in [Root::ls1(), Root::hawksbill()] {
            folder.put(&format!("anchors/{}.pem", root.id), root.key_pem.as_bytes());
        }
        folder.put("report.json", &report.bytes());
        folder.put("request.csr", request);
        folder.put("c.json", challenge.json().to_string().as_bytes());
        folder.put("ca.key", challenge.key_file().as_bytes());
        folder
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Puts a file there that only its owner can read.
    pub fn put(&self, name: &str, bytes: &[u8]) {
        fs::write(self.path().join(name), bytes).unwrap();
        #[cfg(unix)]
        fs::set_permissions(self.path().join(name), std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap()
    }

    /// Runs a command line, at the moment of the good report.
    pub fn at(&self, line: &str) -> Said {
        self.run(&format!("{line} --at {AT}"))
    }

    pub fn run(&self, line: &str) -> Said {
        let words: Vec<&str> = line.split(' ').filter(|word| !word.is_empty()).collect();
        self.command(&words).into()
    }

    fn command(&self, words: &[&str]) -> std::process::Output {
        Command::new(env!("CARGO_BIN_EXE_hardkey-attest-for-tests"))
            .arg("anchors")
            .args(words)
            .env_clear()
            .env("XDG_CONFIG_HOME", self.path())
            .current_dir(self.path())
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// Judges at the moment of the good report. The decision for machines.
    pub fn json(&self, line: &str) -> Value {
        let said = self.at(&format!("{line} --json"));
        assert_eq!(said.err, "");
        serde_json::from_str(&said.out).unwrap()
    }

    /// Verdict, the checks and rules that stand in the way, and what was found.
    pub fn stopped(&self, line: &str) -> (String, Vec<(String, String)>) {
        let json = self.json(line);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let bad = ["checks", "rules"]
            .iter()
            .flat_map(|part| json[part].as_array().unwrap())
            .filter(|finding| ["failed", "missing"].contains(&finding["outcome"].as_str().unwrap()));
        (text(&json["verdict"]), bad.map(|finding| (text(&finding["id"]), text(&finding["observed"]))).collect())
    }
}

impl From<std::process::Output> for Said {
    fn from(output: std::process::Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { status: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}
