//! AWS KMS, through the official SDK.

mod algorithm;
mod attempts;
mod client;
mod endpoint;
mod error;
mod evidence;
#[cfg(feature = "grants")]
mod grants;
mod identity;
#[cfg(feature = "inquiry")]
mod inquiry;
mod kept;
mod mark;
mod name;
mod record;
#[cfg(feature = "inquiry")]
mod replay;
mod sdk;
mod source;
mod transport;

use std::sync::Arc;

use aws_sdk_kms::Client;
use aws_sdk_kms::config::Builder;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{MessageType, SigningAlgorithmSpec};
use hardkey_attest::admission::Exceptions;
use hardkey_attest::public_key::Algorithm;
use hardkey_attest::report::RawEvidence;

use crate::deadline::Deadline;
use crate::network::SharedNetwork;
use crate::repetition::Warn;
use crate::search;
use crate::service::{KeyFault, KeyId, KeyRecord, KeyService, ServiceError, ServiceErrorKind, SignInput, Signature};
use attempts::Attempts;
use client::Clients;
use error::{Action, malformed};

pub use algorithm::{KEY_SPECS, KeySpec};
pub(crate) use endpoint::region_of as endpoint_region;
#[cfg(feature = "grants")]
pub use grants::{GrantedRole, Grants, KeyGrant};
#[cfg(feature = "inquiry")]
pub(crate) use inquiry::AwsInquiry;
pub use name::KeyName;
#[cfg(feature = "inquiry")]
pub(crate) use replay::send as replay;

/// One token's settings.
#[derive(Clone, Debug, Default)]
pub struct AwsConfig {
    /// Keys by name.
    pub keys: Vec<KeyName>,
    /// The one region of the token; `None` leaves it to the environment and the profile.
    pub region: Option<String>,
    /// Named profile of the shared AWS files.
    pub profile: Option<String>,
    /// URL to use instead of the region's own endpoint.
    pub endpoint: Option<String>,
    /// List the keys of the account and region as well.
    pub discover: bool,
}

/// AWS KMS as one token sees it.
pub struct AwsKms {
    keys: Vec<KeyName>,
    discover: bool,
    exceptions: Exceptions,
    clients: Clients<Client>,
    warn: Warn,
}

impl AwsKms {
    /// Makes the service. Nothing is read or connected before the first use.
    #[must_use]
    pub fn new(config: AwsConfig, exceptions: Exceptions, network: SharedNetwork) -> Self {
        let AwsConfig { keys, region, profile, endpoint, discover } = config;
        let clients = Clients::new(region, profile, endpoint, network);
        Self { keys, discover, exceptions, clients, warn: Arc::new(|_: &str| {}) }
    }

    /// Has somebody told, in one line without a full stop, before the service is asked to sign what it may have signed
    /// already.
    #[must_use]
    pub fn telling(self, warn: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self { warn: Arc::new(warn), ..self }
    }
}

impl KeyService for AwsKms {
    fn keys(
        &self,
        known: &[Arc<KeyRecord>],
        deadline: &Deadline,
    ) -> Result<Vec<Result<KeyRecord, KeyFault>>, ServiceError> {
        let wanted: Vec<KeyName> =
            self.keys.iter().filter(|name| known.iter().all(|record| record.name != name.as_str())).cloned().collect();
        let known_ids: Vec<KeyId> = known.iter().map(|record| record.id.clone()).collect();
        let (discover, exceptions, deadline) = (self.discover, self.exceptions, *deadline);
        self.clients.call(search::QUEUE, &deadline, |client| {
            let (wanted, known_ids) = (wanted.clone(), known_ids.clone());
            async move {
                let mut wanted: Vec<(KeyName, Option<String>)> = wanted.into_iter().map(|name| (name, None)).collect();
                if discover {
                    let listed = record::list(&client).await?;
                    wanted.extend(
                        listed.into_iter().filter(|(name, _)| known_ids.iter().all(|id| id.as_str() != name.as_str())),
                    );
                }
                let requests = wanted.into_iter().map(|(name, label)| {
                    let wanted = name.as_str().to_owned();
                    (wanted, record::fetch(&client, name, label, exceptions, deadline))
                });
                search::fetch_all(requests).await
            }
        })
    }

    fn sign(&self, key: &KeyId, input: SignInput<'_>, deadline: &Deadline) -> Result<Signature, ServiceError> {
        let algorithm = signing_algorithm(input)?;
        // AWS KMS takes an ECDSA digest of exactly the length that the algorithm's name says.
        let digest = input.algorithm.ecdsa_digest(input.digest).map_err(|_| unsupported(input))?;
        let (told, warn) = (key.clone(), Arc::clone(&self.warn));
        let warn: Warn = Arc::new(move |why: &str| warn(&format!("key {told}: {why}")));
        self.clients.call(key.as_str(), deadline, |client| {
            let request = client
                .sign()
                .key_id(key.as_str())
                .message(Blob::new(digest.clone()))
                .message_type(MessageType::Digest)
                .signing_algorithm(algorithm.clone());
            let (deadline, warn) = (*deadline, Arc::clone(&warn));
            async move {
                let answer = Attempts::ask_and_tell(Action::SIGN, deadline, warn, |settings: Builder| {
                    request.customize().config_override(settings).send()
                })
                .await?;
                if answer.key_id() != Some(key.as_str()) {
                    return Err(malformed("the answer to kms:Sign names another key"));
                }
                match answer.signature() {
                    Some(signature) => Ok(Signature::new(unwrapped(input.algorithm, signature.as_ref()))),
                    None => Err(malformed("the answer to kms:Sign holds no signature")),
                }
            }
        })
    }

    fn evidence(&self, key: &KeyId, deadline: &Deadline) -> Result<Vec<RawEvidence>, ServiceError> {
        self.clients.call(key.as_str(), deadline, |client| {
            let (key, deadline) = (key.clone(), *deadline);
            async move { evidence::collect(&client, &key, deadline).await }
        })
    }
}

fn signing_algorithm(input: SignInput<'_>) -> Result<SigningAlgorithmSpec, ServiceError> {
    KeySpec::of(input.algorithm)
        .and_then(|row| row.signing_algorithm(input.scheme))
        .map(SigningAlgorithmSpec::from)
        .ok_or_else(|| unsupported(input))
}

fn unsupported(input: SignInput<'_>) -> ServiceError {
    ServiceError {
        kind: ServiceErrorKind::Unsupported,
        cause: format!(
            "AWS KMS does not sign {} bytes with {:?} and a {} key",
            input.digest.len(),
            input.scheme,
            input.algorithm.name()
        ),
        remedy: "use another mechanism".to_owned(),
        request_id: None,
    }
}

/// AWS KMS wraps ECDSA signatures in DER. What is not DER stays as it is, for the check that follows to reject.
fn unwrapped(algorithm: Algorithm, signature: &[u8]) -> Vec<u8> {
    algorithm.ecdsa_from_der(signature).unwrap_or_else(|_| signature.to_vec())
}
