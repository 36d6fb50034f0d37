//! `dlclose`, in every state.

use crate::scenario::{Scenario, worlds};

fn unloads(scenario: &str, lines: &[&str]) {
    for world in worlds() {
        Scenario::new(scenario, &world).says(lines);
    }
}

#[test]
fn a_module_that_was_finalised_and_unloaded_is_loaded_again_and_signs() {
    unloads("unload-finalized", &["signed and unloaded"; 3]);
}

#[test]
fn a_module_that_was_unloaded_without_finalising_is_still_initialised_and_signs() {
    unloads("unload-initialized", &["C_Initialize CKR_CRYPTOKI_ALREADY_INITIALIZED", "signed"]);
}

#[test]
fn a_module_that_is_unloaded_in_the_middle_of_a_signature_ends_it_well() {
    let said = ["C_Sign CKR_OK", "C_Initialize CKR_CRYPTOKI_ALREADY_INITIALIZED", "signed"];
    unloads("unload-while-signing", &said);
}

#[test]
fn the_code_of_an_unloaded_module_stays_for_those_who_still_have_an_address_in_it() {
    unloads("unload-after-its-thread", &["its code stays", "signed"]);
}

#[test]
fn a_module_that_was_never_initialised_is_unloaded() {
    unloads("unload-never-initialized", &["signed"]);
}
