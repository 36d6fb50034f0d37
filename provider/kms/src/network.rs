//! What every cloud's client shares: one trust store per process, one way to resolve names, one set of limits.

mod wire;

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hickory_resolver::net::NetError;
use hickory_resolver::proto::op::Query;
use hickory_resolver::proto::rr::{Name as DomainName, RecordType};
use hickory_resolver::{Hosts, TokioResolver};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use rustls::ClientConfig;

use crate::config::NetworkConfig;
use crate::obstacle::Obstacle;
use crate::proxy::Proxy;
use crate::trust;

pub(crate) use wire::{Answer, Interruption, InterruptionKind, Message, Wire};

/// The longest a parked connection is trusted. AWS closes idle connections after 20 s or more; a shorter life than
/// the server's makes the race for a dying connection rare.
const IDLE: Duration = Duration::from_secs(20);

/// The network as one process sees it, shared by every lane.
pub struct Network {
    settings: NetworkConfig,
    /// Made for the first request over TLS: parsing the trust store takes milliseconds, and metadata needs none.
    tls: Mutex<Option<ClientConfig>>,
}

/// The network of a process.
#[derive(Clone, Debug)]
pub struct SharedNetwork(Arc<Network>);

/// What a client is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Purpose {
    /// Goes through the proxy of each URL.
    pub(crate) proxied: bool,
    /// Speaks TLS, to the service or to the proxy.
    pub(crate) tls: bool,
}

impl SharedNetwork {
    /// Remembers the settings and does nothing else.
    #[must_use]
    pub fn new(settings: NetworkConfig) -> Self {
        Self(Arc::new(Network { settings, tls: Mutex::default() }))
    }

    /// The network; the same one for everybody.
    #[must_use]
    pub fn get(&self) -> Arc<Network> {
        Arc::clone(&self.0)
    }

    /// Time for a whole operation.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        self.0.settings.timeout
    }
}

impl Network {
    /// The limits and switches it was made with.
    pub(crate) fn settings(&self) -> &NetworkConfig {
        &self.settings
    }

    /// An HTTP client for one lane.
    ///
    /// # Errors
    /// [`Obstacle`] when there is no authority to trust.
    pub(crate) fn client(&self, connect: Duration, purpose: Purpose) -> Result<reqwest::Client, Obstacle> {
        let tls = if purpose.tls { self.tls()? } else { trust::no_tls()? };
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .http1_only()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .dns_resolver(SystemNames)
            .connect_timeout(connect)
            .pool_idle_timeout(IDLE)
            .tcp_nodelay(true);
        if purpose.proxied {
            let proxies = self.settings.proxies.clone();
            builder = builder
                .proxy(reqwest::Proxy::custom(move |url| proxies.for_url(url).ok().flatten().map(Proxy::url).cloned()));
        } else {
            // Or reqwest would look for proxies itself.
            builder = builder.no_proxy();
        }
        builder.build().map_err(|error| {
            Obstacle::new(format!("no HTTP client can be made: {error}"), "report this as a bug, with this line")
        })
    }

    /// Whether there is an authority to trust.
    ///
    /// # Errors
    /// [`Obstacle`] when there is none.
    pub(crate) fn trust(&self) -> Result<(), Obstacle> {
        self.tls().map(|_| ())
    }

    /// A failure is not remembered.
    fn tls(&self) -> Result<ClientConfig, Obstacle> {
        let mut made = self.tls.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tls) = made.as_ref() {
            return Ok(tls.clone());
        }
        Ok(made.insert(trust::tls(&self.settings)?).clone())
    }
}

/// Settings only: the trust store is long, and a proxy's URL may hold a password, which [`NetworkConfig`] hides.
impl fmt::Debug for Network {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Network").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// Resolves names on the calling thread, from `/etc/hosts` and the servers of `/etc/resolv.conf`.
///
/// `getaddrinfo` cannot be given up before its own time-outs end, so it would need a thread that outlives the call.
/// The resolver is made anew for each look-up: connections are few, and the machine's servers may have changed.
#[derive(Clone, Copy, Debug)]
struct SystemNames;

impl Resolve for SystemNames {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = look_up(name.as_str()).await.map_err(|error| unresolved(name.as_str(), &error))?;
            // The port is a placeholder: reqwest puts the URL's port in place of 0.
            Ok(Box::new(found.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs)
        })
    }
}

/// Asks a server only for what the hosts file does not list. hickory by itself would hold an address it lists back until a
/// server said whether there is one of the other family, and refuse to work where there is no server at all.
async fn look_up(name: &str) -> Result<Vec<IpAddr>, NetError> {
    let listed = listed(name)?;
    if !listed.is_empty() {
        return Ok(listed);
    }
    let resolver = TokioResolver::builder_tokio()?.build()?;
    Ok(resolver.lookup_ip(name).await?.iter().collect())
}

/// The addresses that the hosts file lists, IPv6 first as hickory orders them.
fn listed(name: &str) -> Result<Vec<IpAddr>, NetError> {
    let hosts = Hosts::from_system().unwrap_or_default();
    let mut listed = Vec::new();
    for kind in [RecordType::AAAA, RecordType::A] {
        let found = hosts.lookup_static_host(&Query::query(DomainName::from_utf8(name)?, kind));
        listed.extend(found.iter().flat_map(|found| found.answers()).filter_map(|record| record.data.ip_addr()));
    }
    Ok(listed)
}

/// hickory's own text shows its query structure.
fn unresolved(name: &str, error: &NetError) -> std::io::Error {
    let why = if error.is_no_records_found() {
        "there is no such name".to_owned()
    } else if let NetError::Io(error) = error {
        error.to_string()
    } else {
        error.to_string()
    };
    std::io::Error::other(format!("the name {name} could not be resolved: {why}"))
}
