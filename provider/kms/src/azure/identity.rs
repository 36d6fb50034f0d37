//! Who asks: for what a vault wants a token, and the token in force.
//!
//! The SDK's credentials hold caches and connections, so they live on one lane of their own, driven by whoever needs a token.
//! Everybody else gets an immutable snapshot: a vault is asked for its challenge once, and not once per client.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Instant, SystemTime};

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, Secret, TokenCredential, TokenRequestOptions};
use azure_core::error::{Error, ErrorKind};
use azure_core::time::OffsetDateTime;
use reqwest::Url;

use super::attempts::Attempts;
use super::challenge::Challenge;
use super::error::{Action, Asked};
use super::place::Place;
use super::source::Search;
use super::transport;
use crate::credentials::{Expires, Snapshot};
use crate::deadline::Deadline;
use crate::failure::Failure;
use crate::lane::{LaneError, Lanes};
use crate::network::SharedNetwork;
use crate::repetition::Repetition;
use crate::service::ServiceErrorKind;

/// One for all who want credentials.
const QUEUE: &str = "credentials";

/// The identity of one token.
pub(super) struct Identity {
    place: Place,
    endpoint: Url,
    network: SharedNetwork,
    /// One lane: a credential is never polled on two runtimes.
    source: Arc<Lanes<Arc<Known>>>,
    issued: Arc<Issued>,
    /// What tokens are for, where they are not for the vault.
    scope: Option<&'static str>,
    /// Whether tokens are of the tenant that the vault names, instead of the one that is configured.
    in_the_vaults_tenant: bool,
}

/// What stays on the credential lane; a lane that is lost takes it with it.
#[derive(Default)]
struct Known(Mutex<Option<Challenge>>);

/// The token in force.
pub(super) type Issued = Snapshot<Pass>;

/// What a request is let in with.
#[derive(Clone)]
pub(super) struct Pass {
    token: Secret,
    expiry: SystemTime,
    /// What the vault asked for.
    pub(super) challenge: Challenge,
}

impl Expires for Pass {
    fn expiry(&self) -> Option<SystemTime> {
        Some(self.expiry)
    }
}

impl Identity {
    pub(super) fn new(place: Place, endpoint: Url, network: SharedNetwork) -> Self {
        let source = Arc::new(Lanes::new(1, Arc::default));
        Self { place, endpoint, network, source, issued: Arc::default(), scope: None, in_the_vaults_tenant: false }
    }

    /// The same in the tenant that the vault names: a CA's vaults are other people's. Its application is known in each such tenant.
    ///
    /// The name of a tenant is all that a vault gives, and the authority is one of Azure's: what proves who asks goes nowhere else.
    #[cfg(feature = "inquiry")]
    pub(super) fn in_the_vaults_tenant(self) -> Self {
        Self { in_the_vaults_tenant: true, ..self }
    }

    /// The same identity's tokens for somebody else than the vault.
    #[cfg(any(feature = "inquiry", feature = "grants"))]
    pub(super) fn elsewhere(&self, scope: &'static str) -> Self {
        Self {
            place: self.place.clone(),
            endpoint: self.endpoint.clone(),
            network: self.network.clone(),
            source: Arc::clone(&self.source),
            issued: Arc::default(),
            scope: Some(scope),
            in_the_vaults_tenant: self.in_the_vaults_tenant,
        }
    }

    /// The token in force, for clients of signing lanes.
    pub(super) fn issued(&self) -> &Arc<Issued> {
        &self.issued
    }

    /// Makes sure that the snapshot holds a token that is good now. Asks nobody while it does.
    pub(super) fn refresh(&self, deadline: &Deadline) -> Result<(), Failure> {
        self.issued.refresh(deadline, |asked, deadline| self.renew(asked, deadline))
    }

    /// Gets a new one, unless somebody else has since this moment.
    fn renew(&self, asked: Instant, deadline: &Deadline) -> Result<(), Failure> {
        let issued = Arc::clone(&self.issued);
        let network = self.network.get();
        let attempts = Attempts {
            asked: Asked { place: self.place.clone(), tenant: None, desk: None },
            repetition: Repetition { most: network.settings().attempts, deadline: *deadline },
        };
        let search = Search::new(self.place.clone(), Arc::clone(&network), *deadline);
        #[cfg(feature = "inquiry")]
        let search = search.at_azures_authority(self.in_the_vaults_tenant);
        let search = Arc::new(search);
        let searching = Arc::clone(&search);
        let (endpoint, elsewhere, in_its_tenant) = (&self.endpoint, self.scope, self.in_the_vaults_tenant);
        let outcome = self.source.run(QUEUE, deadline, |known| {
            let known = Arc::clone(known);
            async move {
                // While this call waited for the lane.
                if issued.is_newer_than(asked) {
                    return Ok(());
                }
                let challenge = match known.get() {
                    Some(challenge) => challenge,
                    None => {
                        let headers = attempts
                            .ask(Action::Challenge, || transport::without_token(&network, endpoint.clone()))
                            .await?;
                        let read = Challenge::read(&attempts.asked.place, headers.iter().map(String::as_str));
                        known.set(read.map_err(|why| refused(endpoint, &why))?)
                    }
                };
                let scope = elsewhere.map_or_else(|| challenge.scope(), str::to_owned);
                let tenant = challenge.tenant().filter(|_| in_its_tenant);
                let AccessToken { token, expires_on, .. } = searching.run(&scope, tenant).await?;
                issued.publish(Pass { token, expiry: SystemTime::from(expires_on), challenge });
                Ok(())
            }
        });
        match outcome {
            Ok(outcome) => outcome,
            Err(LaneError::Deadline) => Err(search.tried().failure_at_deadline()),
            Err(LaneError::Busy) => Err(search.tried().failure_in_queue()),
            Err(error @ LaneError::System(_)) => Err(Failure::of_lane(self.place.service(), error)),
        }
    }
}

/// A challenge that is none of this vault's.
fn refused(endpoint: &Url, why: &str) -> Failure {
    Failure::plain(
        ServiceErrorKind::Malformed,
        format!("what answers at {} {why}", endpoint.origin().ascii_serialization()),
        "check the name of the vault, the endpoint, and what stands between this machine and the vault",
    )
}

impl Known {
    fn get(&self) -> Option<Challenge> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, challenge: Challenge) -> Challenge {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(challenge).clone()
    }
}

/// What a signing lane's client asks before each request: answered at once, from memory.
#[async_trait]
impl TokenCredential for Issued {
    async fn get_token(&self, _: &[&str], _: Option<TokenRequestOptions<'_>>) -> azure_core::Result<AccessToken> {
        let gone = || Error::with_message(ErrorKind::Credential, "the token was withdrawn while in use");
        let pass = self.get().ok_or_else(gone)?;
        // The client would keep a token until its end, and go on with one that the vault no longer takes.
        Ok(AccessToken::new(pass.token, OffsetDateTime::UNIX_EPOCH))
    }
}
