//! Who asks: region, settings and credentials of one token.
//!
//! Credential providers hold connections and caches, so they live on one lane of their own, driven by whoever needs a
//! token. Everybody else gets an immutable snapshot.

use std::sync::{Arc, OnceLock};
use std::time::{Instant, SystemTime};

use aws_config::{BehaviorVersion, ConfigLoader, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};

use super::client::Caller;
use super::error::SERVICE;
use super::source::{Memory, Search};
use super::transport::Transport;
use crate::credentials::{Expires, Snapshot};
use crate::deadline::Deadline;
use crate::failure::Failure;
use crate::lane::{LaneError, Lanes};
use crate::network::SharedNetwork;
use crate::service::ServiceErrorKind;

/// One for all who want credentials.
const QUEUE: &str = "credentials";

/// The identity of one token.
pub(super) struct Identity {
    region: Option<String>,
    profile: Option<String>,
    network: SharedNetwork,
    /// One lane: a provider is never polled on two runtimes.
    source: Lanes<Arc<Origin>>,
    issued: Arc<Issued>,
}

/// What stays on the credential lane; a lane that is lost takes it with it.
#[derive(Default)]
struct Origin {
    settings: OnceLock<SdkConfig>,
    memory: Memory,
}

/// The credentials in force.
pub(super) type Issued = Snapshot<Credentials>;

impl Identity {
    pub(super) fn new(region: Option<String>, profile: Option<String>, network: SharedNetwork) -> Self {
        Self { region, profile, network, source: Lanes::new(1, Arc::default), issued: Arc::default() }
    }

    /// Gets new credentials, unless somebody else has since this moment.
    fn renew(&self, asked: Instant, deadline: &Deadline) -> Result<(), Failure> {
        let loader = self.loader()?;
        let issued = Arc::clone(&self.issued);
        let search = Arc::new(Search::new(self.profile.clone(), self.network.get().settings().privileged));
        let searching = Arc::clone(&search);
        let outcome = self.source.run(QUEUE, deadline, |origin| {
            let origin = Arc::clone(origin);
            async move {
                // While this call waited for the lane.
                if issued.is_newer_than(asked) {
                    return Ok(());
                }
                let settings = load(&origin.settings, loader).await?;
                let found = searching.run(&settings, &origin.memory).await;
                issued.publish(found.ok_or_else(|| searching.failure())?);
                Ok(())
            }
        });
        match outcome {
            Ok(outcome) => outcome,
            Err(LaneError::Deadline) => Err(search.tried().failure_at_deadline()),
            Err(LaneError::Busy) => Err(search.tried().failure_in_queue()),
            Err(error @ LaneError::System(_)) => Err(Failure::of_lane(SERVICE, error)),
        }
    }

    fn loader(&self) -> Result<ConfigLoader, Failure> {
        let network = self.network.get();
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .http_client(Transport::new(Arc::clone(&network)))
            .identity_cache(aws_sdk_kms::config::IdentityCache::no_cache())
            // The search for credentials has its own providers.
            .no_credentials();
        if let Some(fips) = network.settings().fips {
            loader = loader.use_fips(fips);
        }
        if network.settings().privileged {
            // Its environment names files, programs and endpoints that somebody with fewer rights chose.
            loader = loader.empty_test_environment();
        } else {
            endpoints_are_usable()?;
        }
        if let Some(region) = &self.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(profile) = &self.profile {
            loader = loader.profile_name(profile);
        }
        Ok(loader)
    }
}

impl Caller for Identity {
    fn issued(&self) -> &Arc<Issued> {
        &self.issued
    }

    /// From the environment and the shared files, read on the credential lane.
    fn settings(&self, deadline: &Deadline) -> Result<SdkConfig, Failure> {
        let loader = self.loader()?;
        let settings = self.source.run(QUEUE, deadline, |origin| {
            let origin = Arc::clone(origin);
            async move { load(&origin.settings, loader).await }
        });
        settings.map_err(|error| Failure::of_lane(SERVICE, error))?
    }

    fn refresh(&self, deadline: &Deadline) -> Result<(), Failure> {
        self.issued.refresh(deadline, |asked, deadline| self.renew(asked, deadline))
    }
}

/// The SDK panics on an endpoint that is set and empty, which a pipeline's unset variable easily makes it.
fn endpoints_are_usable() -> Result<(), Failure> {
    for name in ["AWS_ENDPOINT_URL_KMS", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL_SSO"] {
        let Some(value) = std::env::var_os(name) else { continue };
        let value = value.to_string_lossy();
        if !(value.starts_with("https://") || value.starts_with("http://")) {
            let cause = format!("{name} is {value:?}, which is not a URL");
            return Err(Failure::plain(ServiceErrorKind::Malformed, cause, "unset it, or set it to a URL"));
        }
    }
    Ok(())
}

/// Reads the settings once per lane.
async fn load(settings: &OnceLock<SdkConfig>, loader: ConfigLoader) -> Result<SdkConfig, Failure> {
    if let Some(settings) = settings.get() {
        return Ok(settings.clone());
    }
    let loaded = loader.load().await;
    if loaded.region().is_none() {
        return Err(Failure::plain(
            ServiceErrorKind::NotFound,
            "no AWS region is known: the key's name has none, and neither have the configuration, AWS_REGION or the profile".to_owned(),
            "name the key by its ARN, or set region in its [[token]], or AWS_REGION",
        ));
    }
    Ok(settings.get_or_init(|| loaded).clone())
}

impl Expires for Credentials {
    fn expiry(&self) -> Option<SystemTime> {
        self.expiry()
    }
}

/// What a signing lane's client asks before each request: answered at once, from memory.
impl ProvideCredentials for Issued {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(
            self.get().ok_or_else(|| CredentialsError::not_loaded("credentials were withdrawn while in use")),
        )
    }
}
