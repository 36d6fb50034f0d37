//! What gives a CA its reads, cloud by cloud.

mod aws;
mod azure;
mod google;
