//! Calls at the wrong time: before `C_Initialize`, after `C_Finalize`, with nothing active, with something active.

use cryptoki_sys as ck;

use crate::argument::{Argument, Handles, MESSAGE, lasting, mechanism};
use crate::loaded::{Loaded, each_list, each_list_of_a_new_copy};
use crate::scene::{READ_ONLY, READ_WRITE, Scene};
use crate::silence::silently;
use crate::table::{Before, Row, name_of};

#[test]
fn before_initialize_and_after_finalize_every_function_says_so() {
    each_list_of_a_new_copy(|loaded| {
        // Before it knows of a log file, the module complains on standard error.
        silently(|| {
            assert_not_initialized(loaded, &Handles::default());
            // What C_Initialize refuses leaves the module as it was.
            for given in 1..15 {
                let given = [0, 1, 2, 3].map(|bit| given >> bit & 1 == 1);
                let answer = loaded.initialize_with(given, ck::CKF_OS_LOCKING_OK);
                assert_eq!(name_of(answer), "CKR_ARGUMENTS_BAD", "{given:?}");
            }
            assert_eq!(name_of(loaded.initialize_with([true; 4], 0)), "CKR_CANT_LOCK");
            assert_not_initialized(loaded, &Handles::default());
        });

        let scene = Scene::start(loaded);
        let session = scene.open(0, READ_WRITE);
        let handles = Handles { session, ..scene.handles.clone() };
        for arguments in [0, Argument::InitArguments.good(&handles)] {
            assert_eq!(name_of(loaded.call("C_Initialize", &[arguments])), "CKR_CRYPTOKI_ALREADY_INITIALIZED");
        }
        assert_eq!(name_of(loaded.call("C_Finalize", &[lasting(0_usize)])), "CKR_ARGUMENTS_BAD");
        scene.assert_signs(session, "a second C_Initialize and a C_Finalize that was none");
        loaded.tries("C_Finalize");
        scene.expect("C_Finalize", &[0]);
        assert_not_initialized(loaded, &handles);

        // Again, with a callback of each kind: what is left of the first time is not there the second time.
        let scene = Scene::start(loaded);
        let again = scene.open(0, READ_ONLY);
        assert_eq!(name_of(loaded.call("C_CloseSession", &[session])), "CKR_SESSION_HANDLE_INVALID");
        scene.assert_signs(again, "C_Finalize and C_Initialize");
        scene.expect("C_Finalize", &[0]);
        assert_eq!(name_of(loaded.initialize_with([true; 4], ck::CKF_OS_LOCKING_OK)), "CKR_OK");
        scene.expect("C_Finalize", &[0]);
        assert_not_initialized(loaded, &handles);
    });
}

/// Every function, called well, with nothing but nulls, and with nulls where a pointer is.
fn assert_not_initialized(loaded: &Loaded, handles: &Handles) {
    for row in loaded.rows().filter(|row| row.name != "C_Initialize") {
        let good: Vec<usize> = row.arguments.iter().map(|argument| argument.good(handles)).collect();
        let nulls = vec![0; good.len()];
        let not_yet = name_of(ck::CKR_CRYPTOKI_NOT_INITIALIZED);
        let (called_well, with_nulls) =
            if row.is_for_any_time() { ("CKR_OK", "CKR_ARGUMENTS_BAD") } else { (&*not_yet, &*not_yet) };
        for (words, expected) in [(good, called_well), (nulls, with_nulls)] {
            loaded.tries(row.name);
            let answer = loaded.call(row.name, &words);
            assert_eq!(name_of(answer), expected, "{} {words:?}", row.name);
            assert!(row.allows(answer), "{}: {expected} is not in the table", row.name);
        }
    }
}

#[test]
fn with_nothing_active_there_is_nothing_to_continue() {
    each_list(|loaded| {
        let scene = Scene::start(loaded);
        let mut tried = 0;
        for row in scene.rows().filter(|row| row.before != Before::Idle || row.name == "C_GetOperationState") {
            let session = scene.open(0, READ_ONLY);
            let expected = match row.before {
                Before::LoggedIn => ck::CKR_USER_NOT_LOGGED_IN,
                _ => ck::CKR_OPERATION_NOT_INITIALIZED,
            };
            assert_answer(&scene, row, session, expected);
            scene.assert_signs(session, row.name);
            tried += 1;
        }
        // Three of signing, three of verifying, two of searching, C_Logout and C_GetOperationState.
        assert_eq!(tried, 10);
    });
}

#[test]
fn with_one_active_a_second_is_refused_and_the_first_goes_on() {
    each_list(|loaded| {
        let scene = Scene::start(loaded);
        for (before, name) in [
            (Before::Signing, "C_SignInit"),
            (Before::Verifying, "C_VerifyInit"),
            (Before::VerifyingParts, "C_VerifyInit"),
            (Before::Searching, "C_FindObjectsInit"),
        ] {
            let session = scene.open(0, READ_WRITE);
            scene.prepare(session, before);
            let row = scene.rows().find(|row| row.name == name).unwrap();
            assert_answer(&scene, row, session, ck::CKR_OPERATION_ACTIVE);
            assert_answer(&scene, row, session, ck::CKR_OPERATION_ACTIVE);
            let state = scene.rows().find(|row| row.name == "C_GetOperationState").unwrap();
            assert_answer(&scene, state, session, ck::CKR_STATE_UNSAVEABLE);
            // The three do not stand in each other's way, and each comes to its own end.
            for row in scene.rows().filter(|row| row.before == before).take(1) {
                assert_answer(&scene, row, session, ck::CKR_OK);
            }
            if before == Before::Searching {
                scene.expect("C_FindObjectsFinal", &[session]);
            }
            scene.assert_signs(session, name);
        }
    });
}

#[test]
fn parts_and_the_whole_do_not_mix_and_the_session_signs_afterwards() {
    each_list(|loaded| {
        let scene = Scene::start(loaded);
        let session = scene.open(0, READ_WRITE);
        let data = Argument::Data.good(&scene.handles);
        let part = [session, data, MESSAGE.len()];
        let answer = |name, kind: ck::CK_MECHANISM_TYPE, init: &str, key: usize, begin: Option<&str>| {
            scene.expect(init, &[session, mechanism(kind, 0, 0), key]);
            if let Some(update) = begin {
                scene.expect(update, &part);
            }
            let row = scene.rows().find(|row| row.name == name).unwrap();
            assert_answer(&scene, row, session, ck::CKR_OPERATION_NOT_INITIALIZED);
            scene.assert_signs(session, name);
        };
        let (private, public) = (scene.handles.private, scene.handles.public);
        answer("C_Sign", ck::CKM_ECDSA_SHA256, "C_SignInit", private, Some("C_SignUpdate"));
        answer("C_Verify", ck::CKM_ECDSA_SHA256, "C_VerifyInit", public, Some("C_VerifyUpdate"));
        // A mechanism that takes a digest takes it whole.
        answer("C_SignUpdate", ck::CKM_ECDSA, "C_SignInit", private, None);
        answer("C_SignFinal", ck::CKM_ECDSA, "C_SignInit", private, None);
        answer("C_VerifyUpdate", ck::CKM_ECDSA, "C_VerifyInit", public, None);
        answer("C_VerifyFinal", ck::CKM_ECDSA, "C_VerifyInit", public, None);
    });
}

#[test]
fn who_is_logged_in_cannot_log_in() {
    each_list(|loaded| {
        let scene = Scene::start(loaded);
        for row in scene.rows().filter(|row| row.takes(Argument::UserType)) {
            let session = scene.open(0, READ_WRITE);
            scene.prepare(session, Before::LoggedIn);
            assert_answer(&scene, row, session, ck::CKR_USER_ALREADY_LOGGED_IN);
            scene.assert_signs(session, row.name);
            scene.expect("C_Logout", &[session]);
        }
    });
}

/// A good call on this session, and its answer, which must be in the table.
fn assert_answer(scene: &Scene<'_>, row: &Row, session: usize, expected: ck::CK_RV) {
    scene.tries(row.name);
    let handles = Handles { session, ..scene.handles.clone() };
    let words: Vec<usize> = row.arguments.iter().map(|argument| argument.good(&handles)).collect();
    assert_eq!(name_of(scene.call(row.name, &words)), name_of(expected), "{}", row.name);
    assert!(row.allows(expected), "{} is not in the table of {}", name_of(expected), row.name);
}
