//! What every cloud's client shares: one trust store per process, one way to resolve names, one set of limits.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hickory_resolver::net::NetError;
use hickory_resolver::proto::op::Query;
use hickory_resolver::proto::rr::{Name as DomainName, RecordType};
use hickory_resolver::{Hosts, TokioResolver};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use rustls::{ClientConfig, RootCertStore};

use crate::config::NetworkConfig;

/// The longest a parked connection is trusted. AWS closes idle connections after 20 s or more; a shorter life than
/// the server's makes the race for a dying connection rare.
const IDLE: Duration = Duration::from_secs(20);

/// The network as one process sees it. Immutable once made, so every lane shares it.
pub struct Network {
    tls: ClientConfig,
    settings: NetworkConfig,
}

/// The network of a process, made when it is first needed: parsing the trust store has no place in `C_Initialize`.
#[derive(Clone, Debug)]
pub struct SharedNetwork {
    settings: NetworkConfig,
    made: Arc<Mutex<Option<Arc<Network>>>>,
}

impl SharedNetwork {
    /// Remembers the settings and does nothing else.
    #[must_use]
    pub fn new(settings: NetworkConfig) -> Self {
        Self { settings, made: Arc::default() }
    }

    /// The network; the same one for everybody. A failure is not remembered.
    ///
    /// # Errors
    /// [`TrustError`], as [`Network::new`].
    pub fn get(&self) -> Result<Arc<Network>, TrustError> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(network) = made.as_ref() {
            return Ok(Arc::clone(network));
        }
        let network = Arc::new(Network::new(self.settings.clone())?);
        Ok(Arc::clone(made.insert(network)))
    }

    /// Time for a whole operation.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        self.settings.timeout
    }
}

/// Why there is no network to speak of.
#[derive(Clone, Debug)]
pub struct TrustError(String);

impl fmt::Display for TrustError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl Network {
    /// Reads the trust store: the file named in the configuration, else the system's.
    ///
    /// # Errors
    /// [`TrustError`] when no certificate authority is left to trust, or TLS cannot be set up.
    pub fn new(settings: NetworkConfig) -> Result<Self, TrustError> {
        let roots = match &settings.ca {
            Some(certificates) => {
                let mut roots = RootCertStore::empty();
                for certificate in certificates.iter() {
                    roots.add(certificate.clone().into()).map_err(|error| {
                        TrustError(format!("[network] ca_file holds a certificate that cannot be trusted: {error}"))
                    })?;
                }
                roots
            }
            None => system_roots()?,
        };
        let tls = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| TrustError(format!("TLS cannot be set up: {error}")))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { tls, settings })
    }

    /// The limits and switches it was made with.
    pub(crate) fn settings(&self) -> &NetworkConfig {
        &self.settings
    }

    /// An HTTP client for one lane. `direct` bypasses every proxy.
    ///
    /// # Errors
    /// reqwest's own error when the proxy setting cannot be used.
    pub(crate) fn client(&self, connect: Duration, direct: bool) -> Result<reqwest::Client, reqwest::Error> {
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(self.tls.clone())
            .http1_only()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .dns_resolver(SystemNames)
            .connect_timeout(connect)
            .pool_idle_timeout(IDLE)
            .tcp_nodelay(true);
        if direct {
            builder = builder.no_proxy();
        } else if let Some(proxy) = &self.settings.proxy {
            builder = builder.proxy(reqwest::Proxy::all(proxy)?);
        }
        builder.build()
    }
}

/// Settings only: the trust store is long, and a proxy's URL may hold a password, which [`NetworkConfig`] hides.
impl fmt::Debug for Network {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Network").field("settings", &self.settings).finish_non_exhaustive()
    }
}

fn system_roots() -> Result<RootCertStore, TrustError> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    let (good, _) = roots.add_parsable_certificates(found.certs);
    if good > 0 {
        return Ok(roots);
    }
    let reasons: Vec<String> = found.errors.iter().map(ToString::to_string).collect();
    Err(TrustError(format!(
        "no certificate authority is trusted on this machine ({}); install ca-certificates, correct SSL_CERT_FILE, or set ca_file in [network]",
        if reasons.is_empty() { "the system's store is empty".to_owned() } else { reasons.join(", ") }
    )))
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
