//! The SDK's HTTP over reqwest: the stack every cloud shares.
//!
//! One for requests to a vault, which go there and nowhere else, and one for requests for tokens.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use azure_core::error::{Error, ErrorKind};
use azure_core::http::headers::{AUTHORIZATION, HeaderName, Headers, WWW_AUTHENTICATE};
use azure_core::http::{AsyncRawResponse, Body, HttpClient, RawResponse, Request, StatusCode};
use reqwest::Url;
use reqwest::header::HeaderMap;

use super::identity::Issued;
use super::place::Place;
use crate::network::{Answer, Interruption, Message, Network, Wire};
use crate::obstacle::Obstacle;

/// Requests of one lane to one vault.
#[derive(Debug)]
pub(super) struct VaultTransport {
    pub(super) wire: Wire,
    pub(super) place: Place,
    /// Where the vault is asked: its own host, or the one that the configuration names.
    pub(super) endpoint: Url,
    pub(super) issued: Arc<Issued>,
    /// Time for one attempt.
    pub(super) limit: Duration,
}

/// Requests to somebody of Azure's who is no vault, which go there and nowhere else.
#[cfg(any(feature = "inquiry", feature = "grants"))]
#[derive(Debug)]
pub(super) struct DeskTransport {
    pub(super) wire: Wire,
    /// Time for one attempt.
    pub(super) limit: Duration,
}

/// Requests for tokens.
#[derive(Debug)]
pub(super) struct TokenTransport {
    pub(super) wire: Wire,
    /// Time for one attempt.
    pub(super) limit: Duration,
    pub(super) reach: Reach,
    pub(super) refused: Refused,
}

/// The last answer of a token service, where it was a refusal. The SDK keeps one only where it can read it, which takes no
/// escape in its text.
#[derive(Clone, Debug, Default)]
pub(super) struct Refused(Arc<Mutex<Option<RawResponse>>>);

impl Refused {
    /// Takes it, for the next one to be told from it.
    pub(super) fn take(&self) -> Option<RawResponse> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Where requests for tokens may go.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Reach {
    /// To an authority, through the proxy that is set.
    Authority,
    /// To metadata, past every proxy.
    Metadata,
    /// To the metadata of a virtual machine alone, whatever the environment names.
    MachineAlone,
}

/// The version of the interface that the SDK's clients speak: azure_security_keyvault_keys 1.0.1.
const API: &str = "api-version=2025-07-01";

/// Azure documentation, "How to use managed identities for Azure resources on an Azure VM to acquire an access token".
const MACHINE: &str = "http://169.254.169.254";

#[async_trait]
impl HttpClient for VaultTransport {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        // The SDK asks without a token to be told for what it needs one, once per client. That is known already.
        if request.headers().get_optional_str(&AUTHORIZATION).is_none() {
            let pass = self.issued.get().ok_or_else(|| failed(Interruption::fatal("there is no token yet")))?;
            let mut headers = Headers::new();
            headers.insert(WWW_AUTHENTICATE, pass.challenge.header());
            return Ok(AsyncRawResponse::from_bytes(StatusCode::Unauthorized, headers, Vec::new()));
        }
        let url = self.direct(request.url())?;
        let answer = self.wire.exchange(message(request, url, Some(self.limit), false)?).await.map_err(failed)?;
        // Or the SDK would send the same token once more. New ones are got on the credential lane.
        Ok(response(answer, &[WWW_AUTHENTICATE]))
    }
}

impl VaultTransport {
    /// The URL at the endpoint. A list's next page is at an address that a server made up; the token goes to no other host.
    fn direct(&self, url: &Url) -> azure_core::Result<Url> {
        let is_here = url.origin() == self.endpoint.origin() || url.host_str() == Some(self.place.host());
        if !is_here {
            let cause = format!(
                "the next page of the list is said to be at {}, which is not {}",
                url.host_str().unwrap_or_default().escape_debug(),
                self.place.host()
            );
            let obstacle =
                Obstacle::new(cause, "check what stands between this machine and the vault, and the endpoint");
            return Err(failed(Interruption::fatal(obstacle)));
        }
        let mut direct = self.endpoint.clone();
        direct.set_path(url.path());
        direct.set_query(url.query());
        Ok(direct)
    }
}

#[cfg(any(feature = "inquiry", feature = "grants"))]
#[async_trait]
impl HttpClient for DeskTransport {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let message = message(request, request.url().clone(), Some(self.limit), false)?;
        let answer = self.wire.exchange(message).await.map_err(failed)?;
        Ok(response(answer, &[WWW_AUTHENTICATE]))
    }
}

#[async_trait]
impl HttpClient for TokenTransport {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let url = request.url();
        if self.reach == Reach::MachineAlone && url.origin().ascii_serialization() != MACHINE {
            let why =
                "a set-user-id program asks the metadata of the machine alone, and the environment names another place";
            return Err(failed(Interruption::fatal(why)));
        }
        let direct = self.reach != Reach::Authority;
        let message = message(request, url.clone(), Some(self.limit), direct)?;
        let answer = self.wire.exchange(message).await.map_err(failed)?;
        if !answer.status.is_success() {
            let status = StatusCode::from(answer.status.as_u16());
            let kept = RawResponse::from_bytes(status, headers(&answer, &[]), answer.body.clone());
            *self.refused.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
        }
        Ok(response(answer, &[]))
    }
}

/// Asks a vault something without a token, to be told for what it needs one: its challenges.
pub(super) async fn without_token(network: &Arc<Network>, endpoint: Url) -> azure_core::Result<Vec<String>> {
    let settings = network.settings();
    let mut url = endpoint;
    url.set_path("/keys");
    url.set_query(Some(API));
    let message = Message {
        method: reqwest::Method::GET,
        url,
        headers: HeaderMap::new(),
        body: Vec::new(),
        limit: Some(settings.attempt_timeout),
        direct: false,
    };
    let wire = Wire::new(Arc::clone(network), settings.connect_timeout);
    let answer = wire.exchange(message).await.map_err(failed)?;
    if answer.status == reqwest::StatusCode::UNAUTHORIZED {
        let challenges = answer.headers.get_all(reqwest::header::WWW_AUTHENTICATE);
        return Ok(challenges.iter().filter_map(|value| value.to_str().ok()).map(str::to_owned).collect());
    }
    let status = StatusCode::from(answer.status.as_u16());
    let raw_response = RawResponse::from_bytes(status, headers(&answer, &[]), answer.body);
    let kind = ErrorKind::HttpResponse { status, error_code: None, raw_response: Some(Box::new(raw_response)) };
    Err(Error::with_message(kind, "there was no challenge"))
}

fn message(request: &Request, url: Url, limit: Option<Duration>, direct: bool) -> azure_core::Result<Message> {
    let mut headers = HeaderMap::new();
    for (name, value) in request.headers().iter() {
        let name = reqwest::header::HeaderName::from_bytes(name.as_str().as_bytes());
        let value = reqwest::header::HeaderValue::from_str(value.as_str());
        let (Ok(name), Ok(mut value)) = (name, value) else {
            return Err(failed(Interruption::fatal("a header of the request cannot be sent")));
        };
        value.set_sensitive(name == reqwest::header::AUTHORIZATION);
        headers.insert(name, value);
    }
    let Body::Bytes(body) = request.body() else {
        return Err(failed(Interruption::fatal("a streaming body was not expected")));
    };
    let method = reqwest::Method::from_bytes(request.method().as_ref().as_bytes())
        .map_err(|error| failed(Interruption::fatal(error)))?;
    Ok(Message { method, url, headers, body: body.to_vec(), limit, direct })
}

fn response(answer: Answer, without: &[HeaderName]) -> AsyncRawResponse {
    let headers = headers(&answer, without);
    AsyncRawResponse::from_bytes(StatusCode::from(answer.status.as_u16()), headers, answer.body)
}

fn headers(answer: &Answer, without: &[HeaderName]) -> Headers {
    let mut headers = Headers::new();
    for (name, value) in &answer.headers {
        let name = HeaderName::from(name.as_str().to_owned());
        if let (Ok(value), false) = (value.to_str(), without.contains(&name)) {
            headers.insert(name, value.to_owned());
        }
    }
    headers
}

/// The SDK passes causes on.
fn failed(interruption: Interruption) -> Error {
    Error::new(ErrorKind::Io, interruption)
}
