//! The SDK's HTTP over reqwest: the stack every cloud shares.
//!
//! The SDK's own client would parse the trust store once per lane and leave name look-ups to a thread; [`Wire`] does
//! neither.

use std::net::Ipv6Addr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_kms::config::http::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use reqwest::Url;
use reqwest::header::HeaderMap;

use crate::network::{Answer, Interruption, InterruptionKind, Message, Network, Wire};

/// Sent with every request to instance metadata and with no other: EC2 user guide, IMDSv2.
const METADATA_HEADERS: [&str; 2] = ["x-aws-ec2-metadata-token", "x-aws-ec2-metadata-token-ttl-seconds"];

/// The HTTP client of one lane.
#[derive(Debug)]
pub(super) struct Transport {
    network: Arc<Network>,
    container: Option<String>,
    /// One per pair of time limits; the SDK uses a single one for KMS and another for instance metadata.
    connectors: Mutex<Vec<(Limits, SharedHttpConnector)>>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Limits {
    connect: Option<Duration>,
    read: Option<Duration>,
}

impl Transport {
    pub(super) fn new(network: Arc<Network>) -> Self {
        let container = if network.settings().privileged { None } else { container_host() };
        Self { network, container, connectors: Mutex::new(Vec::new()) }
    }
}

impl HttpClient for Transport {
    fn http_connector(&self, settings: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        let limits = Limits { connect: settings.connect_timeout(), read: settings.read_timeout() };
        let mut connectors = self.connectors.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, connector)) = connectors.iter().find(|(known, _)| *known == limits) {
            return connector.clone();
        }
        let connector = SharedHttpConnector::new(Connector {
            wire: Wire::new(
                Arc::clone(&self.network),
                limits.connect.unwrap_or(self.network.settings().connect_timeout),
            ),
            container: self.container.clone(),
            read: limits.read,
        });
        connectors.push((limits, connector.clone()));
        connector
    }
}

#[derive(Debug)]
struct Connector {
    wire: Wire,
    container: Option<String>,
    read: Option<Duration>,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let exchange = self.message(request).map(|message| self.wire.exchange(message));
        HttpConnectorFuture::new(async move {
            let answer = match exchange {
                Ok(exchange) => exchange.await,
                Err(interruption) => Err(interruption),
            };
            answer.map(response).map_err(classify)
        })
    }
}

impl Connector {
    fn message(&self, request: HttpRequest) -> Result<Message, Interruption> {
        let request = request.try_into_http1x().map_err(Interruption::fatal)?;
        let (head, body) = request.into_parts();
        let url = Url::parse(&head.uri.to_string()).map_err(Interruption::fatal)?;
        let is_container = url.scheme() == "http" && url.host_str() == self.container.as_deref();
        let direct = is_container || is_metadata(&url, &head.headers);
        let body = body.bytes().ok_or_else(|| Interruption::fatal("a streaming body was not expected"))?.to_vec();
        Ok(Message { method: head.method, url, headers: head.headers, body, limit: self.read, direct })
    }
}

fn response(answer: Answer) -> HttpResponse {
    let mut response = HttpResponse::new(StatusCode::from(answer.status), SdkBody::from(answer.body));
    for (name, value) in &answer.headers {
        if let Ok(value) = value.to_str() {
            response.headers_mut().append(name.as_str().to_owned(), value.to_owned());
        }
    }
    response
}

/// Tells the SDK's retry rules what happened.
fn classify(interruption: Interruption) -> ConnectorError {
    match interruption.kind {
        InterruptionKind::Broken => ConnectorError::io(interruption.into()),
        InterruptionKind::Final => ConnectorError::user(interruption.into()),
        InterruptionKind::TimedOut => ConnectorError::timeout(interruption.into()),
    }
}

/// Whether a request that ended like this had a connection to leave by: the service may then have carried it out.
pub(super) fn was_sent(error: &ConnectorError) -> bool {
    Interruption::among(error).map_or(!error.is_user(), |interruption| interruption.sent)
}

/// The host of container credentials, where it has a name. Over http the SDK takes it only if it is loopback or one of the
/// metadata addresses.
fn container_host() -> Option<String> {
    let url = Url::parse(&std::env::var("AWS_CONTAINER_CREDENTIALS_FULL_URI").ok()?).ok()?;
    (url.scheme() == "http").then(|| url.host_str().map(str::to_owned)).flatten()
}

/// Instance and container metadata beyond what every machine answers itself.
/// Addresses: EC2 user guide (instance metadata), EKS developer guide (pod credentials).
fn is_metadata(url: &Url, headers: &HeaderMap) -> bool {
    // An instance metadata service that was given another address is known by what only it is asked with.
    if headers.keys().any(|name| METADATA_HEADERS.contains(&name.as_str())) {
        return true;
    }
    let address = url.host_str().map(|host| host.trim_matches(['[', ']']).parse::<Ipv6Addr>());
    matches!(address, Some(Ok(address)) if address.segments().starts_with(&[0xfd00, 0x0ec2]))
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    fn bypasses(url: &str, headers: &HeaderMap) -> bool {
        is_metadata(&Url::parse(url).unwrap(), headers)
    }

    #[test]
    fn metadata_is_known_by_its_address() {
        for (host, known) in [("[fd00:ec2::254]", true), ("[fd00:ec2::23]", true), ("[fd00:ec3::254]", false)] {
            assert_eq!(bypasses(&format!("http://{host}:8080/x"), &HeaderMap::new()), known, "{host}");
        }
    }

    #[test]
    fn instance_metadata_at_another_address_is_known_by_its_headers() {
        for name in METADATA_HEADERS {
            let headers = HeaderMap::from_iter([(HeaderName::from_static(name), HeaderValue::from_static("x"))]);
            assert!(bypasses("http://metadata.example/latest/api/token", &headers), "{name}");
        }
    }
}
