//! The same tests under valgrind, which sees reads and writes of memory that is not the module's to touch.

use std::process::Command;

use hardkey_tests::skip::skip;

/// Set in the process that runs under valgrind.
const MARK: &str = "HARDKEY_TEST_UNDER_VALGRIND";

/// How often a thing is done: valgrind runs one thread at a time, fifty times slower.
pub fn each(times: usize) -> usize {
    if std::env::var_os(MARK).is_some() { times / 10 } else { times }
}

#[test]
fn no_test_of_these_touches_memory_that_is_not_its_own() {
    if std::env::var_os(MARK).is_some() {
        return;
    }
    if Command::new("valgrind").arg("--version").output().is_err() {
        return skip("no_test_of_these_touches_memory_that_is_not_its_own", "valgrind is not installed");
    }
    let output = Command::new("valgrind")
        .args(["--quiet", "--error-exitcode=99", "--fair-sched=yes"])
        .arg(std::env::current_exe().unwrap())
        .args(["--test-threads=1", "crowd", "trouble"])
        .env(MARK, "1")
        .output()
        .unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && !text.contains("\n=="), "{text}");
}
