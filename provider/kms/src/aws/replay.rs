//! Requests that a subscriber signed, sent by the CA: each once, as it is, to the key's own endpoint.

use hardkey_attest::confirmation::{Answer, Question, Said, SignedRequest};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode};
use serde::Deserialize;

use super::error::SERVICE;
use super::kept::now;
use crate::deadline::Deadline;
use crate::failure::Failure;
use crate::inquiry::{InquiryConfig, host_of};
use crate::lane::Lanes;
use crate::network::{Message, SharedNetwork, Wire};
use crate::service::{ServiceError, ServiceErrorKind};
use crate::wording::clean;

/// A record's field for the cloud's words has 1,024 characters.
const LONGEST_MESSAGE: usize = 1024;
/// The errors that say something of the key, or of who may ask about it; every other is about the request (AWS KMS API reference, "Common
/// errors", `DescribeKey`, `GetPublicKey`).
const ANSWERS: [&str; 6] = [
    "AccessDeniedException",
    "DisabledException",
    "InvalidArnException",
    "KMSInvalidStateException",
    "NotFoundException",
    "UnsupportedOperationException",
];

#[derive(Deserialize)]
struct Refusal {
    #[serde(rename = "__type")]
    code: String,
    #[serde(alias = "Message")]
    message: Option<String>,
}

/// Sends both, and keeps the answers byte for byte.
///
/// # Errors
/// [`ServiceError`] when AWS does not answer, or does not take a request.
pub(crate) fn send(
    resource: &str,
    pair: &[SignedRequest; 2],
    config: &InquiryConfig,
    network: &SharedNetwork,
) -> Result<Vec<Answer>, ServiceError> {
    let deadline = Deadline::after(network.timeout());
    let shared = network.get();
    let connect = shared.settings().connect_timeout;
    let lanes = Lanes::new(1, move || Wire::new(std::sync::Arc::clone(&shared), connect));
    pair.iter().map(|request| one(resource, request, config, network, &lanes, &deadline)).collect()
}

fn one(
    resource: &str,
    request: &SignedRequest,
    config: &InquiryConfig,
    network: &SharedNetwork,
    lanes: &Lanes<Wire>,
    deadline: &Deadline,
) -> Result<Answer, ServiceError> {
    let kind = request.kind();
    let of = resource.to_owned();
    let question = Question { kind, of: of.clone(), hosts: vec![request.host().to_owned()], around: None };
    let url = config.place(&question)?;
    let name = kind.name();
    let headers = headers(request).ok_or_else(|| {
        Failure::plain(ServiceErrorKind::Malformed, format!("{name}: a header cannot be sent"), "have it signed again")
            .error
    })?;
    let limit = Some(network.get().settings().attempt_timeout);
    let outcome = lanes.run(name, deadline, |wire| {
        let body = request.body().as_bytes().to_vec();
        let message = Message { method: Method::POST, url: url.clone(), headers, body, limit, direct: false };
        wire.exchange(message)
    });
    let exchanged = outcome.map_err(|error| Failure::of_lane(SERVICE, error).error)?;
    let answer = exchanged.map_err(|interruption| Failure::interrupted(SERVICE, name, &interruption).error)?;
    let asked = now();
    let said = if answer.status == StatusCode::OK {
        Said::Data(answer.body)
    } else {
        refused(name, answer.status, &answer.body)?
    };
    let request = format!("{name} {of} as its holder signed it");
    Ok(Answer { kind, of, endpoint: host_of(&url), asked, request, said })
}

/// What AWS says of the key; else why nothing is decided.
fn refused(name: &str, status: StatusCode, body: &[u8]) -> Result<Said, ServiceError> {
    let undecided = |kind, cause: String, remedy: &str| Err(Failure::plain(kind, cause, remedy).error);
    let Ok(Refusal { code, message }) = serde_json::from_slice::<Refusal>(body) else {
        return Err(Failure::foreign(SERVICE, name, status.as_u16()).error);
    };
    // A prefix may say of which version of the service the name is.
    let code = code.rsplit('#').next().unwrap_or_default().to_owned();
    let message = message.unwrap_or_default();
    if ANSWERS.contains(&code.as_str()) {
        let message = message.chars().take(LONGEST_MESSAGE).collect();
        return Ok(Said::Refused { code, message });
    }
    let cause = format!("{SERVICE} did not take the request {name}: {}: {}", clean(&code), clean(&message));
    if status.is_server_error() || code == "ThrottlingException" {
        return undecided(ServiceErrorKind::Unavailable, cause, "have it signed again and try again");
    }
    undecided(
        ServiceErrorKind::Denied,
        cause,
        "have it signed again with credentials that are good, check both clocks, and send it within five minutes",
    )
}

fn headers(request: &SignedRequest) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    for (name, value) in request.headers() {
        let mut value = HeaderValue::from_str(value).ok()?;
        value.set_sensitive(matches!(*name, "authorization" | "x-amz-security-token"));
        headers.insert(HeaderName::from_static(name), value);
    }
    Some(headers)
}
