//! Lanes with clients of one service, and the one retry that new credentials are worth.

use std::future::Future;
use std::sync::{Arc, OnceLock};

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_sdk_kms::config::{IdentityCache, StalledStreamProtectionConfig};

use super::endpoint;
use super::error::SERVICE;
use super::identity::{Identity, Issued};
use super::sdk::ServiceClient;
use super::transport::Transport;
use crate::deadline::Deadline;
use crate::failure::Failure;
use crate::lane::Lanes;
use crate::network::{Network, SharedNetwork};
use crate::service::ServiceError;

/// As whom a service is asked.
pub(super) trait Caller: Send + Sync {
    /// The credentials in force, for clients.
    fn issued(&self) -> &Arc<Issued>;

    /// Region and settings.
    fn settings(&self, deadline: &Deadline) -> Result<SdkConfig, Failure>;

    /// Makes sure that the credentials in force are good now. Asks nobody while they are.
    fn refresh(&self, deadline: &Deadline) -> Result<(), Failure>;
}

/// Where a service is asked.
enum Place {
    /// Where the token's region has it, or its configuration or the environment says.
    OfToken(Option<String>),
    /// Where the environment and the profile say, else where the SDK knows it.
    #[cfg(feature = "grants")]
    OfSettings,
    /// At this URL alone, in this region.
    #[cfg(feature = "inquiry")]
    Fixed { url: String, region: String },
}

/// The clients of one token, or of one inquiry.
pub(super) struct Clients<Client> {
    caller: Arc<dyn Caller>,
    place: Place,
    network: SharedNetwork,
    lanes: OnceLock<Lanes<Client>>,
}

impl<Client: ServiceClient> Clients<Client> {
    pub(super) fn new(
        region: Option<String>,
        profile: Option<String>,
        endpoint: Option<String>,
        network: SharedNetwork,
    ) -> Self {
        let caller = Arc::new(Identity::new(region, profile, network.clone()));
        Self { caller, place: Place::OfToken(endpoint), network, lanes: OnceLock::new() }
    }

    /// Those that ask as this caller, of a service that is no token's.
    #[cfg(feature = "grants")]
    pub(super) fn of_settings(caller: Arc<dyn Caller>, network: SharedNetwork) -> Self {
        Self { caller, place: Place::OfSettings, network, lanes: OnceLock::new() }
    }

    /// Those that ask as this caller at one URL, whatever the environment and the profile say of endpoints.
    #[cfg(feature = "inquiry")]
    pub(super) fn at(url: String, region: String, caller: Arc<dyn Caller>, network: SharedNetwork) -> Self {
        Self { caller, place: Place::Fixed { url, region }, network, lanes: OnceLock::new() }
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
        self.caller.issued().use_for(|| {
            self.caller.refresh(deadline)?;
            let outcome = self.lanes(deadline)?.run(queue, deadline, |client| request(client.clone()));
            outcome.map_err(|error| Failure::of_lane(SERVICE, error))?
        })
    }

    fn lanes(&self, deadline: &Deadline) -> Result<&Lanes<Client>, Failure> {
        if let Some(lanes) = self.lanes.get() {
            return Ok(lanes);
        }
        let settings = self.caller.settings(deadline)?;
        let (settings, endpoint) = match &self.place {
            Place::OfToken(configured) => {
                let endpoint = endpoint::chosen(&settings, configured.as_deref())?;
                (settings, endpoint)
            }
            #[cfg(feature = "grants")]
            Place::OfSettings => (settings, None),
            #[cfg(feature = "inquiry")]
            Place::Fixed { url, region } => {
                let region = aws_config::Region::new(region.clone());
                // What chooses another endpoint; the SDK has no endpoint of its own beside a fixed one.
                let settings = settings.into_builder().region(region).use_fips(false).use_dual_stack(false).build();
                (settings, Some(url.clone()))
            }
        };
        let network = self.network.get();
        let issued = Arc::clone(self.caller.issued());
        let cap = network.settings().lanes;
        let build = move || client(&settings, &issued, endpoint.as_deref(), &network);
        Ok(self.lanes.get_or_init(|| Lanes::new(cap, build)))
    }
}

fn client<Client: ServiceClient>(
    settings: &SdkConfig,
    issued: &Arc<Issued>,
    endpoint: Option<&str>,
    network: &Arc<Network>,
) -> Client {
    let limits = network.settings();
    let credentials: Arc<dyn ProvideCredentials> = Arc::<Issued>::clone(issued);
    let settings = settings
        .to_builder()
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
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .build();
    Client::of(&settings, endpoint)
}
