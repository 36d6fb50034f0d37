//! Many at once, and nothing is wrong.

use std::ptr;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use cryptoki_sys as ck;
use hardkey_tests::call;
use hardkey_tests::module::{mechanism, ok};

use crate::fixture::{ELSEWHERE, SLOT, fixture};
use crate::valgrind::each;

const CROWD: usize = 64;

#[test]
fn sixty_four_threads_with_a_session_each_get_their_own_signatures() {
    let fixture = fixture();
    let _turn = fixture.turn();
    thread::scope(|scope| {
        for thread in 0..CROWD {
            scope.spawn(move || {
                // Every fourth thread is at the other cloud.
                let (slot, keys) = match thread % 4 {
                    0 => (ELSEWHERE, ["elsewhere"; 3]),
                    _ => (SLOT, ["first", "second", "rsa"]),
                };
                let session = fixture.module.open(slot).unwrap();
                for count in 0..each(30) {
                    let key = fixture.key(keys[(thread + count) % 3]);
                    let message = format!("signature {count} of thread {thread}");
                    let signature = fixture.sign(session, key, message.as_bytes()).unwrap();
                    assert!(key.verifies(message.as_bytes(), &signature), "{message}");
                }
                fixture.module.close(session).unwrap();
            });
        }
    });
    let all = (CROWD * each(30)) as u64;
    for (emulator, sign, expected) in
        [(&fixture.cloud, "Sign", all - all / 4), (&fixture.elsewhere.emulator, "AsymmetricSign", all / 4)]
    {
        let counts = emulator.counts();
        assert_eq!((counts.requests(sign), counts.all_requests()), (expected, expected), "one request per signature");
    }
}

#[test]
fn sixty_four_sessions_on_one_thread_keep_their_operations_apart() {
    let fixture = fixture();
    let _turn = fixture.turn();
    let module = &fixture.module;
    let sessions: Vec<_> = (0..CROWD).map(|_| module.open(SLOT).unwrap()).collect();
    let key = |index: usize| fixture.key(["first", "second", "rsa"][index % 3]);
    let messages: Vec<String> = (0..CROWD).map(|index| format!("what session {index} signs")).collect();
    for (index, session) in sessions.iter().enumerate() {
        let key = key(index);
        ok(call!(module, C_SignInit(*session, &mut mechanism(key.mechanism), key.handle))).unwrap();
    }
    // A byte at a time, from session to session.
    let longest = messages.iter().map(String::len).max().unwrap();
    for place in 0..longest {
        for (session, message) in sessions.iter().zip(&messages) {
            if let Some(byte) = message.as_bytes().get(place) {
                ok(call!(module, C_SignUpdate(*session, ptr::from_ref(byte).cast_mut(), 1))).unwrap();
            }
        }
    }
    for (index, session) in sessions.iter().enumerate().rev() {
        let (mut signature, mut length) = (vec![0; 512], 512);
        ok(call!(module, C_SignFinal(*session, signature.as_mut_ptr(), &mut length))).unwrap();
        assert!(key(index).verifies(messages[index].as_bytes(), &signature[..length as usize]), "session {index}");
    }
    assert_eq!(fixture.cloud.counts().requests("Sign"), CROWD as u64);
    for session in sessions {
        module.close(session).unwrap();
    }
}

#[test]
fn sessions_come_and_go_while_others_sign() {
    let fixture = fixture();
    let _turn = fixture.turn();
    let module = &fixture.module;
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                while !done.load(Ordering::SeqCst) {
                    let sessions: Vec<_> = (0..20).map(|_| module.open(SLOT).unwrap()).collect();
                    for session in sessions {
                        // An operation that is begun and a search that is not ended go with their session.
                        let key = fixture.key("first");
                        ok(call!(module, C_SignInit(session, &mut mechanism(key.mechanism), key.handle))).unwrap();
                        ok(call!(module, C_FindObjectsInit(session, ptr::null_mut(), 0))).unwrap();
                        module.close(session).unwrap();
                        assert_eq!(module.close(session), Err(ck::CKR_SESSION_HANDLE_INVALID));
                    }
                }
            });
        }
        let signers: Vec<_> = (0..16)
            .map(|thread| {
                scope.spawn(move || {
                    for count in 0..each(30) {
                        let session = module.open(SLOT).unwrap();
                        let (key, message) = (fixture.key("second"), format!("signature {count} of thread {thread}"));
                        let signature = fixture.sign(session, key, message.as_bytes()).unwrap();
                        assert!(key.verifies(message.as_bytes(), &signature), "{message}");
                        module.close(session).unwrap();
                    }
                })
            })
            .collect();
        let outcomes: Vec<_> = signers.into_iter().map(thread::ScopedJoinHandle::join).collect();
        done.store(true, Ordering::SeqCst);
        assert!(outcomes.iter().all(Result::is_ok));
    });
    // SAFETY: a structure of bytes and numbers.
    let mut token: ck::CK_TOKEN_INFO = unsafe { std::mem::zeroed() };
    ok(call!(module, C_GetTokenInfo(SLOT, &mut token))).unwrap();
    assert_eq!(token.ulSessionCount, 0);
}

#[test]
fn a_session_that_is_closed_while_it_signs_is_gone_and_its_signature_good_or_an_error() {
    let fixture = fixture();
    let _turn = fixture.turn();
    let module = &fixture.module;
    fixture.cloud.fault(serde_json::json!({ "operation": "Sign", "latency_ms": 20 }));
    let key = fixture.key("first");
    for count in 0..each(20) {
        let session = module.open(SLOT).unwrap();
        let start = Barrier::new(2);
        let message = format!("signature {count}");
        thread::scope(|scope| {
            let signer = scope.spawn(|| {
                start.wait();
                fixture.sign(session, key, message.as_bytes())
            });
            start.wait();
            thread::yield_now();
            module.close(session).unwrap();
            match signer.join().unwrap() {
                Ok(signature) => assert!(key.verifies(message.as_bytes(), &signature)),
                Err(rv) => assert_eq!(rv, ck::CKR_SESSION_HANDLE_INVALID),
            }
        });
        assert_eq!(module.close(session), Err(ck::CKR_SESSION_HANDLE_INVALID));
    }
}
