//! One request and its answer over reqwest, for every cloud's client.
//!
//! The clouds' own stacks would parse the trust store once per client, leave name look-ups to a thread, and go round a proxy
//! that they cannot read; this one takes all of that from [`Network`].

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode, Url};

use super::{Network, Purpose};
use crate::obstacle::Obstacle;
use crate::proxy::{Proxy, Route};
use crate::trust;
use crate::wording::chain;

/// A page of 1,000 AWS keys has about 200 kB; nothing else asked for here comes near it.
const LARGEST_ANSWER: usize = 4 << 20;

/// The HTTP clients of one lane.
#[derive(Debug)]
pub(crate) struct Wire {
    network: Arc<Network>,
    connect: Duration,
    /// One per purpose, each made when it is first needed.
    clients: Mutex<Vec<(Purpose, reqwest::Client)>>,
}

/// A request. What proves who asks is in its headers or its body.
pub(crate) struct Message {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// Time for the whole of it.
    pub(crate) limit: Option<Duration>,
    /// Whether it goes past every proxy. What this machine answers itself always does.
    pub(crate) direct: bool,
}

/// An answer, whatever it says, read whole. That of a token service is a secret.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) struct Interruption {
    pub(crate) kind: InterruptionKind,
    /// Whether the request had a connection to leave by: the service may then have carried it out.
    pub(crate) sent: bool,
    cause: Box<dyn Error + Send + Sync>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum InterruptionKind {
    /// The connection was refused, or broke.
    Broken,
    /// The same would happen again.
    Final,
    /// It took too long.
    TimedOut,
}

/// Method and host: headers, body and query may hold credentials.
impl fmt::Debug for Message {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.url.host_str().unwrap_or_default();
        out.debug_struct("Message").field("method", &self.method).field("host", &host).finish_non_exhaustive()
    }
}

/// The status alone.
impl fmt::Debug for Answer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Answer").field("status", &self.status).finish_non_exhaustive()
    }
}

impl Wire {
    /// Nothing is made or connected yet.
    pub(crate) fn new(network: Arc<Network>, connect: Duration) -> Self {
        Self { network, connect, clients: Mutex::default() }
    }

    /// Sends a request and reads the answer.
    pub(crate) fn exchange(
        &self,
        message: Message,
    ) -> impl Future<Output = Result<Answer, Interruption>> + Send + use<> {
        let prepared = self.prepare(message);
        async move {
            let (request, route) = prepared?;
            let answer = request.send().await.map_err(|error| Interruption::of(error, &route))?;
            if let Some(obstacle) = route.refused(answer.status()) {
                return Err(Interruption::fatal(obstacle));
            }
            receive(answer, &route).await
        }
    }

    fn prepare(&self, message: Message) -> Result<(reqwest::RequestBuilder, Route), Interruption> {
        let Message { method, url, headers, body, limit, direct } = message;
        let proxy = if direct || is_local(&url) {
            None
        } else {
            let proxies = &self.network.settings().proxies;
            proxies.for_url(&url).map_err(|obstacle| Interruption::fatal(obstacle.clone()))?.cloned()
        };
        let purpose = Purpose {
            proxied: proxy.is_some(),
            tls: url.scheme() == "https" || proxy.as_ref().is_some_and(Proxy::is_https),
        };
        let client = self.client(purpose).map_err(Interruption::fatal)?;
        let route = Route::new(&url, proxy, trust::means(self.network.settings()));
        let mut request = client.request(method, url).headers(headers).body(body);
        if let Some(limit) = limit {
            request = request.timeout(limit);
        }
        Ok((request, route))
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

async fn receive(mut answer: reqwest::Response, route: &Route) -> Result<Answer, Interruption> {
    let status = answer.status();
    let headers = std::mem::take(answer.headers_mut());
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| Interruption::of(error, route))? {
        if body.len() + chunk.len() > LARGEST_ANSWER {
            return Err(Interruption::fatal(format!("the answer is longer than {LARGEST_ANSWER} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status, headers, body })
}

impl Interruption {
    /// One that asking again does not cure, before anything was sent.
    pub(crate) fn fatal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { kind: InterruptionKind::Final, sent: false, cause: cause.into() }
    }

    /// What reqwest says. The URL is dropped from the text: the caller names the service.
    fn of(error: reqwest::Error, route: &Route) -> Self {
        let error = error.without_url();
        // What happens once a connection is there is not the proxy's doing.
        let connecting = error.is_connect();
        let why = chain(&error);
        let (kind, obstacle) = if error.is_timeout() {
            (InterruptionKind::TimedOut, connecting.then(|| route.silent()))
        } else if has_tls_error(&error) {
            // Neither a certificate that is not trusted nor a password that is wrong becomes good by asking again.
            (InterruptionKind::Final, Some(route.distrusted(&why)))
        } else {
            let obstacle = connecting.then(|| route.broken(&why)).flatten();
            let is_final = error.is_builder() || (obstacle.is_some() && Route::is_locked(&why));
            (if is_final { InterruptionKind::Final } else { InterruptionKind::Broken }, obstacle)
        };
        // An obstacle on the way is one that the request did not pass.
        let sent = kind != InterruptionKind::Final && obstacle.is_none() && !connecting;
        let cause = match obstacle {
            Some(obstacle) => obstacle.into(),
            None => error.into(),
        };
        Self { kind, sent, cause }
    }

    /// The one among an error's causes.
    pub(crate) fn among<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a Self> {
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(found) = error.downcast_ref() {
                return Some(found);
            }
            next = error.source();
        }
        None
    }
}

/// The words of its cause.
impl fmt::Display for Interruption {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cause.fmt(out)
    }
}

impl Error for Interruption {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.cause)
    }
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

/// Loopback and link-local addresses, among them every cloud's instance metadata: a proxy must not see what they answer,
/// and could not reach them.
fn is_local(url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    match host.trim_matches(['[', ']']).parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V4(address)) => address.is_loopback() || address.is_link_local(),
        Ok(IpAddr::V6(address)) => address.is_loopback(),
        // Every name below localhost is the machine itself: RFC 6761 §6.3.
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::{AUTHORIZATION, HeaderValue};

    use super::*;

    #[test]
    fn what_is_sent_and_answered_is_shown_without_what_may_be_a_secret() {
        let headers = HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static("Bearer secret"))]);
        let message = Message {
            method: Method::POST,
            url: Url::parse("https://user:secret@sts.example/secret?token=secret").unwrap(),
            headers: headers.clone(),
            body: b"secret".to_vec(),
            limit: None,
            direct: false,
        };
        assert_eq!(format!("{message:?}"), r#"Message { method: POST, host: "sts.example", .. }"#);
        let answer = Answer { status: StatusCode::OK, headers, body: b"secret".to_vec() };
        assert_eq!(format!("{answer:?}"), "Answer { status: 200, .. }");
    }

    #[test]
    fn what_this_machine_answers_itself_is_known_by_its_address() {
        for host in [
            "169.254.169.254",
            "169.254.170.2",
            "169.254.170.23",
            "[::ffff:169.254.169.254]",
            "127.0.0.1",
            "127.9.9.9",
            "[::1]",
            "localhost",
            "LOCALHOST",
            "kms.localhost",
        ] {
            assert!(is_local(&Url::parse(&format!("http://{host}:8080/x")).unwrap()), "{host}");
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
            assert!(!is_local(&Url::parse(&format!("https://{host}/")).unwrap()), "{host}");
        }
    }
}
