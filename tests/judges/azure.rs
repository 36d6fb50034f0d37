//! The cases of `azure/cases.json`, through Azure's Python clients and through its JavaScript clients.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use hardkey_tests::emulator::Emulator;
use hardkey_tests::skip::skip;
use hardkey_tests::{built, host};
use serde_json::{Value, json};

use crate::{home, python};

/// Either takes half a minute on two busy cores, most of it for RSA keys.
const LIMIT: Duration = Duration::from_secs(300);

#[test]
fn azures_python_clients_take_every_answer_for_key_vaults() {
    let emulator = Emulator::start(&[]);
    let Some(output) = python("azure", &[&ready(&emulator), &cases()]) else {
        return skip(
            "azures_python_clients_take_every_answer_for_key_vaults",
            "its environment is not there; run: tests/judges/install.sh azure",
        );
    };
    assert_passed(&String::from_utf8_lossy(&output.stdout), &String::from_utf8_lossy(&output.stderr));
}

#[test]
fn azures_javascript_clients_take_every_answer_for_key_vaults() {
    let modules = home().join("judge-azure-node/node_modules");
    if !modules.exists() {
        return skip(
            "azures_javascript_clients_take_every_answer_for_key_vaults",
            "its environment is not there; with node 20 and npm, run: tests/judges/install.sh azure",
        );
    }
    let emulator = Emulator::start(&[]);
    // Node looks for packages beside the program.
    let folder = emulator.folder();
    for name in ["judge.mjs", "clients.mjs", "facts.mjs", "platform.mjs", "steps.mjs"] {
        fs::copy(sources().join(name), folder.join(name)).unwrap();
    }
    std::os::unix::fs::symlink(modules, folder.join("node_modules")).unwrap();
    let ca = emulator.ca().to_str().unwrap().to_owned();
    let environment = BTreeMap::from([("NODE_EXTRA_CA_CERTS".to_owned(), ca)]);
    let program = folder.join("judge.mjs").to_str().unwrap().to_owned();
    let outcome = host::run("node", [program, ready(&emulator), cases()], &environment, LIMIT);
    assert_passed(&outcome.text(), &outcome.stderr);
}

fn assert_passed(stdout: &str, stderr: &str) {
    let others: Vec<&str> = stdout.lines().filter(|line| !line.starts_with("passed  ")).collect();
    let all: Vec<Value> = serde_json::from_str(&fs::read_to_string(cases()).unwrap()).unwrap();
    assert_eq!(others, [format!("{} passed, 0 failed", all.len())], "{stderr}");
}

/// What the judges read of the emulator's line.
fn ready(emulator: &Emulator) -> String {
    json!({"aws": emulator.endpoint(), "aws_tls": emulator.tls_endpoint(), "control": emulator.url(), "ca": emulator.ca()}).to_string()
}

fn cases() -> String {
    sources().join("cases.json").to_str().unwrap().to_owned()
}

fn sources() -> PathBuf {
    built::project().join("tests/judges/azure")
}
