//! Random sequences of calls on the C functions, with a key service that answers what the input says.

mod general;
pub(crate) mod judge;
pub(crate) mod mechanism;
mod objects;
mod script;
mod sessions;
mod signing;
mod state;
mod unsupported;
mod verifying;

use cryptoki_sys as ck;

use crate::arena::Arena;
use crate::host::Host;

/// Calls per input: long enough for every state there is, short enough to be read by a person.
const MOST: usize = 48;

thread_local! {
    static ARENA: &'static Arena = Box::leak(Box::new(Arena::new(8192)));
}

/// One input: a script for the key service, then calls.
pub fn calls(data: &[u8]) {
    ARENA.with(|arena| {
        let mut host = Host::new(data, arena);
        script::begin(&mut host);
        if host.byte() % 8 != 7 {
            general::ready(&mut host);
        }
        for _ in 0..MOST {
            if host.input.is_empty() {
                break;
            }
            step(&mut host);
            state::probe(&mut host);
            arena.clear();
        }
        if host.initialized {
            assert_eq!(general::finalize(&mut host), ck::CKR_OK);
        }
        arena.clear();
    });
}

fn step(host: &mut Host<'_>) {
    match host.below(32) {
        0 => general::any(host),
        1 => general::initialize(host),
        2 => general::finalize_somehow(host),
        3 => unsupported::any(host),
        4..=6 => sessions::any(host),
        7 => sessions::open(host),
        8..=10 => objects::find(host),
        11..=13 => objects::attributes(host),
        14 => objects::fixed(host),
        15..=18 => signing::begin(host),
        19..=22 => signing::whole(host),
        23 => signing::part(host),
        24..=25 => signing::end(host),
        26..=27 => verifying::begin(host),
        28..=29 => verifying::whole(host),
        30 => verifying::part(host),
        _ => verifying::end(host),
    }
}
