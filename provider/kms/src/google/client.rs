//! Signing lanes of one token.

use std::future::Future;
use std::sync::{Arc, OnceLock};

use google_cloud_kms_v1::client::KeyManagementService;
use google_cloud_kms_v1::model::{CryptoKey, CryptoKeyVersion};

use super::action::Action;
use super::attempts::Attempts;
use super::endpoint;
use super::error::{SERVICE, malformed};
use super::identity::Identity;
use super::integrity;
use super::name::{KeyName, KeyRing};
use super::stub::Rest;
use crate::deadline::Deadline;
use crate::failure::Failure;
use crate::lane::Lanes;
use crate::network::{SharedNetwork, Wire};
use crate::repetition::Repetition;
use crate::service::ServiceError;

/// Cloud KMS API reference: a page has at most 1,000 items. Fewer pages, fewer round trips.
const PER_PAGE: i32 = 1000;
/// A listing that goes on for longer than any key ring can is not believed. Keys and versions have no documented limit; a
/// hundred thousand of either take longer than any deadline to ask for.
const MOST_PAGES: usize = 100;

/// The clients of one token.
pub(super) struct Clients {
    identity: Arc<Identity>,
    endpoint: Option<String>,
    location: String,
    network: SharedNetwork,
    lanes: OnceLock<Lanes<Lane>>,
}

/// The SDK's client of one lane, and what is below it.
#[derive(Clone)]
struct Lane {
    service: KeyManagementService,
    rest: Arc<Rest>,
}

/// A lane's client and the limits of one call.
#[derive(Clone)]
pub(super) struct Client {
    pub(super) service: KeyManagementService,
    pub(super) rest: Arc<Rest>,
    pub(super) attempts: Attempts,
}

impl Clients {
    pub(super) fn new(
        identity: Arc<Identity>,
        endpoint: Option<String>,
        location: String,
        network: SharedNetwork,
    ) -> Self {
        Self { identity, endpoint, location, network, lanes: OnceLock::new() }
    }

    /// Runs one request, or one group of them, on a lane; once more with new credentials if Google no longer takes the old.
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
        let attempts = Attempts(Repetition { most: self.network.get().settings().attempts, deadline: *deadline });
        self.identity.issued().use_for(|| {
            self.identity.refresh(deadline)?;
            let outcome = self.lanes()?.run(queue, deadline, |lane| {
                let Lane { service, rest } = lane.clone();
                request(Client { service, rest, attempts })
            });
            outcome.map_err(|error| Failure::of_lane(SERVICE, error))?
        })
    }

    fn lanes(&self) -> Result<&Lanes<Lane>, Failure> {
        if let Some(lanes) = self.lanes.get() {
            return Ok(lanes);
        }
        let network = self.network.get();
        let settings = network.settings();
        let endpoint = endpoint::chosen(self.endpoint.as_deref(), &self.location, settings.privileged)?;
        let (cap, connect, limit) = (settings.lanes, settings.connect_timeout, settings.attempt_timeout);
        let issued = Arc::clone(self.identity.issued());
        let build = move || {
            let rest = Arc::new(Rest {
                wire: Wire::new(Arc::clone(&network), connect),
                endpoint: endpoint.clone(),
                issued: Arc::clone(&issued),
                limit,
            });
            Lane { service: KeyManagementService::from_stub::<Rest>(Arc::clone(&rest)), rest }
        };
        Ok(self.lanes.get_or_init(|| Lanes::new(cap, build)))
    }
}

impl Client {
    /// Every key of a ring.
    pub(super) async fn keys(&self, ring: &KeyRing) -> Result<Vec<CryptoKey>, Failure> {
        let mut all = Vec::new();
        let mut token = String::new();
        for _ in 0..MOST_PAGES {
            let send = || {
                let request = self.service.list_crypto_keys().set_parent(ring.as_str());
                request.set_page_size(PER_PAGE).set_page_token(&token).send()
            };
            let page =
                self.attempts.ask(Action::ListCryptoKeys, send, |page| integrity::of_keys(ring.as_str(), page)).await?;
            all.extend(page.crypto_keys);
            token = page.next_page_token;
            if token.is_empty() {
                return Ok(all);
            }
        }
        Err(malformed("the answers to ListCryptoKeys do not end"))
    }

    /// Every version of a key.
    pub(super) async fn versions(&self, key: &KeyName) -> Result<Vec<CryptoKeyVersion>, Failure> {
        let mut all = Vec::new();
        let mut token = String::new();
        for _ in 0..MOST_PAGES {
            let send = || {
                let request = self.service.list_crypto_key_versions().set_parent(key.as_str());
                request.set_page_size(PER_PAGE).set_page_token(&token).send()
            };
            let page = self
                .attempts
                .ask(Action::ListCryptoKeyVersions, send, |page| integrity::of_versions(key.as_str(), page))
                .await?;
            all.extend(page.crypto_key_versions);
            token = page.next_page_token;
            if token.is_empty() {
                return Ok(all);
            }
        }
        Err(malformed("the answers to ListCryptoKeyVersions do not end"))
    }
}
