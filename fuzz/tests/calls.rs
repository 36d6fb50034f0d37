//! Sequences of calls that were worth keeping, and some of a fixed series of numbers.

#[path = "inputs.rs"]
mod inputs;

/// One test, because a process has one module.
#[test]
fn the_module_holds_in_every_sequence_of_calls() {
    for input in inputs::seeds("calls").into_iter().chain(inputs::series(200, 400)) {
        hardkey_fuzz::calls(&input);
    }
}
