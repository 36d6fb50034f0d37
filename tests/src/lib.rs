//! What the tests share: the built files, the emulator as a child process, and the module through its C functions.

#![allow(clippy::macro_metavars_in_unsafe, reason = "what a test hands to the module is what no safe code could")]

pub mod azure;
pub mod black_hole;
pub mod built;
pub mod cloud;
pub mod emulator;
pub mod google;
pub mod host;
pub mod module;
pub mod order;
pub mod proxy;
pub mod realm;
pub mod scene;
pub mod sdk;
pub mod skip;
pub mod stack;
