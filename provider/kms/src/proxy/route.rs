//! What can go wrong on the way of one request, and whose doing it is.

use reqwest::{StatusCode, Url};

use super::Proxy;
use crate::obstacle::Obstacle;

/// How hyper-util's tunnel begins to say that the proxy was not reached at all, that it asked for a password, and that it
/// refused or gave up. Its error type is not public.
const UNREACHED: &str = "tunnel error: failed to create underlying connection: ";
const LOCKED: &str = "tunnel error: proxy authorization required";
const REFUSED: &str = "tunnel error: ";

/// The way of one request.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    proxy: Option<Proxy>,
    /// `HOST:PORT` of the service.
    target: String,
    tunnelled: bool,
    /// What can be set so that a server is trusted.
    trust: &'static str,
}

impl Route {
    pub(crate) fn new(url: &Url, proxy: Option<Proxy>, trust: &'static str) -> Self {
        let (host, port) = (url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or_default());
        Self { proxy, target: format!("{host}:{port}"), tunnelled: url.scheme() == "https", trust }
    }

    /// No connection came about in time.
    pub(crate) fn silent(&self) -> Obstacle {
        match &self.proxy {
            Some(proxy) => Obstacle::new(
                format!("{proxy} gave no connection to {} in time", self.target),
                format!("check that proxy, correct {}, or raise connect_timeout in [network]", proxy.origin()),
            ),
            // The limit is held twice below, for each address and for all of it, and which of the two ends first is chance:
            // so their texts are not shown.
            None => Obstacle::new(
                format!("no connection to {} in time", self.target),
                "check the network, the proxy (HTTPS_PROXY) and the endpoint, or raise connect_timeout in [network]",
            ),
        }
    }

    /// The certificate that was shown is not trusted.
    pub(crate) fn distrusted(&self, why: &str) -> Obstacle {
        let trust = self.trust;
        let Some(proxy) = &self.proxy else {
            let remedy = format!("check the endpoint, and that its certificate authority is trusted ({trust})");
            return Obstacle::new(why.to_owned(), remedy);
        };
        if let Some(why) = why.strip_prefix(UNREACHED) {
            let remedy = format!("trust its certificate authority ({trust})");
            return Obstacle::new(format!("{proxy} is not trusted itself: {why}"), remedy);
        }
        Obstacle::new(
            format!("{proxy} leads to a server that is not trusted: {why}"),
            format!("if that proxy looks into TLS, trust its certificate authority ({trust})"),
        )
    }

    /// No connection came about, for the reason that the HTTP library gives.
    pub(crate) fn broken(&self, why: &str) -> Option<Obstacle> {
        let proxy = self.proxy.as_ref()?;
        if why.starts_with(LOCKED) {
            return Some(locked(proxy));
        }
        let unreached = why.strip_prefix(UNREACHED).or_else(|| (!self.tunnelled).then_some(why));
        if let Some(why) = unreached {
            return Some(Obstacle::new(
                format!("{proxy} could not be reached: {why}"),
                format!("check that proxy, or correct {}", proxy.origin()),
            ));
        }
        let remedy = format!("allow that host in the proxy, or list it in {}", proxy.exceptions());
        Some(if why.starts_with(REFUSED) {
            Obstacle::new(format!("{proxy} refused to connect to {}", self.target), remedy)
        } else {
            Obstacle::new(format!("{proxy} lost the connection to {}: {why}", self.target), remedy)
        })
    }

    /// A proxy that passes requests on, instead of opening a tunnel, asks for its password in an answer.
    pub(crate) fn refused(&self, status: StatusCode) -> Option<Obstacle> {
        let proxy = self.proxy.as_ref().filter(|_| !self.tunnelled)?;
        (status == StatusCode::PROXY_AUTHENTICATION_REQUIRED).then(|| locked(proxy))
    }

    /// Whether asking again is of no use.
    pub(crate) fn is_locked(why: &str) -> bool {
        why.starts_with(LOCKED)
    }
}

fn locked(proxy: &Proxy) -> Obstacle {
    let origin = proxy.origin();
    if proxy.has_credentials() {
        Obstacle::new(
            format!("{proxy} does not accept its user name and password (407)"),
            format!("correct them in {origin}"),
        )
    } else {
        Obstacle::new(
            format!("{proxy} asks for a user name and a password (407)"),
            format!("write them into {origin}, like http://USER:PASSWORD@proxy.example:3128"),
        )
    }
}
