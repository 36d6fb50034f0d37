//! A challenge, the key of one, and a line of the list of what was answered.

use hardkey_attest::challenge::{Challenge, ChallengeKey, Seen};
use hardkey_attest::instant::Instant;

use super::edit::Script;
use super::harmless;

/// One input: what it is (a challenge, changes of one that is right, a key, a line), then that.
pub fn challenge(input: &[u8]) {
    let mut script = Script(input);
    let made = hardkey_synthetic::Challenge::new();
    let key = ChallengeKey::parse(made.key_file().as_bytes()).unwrap();
    match script.byte() % 4 {
        0 => {
            if let Some(challenge) = read(script.0) {
                assert!(!key.made(&challenge) || challenge == genuine(), "one that nobody made");
            }
        }
        1 => {
            let mut bytes = made.json().to_string().into_bytes();
            while !script.is_over() {
                script.edit(&mut bytes);
            }
            if let Some(challenge) = read(&bytes) {
                assert_eq!(key.made(&challenge), challenge == genuine(), "every field is authenticated");
            }
        }
        2 => match ChallengeKey::parse(script.0) {
            Ok(key) => assert_eq!(key.to_text().as_bytes(), script.0),
            Err(error) => harmless::refusal(&error),
        },
        _ => {
            let line = String::from_utf8_lossy(script.0);
            match Seen::parse(&line) {
                Ok(seen) => {
                    let again = seen.line(Instant::from_unix(0));
                    assert_eq!(Seen::parse(again.trim_end()), Ok(seen));
                    assert!(line.starts_with(&seen.to_string()));
                }
                Err(error) => harmless::refusal(&error),
            }
        }
    }
}

/// The seeds: one that is right of each kind.
pub(super) fn seeds() -> Vec<Vec<u8>> {
    let made = hardkey_synthetic::Challenge::new();
    let line = format!("{0} {0} 2026-11-21T12:00:00Z", made.nonce);
    let json = made.json().to_string();
    let mut all: Vec<Vec<u8>> = [(0_u8, json.as_bytes()), (2, made.key_file().as_bytes()), (3, line.as_bytes())]
        .map(|(kind, bytes)| [&[kind][..], bytes].concat())
        .into();
    all.extend([vec![1], vec![1, 0, 0, 30, 1]]);
    all
}

fn genuine() -> Challenge {
    Challenge::parse(hardkey_synthetic::Challenge::new().json().to_string().as_bytes()).unwrap()
}

fn read(bytes: &[u8]) -> Option<Challenge> {
    match Challenge::parse(bytes) {
        Ok(challenge) => {
            assert_eq!(Challenge::parse(challenge.to_json().as_bytes()).as_ref(), Ok(&challenge));
            Some(challenge)
        }
        Err(error) => {
            harmless::refusal(&error);
            None
        }
    }
}
