//! Buffers that are too short, PKCS#11 v3.1 §5.2 and §5.7.5.

use std::ptr;

use cryptoki_sys as ck;

use crate::argument::{Argument, Handles, lasting, template};
use crate::loaded::each_list;
use crate::scene::{READ_ONLY, Scene, number};
use crate::table::{Row, name_of};

const CANARY: u8 = 0x5a;

#[test]
fn a_short_buffer_is_not_written_to_and_the_right_length_is_told_and_enough() {
    each_list(|loaded| {
        let scene = Scene::start(loaded);
        let mut tried = Vec::new();
        for row in scene.rows().filter(|row| row.takes(Argument::Output) && row.good == ck::CKR_OK) {
            scene.tries(row.name);
            let session = scene.open(0, READ_ONLY);
            scene.prepare(session, row.before);
            let buffer = lasting([CANARY; 4096]);
            let needed = answer(&scene, row, session, 0, 0);
            assert_eq!(needed.0, "CKR_OK", "{}", row.name);
            let needed = needed.1;
            assert!(needed > 0, "{}", row.name);
            for short in [0, 1, needed - 1] {
                let told = answer(&scene, row, session, buffer, short);
                assert_eq!(told, ("CKR_BUFFER_TOO_SMALL".to_owned(), needed), "{} with room for {short}", row.name);
                assert!(bytes(buffer, 4096).iter().all(|byte| *byte == CANARY), "{}", row.name);
            }
            let told = answer(&scene, row, session, buffer, needed);
            assert_eq!(told, ("CKR_OK".to_owned(), needed), "{}", row.name);
            assert!(bytes(buffer, needed).iter().any(|byte| *byte != CANARY), "{}", row.name);
            scene.assert_signs(session, row.name);
            scene.expect("C_CloseSession", &[session]);
            tried.push(row.name);
        }
        let mut expected = vec!["C_GetSlotList", "C_GetMechanismList", "C_Sign", "C_SignFinal", "C_GetInterfaceList"];
        expected.retain(|name| scene.rows().any(|row| row.name == *name));
        assert_eq!(tried, expected);
    });
}

#[test]
fn an_attribute_that_does_not_fit_is_not_written_and_the_session_signs() {
    each_list(|loaded| {
        let scene = Scene::start(loaded);
        let session = scene.open(0, READ_ONLY);
        let id = scene.attribute(session, scene.handles.private, ck::CKA_ID);
        for short in [0, 1, id.len() - 1] {
            let buffer = lasting([CANARY; 64]);
            let entry = template(ck::CKA_ID, buffer, short);
            let answer = scene.call("C_GetAttributeValue", &[session, scene.handles.private, entry, 1]);
            assert_eq!(name_of(answer), "CKR_BUFFER_TOO_SMALL");
            // SAFETY: `template` put it there.
            let entry = unsafe { ptr::with_exposed_provenance::<ck::CK_ATTRIBUTE>(entry).read() };
            assert_eq!(entry.ulValueLen, ck::CK_UNAVAILABLE_INFORMATION);
            assert!(bytes(buffer, 64).iter().all(|byte| *byte == CANARY));
        }
        scene.assert_signs(session, "short buffers");
    });
}

/// The answer of a good call with this buffer, and the length it tells.
fn answer(scene: &Scene<'_>, row: &Row, session: usize, buffer: usize, room: usize) -> (String, usize) {
    let length = lasting(room as ck::CK_ULONG);
    let handles = Handles { session, ..scene.handles.clone() };
    let word = |argument: &Argument| match argument {
        Argument::Output => buffer,
        Argument::OutputLength => length,
        other => other.good(&handles),
    };
    let words: Vec<usize> = row.arguments.iter().map(word).collect();
    (name_of(scene.call(row.name, &words)), number(length))
}

fn bytes(address: usize, length: usize) -> Vec<u8> {
    // SAFETY: every caller has as many bytes there.
    unsafe { std::slice::from_raw_parts(ptr::with_exposed_provenance::<u8>(address), length) }.to_vec()
}
