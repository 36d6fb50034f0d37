//! The module's C functions against the specification, in one process, over one emulator.

mod arguments;
mod fixture;
mod lists;
mod objects;
mod pss;
mod sessions;
mod signing;
mod slots;
mod volume;
