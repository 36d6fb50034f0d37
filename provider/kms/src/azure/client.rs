//! Signing lanes of one token.

use std::future::Future;
use std::sync::{Arc, OnceLock};

use azure_core::credentials::TokenCredential;
use azure_core::http::{ClientOptions, RetryOptions, Transport, UserAgentOptions};
use azure_security_keyvault_certificates::{CertificateClient, CertificateClientOptions};
use azure_security_keyvault_keys::{KeyClient, KeyClientOptions};
use azure_security_keyvault_secrets::{SecretClient, SecretClientOptions};
use reqwest::Url;

use super::attempts::Attempts;
use super::error::Asked;
use super::identity::{Identity, Issued};
use super::place::Place;
use super::transport::VaultTransport;
use crate::deadline::Deadline;
use crate::failure::Failure;
use crate::lane::Lanes;
use crate::network::{Network, SharedNetwork, Wire};
use crate::repetition::Repetition;
use crate::service::{ServiceError, ServiceErrorKind};
use crate::wording::chain;

/// Who asks, as a vault's log shows it: Azure SDK design guidelines, at most 24 characters.
const PROGRAM: &str = concat!("hardkey-", env!("CARGO_PKG_VERSION"));

/// The clients of one token.
pub(super) struct Clients {
    place: Place,
    endpoint: Url,
    identity: Identity,
    network: SharedNetwork,
    lanes: OnceLock<Lanes<Lane>>,
}

/// The SDK's clients of one lane, over one connection.
#[derive(Clone)]
struct Lane(Result<Arc<Sdk>, Failure>);

/// The SDK's clients.
pub(super) struct Sdk {
    pub(super) keys: KeyClient,
    pub(super) certificates: CertificateClient,
    pub(super) secrets: SecretClient,
}

/// A lane's clients and the limits of one call.
#[derive(Clone)]
pub(super) struct Client {
    pub(super) sdk: Arc<Sdk>,
    pub(super) attempts: Attempts,
    pub(super) endpoint: Url,
}

impl Clients {
    pub(super) fn new(place: Place, endpoint: Option<Url>, network: SharedNetwork) -> Self {
        let endpoint = endpoint.unwrap_or_else(|| place.url());
        let identity = Identity::new(place.clone(), endpoint.clone(), network.clone());
        Self { place, endpoint, identity, network, lanes: OnceLock::new() }
    }

    /// The same for who asks about other people's vaults: in the tenant of each, as the vault names it.
    #[cfg(feature = "inquiry")]
    pub(super) fn of_strangers(place: Place, endpoint: Url, network: SharedNetwork) -> Self {
        let identity = Identity::new(place.clone(), endpoint.clone(), network.clone()).in_the_vaults_tenant();
        Self { place, endpoint, identity, network, lanes: OnceLock::new() }
    }

    /// Who asks.
    #[cfg(feature = "inquiry")]
    pub(super) fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The vault.
    pub(super) fn place(&self) -> &Place {
        &self.place
    }

    /// Runs one request, or one group of them, on a lane; once more with a new token if Azure no longer takes the old. Waits for
    /// no request of another queue.
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
            let tenant = self.identity.issued().get().and_then(|pass| pass.challenge.tenant().map(str::to_owned));
            let attempts = Attempts {
                asked: Asked { place: self.place.clone(), tenant, desk: None },
                repetition: Repetition { most: self.network.get().settings().attempts, deadline: *deadline },
            };
            let outcome = self.lanes().run(queue, deadline, |lane| {
                let (lane, endpoint) = (lane.clone(), self.endpoint.clone());
                let request = lane.0.map(|sdk| request(Client { sdk, attempts, endpoint }));
                async move { request?.await }
            });
            outcome.map_err(|error| Failure::of_lane(self.place.service(), error))?
        })
    }

    fn lanes(&self) -> &Lanes<Lane> {
        self.lanes.get_or_init(|| {
            let (place, endpoint) = (self.place.clone(), self.endpoint.clone());
            let (network, issued) = (self.network.get(), Arc::clone(self.identity.issued()));
            let cap = network.settings().lanes;
            Lanes::new(cap, move || Lane(sdk(&place, &endpoint, &network, &issued).map(Arc::new)))
        })
    }
}

/// Clients that ask the vault by the name Azure gave it; the transport knows where that is. So the SDK's own check of whom a
/// token is for holds, wherever the vault is asked.
fn sdk(place: &Place, endpoint: &Url, network: &Arc<Network>, issued: &Arc<Issued>) -> Result<Sdk, Failure> {
    let settings = network.settings();
    let transport = Transport::new(Arc::new(VaultTransport {
        wire: Wire::new(Arc::clone(network), settings.connect_timeout),
        place: place.clone(),
        endpoint: endpoint.clone(),
        issued: Arc::clone(issued),
        limit: settings.attempt_timeout,
    }));
    let credential = || -> Arc<dyn TokenCredential> { Arc::<Issued>::clone(issued) };
    let client_options = || client_options(transport.clone());
    let url = place.to_string();
    let made = || -> azure_core::Result<Sdk> {
        let keys = KeyClientOptions { client_options: client_options(), ..Default::default() };
        let certificates = CertificateClientOptions { client_options: client_options(), ..Default::default() };
        let secrets = SecretClientOptions { client_options: client_options(), ..Default::default() };
        Ok(Sdk {
            keys: KeyClient::new(&url, credential(), Some(keys))?,
            certificates: CertificateClient::new(&url, credential(), Some(certificates))?,
            secrets: SecretClient::new(&url, credential(), Some(secrets))?,
        })
    };
    made().map_err(|error| {
        let cause = format!("no client of {} can be made: {}", place.service(), chain(&error));
        Failure::plain(ServiceErrorKind::Malformed, cause, "report this as a bug, with this line")
    })
}

/// One attempt, through our own network.
pub(super) fn client_options(transport: Transport) -> ClientOptions {
    ClientOptions {
        transport: Some(transport),
        retry: RetryOptions::none(),
        user_agent: UserAgentOptions { application_id: Some(PROGRAM.to_owned()) },
        ..Default::default()
    }
}
