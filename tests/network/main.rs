//! Which way requests take, whom they trust, and where they may not go. Each setting has a test that fails if it is ignored.
//!
//! Nothing here resolves a name of AWS's: a proxy on loopback is asked for it, and leads to the emulator.

mod endpoint;
mod front;
mod metadata;
mod name;
mod namespace;
mod privileged;
mod proxied;
mod refusal;
mod region;
mod scene;
mod server;
mod trust;
