//! Signals belong to the host.

use crate::scenario::{Scenario, worlds};

#[test]
fn no_signal_is_handled_otherwise_than_before() {
    for world in worlds() {
        Scenario::new("signals", &world).over_tls().says(&["every signal is handled as before", "waitpid -1"]);
    }
}

#[test]
fn a_log_whose_reader_is_gone_does_not_end_the_host() {
    for world in worlds() {
        let said = ["C_GetSlotList CKR_CRYPTOKI_NOT_INITIALIZED", "a broken pipe is waiting: false"];
        Scenario::new("signals-broken-log", &world).says(&said);
    }
}

#[test]
fn a_broken_pipe_of_the_hosts_own_stays_its_own() {
    for world in worlds() {
        let said = [
            "C_GetSlotList CKR_CRYPTOKI_NOT_INITIALIZED",
            "a broken pipe is waiting: false",
            "C_GetSlotList CKR_CRYPTOKI_NOT_INITIALIZED",
            "a broken pipe is waiting: true",
        ];
        Scenario::new("signals-broken-log-blocked", &world).says(&said);
    }
}
