//! One question of the CA's, and what the cloud said.

use super::kind::Kind;
use crate::instant::Instant;

/// A question and its answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Answer {
    /// Which question.
    pub kind: Kind,
    /// Full name of what it was asked about: the key version, or the account, trail, vault or project around it.
    pub of: String,
    /// The host that was asked.
    pub endpoint: String,
    /// When it answered, by the CA's clock.
    pub asked: Instant,
    /// What was asked, for people: `kms:DescribeKey arn:aws:kms:…`. No credentials; nothing is decided by it.
    pub request: String,
    /// What it said.
    pub said: Said,
}

/// In the place of a cloud's code: nobody was asked, because the CA's own configuration does not say as whom.
pub const NOT_ASKED: &str = "NotAsked";

/// What a cloud said.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Said {
    /// The answer, the very bytes.
    Data(Vec<u8>),
    /// That it does not answer this: half a grant is still a grant.
    Refused {
        /// The cloud's name for the reason, or [`NOT_ASKED`].
        code: String,
        /// The cloud's words, or what the CA's configuration lacks.
        message: String,
    },
}
