//! What the fuzz targets do with an input. A target hands its input over; the tests replay the seeds.

mod arena;
pub mod attest;
mod calls;
mod configuration;
mod digest_info;
mod host;
mod scene;

pub use calls::calls;
pub use configuration::configuration;
pub use digest_info::digest_info;
