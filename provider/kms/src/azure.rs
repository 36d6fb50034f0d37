//! Azure Key Vault and Azure Managed HSM, through the official SDK.

mod algorithm;
mod attempts;
mod certificate;
mod challenge;
mod client;
#[cfg(any(feature = "inquiry", feature = "grants"))]
mod desk;
mod error;
mod evidence;
#[cfg(feature = "grants")]
mod grants;
mod identity;
#[cfg(feature = "inquiry")]
mod inquiry;
mod marking;
mod name;
mod place;
mod record;
mod source;
mod transport;

use std::sync::Arc;

use azure_core::error::Error;
use azure_core::http::RequestContent;
use azure_security_keyvault_keys::models::{
    KeyClientSignOptions, KeyOperationResult, SignParameters, SignatureAlgorithm,
};
use hardkey_attest::admission::Exceptions;
use hardkey_attest::report::RawEvidence;
use reqwest::Url;

use crate::deadline::Deadline;
use crate::failure::Failure;
use crate::network::SharedNetwork;
use crate::repetition::Warn;
use crate::search;
use crate::service::{KeyFault, KeyId, KeyRecord, KeyService, ServiceError, ServiceErrorKind, SignInput, Signature};
use algorithm::KeyKind;
use client::{Client, Clients};
use error::Action;

pub use algorithm::KEY_KINDS;
#[cfg(feature = "grants")]
pub use grants::{Grants, Held, HeldRole, Permissions, Policy};
#[cfg(feature = "inquiry")]
pub(crate) use inquiry::AzureInquiry;
pub use name::KeyName;
pub use place::Place;
pub(crate) use place::plain_url;

/// One token's settings.
#[derive(Clone, Debug)]
pub struct AzureConfig {
    /// The vault or Managed HSM.
    pub place: Place,
    /// Keys of it, and versions.
    pub keys: Vec<KeyName>,
    /// URL to ask instead of the vault's own: a token for the vault is sent there.
    pub endpoint: Option<Url>,
    /// List the keys of the vault as well.
    pub discover: bool,
}

/// A vault or a Managed HSM as one token sees it.
pub struct AzureKeys {
    keys: Vec<KeyName>,
    discover: bool,
    exceptions: Exceptions,
    clients: Clients,
    warn: Warn,
}

impl AzureKeys {
    /// Makes the service. Nothing is read or connected before the first use.
    #[must_use]
    pub fn new(config: AzureConfig, exceptions: Exceptions, network: SharedNetwork) -> Self {
        let AzureConfig { place, keys, endpoint, discover } = config;
        let clients = Clients::new(place, endpoint, network);
        Self { keys, discover, exceptions, clients, warn: Arc::new(|_: &str| {}) }
    }

    /// Has somebody told, in one line without a full stop, before the service is asked to sign what it may have signed
    /// already, and of certificates that are not shown.
    #[must_use]
    pub fn telling(self, warn: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self { warn: Arc::new(warn), ..self }
    }

    fn version(&self, key: &KeyId) -> Result<KeyName, ServiceError> {
        let parsed = KeyName::parse(key.as_str()).ok().filter(|name| name.version().is_some());
        parsed.filter(|name| name.place() == self.clients.place()).ok_or_else(|| ServiceError {
            kind: ServiceErrorKind::NotFound,
            cause: format!("{key} is no key version in {}", self.clients.place()),
            remedy: "report this as a bug, with this line".to_owned(),
            request_id: None,
        })
    }
}

impl KeyService for AzureKeys {
    fn keys(
        &self,
        known: &[Arc<KeyRecord>],
        deadline: &Deadline,
    ) -> Result<Vec<Result<KeyRecord, KeyFault>>, ServiceError> {
        let is_new = |name: &KeyName| known.iter().all(|record| record.name != name.as_str());
        let wanted: Vec<KeyName> = self.keys.iter().filter(|name| is_new(name)).cloned().collect();
        let known: Vec<String> = known.iter().map(|record| record.name.clone()).collect();
        self.clients.call(search::QUEUE, deadline, |client| {
            let (mut wanted, known) = (wanted.clone(), known.clone());
            let warn = Arc::clone(&self.warn);
            async move {
                if self.discover {
                    for name in record::list(&client, self.clients.place()).await? {
                        if known.iter().all(|known| known != name.as_str()) && !wanted.contains(&name) {
                            wanted.push(name);
                        }
                    }
                }
                let requests = wanted.iter().map(|name| {
                    let fetched = record::fetch(&client, name, self.exceptions, &warn);
                    (name.as_str().to_owned(), fetched)
                });
                search::fetch_all(requests).await
            }
        })
    }

    fn sign(&self, key: &KeyId, input: SignInput<'_>, deadline: &Deadline) -> Result<Signature, ServiceError> {
        let name = self.version(key)?;
        let unsupported = || self.unsupported(input);
        let algorithm = KeyKind::of(input.algorithm).and_then(|row| row.signing_algorithm(input.scheme));
        let algorithm: SignatureAlgorithm = algorithm.and_then(|name| name.parse().ok()).ok_or_else(unsupported)?;
        // Azure takes an ECDSA digest of exactly the length that the algorithm's name says.
        let digest = input.algorithm.ecdsa_digest(input.digest).map_err(|_| unsupported())?;
        let (told, warn) = (key.clone(), Arc::clone(&self.warn));
        let warn: Warn = Arc::new(move |why: &str| warn(&format!("key {told}: {why}")));
        self.clients.call(key.as_str(), deadline, |client| {
            let parameters = SignParameters { algorithm: Some(algorithm.clone()), value: Some(digest.clone()) };
            let (name, warn) = (name.clone(), Arc::clone(&warn));
            async move { sign(&client, &name, &parameters, &warn).await }
        })
    }

    fn evidence(&self, key: &KeyId, deadline: &Deadline) -> Result<Vec<RawEvidence>, ServiceError> {
        let name = self.version(key)?;
        self.clients.call(key.as_str(), deadline, |client| {
            let name = name.clone();
            async move { evidence::collect(&client, &name).await }
        })
    }
}

impl AzureKeys {
    fn unsupported(&self, input: SignInput<'_>) -> ServiceError {
        ServiceError {
            kind: ServiceErrorKind::Unsupported,
            cause: format!(
                "{} does not sign {} bytes with {:?} and a {} key",
                self.clients.place().service(),
                input.digest.len(),
                input.scheme,
                input.algorithm.name()
            ),
            remedy: "use another mechanism".to_owned(),
            request_id: None,
        }
    }
}

async fn sign(client: &Client, key: &KeyName, parameters: &SignParameters, warn: &Warn) -> Result<Signature, Failure> {
    let send = || async {
        let content = RequestContent::try_from(parameters.clone())?;
        let options = KeyClientSignOptions { key_version: key.version().map(str::to_owned), ..Default::default() };
        let body = client.sdk.keys.sign(key.name(), content, Some(options)).await?.into_body();
        Ok::<_, Error>(body)
    };
    let asked = &client.attempts.asked;
    let body = client.attempts.ask_and_tell(Action::Sign, warn, send).await?;
    let answer: KeyOperationResult = serde_json::from_slice(&body).map_err(|_| asked.malformed(Action::Sign))?;
    if answer.kid.and_then(|kid| key.answered_by(&kid)).is_none() {
        return Err(asked.wrong("the answer to keys/sign names another key"));
    }
    match answer.result {
        Some(signature) => Ok(Signature::new(signature)),
        None => Err(asked.wrong("the answer to keys/sign holds no signature")),
    }
}
