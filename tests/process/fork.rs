//! Children, and children's children.

use std::process::Command;

use hardkey_tests::emulator::Emulator;
use hardkey_tests::skip::skip;

use crate::scenario::Scenario;

const P256: &[&str] = &["ECC_NIST_P256,alias=release"];

/// The key was described once and its public half fetched once, whoever signed how often.
fn assert_facts_were_inherited(emulator: &Emulator, signatures: u64) {
    let counts = emulator.counts();
    let requests = ["DescribeKey", "GetPublicKey", "Sign"].map(|operation| counts.requests(operation));
    assert_eq!((requests, counts.all_requests()), ([1, 1, signatures], signatures + 2));
}

fn a_child_goes_on(scenario: &str, initialize: &[&str]) {
    let emulator = Emulator::start(P256);
    let before = initialize.iter().copied();
    let after = [
        "child: the parent's session is CKR_SESSION_HANDLE_INVALID",
        "child: signed with the parent's key handle",
        "child: C_Finalize CKR_OK",
        "parent: its session is CKR_OK",
        "parent: signed",
    ];
    let told_off = [
        "hardkey: C_GetSessionInfo: CKR_SESSION_HANDLE_INVALID: there is no session 1; it was closed, or belongs to another process",
    ];
    let said: Vec<&str> = before.chain(after).collect();
    Scenario::new(scenario, &emulator).says_and_logs(&said, &told_off);
    assert_facts_were_inherited(&emulator, 3);
    let emulator = Emulator::start(P256);
    Scenario::new(scenario, &emulator).over_tls().says_and_logs(&said, &told_off);
    assert_facts_were_inherited(&emulator, 3);
    assert_eq!(
        emulator.counts().handshakes(),
        2,
        "one for each process: the child's end left the parent's connection alone"
    );
}

#[test]
fn a_child_that_initialises_signs_with_its_parents_key_and_not_in_its_session() {
    a_child_goes_on("fork-initialize", &["child: C_Initialize CKR_OK"]);
}

#[test]
fn a_child_that_initialises_with_null_signs() {
    a_child_goes_on("fork-initialize-null", &["child: C_Initialize(NULL) CKR_OK"]);
}

#[test]
fn a_child_that_finalises_first_is_told_that_there_is_nothing_to_finalise_and_signs() {
    a_child_goes_on(
        "fork-finalize-initialize",
        &["child: C_Finalize CKR_CRYPTOKI_NOT_INITIALIZED", "child: C_Initialize CKR_OK"],
    );
}

#[test]
fn a_grandchild_of_a_child_that_did_nothing_signs_with_the_first_parents_key() {
    let emulator = Emulator::start(P256);
    Scenario::new("fork-grandchild", &emulator).says(&[
        "grandchild: signed with the key handle of its parent's parent",
        "child: signed",
        "parent: signed",
    ]);
    assert_facts_were_inherited(&emulator, 4);
}

#[test]
fn a_child_that_does_not_initialise_is_told_so_by_every_function_and_leaves_in_peace() {
    let emulator = Emulator::start(P256);
    let outcome = Scenario::new("fork-nothing", &emulator).run().success();
    let said = [
        // 92 functions in the 3.0 list, five of which may be called at any time.
        "child: 87 of 92 functions are CKR_CRYPTOKI_NOT_INITIALIZED",
        "child: C_Sign CKR_CRYPTOKI_NOT_INITIALIZED",
        "child: C_Finalize CKR_CRYPTOKI_NOT_INITIALIZED",
        "parent: signed",
    ];
    assert_eq!(outcome.text().lines().collect::<Vec<_>>(), said);
    let log = outcome.hardkey_lines();
    assert_eq!(log.len(), 88, "one line for each of the 87, and one for C_SignInit: {log:#?}");
    for line in log {
        let end = ": CKR_CRYPTOKI_NOT_INITIALIZED: call C_Initialize first; a forked child needs its own call";
        assert!(line.starts_with("hardkey: C_") && line.ends_with(end), "{line}");
    }
    assert_facts_were_inherited(&emulator, 2);
}

#[test]
fn a_child_that_was_forked_before_any_search_finds_its_keys_itself() {
    let emulator = Emulator::start(P256);
    Scenario::new("fork-before-any-search", &emulator).says(&["child: signed", "parent: signed"]);
    let counts = emulator.counts();
    assert_eq!([counts.requests("DescribeKey"), counts.requests("GetPublicKey"), counts.requests("Sign")], [2, 2, 2]);
}

#[test]
fn a_child_with_its_parents_process_id_is_told_apart() {
    let unshare = ["unshare", "--pid", "--fork", "--mount-proc"];
    let may = Command::new(unshare[0]).args(&unshare[1..]).arg("true").status();
    if !may.is_ok_and(|status| status.success()) {
        return skip("a_child_with_its_parents_process_id_is_told_apart", "a process id namespace needs root");
    }
    let emulator = Emulator::start(P256);
    let said =
        ["child: C_Sign CKR_CRYPTOKI_NOT_INITIALIZED", "child: signed as process 1", "parent: signed as process 1"];
    let told_off = [
        "hardkey: C_SignInit: CKR_CRYPTOKI_NOT_INITIALIZED: call C_Initialize first; a forked child needs its own call",
    ];
    Scenario::new("fork-same-process-id", &emulator).through(unshare).says_and_logs(&said, &told_off);
    assert_facts_were_inherited(&emulator, 3);
}

#[test]
fn fifty_children_forked_while_eight_threads_sign_all_sign_and_the_threads_lose_nothing() {
    let emulator = Emulator::start(P256);
    let said = ["50 children signed", "the parent's 8 threads lost no signature"];
    Scenario::new("fork-while-signing", &emulator).says(&said);
}

#[test]
fn fifty_children_forked_while_eight_threads_sign_over_tls_all_sign() {
    let emulator = Emulator::start(P256);
    let said = ["50 children signed", "the parent's 8 threads lost no signature"];
    Scenario::new("fork-while-signing", &emulator).over_tls().says(&said);
}

fn all_sign_who_were_forked_early(key: &str) {
    let emulator = Emulator::start(&[key]);
    // A trust store of one certificate: parsing a long one would take most of the time.
    let store = emulator.ca();
    for _ in 0..6 {
        let said = ["20 children signed", "the parent's 8 threads lost no signature"];
        let scenario = Scenario::new("fork-while-warming-up", &emulator);
        scenario.with("SSL_CERT_FILE", store.to_str().unwrap()).says(&said);
        Scenario::new("fork-while-warming-up", &emulator).over_tls().says(&said);
    }
}

#[test]
fn children_forked_while_the_first_signatures_are_being_made_all_sign() {
    all_sign_who_were_forked_early("ECC_NIST_P256,alias=release");
}

#[test]
fn children_forked_while_the_first_rsa_signatures_are_being_made_all_sign() {
    all_sign_who_were_forked_early("RSA_2048,alias=release");
}
