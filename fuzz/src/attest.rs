//! What is handed to `hardkey-attest`: each parser by itself, and a verification as a whole.
//!
//! Inputs are made by `hardkey-synthetic` in this process, because its keys are new in each: a signed thing from another process
//! is signed by nobody here.

#[path = "../../attest/tests/anchors/mod.rs"]
mod anchors;
mod answers;
mod bundle;
mod certificate;
mod challenge;
mod edit;
mod gunzip;
mod harmless;
mod made;
mod policy;
mod public_key;
mod record;
mod report;
mod request;
mod seeds;
mod signed_requests;
mod statement;
mod verification;

pub use answers::answers;
pub use bundle::bundle;
pub use certificate::certificate;
pub use challenge::challenge;
pub use gunzip::gunzip;
pub use policy::policy;
pub use public_key::public_key;
pub use record::record;
pub use report::report;
pub use request::request;
pub use seeds::{plant, seeds};
pub use signed_requests::signed_requests;
pub use statement::statement;
pub use verification::verification;
