//! Google Cloud KMS, through the official SDK.

mod action;
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
mod integrity;
mod marking;
mod name;
mod record;
mod source;
mod stub;
#[cfg(any(feature = "grants", feature = "inquiry"))]
mod surroundings;

use std::path::PathBuf;
use std::sync::Arc;

use google_cloud_kms_v1::model::{AsymmetricSignRequest, AsymmetricSignResponse, Digest};
use hardkey_attest::admission::Exceptions;
use hardkey_attest::public_key::Algorithm;
use hardkey_attest::report::RawEvidence;
use hardkey_attest::signature::{Hash, Scheme};

use crate::deadline::Deadline;
use crate::network::SharedNetwork;
use crate::repetition::Warn;
use crate::search;
use crate::service::{KeyFault, KeyId, KeyRecord, KeyService, ServiceError, ServiceErrorKind, SignInput, Signature};
use action::Action;
use client::Clients;
use error::malformed;
use identity::Identity;

pub use algorithm::{ALGORITHMS, KeyAlgorithm};
pub(crate) use endpoint::location_of as endpoint_location;
#[cfg(feature = "grants")]
pub use grants::{Binding, Grants};
#[cfg(feature = "inquiry")]
pub(crate) use inquiry::GoogleInquiry;
pub use name::{KeyName, KeyRing, is_location};

/// One token's settings.
#[derive(Clone, Debug, Default)]
pub struct GoogleConfig {
    /// Keys and versions by name.
    pub keys: Vec<KeyName>,
    /// A ring whose keys are listed as well.
    pub key_ring: Option<KeyRing>,
    /// The one location of the token.
    pub location: String,
    /// A file of credentials, instead of those that the environment leads to.
    pub credentials: Option<PathBuf>,
    /// URL to use instead of Google's own endpoint.
    pub endpoint: Option<String>,
}

/// Google Cloud KMS as one token sees it.
pub struct GoogleKms {
    keys: Vec<KeyName>,
    key_ring: Option<KeyRing>,
    exceptions: Exceptions,
    clients: Clients,
    warn: Warn,
}

impl GoogleKms {
    /// Makes the service. Nothing is read or connected before the first use.
    #[must_use]
    pub fn new(config: GoogleConfig, exceptions: Exceptions, network: SharedNetwork) -> Self {
        let GoogleConfig { keys, key_ring, location, credentials, endpoint } = config;
        let identity = Arc::new(Identity::new(credentials, network.clone()));
        let clients = Clients::new(identity, endpoint, location, network);
        Self { keys, key_ring, exceptions, clients, warn: Arc::new(|_: &str| {}) }
    }

    /// Has somebody told, in one line without a full stop, before the service is asked to sign what it may have signed
    /// already.
    #[must_use]
    pub fn telling(self, warn: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self { warn: Arc::new(warn), ..self }
    }
}

impl KeyService for GoogleKms {
    fn keys(
        &self,
        known: &[Arc<KeyRecord>],
        deadline: &Deadline,
    ) -> Result<Vec<Result<KeyRecord, KeyFault>>, ServiceError> {
        let is_new = |name: &str| known.iter().all(|record| record.name != name);
        let wanted: Vec<KeyName> = self.keys.iter().filter(|name| is_new(name.as_str())).cloned().collect();
        let known_names: Vec<String> = known.iter().map(|record| record.name.clone()).collect();
        self.clients.call(search::QUEUE, deadline, |client| {
            let (mut wanted, known_names) = (wanted.clone(), known_names.clone());
            let (ring, exceptions) = (self.key_ring.clone(), self.exceptions);
            async move {
                let mut answers = Vec::new();
                if let Some(ring) = ring {
                    for key in client.keys(&ring).await? {
                        let name = KeyName::parse(&key.name).ok().filter(|name| ring.holds(name));
                        let name = name.ok_or_else(|| malformed("the answer to ListCryptoKeys names another key"))?;
                        if known_names.iter().any(|known| known == name.as_str()) || wanted.contains(&name) {
                            continue;
                        }
                        match key.purpose.name() {
                            Some("ASYMMETRIC_SIGN") => wanted.push(name),
                            purpose => answers.push(Ok(record::not_for_signing(&name, purpose.unwrap_or("unknown")))),
                        }
                    }
                }
                let requests =
                    wanted.iter().map(|name| (name.as_str().to_owned(), record::fetch(&client, name, exceptions)));
                answers.extend(search::fetch_all(requests).await?);
                Ok(answers)
            }
        })
    }

    fn sign(&self, key: &KeyId, input: SignInput<'_>, deadline: &Deadline) -> Result<Signature, ServiceError> {
        let request = request(key, input)?;
        let told = key.clone();
        let warn = Arc::clone(&self.warn);
        let warn: Warn = Arc::new(move |why: &str| warn(&format!("key {told}: {why}")));
        self.clients.call(key.as_str(), deadline, |client| {
            let (request, warn) = (request.clone(), Arc::clone(&warn));
            async move {
                let send = || client.service.asymmetric_sign().with_request(request.clone()).send();
                let check = |answer: &AsymmetricSignResponse| integrity::of_signature(&request, answer);
                let answer = client.attempts.ask_and_tell(Action::AsymmetricSign, &warn, send, check).await?;
                Ok(Signature::new(unwrapped(input.algorithm, &answer.signature)))
            }
        })
    }

    fn evidence(&self, key: &KeyId, deadline: &Deadline) -> Result<Vec<RawEvidence>, ServiceError> {
        self.clients.call(key.as_str(), deadline, |client| {
            let key = key.clone();
            async move { evidence::collect(&client, &key).await }
        })
    }
}

/// A digest goes under the name of the hash that the key version was made for; bytes to be padded go as they are.
fn request(key: &KeyId, input: SignInput<'_>) -> Result<AsymmetricSignRequest, ServiceError> {
    let request = AsymmetricSignRequest::new().set_name(key.as_str());
    let hash = match input.scheme {
        Scheme::RsaPkcs1(hash) | Scheme::RsaPss(hash) => Some(hash),
        Scheme::Ecdsa => input.algorithm.curve_hash(),
        Scheme::RsaPkcs1Raw => {
            let checksum = integrity::checksum(input.digest);
            return Ok(request.set_data(input.digest.to_vec()).set_data_crc32c(checksum));
        }
        _ => None,
    };
    // Google takes an ECDSA digest of exactly the length that the algorithm's name says.
    let digest = input.algorithm.ecdsa_digest(input.digest).ok();
    let (Some(hash), Some(digest)) = (hash, digest) else { return Err(unsupported(input)) };
    let checksum = integrity::checksum(&digest);
    let digest = match hash {
        Hash::Sha256 => Digest::new().set_sha256(digest),
        Hash::Sha384 => Digest::new().set_sha384(digest),
        Hash::Sha512 => Digest::new().set_sha512(digest),
    };
    Ok(request.set_digest(digest).set_digest_crc32c(checksum))
}

fn unsupported(input: SignInput<'_>) -> ServiceError {
    ServiceError {
        kind: ServiceErrorKind::Unsupported,
        cause: format!(
            "Google Cloud KMS does not sign {} bytes with {:?} and a {} key",
            input.digest.len(),
            input.scheme,
            input.algorithm.name()
        ),
        remedy: "use another mechanism".to_owned(),
        request_id: None,
    }
}

/// Google wraps ECDSA signatures in DER. What is not DER stays as it is, for the check that follows to reject.
fn unwrapped(algorithm: Algorithm, signature: &[u8]) -> Vec<u8> {
    algorithm.ecdsa_from_der(signature).unwrap_or_else(|_| signature.to_vec())
}
