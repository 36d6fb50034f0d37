//! What a cloud's protocol has to offer so that the listeners can serve it, count it and disturb it.

use crate::fault::Corruption;
use hyper::body::Bytes;
use hyper::http::request::Parts;

/// A cloud's key service behind one listener.
pub(crate) trait CloudService: Send + Sync + 'static {
    /// The operation a request asks for, known or not, under the name counts and faults use.
    fn operation(&self, head: &Parts) -> Option<String>;

    /// Who asks, as far as the head says: an access key id, a token's subject.
    fn identity(&self, head: &Parts) -> Option<String>;

    /// The key a request names, as it names it.
    fn key(&self, body: &[u8]) -> Option<String>;

    /// Carries the request out.
    fn answer(&self, head: &Parts, body: &[u8]) -> Answer;

    /// A refusal in this service's own words.
    fn refusal(&self, status: Option<u16>, error: Option<&str>, message: Option<&str>) -> Answer;

    /// The refusal of a request whose date is too far from a clock that is so many seconds ahead of this machine's.
    fn skewed(&self, head: &Parts, ahead: i64) -> Option<Answer>;

    /// The same answer, wrong in one way.
    fn corrupt(&self, corruption: Corruption, head: &Parts, request: &[u8], answer: Answer) -> Answer;
}

/// A whole answer, before it becomes HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// HTTP status.
    pub(crate) status: u16,
    /// Header names and values.
    pub(crate) headers: Vec<(&'static str, String)>,
    /// The body.
    pub(crate) body: Bytes,
}
