//! Nothing grows.

use crate::scenario::{Scenario, worlds};

#[test]
fn files_do_not_pile_up() {
    for tls in [false, true] {
        for world in worlds() {
            let scenario = Scenario::new("leak-descriptors", &world);
            let scenario = if tls { scenario.over_tls() } else { scenario };
            scenario.says(&["0 files more after 200 signatures", "0 files more after 50 cycles"]);
        }
    }
}

#[test]
fn memory_does_not_pile_up_over_runs() {
    for world in worlds() {
        Scenario::new("leak-memory", &world).says(&["memory grew by less than 64 kB in 50 cycles"]);
    }
}

#[test]
fn memory_does_not_pile_up_over_signatures() {
    for world in worlds() {
        Scenario::new("leak-memory-signing", &world).says(&["memory grew by less than 32 kB in 800 signatures"]);
    }
}
