//! The SDK's HTTP over reqwest: the stack every cloud shares.
//!
//! The SDK's own client would parse the trust store once per lane and leave name look-ups to a thread; this one takes
//! both from [`Network`].

use std::error::Error;
use std::net::IpAddr;
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

use crate::network::Network;

/// A page of 1,000 keys has about 200 kB; nothing else asked for here comes near it.
const LARGEST_ANSWER: usize = 4 << 20;

/// The HTTP client of one lane.
#[derive(Debug)]
pub(super) struct Transport {
    network: Arc<Network>,
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
        Self { network, connectors: Mutex::new(Vec::new()) }
    }
}

impl HttpClient for Transport {
    fn http_connector(&self, settings: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        let limits = Limits { connect: settings.connect_timeout(), read: settings.read_timeout() };
        let mut connectors = self.connectors.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, connector)) = connectors.iter().find(|(known, _)| *known == limits) {
            return connector.clone();
        }
        let connect = limits.connect.unwrap_or(self.network.settings().connect_timeout);
        let connector = SharedHttpConnector::new(Connector {
            outward: self.network.client(connect, false).map_err(|error| error.to_string()),
            direct: self.network.client(connect, true).map_err(|error| error.to_string()),
            read: limits.read,
        });
        connectors.push((limits, connector.clone()));
        connector
    }
}

#[derive(Debug)]
struct Connector {
    outward: Result<reqwest::Client, String>,
    direct: Result<reqwest::Client, String>,
    read: Option<Duration>,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let prepared = self.prepare(request);
        HttpConnectorFuture::new(async move {
            let answer = prepared?.send().await.map_err(classify)?;
            receive(answer).await
        })
    }
}

impl Connector {
    fn prepare(&self, request: HttpRequest) -> Result<reqwest::RequestBuilder, ConnectorError> {
        let user = |error: &str| ConnectorError::user(error.to_owned().into());
        let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
        let (head, body) = request.into_parts();
        let url = head.uri.to_string();
        let client = if is_metadata(head.uri.host()) { &self.direct } else { &self.outward };
        let client = client.as_ref().map_err(|error| user(error))?;
        let body = body.bytes().ok_or_else(|| user("a streaming body was not expected"))?.to_vec();
        let mut builder = client.request(head.method, url).headers(head.headers).body(body);
        if let Some(read) = self.read {
            builder = builder.timeout(read);
        }
        Ok(builder)
    }
}

async fn receive(mut answer: reqwest::Response) -> Result<HttpResponse, ConnectorError> {
    let status = StatusCode::from(answer.status());
    let headers = std::mem::take(answer.headers_mut());
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(classify)? {
        if body.len() + chunk.len() > LARGEST_ANSWER {
            return Err(ConnectorError::user(format!("the answer is longer than {LARGEST_ANSWER} bytes").into()));
        }
        body.extend_from_slice(&chunk);
    }
    let mut response = HttpResponse::new(status, SdkBody::from(body));
    for (name, value) in &headers {
        if let Ok(value) = value.to_str() {
            response.headers_mut().append(name.as_str().to_owned(), value.to_owned());
        }
    }
    Ok(response)
}

/// Tells the SDK's retry rules what happened. The URL is dropped from the text: the caller names the service.
fn classify(error: reqwest::Error) -> ConnectorError {
    let error = error.without_url();
    if error.is_timeout() {
        return ConnectorError::timeout(error.into());
    }
    // A certificate that is not trusted does not become so by asking again.
    if error.is_builder() || has_tls_error(&error) {
        return ConnectorError::user(error.into());
    }
    ConnectorError::io(error.into())
}

/// Whether a request that ended like this had a connection to leave by: the service may then have carried it out.
pub(super) fn was_sent(error: &ConnectorError) -> bool {
    let cause = error.source().and_then(|cause| cause.downcast_ref::<reqwest::Error>());
    !error.is_user() && !cause.is_some_and(reqwest::Error::is_connect)
}

/// hyper, hyper-rustls and tokio-rustls each hide the error of the one below inside an io::Error.
fn has_tls_error(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.is::<rustls::Error>() {
            return true;
        }
        let inside = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        next = match inside {
            Some(inside) => Some(inside as &(dyn Error + 'static)),
            None => error.source(),
        };
    }
    false
}

/// Instance and container metadata, and loopback: a proxy must not see what they answer, and could not reach them.
/// Addresses: EC2 user guide (instance metadata), ECS and EKS developer guides (task and pod credentials).
fn is_metadata(host: Option<&str>) -> bool {
    let Some(host) = host else { return false };
    match host.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => address.is_loopback() || address.is_link_local(),
        Ok(IpAddr::V6(address)) => address.is_loopback() || address.segments().starts_with(&[0xfd00, 0x0ec2]),
        Err(_) => host.eq_ignore_ascii_case("localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_and_loopback_are_known_by_their_address() {
        for host in ["169.254.169.254", "169.254.170.2", "169.254.170.23", "[fd00:ec2::254]", "127.0.0.1", "localhost"]
        {
            assert!(is_metadata(Some(host)), "{host}");
        }
        for host in ["kms.eu-west-1.amazonaws.com", "10.0.0.1", "localhost.example.com"] {
            assert!(!is_metadata(Some(host)), "{host}");
        }
    }
}
