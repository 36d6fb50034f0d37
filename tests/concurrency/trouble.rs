//! Many at once, while keys and clouds are in trouble.

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use cryptoki_sys as ck;
use serde_json::json;

use crate::fixture::{ELSEWHERE, Fixture, LANES, SLOT, fixture};
use crate::valgrind::each;

/// Waits for something that is certain to come, and fails when it does not.
fn until(what: &str, happened: impl Fn() -> bool) {
    // Far longer than anything here takes; it only turns a hang into a failure.
    let end = Instant::now() + Duration::from_secs(120);
    while !happened() {
        assert!(Instant::now() < end, "{what}");
        thread::sleep(Duration::from_millis(5));
    }
}

fn signs(fixture: &Fixture, session: ck::CK_SESSION_HANDLE, alias: &str, message: &str) {
    let key = fixture.key(alias);
    let signature = fixture.sign(session, key, message.as_bytes()).unwrap();
    assert!(key.verifies(message.as_bytes(), &signature), "{message}");
}

#[test]
fn sixty_four_threads_with_a_key_that_hangs_share_its_lanes_delay_no_other_key_and_lose_nothing() {
    let fixture = fixture();
    let _turn = fixture.turn();
    let arn = fixture.cloud.key(0).arn;
    fixture.cloud.fault(json!({ "operation": "Sign", "key": arn, "hang": true, "times": LANES }));
    let ended = AtomicUsize::new(0);
    thread::scope(|scope| {
        // Four times as many as there are lanes: the others wait for their turn.
        for thread in 0..4 * LANES {
            let ended = &ended;
            scope.spawn(move || {
                let session = fixture.module.open(SLOT).unwrap();
                signs(fixture, session, "first", &format!("slow {thread}"));
                ended.fetch_add(1, Ordering::SeqCst);
                fixture.module.close(session).unwrap();
            });
        }
        until("every lane of the key is taken", || fixture.cloud.counts().most_under_way() == LANES);
        let session = fixture.module.open(SLOT).unwrap();
        for count in 0..each(100) {
            signs(fixture, session, ["second", "rsa"][count % 2], &format!("fast {count}"));
        }
        fixture.module.close(session).unwrap();
        assert_eq!(ended.load(Ordering::SeqCst), 0, "the slow ones are still waiting");
        let counts = fixture.cloud.counts();
        // What hangs and the fast one beside it.
        assert_eq!(counts.most_under_way(), LANES + 1, "lanes stay under their cap");
        assert_eq!(counts.requests("Sign"), LANES + each(100) as u64, "and nobody else was asked for");
        // The cloud comes back: what hung is asked for again.
        fixture.cloud.to_connections("rst");
    });
    assert_eq!(ended.load(Ordering::SeqCst) as u64, 4 * LANES);
}

#[test]
fn a_key_that_is_disabled_and_a_cloud_that_stalls_touch_nobody_else() {
    let fixture = fixture();
    let _turn = fixture.turn();
    let (doomed, threads) = (fixture.cloud.key(3), 64_usize);
    let stalling = &fixture.elsewhere;
    stalling.fault(&stalling.cloud.sign, json!({ "hang": true, "times": 8 }));
    let (good, refused, stalled) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    let before = Barrier::new(threads + 1);
    thread::scope(|scope| {
        for thread in 0..threads {
            let (good, refused, stalled, before) = (&good, &refused, &stalled, &before);
            scope.spawn(move || {
                // Eight at the cloud that stalls, eight with the key that is disabled half-way, the others with good ones.
                let (slot, alias) = match thread % 8 {
                    0 => (ELSEWHERE, "elsewhere"),
                    1 => (SLOT, "doomed"),
                    2 => (SLOT, "rsa"),
                    other => (SLOT, ["first", "second"][other % 2]),
                };
                let session = fixture.module.open(slot).unwrap();
                if slot == ELSEWHERE {
                    before.wait();
                    signs(fixture, session, alias, &format!("stalled {thread}"));
                    stalled.fetch_add(1, Ordering::SeqCst);
                } else {
                    signs(fixture, session, alias, &format!("before {thread}"));
                    good.fetch_add(1, Ordering::SeqCst);
                    before.wait();
                    // Here the key is disabled, at any moment for each thread.
                    if alias == "doomed" {
                        let refusal = || fixture.sign(session, fixture.key(alias), b"still there?").err();
                        until("the disabled key is refused", || refusal().is_some());
                        assert_eq!(refusal(), Some(ck::CKR_DEVICE_ERROR), "and stays refused");
                        refused.fetch_add(1, Ordering::SeqCst);
                    } else {
                        for count in 0..each(20) {
                            signs(fixture, session, alias, &format!("{count} of {thread}"));
                        }
                    }
                }
                fixture.module.close(session).unwrap();
            });
        }
        before.wait();
        fixture.cloud.set_state(&doomed, "Disabled");
        until("every thread with the disabled key is refused", || refused.load(Ordering::SeqCst) == 8);
        assert_eq!(stalled.load(Ordering::SeqCst), 0);
        until("the cloud that stalls was asked eight times", || stalling.requests(&stalling.cloud.sign) == 8);
        stalling.emulator.to_connections("rst");
    });
    fixture.cloud.set_state(&doomed, "Enabled");
    assert_eq!((good.load(Ordering::SeqCst), stalled.load(Ordering::SeqCst)), (56, 8));
    let session = fixture.module.open(SLOT).unwrap();
    signs(fixture, session, "doomed", "enabled again");
    fixture.module.close(session).unwrap();
}
