//! What a CA asks a cloud about a subscriber's key, with credentials of the CA's own that may only read.
//!
//! What is asked, and at which host, [`hardkey_attest::confirmation`] says, by the key's full name alone. What the cloud refuses is an
//! answer like any other; what leaves a question undecided is an error.

use std::collections::BTreeMap;

use hardkey_attest::confirmation::{Answer, Kind, Question, SignedRequest};
use reqwest::Url;

use crate::aws::{self, AwsInquiry};
use crate::azure;
use crate::deadline::Deadline;
use crate::google::{self, GoogleInquiry};
use crate::network::SharedNetwork;
use crate::service::{ServiceError, ServiceErrorKind};

/// One cloud, asked by a CA about one key. Blocking.
pub trait Inquiry: Send + Sync {
    /// Asks one question, and keeps the answer byte for byte. Judges nothing.
    ///
    /// That the cloud does not answer, because the CA may not ask or because there is no such thing, is an answer:
    /// [`Said::Refused`](hardkey_attest::confirmation::Said::Refused).
    ///
    /// # Errors
    /// [`ServiceError`] when the question is undecided: no credentials, no answer, too many requests, an answer that cannot be read or is
    /// about something else.
    fn ask(&self, question: &Question, deadline: &Deadline) -> Result<Answer, ServiceError>;
}

/// How a CA asks. All of it is the CA's own, nothing is the subscriber's.
#[derive(Clone, Debug, Default)]
pub struct InquiryConfig {
    /// AWS: the role that subscribers make for this CA in their accounts.
    pub role: Option<Role>,
    /// Where hosts of a cloud are asked instead, by their names: private endpoints.
    pub endpoints: BTreeMap<String, Url>,
}

/// A role of AWS IAM, the same in every subscriber's account.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Role {
    /// Its name, with its path if it has one: the account is the key's.
    pub name: String,
    /// What the CA shows so that nobody else can have it use the role: AWS IAM user guide, "The confused deputy problem".
    pub external_id: String,
}

impl InquiryConfig {
    /// Where to ask: the first of a question's hosts, or what the CA set instead of it.
    ///
    /// # Errors
    /// [`ServiceError`] for a question without a host.
    pub fn place(&self, question: &Question) -> Result<Url, ServiceError> {
        let set = question.hosts.iter().find_map(|host| self.endpoints.get(host)).cloned();
        let own = || question.hosts.first().and_then(|host| Url::parse(&format!("https://{host}")).ok());
        set.or_else(own).ok_or_else(|| ServiceError {
            kind: ServiceErrorKind::Malformed,
            cause: format!("no host answers {} of {}", question.kind.name(), question.of.escape_debug()),
            remedy: "report this as a bug, with this line".to_owned(),
            request_id: None,
        })
    }
}

/// The host of a URL as records have it, with its port if that is none of the scheme's own.
pub(crate) fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Sends a pair of requests that the subscriber signed, each once, and keeps the answers byte for byte.
///
/// # Errors
/// [`ServiceError`] when AWS does not answer, or does not take a request.
pub fn replay(
    resource: &str,
    pair: &[SignedRequest; 2],
    config: &InquiryConfig,
    network: &SharedNetwork,
) -> Result<Vec<Answer>, ServiceError> {
    aws::replay(resource, pair, config, network)
}

/// The cloud of a key, by the key's full name. Nothing is connected before the first question.
///
/// # Errors
/// [`ServiceError`] for a name that is of no cloud.
pub fn open(resource: &str, config: InquiryConfig, network: &SharedNetwork) -> Result<Box<dyn Inquiry>, ServiceError> {
    if resource.starts_with("arn:") && !Kind::questions(resource).is_empty() {
        return Ok(Box::new(AwsInquiry::new(resource, config, network.clone())?));
    }
    if resource.starts_with(azure::KeyName::BEGINNING) {
        return Ok(Box::new(azure::AzureInquiry::new(resource, config, network)?));
    }
    if resource.starts_with(google::KeyName::BEGINNING) {
        return Ok(Box::new(GoogleInquiry::new(resource, config, network.clone())?));
    }
    Err(ServiceError {
        kind: ServiceErrorKind::Unsupported,
        cause: format!("{} is the full name of no key version that a CA can ask about", resource.escape_debug()),
        remedy: "ask the subscriber for a report of hardkey attest".to_owned(),
        request_id: None,
    })
}
