//! Configurations that were worth keeping, and some of them changed in one place.

#[path = "inputs.rs"]
mod inputs;

#[test]
fn a_configuration_is_right_or_refused_in_one_line() {
    for seed in inputs::seeds("configuration") {
        hardkey_fuzz::configuration(&seed);
        for place in (1..seed.len()).step_by(7) {
            let mut changed = seed.clone();
            changed[place] ^= 1 << (place % 8);
            hardkey_fuzz::configuration(&changed);
            hardkey_fuzz::configuration(&seed[..place]);
        }
    }
}
