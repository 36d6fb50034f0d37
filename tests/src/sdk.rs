//! AWS's own SDK with its own HTTP client, as an application would use it: to make keys, and to compare with.

use std::path::Path;

use aws_sdk_kms::Client;
use aws_sdk_kms::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};

/// A client for this endpoint, with any credentials. `ca` is trusted instead of the system's authorities.
pub fn client(endpoint: &str, ca: Option<&Path>) -> Client {
    let mut http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc));
    if let Some(ca) = ca {
        let store = TrustStore::empty().with_pem_certificate(std::fs::read(ca).unwrap());
        http = http.tls_context(TlsContext::builder().with_trust_store(store).build().unwrap());
    }
    let config = aws_sdk_kms::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("eu-west-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .endpoint_url(endpoint)
        .http_client(http.build_https())
        .build();
    Client::from_conf(config)
}
