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
use reqwest::Url;
use reqwest::header::HeaderMap;

use super::error::chain;
use crate::network::{Network, Purpose};
use crate::obstacle::Obstacle;
use crate::proxy::{Proxy, Route};

/// A page of 1,000 keys has about 200 kB; nothing else asked for here comes near it.
const LARGEST_ANSWER: usize = 4 << 20;

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
            network: Arc::clone(&self.network),
            container: self.container.clone(),
            connect: limits.connect.unwrap_or(self.network.settings().connect_timeout),
            read: limits.read,
            clients: Mutex::new(Vec::new()),
        });
        connectors.push((limits, connector.clone()));
        connector
    }
}

#[derive(Debug)]
struct Connector {
    network: Arc<Network>,
    container: Option<String>,
    connect: Duration,
    read: Option<Duration>,
    /// One per purpose, each made when it is first needed.
    clients: Mutex<Vec<(Purpose, reqwest::Client)>>,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let prepared = self.prepare(request);
        HttpConnectorFuture::new(async move {
            let Prepared { request, route } = prepared?;
            let answer = request.send().await.map_err(|error| classify(error, &route))?;
            if let Some(obstacle) = route.refused(answer.status()) {
                return Err(ConnectorError::user(obstacle.into()));
            }
            receive(answer, &route).await
        })
    }
}

struct Prepared {
    request: reqwest::RequestBuilder,
    route: Route,
}

impl Connector {
    fn prepare(&self, request: HttpRequest) -> Result<Prepared, ConnectorError> {
        let user = |error: &str| ConnectorError::user(error.to_owned().into());
        let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
        let (head, body) = request.into_parts();
        let url = Url::parse(&head.uri.to_string()).map_err(|error| ConnectorError::user(error.into()))?;
        let proxies = &self.network.settings().proxies;
        let is_container = url.scheme() == "http" && url.host_str() == self.container.as_deref();
        let proxy = if is_container || is_metadata(&url, &head.headers) {
            None
        } else {
            proxies.for_url(&url).map_err(|obstacle| ConnectorError::user(obstacle.clone().into()))?.cloned()
        };
        let purpose = Purpose {
            proxied: proxy.is_some(),
            tls: url.scheme() == "https" || proxy.as_ref().is_some_and(Proxy::is_https),
        };
        let client = self.client(purpose).map_err(|obstacle| ConnectorError::user(obstacle.into()))?;
        let body = body.bytes().ok_or_else(|| user("a streaming body was not expected"))?.to_vec();
        let route = Route::new(&url, proxy);
        let mut request = client.request(head.method, url).headers(head.headers).body(body);
        if let Some(read) = self.read {
            request = request.timeout(read);
        }
        Ok(Prepared { request, route })
    }

    fn client(&self, purpose: Purpose) -> Result<reqwest::Client, Obstacle> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, client)) = clients.iter().find(|(known, _)| *known == purpose) {
            return Ok(client.clone());
        }
        let client = self.network.client(self.connect, purpose)?;
        clients.push((purpose, client.clone()));
        Ok(client)
    }
}

async fn receive(mut answer: reqwest::Response, route: &Route) -> Result<HttpResponse, ConnectorError> {
    let status = StatusCode::from(answer.status());
    let headers = std::mem::take(answer.headers_mut());
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| classify(error, route))? {
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
fn classify(error: reqwest::Error, route: &Route) -> ConnectorError {
    let error = error.without_url();
    let or_itself = |obstacle: Option<Obstacle>, error: reqwest::Error| match obstacle {
        Some(obstacle) => obstacle.into(),
        None => error.into(),
    };
    // What happens once a connection is there is not the proxy's doing.
    let connecting = error.is_connect();
    if error.is_timeout() {
        return ConnectorError::timeout(or_itself(connecting.then(|| route.silent()), error));
    }
    let why = chain(&error);
    // Neither a certificate that is not trusted nor a password that is wrong becomes good by asking again.
    if has_tls_error(&error) {
        return ConnectorError::user(or_itself(route.distrusted(&why), error));
    }
    let obstacle = connecting.then(|| route.broken(&why)).flatten();
    if error.is_builder() || (obstacle.is_some() && Route::is_locked(&why)) {
        return ConnectorError::user(or_itself(obstacle, error));
    }
    ConnectorError::io(or_itself(obstacle, error))
}

/// Whether a request that ended like this had a connection to leave by: the service may then have carried it out.
pub(super) fn was_sent(error: &ConnectorError) -> bool {
    let cause = error.source().and_then(|cause| cause.downcast_ref::<reqwest::Error>());
    // An obstacle on the way is one that the request did not pass.
    !error.is_user() && Obstacle::of(error).is_none() && !cause.is_some_and(reqwest::Error::is_connect)
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

/// The host of container credentials, where it has a name. Over http the SDK takes it only if it is loopback or one of the
/// metadata addresses.
fn container_host() -> Option<String> {
    let url = Url::parse(&std::env::var("AWS_CONTAINER_CREDENTIALS_FULL_URI").ok()?).ok()?;
    (url.scheme() == "http").then(|| url.host_str().map(str::to_owned)).flatten()
}

/// Instance and container metadata, and loopback: a proxy must not see what they answer, and could not reach them.
/// Addresses: EC2 user guide (instance metadata), ECS and EKS developer guides (task and pod credentials).
fn is_metadata(url: &Url, headers: &HeaderMap) -> bool {
    // An instance metadata service that was given another address is known by what only it is asked with.
    if headers.keys().any(|name| METADATA_HEADERS.contains(&name.as_str())) {
        return true;
    }
    let Some(host) = url.host_str() else { return false };
    match host.trim_matches(['[', ']']).parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V4(address)) => address.is_loopback() || address.is_link_local(),
        Ok(IpAddr::V6(address)) => address.is_loopback() || address.segments().starts_with(&[0xfd00, 0x0ec2]),
        // Every name below localhost is the machine itself: RFC 6761 §6.3.
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    fn bypasses(url: &str, headers: &HeaderMap) -> bool {
        is_metadata(&Url::parse(url).unwrap(), headers)
    }

    #[test]
    fn metadata_and_loopback_are_known_by_their_address() {
        for host in [
            "169.254.169.254",
            "169.254.170.2",
            "169.254.170.23",
            "[fd00:ec2::254]",
            "[fd00:ec2::23]",
            "[::ffff:169.254.169.254]",
            "127.0.0.1",
            "127.9.9.9",
            "[::1]",
            "localhost",
            "LOCALHOST",
            "kms.localhost",
        ] {
            assert!(bypasses(&format!("http://{host}:8080/x"), &HeaderMap::new()), "{host}");
        }
        for host in [
            "kms.eu-west-1.amazonaws.com",
            "sts.eu-west-1.amazonaws.com",
            "10.0.0.1",
            "[fd00:ec3::254]",
            "[fe80::1]",
            "localhost.example.com",
            "notlocalhost",
        ] {
            assert!(!bypasses(&format!("https://{host}/"), &HeaderMap::new()), "{host}");
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
