//! Signing lanes of one token, and the one retry that new credentials are worth.

use std::future::Future;
use std::sync::{Arc, OnceLock};

use aws_config::SdkConfig;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_sdk_kms::Client;
use aws_sdk_kms::config::retry::RetryConfig;
use aws_sdk_kms::config::timeout::TimeoutConfig;
use aws_sdk_kms::config::{IdentityCache, StalledStreamProtectionConfig};

use super::endpoint;
use super::error::SERVICE;
use super::identity::{Identity, Issued};
use super::transport::Transport;
use crate::deadline::Deadline;
use crate::failure::Failure;
use crate::lane::Lanes;
use crate::network::{Network, SharedNetwork};
use crate::service::ServiceError;

/// The clients of one token.
pub(super) struct Clients {
    identity: Identity,
    endpoint: Option<String>,
    network: SharedNetwork,
    lanes: OnceLock<Lanes<Client>>,
}

impl Clients {
    pub(super) fn new(
        region: Option<String>,
        profile: Option<String>,
        endpoint: Option<String>,
        network: SharedNetwork,
    ) -> Self {
        Self { identity: Identity::new(region, profile, network.clone()), endpoint, network, lanes: OnceLock::new() }
    }

    /// Runs one request, or one group of them, on a lane; once more with new credentials if AWS no longer takes the old.
    /// Waits for no request of another queue.
    pub(super) fn call<Answer, Request>(
        &self,
        queue: &str,
        deadline: &Deadline,
        request: impl Fn(Client) -> Request,
    ) -> Result<Answer, ServiceError>
    where
        Request: Future<Output = Result<Answer, Failure>>,
    {
        self.identity.issued().use_for(|| {
            self.identity.refresh(deadline)?;
            let outcome = self.lanes(deadline)?.run(queue, deadline, |client| request(client.clone()));
            outcome.map_err(|error| Failure::of_lane(SERVICE, error))?
        })
    }

    fn lanes(&self, deadline: &Deadline) -> Result<&Lanes<Client>, Failure> {
        if let Some(lanes) = self.lanes.get() {
            return Ok(lanes);
        }
        let settings = self.identity.settings(deadline)?;
        let endpoint = endpoint::chosen(&settings, self.endpoint.as_deref())?;
        let network = self.network.get();
        let issued = Arc::clone(self.identity.issued());
        let cap = network.settings().lanes;
        let build = move || client(&settings, &issued, endpoint.as_deref(), &network);
        Ok(self.lanes.get_or_init(|| Lanes::new(cap, build)))
    }
}

fn client(settings: &SdkConfig, issued: &Arc<Issued>, endpoint: Option<&str>, network: &Arc<Network>) -> Client {
    let limits = network.settings();
    let credentials: Arc<dyn ProvideCredentials> = Arc::<Issued>::clone(issued);
    let mut config = aws_sdk_kms::config::Builder::from(settings)
        .http_client(Transport::new(Arc::clone(network)))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        // The snapshot is the cache.
        .identity_cache(IdentityCache::no_cache())
        .retry_config(RetryConfig::standard().with_max_attempts(limits.attempts))
        .timeout_config(
            TimeoutConfig::builder()
                .connect_timeout(limits.connect_timeout)
                .operation_attempt_timeout(limits.attempt_timeout)
                .build(),
        )
        // Answers are small and read whole; each attempt has its own limit.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    if let Some(endpoint) = endpoint {
        config = config.endpoint_url(endpoint);
    }
    Client::from_conf(config.build())
}
