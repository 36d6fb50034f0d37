//! What hosts do to processes: fork, exit, unload, forbid threads, wait for what never answers.
//!
//! Each test runs a scenario of the program in `host/` as a process of its own, with a limit, and compares everything it
//! said. A scenario that hangs ends itself and says in which call.

mod connection;
mod credentials;
mod exit;
mod fork;
mod initialize;
mod leak;
mod name;
mod scenario;
mod signals;
mod unload;
