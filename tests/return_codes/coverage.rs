//! The table against the module: no function without a row, no row without its function.

use std::collections::BTreeSet;
use std::process::Command;

use hardkey_tests::built;
use libloading::Symbol;

use crate::list::Version;
use crate::loaded::each_list;
use crate::table::rows;

#[test]
fn every_function_of_every_list_has_a_row_and_no_row_is_left_over() {
    each_list(|loaded| {
        let addresses: Vec<usize> = loaded.rows().map(|row| (row.address)(&loaded.list).unwrap()).collect();
        let distinct: BTreeSet<usize> = addresses.iter().copied().collect();
        assert_eq!(distinct.len(), addresses.len(), "two rows call one function");
        assert_eq!(distinct, loaded.list.entries().into_iter().collect());
        let count = match loaded.list.version() {
            Version::V2_40 => 68,
            Version::V3_0 => 92,
            Version::V3_2 => 104,
        };
        assert_eq!(addresses.len(), count);
        for row in loaded.rows() {
            // SAFETY: only the address is looked at.
            let symbol: Symbol<'_, *const ()> = unsafe { loaded.library().get(row.name.as_bytes()) }.unwrap();
            assert_eq!((row.address)(&loaded.list), Some((*symbol).addr()), "{} is another function", row.name);
        }
    });
}

#[test]
fn every_exported_name_has_a_row() {
    let output = Command::new("nm").args(["-D", "--defined-only"]).arg(built::module()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let exported: BTreeSet<&str> = text.lines().filter_map(|line| line.split_whitespace().nth(2)).collect();
    assert_eq!(rows().map(|row| row.name).collect::<BTreeSet<_>>(), exported);
    assert_eq!(rows().count(), exported.len());
}
