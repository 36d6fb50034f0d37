//! What a person reads when something is wrong: the whole line on standard error, and the code the host gets.
//!
//! Each case is a process of its own, the smallest host there is: `list` lists the keys of every slot, `sign LABEL`
//! signs with one.

mod azure;
mod certificates;
mod configuration;
mod google;
mod quota;
mod service;
mod state;
mod tokens;

use std::collections::BTreeMap;
use std::time::Duration;

use hardkey_tests::built;
use hardkey_tests::host::{Outcome, run};

/// Runs the small host; nothing takes longer than the deadline of half a minute.
fn host(arguments: &[&str], environment: &BTreeMap<String, String>) -> Outcome {
    let module = built::module();
    let mut all = vec![module.to_str().unwrap()];
    all.extend(arguments);
    run(built::small_host(), all, environment, Duration::from_secs(60))
}

/// Asserts everything: the host's own answer on standard output, and each line on standard error.
///
/// Request ids are random, so they stand as `ID`.
fn expect(outcome: &Outcome, stdout: &str, stderr: &[&str]) {
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    assert_eq!(outcome.text().trim_end(), stdout, "stderr: {}", outcome.stderr);
    let lines: Vec<String> = outcome.stderr.lines().map(without_request_id).collect();
    assert_eq!(lines, stderr);
}

fn without_request_id(line: &str) -> String {
    match line.split_once("(request ") {
        Some((before, after)) => match after.split_once(')') {
            Some((_, after)) => format!("{before}(request ID){after}"),
            None => line.to_owned(),
        },
        None => line.to_owned(),
    }
}
