//! The authorities that vouch for servers.

use std::path::Path;
use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};

use crate::config::NetworkConfig;
use crate::obstacle::Obstacle;

/// Where systems keep their authorities in one file: Debian and its relatives, Fedora and its relatives, SUSE, Alpine.
/// Go 1.25 `crypto/x509/root_linux.go` has the same list.
const SYSTEM_FILES: [&str; 5] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// TLS that trusts the file named in the configuration, else `SSL_CERT_FILE` and `SSL_CERT_DIR`, else the system's store.
///
/// # Errors
/// [`Obstacle`] when no certificate authority is left to trust, or TLS cannot be set up.
pub(crate) fn tls(settings: &NetworkConfig) -> Result<ClientConfig, Obstacle> {
    with_roots(match &settings.ca {
        Some(certificates) => configured_roots(certificates)?,
        None => system_roots(settings.privileged)?,
    })
}

/// What can be set so that [`tls`] trusts one authority more.
pub(crate) fn means(settings: &NetworkConfig) -> &'static str {
    if settings.public_ca { "ca_file in [network]" } else { "ca_file in [network], or SSL_CERT_FILE" }
}

/// TLS that trusts nobody, for clients that are not to use it.
///
/// # Errors
/// [`Obstacle`] when TLS cannot be set up.
pub(crate) fn no_tls() -> Result<ClientConfig, Obstacle> {
    with_roots(RootCertStore::empty())
}

fn with_roots(roots: RootCertStore) -> Result<ClientConfig, Obstacle> {
    let builder = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| {
            Obstacle::new(format!("TLS cannot be set up: {error}"), "report this as a bug, with this line")
        })?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

fn configured_roots(certificates: &[Vec<u8>]) -> Result<RootCertStore, Obstacle> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates {
        roots.add(certificate.clone().into()).map_err(|error| {
            Obstacle::new(
                format!("[network] ca_file holds a certificate that cannot be trusted: {error}"),
                "remove it from that file",
            )
        })?;
    }
    Ok(roots)
}

/// A privileged process does not believe its environment, so it looks only where systems keep their store.
fn system_roots(privileged: bool) -> Result<RootCertStore, Obstacle> {
    let found = if privileged {
        let file = SYSTEM_FILES.iter().map(Path::new).find(|file| file.exists());
        rustls_native_certs::load_certs_from_paths(file, None)
    } else {
        rustls_native_certs::load_native_certs()
    };
    let mut roots = RootCertStore::empty();
    let (good, _) = roots.add_parsable_certificates(found.certs);
    if good > 0 {
        return Ok(roots);
    }
    let reasons: Vec<String> = found.errors.iter().map(ToString::to_string).collect();
    let why = if reasons.is_empty() { "the system's store is empty".to_owned() } else { reasons.join(", ") };
    Err(Obstacle::new(
        format!("no certificate authority is trusted on this machine ({why})"),
        "install ca-certificates, correct SSL_CERT_FILE, or set ca_file in [network]",
    ))
}
