//! Every C function against the return codes the specification lists for it, through each of the module's three
//! function lists.
//!
//! - [`table`]: one row per function: its arguments, its section and its codes.
//! - [`coverage`]: no function is without a row, and no row without its function.
//! - [`good_calls`], [`mistakes`], [`mechanisms`], [`buffers`], [`states`]: what is tried on each. A row that is added
//!   is tried without a word more.
//! - [`attributes`]: the whole attribute list of an object of each class, byte for byte.

#![allow(clippy::macro_metavars_in_unsafe, reason = "what a test hands to the module is what no safe code could")]

mod argument;
mod attributes;
mod buffers;
mod certificates;
mod coverage;
mod der;
mod good_calls;
mod keys;
mod list;
mod loaded;
mod mechanisms;
mod mistake;
mod mistakes;
mod scene;
mod silence;
mod states;
mod table;
mod trial;
mod world;
