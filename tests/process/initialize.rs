//! What hosts say about threads, and `C_Finalize` at the wrong moment.

use crate::scenario::{Scenario, worlds};

fn works(scenario: &str, lines: &[&str]) {
    for world in worlds() {
        Scenario::new(scenario, &world).says(lines);
    }
}

#[test]
fn a_host_that_forbids_threads_gets_signatures() {
    let said = ["C_Initialize CKR_OK", "signed on one thread", "signed on 4 threads", "C_Finalize CKR_OK"];
    works("initialize-no-threads", &said);
    works("initialize-no-threads-os-locking", &said);
}

#[test]
fn a_host_that_brings_mutexes_and_allows_others_gets_signatures_without_using_them() {
    let said = [
        "C_Initialize CKR_OK",
        "signed on one thread",
        "signed on 4 threads",
        "the host's mutexes were used 0 times",
        "C_Finalize CKR_OK",
    ];
    works("initialize-own-mutexes", &said);
}

#[test]
fn a_signature_that_is_under_way_survives_finalising() {
    works("finalize-while-signing", &["20 of 20 signatures came in spite of C_Finalize", "signed"]);
}

#[test]
fn finalising_in_the_middle_of_everything_leaves_a_module_that_signs() {
    for world in worlds() {
        let outcome = Scenario::new("finalize-while-everything", &world).run().success();
        assert_eq!(outcome.text(), "signed\n");
        for line in outcome.hardkey_lines() {
            let expected = ["CKR_CRYPTOKI_NOT_INITIALIZED", "CKR_SESSION_HANDLE_INVALID", "CKR_OBJECT_HANDLE_INVALID"];
            assert!(expected.iter().any(|code| line.contains(code)), "{line}");
        }
    }
}
