//! One call on one session, and what must hold afterwards.

use cryptoki_sys as ck;

use crate::argument::{Argument, Handles, mechanism};
use crate::mistake::Mistake;
use crate::scene::Scene;
use crate::table::{Before, Row, name_of};

/// Makes the call with this mistake in it on a session of its own. The answer must be in the row and must name the
/// mistake; afterwards exactly those operations are active that the specification says, and the session signs.
pub fn run(scene: &Scene<'_>, row: &Row, flags: ck::CK_FLAGS, mistake: &Mistake) {
    let what = format!("{} (§{}) with {}", row.name, row.section, mistake.what);
    scene.tries(&what);
    let session = scene.open(0, flags);
    scene.prepare(session, row.before);
    let handles = Handles { session, ..scene.handles.clone() };
    let mut words: Vec<usize> = row.arguments.iter().map(|argument| argument.good(&handles)).collect();
    for (index, word) in &mistake.changes {
        words[*index] = *word;
    }
    let answer = scene.call(row.name, &words);
    let name = name_of(answer);
    assert!(row.allows(answer), "{what}: {name} is not in the table");
    let wanted: Vec<String> = mistake.codes.iter().map(|code| name_of(*code)).collect();
    assert!(mistake.is_named_by(answer, row), "{what}: {name}, not one of {wanted:?}");

    let closed = answer == ck::CKR_OK && ["C_CloseSession", "C_CloseAllSessions"].contains(&row.name);
    let session = if closed { scene.open(0, flags) } else { session };
    let asked = row.arguments.iter().zip(&words).any(|(kind, word)| *kind == Argument::Output && *word == 0);
    let goes_on = |before| !closed && is_active(before, row, &words, answer, asked);
    let kind = mechanism(ck::CKM_ECDSA_SHA256, 0, 0);
    for (before, init, key) in [
        (Before::Signing, "C_SignInit", scene.handles.private),
        (Before::Verifying, "C_VerifyInit", scene.handles.public),
    ] {
        let expected = if goes_on(before) { ck::CKR_OPERATION_ACTIVE } else { ck::CKR_OK };
        let begun = scene.call(init, &[session, kind, key]);
        assert_eq!(name_of(begun), name_of(expected), "{init} after {what}, which was answered {name}");
        scene.expect(init, &[session, 0, 0]);
    }
    let expected = if goes_on(Before::Searching) { ck::CKR_OK } else { ck::CKR_OPERATION_NOT_INITIALIZED };
    let ended = scene.call("C_FindObjectsFinal", &[session]);
    assert_eq!(name_of(ended), name_of(expected), "C_FindObjectsFinal after {what}, which was answered {name}");
    scene.assert_signs(session, &what);
    // Whatever was opened or logged in goes with it.
    scene.expect("C_CloseAllSessions", &[0]);
}

/// Whether an operation is active after the call: §5.7.7 to §5.7.9, §5.13.1 to §5.13.4, §5.15.1 to §5.15.4.
fn is_active(operation: Before, row: &Row, words: &[usize], answer: ck::CK_RV, asked: bool) -> bool {
    let began = answer == ck::CKR_OK;
    let untouched = answer == ck::CKR_SESSION_HANDLE_INVALID;
    match (operation, row.name) {
        (Before::Signing, "C_SignInit") | (Before::Verifying, "C_VerifyInit") => began && words[1] != 0,
        (Before::Searching, "C_FindObjectsInit") => began,
        (Before::Signing, "C_Sign" | "C_SignFinal") => {
            untouched || answer == ck::CKR_BUFFER_TOO_SMALL || (answer == ck::CKR_OK && asked)
        }
        (Before::Signing, "C_SignUpdate") | (Before::Verifying, "C_VerifyUpdate") => untouched || answer == ck::CKR_OK,
        (Before::Verifying, "C_Verify" | "C_VerifyFinal") => untouched,
        (Before::Searching, "C_FindObjectsFinal") => untouched,
        (Before::Searching, "C_FindObjects") => true,
        _ => false,
    }
}
