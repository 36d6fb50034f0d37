//! Where the module gets its credentials from, what it says when it gets none, and which permissions they need.
//!
//! Every case is a process of its own that loads the module. Which source was used is told by the emulator, which counts
//! requests by their access key.

mod azure;
mod deadline;
mod failures;
mod google;
mod line;
mod privilege;
mod refusals;
mod renewal;
mod scene;
mod sources;
