//! Leaving, in every way a process can.

use crate::scenario::{Scenario, worlds};

/// From an exit handler of a thread whose own data is gone: nothing works, and nothing crashes.
const TOO_LATE: [&str; 3] = [
    "handler: C_GetInfo CKR_CRYPTOKI_NOT_INITIALIZED",
    "handler: C_Sign CKR_CRYPTOKI_NOT_INITIALIZED",
    "handler: C_Finalize CKR_CRYPTOKI_NOT_INITIALIZED",
];
/// From a handler that runs while the thread is whole: everything works.
const IN_TIME: [&str; 3] = ["handler: C_GetInfo CKR_OK", "handler: C_Sign CKR_OK", "handler: C_Finalize CKR_OK"];

fn leaves(scenario: &str, lines: &[&str]) {
    for world in worlds() {
        Scenario::new(scenario, &world).says(lines);
    }
    for world in worlds() {
        Scenario::new(scenario, &world).over_tls().says(lines);
    }
}

#[test]
fn a_process_leaves_after_finalizing() {
    leaves("exit-finalized", &["leaving"]);
}

#[test]
fn a_process_leaves_without_finalizing() {
    leaves("exit-initialized", &["leaving"]);
}

#[test]
fn a_process_leaves_at_once() {
    leaves("exit-at-once", &["leaving"]);
}

#[test]
fn an_exit_handler_registered_before_the_module_was_initialised_may_call_it() {
    leaves("exit-handler-first", &[&["leaving"], &TOO_LATE[..]].concat());
}

#[test]
fn an_exit_handler_registered_after_the_module_was_initialised_may_call_it() {
    leaves("exit-handler-last", &[&["leaving"], &TOO_LATE[..]].concat());
}

#[test]
fn an_exit_handler_on_a_thread_that_never_called_the_module_signs() {
    leaves("exit-handler-of-a-thread-that-never-called", &[&["leaving"], &IN_TIME[..]].concat());
}

#[test]
fn an_exit_handler_of_another_thread_may_call_the_module() {
    leaves("exit-from-another-thread", &[&["leaving"], &TOO_LATE[..]].concat());
}

#[test]
fn a_quick_exit_handler_signs() {
    leaves("exit-quickly", &[&["leaving"], &IN_TIME[..]].concat());
}

#[test]
fn a_process_leaves_with_eight_signatures_under_way() {
    leaves("exit-in-flight", &["8 signatures are under way"]);
}

#[test]
fn an_exit_handler_may_call_the_module_with_eight_signatures_under_way() {
    leaves("exit-in-flight-with-handler", &[&["8 signatures are under way"], &TOO_LATE[..]].concat());
}

#[test]
fn a_process_finalises_and_leaves_with_eight_signatures_under_way() {
    leaves("exit-in-flight-finalized", &["8 signatures are under way", "C_Finalize CKR_OK"]);
}
