//! Children, and children's children.

use std::process::Command;

use hardkey_tests::cloud::{CLOUDS, Kind, Which, World};
use hardkey_tests::skip::skip;

use crate::scenario::{Scenario, worlds};

/// The key was described once and its public half fetched once, whoever signed how often and in how many processes.
fn assert_facts_were_inherited(world: &World, signatures: u64, processes: u64) {
    let requests = (asked(world), world.emulator.counts().all_requests());
    let besides = match world.cloud.which {
        // The key has its public half in it; each process is told for what a vault wants a token, and gets one.
        Which::Azure => 1 + 2 * processes,
        Which::Aws | Which::Google => 2,
    };
    assert_eq!(requests, ([1, 1, signatures], signatures + besides), "{}", world.cloud.service);
}

/// How often a key was described, its public half fetched, and something signed.
fn asked(world: &World) -> [u64; 3] {
    [&world.cloud.describe, &world.cloud.public_key, &world.cloud.sign].map(|operation| world.requests(operation))
}

fn a_child_goes_on(scenario: &str, initialize: &[&str]) {
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
    for world in worlds() {
        Scenario::new(scenario, &world).says_and_logs(&said, &told_off);
        assert_facts_were_inherited(&world, 3, 2);
    }
    for world in worlds() {
        Scenario::new(scenario, &world).over_tls().says_and_logs(&said, &told_off);
        assert_facts_were_inherited(&world, 3, 2);
        // The vault for a challenge, Entra, and a lane.
        let connections = if world.cloud.which == Which::Azure { 3 } else { 1 };
        assert_eq!(
            world.emulator.counts().handshakes(),
            2 * connections,
            "as many for each process: the child's end left the parent's connection alone"
        );
    }
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
    for world in worlds() {
        Scenario::new("fork-grandchild", &world).says(&[
            "grandchild: signed with the key handle of its parent's parent",
            "child: signed",
            "parent: signed",
        ]);
        assert_facts_were_inherited(&world, 4, 3);
    }
}

#[test]
fn a_child_that_does_not_initialise_is_told_so_by_every_function_and_leaves_in_peace() {
    worlds().for_each(|world| is_told_so_by_every_function(&world));
}

fn is_told_so_by_every_function(world: &World) {
    let outcome = Scenario::new("fork-nothing", world).run().success();
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
    assert_facts_were_inherited(world, 2, 1);
}

#[test]
fn a_child_that_was_forked_before_any_search_finds_its_keys_itself() {
    for world in worlds() {
        Scenario::new("fork-before-any-search", &world).says(&["child: signed", "parent: signed"]);
        assert_eq!(asked(&world), [2, 2, 2]);
    }
}

#[test]
fn a_child_with_its_parents_process_id_is_told_apart() {
    let unshare = ["unshare", "--pid", "--fork", "--mount-proc"];
    let may = Command::new(unshare[0]).args(&unshare[1..]).arg("true").status();
    if !may.is_ok_and(|status| status.success()) {
        return skip("a_child_with_its_parents_process_id_is_told_apart", "a process id namespace needs root");
    }
    let said =
        ["child: C_Sign CKR_CRYPTOKI_NOT_INITIALIZED", "child: signed as process 1", "parent: signed as process 1"];
    let told_off = [
        "hardkey: C_SignInit: CKR_CRYPTOKI_NOT_INITIALIZED: call C_Initialize first; a forked child needs its own call",
    ];
    for world in worlds() {
        Scenario::new("fork-same-process-id", &world).through(unshare).says_and_logs(&said, &told_off);
        assert_facts_were_inherited(&world, 3, 2);
    }
}

#[test]
fn fifty_children_forked_while_eight_threads_sign_all_sign_and_the_threads_lose_nothing() {
    let said = ["50 children signed", "the parent's 8 threads lost no signature"];
    worlds().for_each(|world| Scenario::new("fork-while-signing", &world).says(&said));
}

#[test]
fn fifty_children_forked_while_eight_threads_sign_over_tls_all_sign() {
    let said = ["50 children signed", "the parent's 8 threads lost no signature"];
    worlds().for_each(|world| Scenario::new("fork-while-signing", &world).over_tls().says(&said));
}

fn all_sign_who_were_forked_early(kind: Kind) {
    for cloud in &CLOUDS {
        let world = cloud.world(&[(kind, "release")]);
        // A trust store of one certificate: parsing a long one would take most of the time.
        let store = world.emulator.ca();
        for _ in 0..6 {
            let said = ["20 children signed", "the parent's 8 threads lost no signature"];
            let scenario = Scenario::new("fork-while-warming-up", &world);
            scenario.with("SSL_CERT_FILE", store.to_str().unwrap()).says(&said);
            Scenario::new("fork-while-warming-up", &world).over_tls().says(&said);
        }
    }
}

#[test]
fn children_forked_while_the_first_signatures_are_being_made_all_sign() {
    all_sign_who_were_forked_early(Kind::P256);
}

#[test]
fn children_forked_while_the_first_rsa_signatures_are_being_made_all_sign() {
    all_sign_who_were_forked_early(Kind::Rsa2048);
}
