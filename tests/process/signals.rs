//! Signals belong to the host.

use hardkey_tests::emulator::Emulator;

use crate::scenario::Scenario;

#[test]
fn no_signal_is_handled_otherwise_than_before() {
    let emulator = Emulator::start(&["ECC_NIST_P256,alias=release"]);
    Scenario::new("signals", &emulator).over_tls().says(&["every signal is handled as before", "waitpid -1"]);
}

#[test]
fn a_log_whose_reader_is_gone_does_not_end_the_host() {
    let emulator = Emulator::start(&["ECC_NIST_P256,alias=release"]);
    let said = ["C_GetSlotList CKR_CRYPTOKI_NOT_INITIALIZED", "a broken pipe is waiting: false"];
    Scenario::new("signals-broken-log", &emulator).says(&said);
}

#[test]
fn a_broken_pipe_of_the_hosts_own_stays_its_own() {
    let emulator = Emulator::start(&["ECC_NIST_P256,alias=release"]);
    let said = [
        "C_GetSlotList CKR_CRYPTOKI_NOT_INITIALIZED",
        "a broken pipe is waiting: false",
        "C_GetSlotList CKR_CRYPTOKI_NOT_INITIALIZED",
        "a broken pipe is waiting: true",
    ];
    Scenario::new("signals-broken-log-blocked", &emulator).says(&said);
}
