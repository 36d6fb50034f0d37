//! Google's client for Python, over REST: `google/judge.py` has the cases.

use hardkey_tests::emulator::Emulator;
use hardkey_tests::skip::skip;

use crate::python;

/// Cases of `google/judge.py`: one that is left out would not be missed otherwise.
const CASES: usize = 49;

#[test]
fn googles_own_client_finds_nothing_to_object_to() {
    let emulator = Emulator::start(&[]);
    let Some(output) = python("google", &[emulator.endpoint(), emulator.url()]) else {
        return skip(
            "googles_own_client_finds_nothing_to_object_to",
            "its environment is not there; run: tests/judges/install.sh google",
        );
    };
    let text = String::from_utf8_lossy(&output.stdout);
    let verdict = text.lines().last().unwrap_or_default();
    let said = format!("{text}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(verdict, format!("{CASES} passed, 0 failed"), "{said}");
    assert!(output.status.success(), "{said}");
}
