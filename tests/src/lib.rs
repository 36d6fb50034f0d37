//! What the tests share: the built files, the emulator as a child process, and the module through its C functions.

pub mod built;
pub mod emulator;
pub mod host;
pub mod module;
pub mod sdk;
pub mod skip;
