//! The files under test, as cargo built them.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

/// The module, up to date with the sources: hosts load a file, so the tests do.
pub fn module() -> PathBuf {
    directory().join("libhardkey_pkcs11.so")
}

/// The emulator.
pub fn emulator() -> PathBuf {
    directory().join("hardkey-emulator")
}

/// The program of the process tests.
pub fn host() -> PathBuf {
    directory().join("host")
}

/// The program of the tests of error messages.
pub fn small_host() -> PathBuf {
    directory().join("small-host")
}

/// The program of the table of faults.
pub fn fault_host() -> PathBuf {
    directory().join("fault-host")
}

/// The subscriber's command line, `hardkey`, and the CA's, `hardkey-attest`.
pub fn command_lines() -> (PathBuf, PathBuf) {
    (programs().join("hardkey"), programs().join("hardkey-attest"))
}

/// `hardkey-attest` under roots of tests.
pub fn verifier_for_tests() -> PathBuf {
    programs().join("hardkey-attest-for-tests")
}

/// Together, as the quickstart builds them: cargo then has both compile the same.
fn programs() -> &'static PathBuf {
    static BUILT: OnceLock<()> = OnceLock::new();
    BUILT.get_or_init(|| build(&["-p", "hardkey", "-p", "hardkey-attest", "-p", "hardkey-attest-for-tests", "--bins"]));
    directory()
}

/// The CA's program that asks clouds, `hardkey-confirm`. By itself, as it is shipped: `hardkey` gets no features of its.
pub fn confirm() -> PathBuf {
    static BUILT: OnceLock<()> = OnceLock::new();
    BUILT.get_or_init(|| build(&["-p", "hardkey-confirm", "--bins"]));
    directory().join("hardkey-confirm")
}

/// The folder of the profile these tests were built with. The first call builds what the tests load, because cargo
/// does not: none of it is a library of theirs.
fn directory() -> &'static PathBuf {
    static DIRECTORY: OnceLock<PathBuf> = OnceLock::new();
    DIRECTORY.get_or_init(|| {
        // The module by itself, as it is shipped: built together with others it would get their features as well.
        build(&["-p", "hardkey-pkcs11"]);
        // By itself as well: with it, every SDK would be compiled once more.
        build(&["-p", "hardkey-emulator"]);
        // target/PROFILE/deps/this-test
        let test = std::env::current_exe().unwrap();
        test.ancestors().nth(2).unwrap().to_path_buf()
    })
}

fn build(packages: &[&str]) {
    let mut command = Command::new(env!("CARGO"));
    command.args(["build", "--quiet"]).args(packages).current_dir(env!("CARGO_MANIFEST_DIR"));
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    // What the outer cargo tells this test of its package would make the inner one build ring anew.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name.starts_with("CARGO_") && !["CARGO_HOME", "CARGO_TARGET_DIR"].contains(&name.as_str()) {
            command.env_remove(name);
        }
    }
    assert!(command.status().is_ok_and(|status| status.success()), "cargo build {packages:?} failed");
}

/// The top folder of the project.
pub fn project() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}
