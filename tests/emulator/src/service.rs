//! What a cloud's protocol has to offer so that the listeners can serve it, count it and disturb it, and which cloud a
//! request is for.

use crate::fault::Corruption;
use hyper::Method;
use hyper::body::Bytes;
use hyper::http::request::Parts;
use serde_json::Value;
use std::sync::Arc;

/// Every cloud behind the listeners.
pub(crate) struct Services {
    /// Those that know their requests, in the order in which they are asked.
    pub(crate) particular: Vec<Arc<dyn CloudService>>,
    /// Whose all other requests are.
    pub(crate) otherwise: Arc<dyn CloudService>,
}

impl Services {
    /// The cloud a request is for.
    pub(crate) fn of(&self, head: &Parts) -> &dyn CloudService {
        self.particular.iter().find(|service| service.serves(head)).map_or(&*self.otherwise, |service| &**service)
    }
}

/// A cloud's key service.
pub(crate) trait CloudService: Send + Sync + 'static {
    /// Whether a request is for this cloud, as far as path and host say.
    fn serves(&self, head: &Parts) -> bool;

    /// The operation a request asks for, known or not, under the name counts and faults use.
    fn operation(&self, head: &Parts) -> Option<String>;

    /// Who asks, as far as the head says: an access key id, a bearer token.
    fn identity(&self, head: &Parts) -> Option<String>;

    /// The key a request names, as it names it.
    fn key(&self, head: &Parts, body: &[u8]) -> Option<String>;

    /// Carries the request out.
    fn answer(&self, head: &Parts, body: &[u8]) -> Answer;

    /// A refusal in this service's own words.
    fn refusal(&self, head: &Parts, status: Option<u16>, error: Option<&str>, message: Option<&str>) -> Answer;

    /// What the control endpoint answers under a path of this service's own, with the status of an error; `None` if the
    /// path is none of them.
    fn control(&self, _method: &Method, _path: &str, _body: &[u8]) -> Option<Result<Value, (u16, String)>> {
        None
    }

    /// How this service says after how many seconds to try again.
    fn try_again(&self, seconds: f64) -> Vec<(&'static str, String)> {
        vec![("retry-after", format!("{}", seconds.ceil()))]
    }

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
