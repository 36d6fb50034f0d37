//! What a CA asks clouds, with credentials of its own, and what comes of grants that are missing, halved or withdrawn.

mod aws;
mod azure;
mod google;
mod script;
