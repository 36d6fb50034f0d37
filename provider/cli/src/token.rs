//! Tokens: the configured key services, opened.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use hardkey_attest::report::RawEvidence;
use hardkey_kms::config::{self, Config, Environment, ServiceConfig, TokenConfig};
use hardkey_kms::network::SharedNetwork;
use hardkey_kms::service::{KeyFault, KeyId, KeyRecord, KeyService, Marking, ServiceError, UsableKey};
use hardkey_kms::signing::{self, Way};
use hardkey_kms::{Deadline, opening};

use crate::failure::Failure;
use crate::output;

/// One configured key service.
pub(crate) struct Token {
    pub(crate) label: String,
    /// What its cloud calls the service.
    pub(crate) service_name: &'static str,
    /// Names of keys, as they are configured.
    configured: Vec<String>,
    service: Box<dyn KeyService>,
    marking: Box<dyn Marking>,
    timeout: Duration,
}

/// What is configured for this process, by the rules of the module.
pub(crate) fn configuration() -> Result<Config, Failure> {
    Ok(config::load(&environment())?)
}

/// One key by its full name, with the network and the exceptions of a configuration.
pub(crate) fn configuration_for(name: &str, config: Config) -> Result<Config, Failure> {
    let alone = Environment { key: Some(name.to_owned()), ..environment() };
    match config::load(&alone) {
        Ok(named) => Ok(Config { tokens: named.tokens, ..config }),
        Err(error) => {
            let text = error.to_string();
            Err(Failure::unusable(format!("--key: {}", text.strip_prefix("HARDKEY_KEY: ").unwrap_or(&text))))
        }
    }
}

fn environment() -> Environment {
    Environment::of_process(None, is_privileged())
}

/// Whether whoever started this process has fewer rights than it: then the environment is not to be believed.
fn is_privileged() -> bool {
    #[cfg(unix)]
    {
        use rustix::process::{getegid, geteuid, getgid, getuid};
        getuid() != geteuid() || getgid() != getegid()
    }
    #[cfg(not(unix))]
    {
        false
    }
}

impl Token {
    /// Opens every token. Nothing is connected before the first use.
    pub(crate) fn all(config: &Config) -> Vec<Rc<Self>> {
        let network = SharedNetwork::new(config.network.clone());
        config.tokens.iter().map(|token| Rc::new(Self::open(token, config, &network))).collect()
    }

    fn open(token: &TokenConfig, config: &Config, network: &SharedNetwork) -> Self {
        let told = token.label.clone();
        let warn = move |line: &str| output::tell(&format!("token {told:?}: {line}"));
        let (service_name, configured) = match &token.service {
            ServiceConfig::Aws(aws) => ("AWS KMS", names(&aws.keys, |name| name.as_str())),
            ServiceConfig::Azure(azure) => (azure.place.service(), names(&azure.keys, |name| name.as_str())),
            ServiceConfig::Google(google) => ("Google Cloud KMS", names(&google.keys, |name| name.as_str())),
        };
        let service = opening::open(token.service.clone(), config.admission, network, warn);
        let marking = opening::open_for_marking(token.service.clone(), config.admission, network);
        Self { label: token.label.clone(), service_name, configured, service, marking, timeout: network.timeout() }
    }

    /// Whether a key is configured under just this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.configured.iter().any(|known| known == name)
    }

    /// Asks for every key.
    pub(crate) fn keys(&self) -> Result<Vec<Result<KeyRecord, KeyFault>>, ServiceError> {
        self.service.keys(&[] as &[Arc<KeyRecord>], &Deadline::after(self.timeout))
    }

    /// Has a message signed, in the form that certificates have.
    pub(crate) fn sign(&self, id: &KeyId, key: &UsableKey, way: Way, message: &[u8]) -> Result<Vec<u8>, ServiceError> {
        let deadline = Deadline::after(self.timeout);
        signing::sign(&*self.service, (id, key), way, message, &deadline, |reason| {
            output::tell(&format!(
                "token {:?}: key {id}: {reason}; it is thrown away and asked for again, so the key service's log may show two signatures",
                self.label
            ));
        })
    }

    /// Sets a tag or label of a key.
    pub(crate) fn mark(&self, id: &KeyId, name: &str, value: &str) -> Result<(), ServiceError> {
        self.marking.mark(id, name, value, &Deadline::after(self.timeout))
    }

    /// What the service says of a key, as it came.
    pub(crate) fn evidence(&self, id: &KeyId) -> Result<Vec<RawEvidence>, ServiceError> {
        self.service.evidence(id, &Deadline::after(self.timeout))
    }
}

fn names<Name>(keys: &[Name], text: impl Fn(&Name) -> &str) -> Vec<String> {
    keys.iter().map(|name| text(name).to_owned()).collect()
}
