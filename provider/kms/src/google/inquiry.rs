//! What a CA asks Google about a key version: Cloud KMS, Resource Manager, and Cloud Logging in the key's project.
//!
//! Nothing of the environment chooses where: hosts are the question's, or what the CA's configuration has instead. What pays is whatever
//! the CA's own credentials and environment say.

mod request;

use std::sync::Arc;

use hardkey_attest::confirmation::{Answer, Question, Said};
use hardkey_attest::instant::Instant;
use reqwest::Url;

use super::client::{Client, Clients};
use super::error::{malformed, reason};
use super::evidence::now;
use super::identity::Identity;
use super::name::KeyName;
use super::stub::Trouble;
use crate::deadline::Deadline;
use crate::failure::Failure;
use crate::inquiry::{Inquiry, InquiryConfig};
use crate::network::SharedNetwork;
use crate::service::{ServiceError, ServiceErrorKind};
use request::Request;

/// `entries.list` may answer that it is still searching: "entries" empty, "nextPageToken" not. A search of twenty minutes of one log
/// takes no more answers than this, or is not believed.
const MOST_SEARCHES: usize = 20;

/// Google, asked about one key version.
pub(crate) struct GoogleInquiry {
    resource: String,
    location: String,
    config: InquiryConfig,
    network: SharedNetwork,
    identity: Arc<Identity>,
}

impl GoogleInquiry {
    /// For the full name of a key version.
    ///
    /// # Errors
    /// [`ServiceError`] for another name.
    pub(crate) fn new(resource: &str, config: InquiryConfig, network: SharedNetwork) -> Result<Self, ServiceError> {
        let name = KeyName::parse(resource).ok().filter(KeyName::is_version).ok_or_else(|| ServiceError {
            kind: ServiceErrorKind::Unsupported,
            cause: format!("{} is the full name of no key version", resource.escape_debug()),
            remedy: "ask the subscriber for a report of hardkey attest".to_owned(),
            request_id: None,
        })?;
        let identity = Arc::new(Identity::new(None, network.clone()));
        let location = name.location().to_owned();
        Ok(Self { resource: resource.to_owned(), location, config, network, identity })
    }
}

impl Inquiry for GoogleInquiry {
    fn ask(&self, question: &Question, deadline: &Deadline) -> Result<Answer, ServiceError> {
        let url = self.config.place(question)?;
        let request = Request::of(question, &self.resource).ok_or_else(|| ServiceError {
            kind: ServiceErrorKind::Unsupported,
            cause: format!("{} of {} is no question to Google", question.kind.name(), question.of.escape_debug()),
            remedy: "report this as a bug, with this line".to_owned(),
            request_id: None,
        })?;
        let clients = Clients::new(
            Arc::clone(&self.identity),
            Some(url.as_str().trim_end_matches('/').to_owned()),
            self.location.clone(),
            self.network.clone(),
        );
        let shown = request.shown(&url);
        let (asked, said) = clients.call(&question.of, deadline, |client| {
            let request = request.clone();
            async move { carried_out(&client, &request).await }
        })?;
        Ok(Answer { kind: question.kind, of: question.of.clone(), endpoint: host(&url), asked, request: shown, said })
    }
}

/// Sends a request until its answer is whole. A search that is not over yet is asked for the rest of it.
async fn carried_out(client: &Client, request: &Request) -> Result<(Instant, Said), Failure> {
    let mut token = None;
    for _ in 0..MOST_SEARCHES {
        let body = request.body(token.as_deref());
        let send = || async {
            match client.rest.as_it_came(request.method(), request.path(), body.clone()).await {
                Ok(data) => Ok((now(), Said::Data(data))),
                Err(error) => match refusal(&error) {
                    Some(said) => Ok((now(), said)),
                    None => Err(error),
                },
            }
        };
        let check = |(_, said): &(Instant, Said)| match said {
            Said::Data(data) => request.check(data),
            Said::Refused { .. } => Ok(()),
        };
        let (asked, said) = client.attempts.ask(request.action(), send, check).await?;
        token = match &said {
            Said::Data(data) => request.rest(data),
            Said::Refused { .. } => None,
        };
        if token.is_none() {
            return Ok((asked, said));
        }
    }
    Err(malformed(&format!("the answers to {} do not end", request.action().name())))
}

/// What the cloud refuses the CA is an answer: that it may not, that there is no such thing, or that the key is in no state for it. What
/// is wrong with the CA's own credentials or project leaves the question undecided.
fn refusal(error: &google_cloud_gax::error::Error) -> Option<Said> {
    /// google.api.ErrorReason: of the scope of a token, and of the project that pays.
    const OF_THE_CA: [&str; 2] = ["ACCESS_TOKEN_SCOPE_INSUFFICIENT", "USER_PROJECT_DENIED"];
    let Some(Trouble::Service(refused)) = Trouble::of(error) else { return None };
    let code = refused.words.code.name();
    let is_answer = matches!(code, "PERMISSION_DENIED" | "NOT_FOUND" | "FAILED_PRECONDITION");
    if !is_answer || reason(&refused.words).is_some_and(|reason| OF_THE_CA.contains(&reason)) {
        return None;
    }
    Some(Said::Refused { code: code.to_owned(), message: refused.words.message.clone() })
}

/// As a record has it: with the port, where it is not the usual one.
fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}
