//! Every fault there is an emulator for, under the real module, as a table: FAULTS.md.
//!
//! The table is made anew and compared with the file. `HARDKEY_WRITE_FAULTS=1` writes it instead.

mod document;
mod every;
mod fault;
mod row;

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::thread;
use std::time::Duration;

use hardkey_tests::built;

use document::Table;
use fault::Fault;
use row::{Measured, measure};

/// Most rows wait for something most of the time.
const AT_ONCE: usize = 6;
/// What a process that gets no processor for a while may be late by.
const SLACK: Duration = Duration::from_secs(5);

/// Each fault once, several at a time.
fn measured() -> &'static [(Fault, Measured)] {
    static ALL: OnceLock<Vec<(Fault, Measured)>> = OnceLock::new();
    ALL.get_or_init(|| {
        let faults = every::all();
        let results: Vec<Mutex<Option<Measured>>> = faults.iter().map(|_| Mutex::default()).collect();
        let next = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..AT_ONCE {
                scope.spawn(|| {
                    while let Some(fault) = faults.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let place = faults.iter().position(|other| std::ptr::eq(other, fault)).unwrap();
                        *results[place].lock().unwrap() = Some(measure(fault));
                    }
                });
            }
        });
        let results = results.into_iter().map(|result| result.into_inner().unwrap().unwrap());
        faults.into_iter().zip(results).collect()
    })
}

#[test]
fn every_fault_ends_as_the_table_says() {
    let file = built::project().join("tests/faults/FAULTS.md");
    let kept = fs::read_to_string(&file).unwrap_or_default();
    let write = std::env::var_os("HARDKEY_WRITE_FAULTS").is_some();
    let mut table = Table::default();
    for (fault, measured) in measured() {
        let mut line = document::line(fault, &measured.row);
        if !write && !kept.lines().any(|known| known == line) {
            // A machine that stood still for seconds moves a row to another limit; alone it has the machine to itself.
            line = document::line(fault, &measure(fault).row);
        }
        table.add(fault, line);
    }
    let made = table.finish();
    if write {
        fs::write(&file, &made).unwrap();
        return;
    }
    let missing: Vec<&str> = kept.lines().filter(|line| !made.lines().any(|known| known == *line)).collect();
    let new: Vec<&str> = made.lines().filter(|line| !kept.lines().any(|known| known == *line)).collect();
    assert!(
        made == kept,
        "{} does not say what happened; HARDKEY_WRITE_FAULTS=1 writes it anew\n- {}\n+ {}",
        file.display(),
        missing.join("\n- "),
        new.join("\n+ ")
    );
}

#[test]
fn no_call_outlives_its_timeout() {
    for (fault, measured) in measured() {
        let limit = Duration::from_secs_f64(fault.limits.timeout) + SLACK;
        assert!(measured.took < limit, "{}: {:?}", fault.name, measured.took);
    }
}

#[test]
fn nothing_is_signed_twice_without_a_line() {
    let mut twice = 0;
    for (fault, measured) in measured() {
        let row = &measured.row;
        let told = row.lines.iter().filter(|line| line.contains("may show two signatures")).count() as u64;
        assert!(told + 1 >= row.signatures, "{}: {row:?}", fault.name);
        twice += u64::from(row.signatures > 1);
    }
    assert!(twice >= 6, "only {twice} faults made the service sign twice");
}

#[test]
fn a_wrong_signature_reaches_no_host() {
    for (fault, measured) in measured() {
        assert_ne!(measured.row.got, "a wrong signature", "{}", fault.name);
    }
}
