//! Nothing grows.

use hardkey_tests::emulator::Emulator;

use crate::scenario::Scenario;

#[test]
fn files_do_not_pile_up() {
    for tls in [false, true] {
        let emulator = Emulator::start(&["ECC_NIST_P256,alias=release"]);
        let scenario = Scenario::new("leak-descriptors", &emulator);
        let scenario = if tls { scenario.over_tls() } else { scenario };
        scenario.says(&["0 files more after 200 signatures", "0 files more after 50 cycles"]);
    }
}

#[test]
fn memory_does_not_pile_up_over_runs() {
    let emulator = Emulator::start(&["ECC_NIST_P256,alias=release"]);
    Scenario::new("leak-memory", &emulator).says(&["memory grew by less than 64 kB in 50 cycles"]);
}

#[test]
fn memory_does_not_pile_up_over_signatures() {
    let emulator = Emulator::start(&["ECC_NIST_P256,alias=release"]);
    Scenario::new("leak-memory-signing", &emulator).says(&["memory grew by less than 32 kB in 800 signatures"]);
}
