//! The program as a CA officer runs it: whole outputs, exit states, sentences.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test fails by panicking"
)]

mod bad_input;
#[cfg(unix)]
mod challenge;
mod commands;
#[cfg(unix)]
mod confirmation;
mod genuine;
mod made;
mod made_goldens;
mod program;
mod strangers;
