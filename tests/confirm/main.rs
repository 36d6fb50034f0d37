//! The program `hardkey-confirm`, as a CA runs it: from an order to the verdict, and everything that can be in the way.

mod aws;
mod azure;
mod desk;
mod digests;
mod google;
mod order;
mod program;
mod recheck;
mod replay;
mod signer;
