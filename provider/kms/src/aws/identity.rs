//! Who asks: region, settings and credentials of one token.
//!
//! Credential providers hold connections and caches, so they live on one lane of their own, driven by whoever needs a
//! token. Everybody else gets an immutable snapshot.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use aws_config::{BehaviorVersion, ConfigLoader, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};

use super::error::Failure;
use super::source::{Memory, Search};
use super::transport::Transport;
use crate::deadline::Deadline;
use crate::lane::{LaneError, Lanes};
use crate::network::SharedNetwork;
use crate::service::ServiceErrorKind;

/// Credentials are renewed this long before they end. Instance metadata has the next ones five minutes before.
const EARLY: Duration = Duration::from_secs(60);
/// While somebody renews credentials that are still good, the others go on with them for this long.
const RENEWAL: Duration = Duration::from_secs(10);
/// A renewal of credentials that are still good holds a signature up for no longer than this. Metadata services and STS
/// answer within one second.
const PATIENCE: Duration = Duration::from_secs(5);

/// One for all who want credentials.
const QUEUE: &str = "credentials";

/// The identity of one token.
pub(super) struct Identity {
    region: Option<String>,
    profile: Option<String>,
    network: SharedNetwork,
    /// One lane: a provider is never polled on two runtimes.
    source: Lanes<Arc<Origin>>,
    snapshot: Arc<Snapshot>,
}

/// What stays on the credential lane; a lane that is lost takes it with it.
#[derive(Default)]
struct Origin {
    settings: OnceLock<SdkConfig>,
    memory: Memory,
}

/// The credentials in force.
#[derive(Default)]
pub(super) struct Snapshot(Mutex<Option<Issued>>);

#[derive(Clone)]
struct Issued {
    credentials: Credentials,
    renew_at: Option<SystemTime>,
    published: Instant,
}

impl Identity {
    pub(super) fn new(region: Option<String>, profile: Option<String>, network: SharedNetwork) -> Self {
        Self { region, profile, network, source: Lanes::new(1, Arc::default), snapshot: Arc::default() }
    }

    /// The credentials in force, for clients of signing lanes.
    pub(super) fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot)
    }

    /// Region and settings from the environment and the shared files, read on the credential lane.
    pub(super) fn settings(&self, deadline: &Deadline) -> Result<SdkConfig, Failure> {
        let loader = self.loader()?;
        self.source.run(QUEUE, deadline, |origin| {
            let origin = Arc::clone(origin);
            async move { load(&origin.settings, loader).await }
        })?
    }

    /// Makes sure that the snapshot holds credentials that are good now. Asks nobody while they are.
    pub(super) fn refresh(&self, deadline: &Deadline) -> Result<(), Failure> {
        let asked = Instant::now();
        if !self.snapshot.needs_renewal() {
            return Ok(());
        }
        if !self.snapshot.is_usable() {
            return self.renew(asked, deadline);
        }
        let patience = Deadline::after(PATIENCE.min(deadline.remaining() / 2));
        match self.renew(asked, &patience) {
            // Credentials that are still good outlast a source that is out of order.
            Err(_) if self.snapshot.is_usable() => Ok(()),
            outcome => outcome,
        }
    }

    /// Forgets credentials that AWS said are not good, whatever their date says: those of a request that began at this
    /// moment, and no newer ones.
    pub(super) fn forget(&self, began: Instant) {
        self.snapshot.lock().take_if(|issued| issued.published <= began);
    }

    /// Gets new credentials, unless somebody else has since this moment.
    fn renew(&self, asked: Instant, deadline: &Deadline) -> Result<(), Failure> {
        let loader = self.loader()?;
        let snapshot = self.snapshot();
        let search = Arc::new(Search::new(self.profile.clone(), self.network.get().settings().privileged));
        let searching = Arc::clone(&search);
        let outcome = self.source.run(QUEUE, deadline, |origin| {
            let origin = Arc::clone(origin);
            async move {
                // While this call waited for the lane.
                if snapshot.is_newer_than(asked) {
                    return Ok(());
                }
                let settings = load(&origin.settings, loader).await?;
                let found = searching.run(&settings, &origin.memory).await;
                snapshot.publish(found.ok_or_else(|| searching.failure())?);
                Ok(())
            }
        });
        match outcome {
            Ok(outcome) => outcome,
            Err(LaneError::Deadline) => Err(search.failure_at_deadline()),
            Err(LaneError::Busy) => Err(Failure::plain(
                ServiceErrorKind::TimedOut,
                "no AWS credentials: another call was still searching for them at the deadline".to_owned(),
                "see which source does not answer, or raise timeout in [network]",
            )),
            Err(error @ LaneError::System(_)) => Err(error.into()),
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

impl Snapshot {
    fn lock(&self) -> MutexGuard<'_, Option<Issued>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn publish(&self, credentials: Credentials) {
        let now = SystemTime::now();
        let renew_at = credentials.expiry().map(|end| {
            let life = end.duration_since(now).unwrap_or_default();
            // Half-way through for the very short-lived.
            now + life.saturating_sub(EARLY).max(life / 2)
        });
        *self.lock() = Some(Issued { credentials, renew_at, published: Instant::now() });
    }

    /// True for one caller at a time while the credentials are still good, and for everybody once they are not.
    fn needs_renewal(&self) -> bool {
        let mut issued = self.lock();
        let now = SystemTime::now();
        match issued.as_mut() {
            None => true,
            Some(issued) if issued.ended(now) => true,
            Some(issued) if issued.is_due(now) => {
                issued.renew_at = Some(now + RENEWAL);
                true
            }
            Some(_) => false,
        }
    }

    fn is_newer_than(&self, moment: Instant) -> bool {
        self.lock().as_ref().is_some_and(|issued| issued.published > moment && !issued.ended(SystemTime::now()))
    }

    fn is_usable(&self) -> bool {
        self.lock().as_ref().is_some_and(|issued| !issued.ended(SystemTime::now()))
    }
}

impl Issued {
    fn ended(&self, now: SystemTime) -> bool {
        self.credentials.expiry().is_some_and(|end| end <= now)
    }

    fn is_due(&self, now: SystemTime) -> bool {
        self.renew_at.is_some_and(|due| due <= now)
    }
}

/// What a signing lane's client asks before each request: answered at once, from memory.
impl ProvideCredentials for Snapshot {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let issued = self.lock().as_ref().map(|issued| issued.credentials.clone());
        future::ProvideCredentials::ready(
            issued.ok_or_else(|| CredentialsError::not_loaded("credentials were withdrawn while in use")),
        )
    }
}

/// Says whether there are any: credentials stay out of logs.
impl fmt::Debug for Snapshot {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Snapshot({})", if self.lock().is_some() { "set" } else { "empty" })
    }
}
