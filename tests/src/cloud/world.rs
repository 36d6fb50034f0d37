//! An emulator with keys of one cloud, and what a program needs to use them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Cloud, Operation, Which};
use crate::azure::{AzureKey, TENANT};
use crate::emulator::Emulator;
use crate::proxy::Proxy;

/// An emulator with keys of one cloud.
pub struct World {
    /// The cloud.
    pub cloud: &'static Cloud,
    /// The emulator.
    pub emulator: Emulator,
    pub(super) labels: Vec<String>,
    pub(super) azure: Vec<AzureKey>,
    /// Leads Azure's own names to the emulator.
    pub(super) proxy: Option<Proxy>,
}

impl World {
    /// What a key is called in the configuration, in the order in which the keys were named.
    pub fn name(&self, place: usize) -> String {
        match self.cloud.which {
            Which::Aws => format!("alias/{}", self.labels[place]),
            Which::Azure => self.azure[place].id.clone(),
            Which::Google => self.emulator.google_version(place),
        }
    }

    /// A key's immutable name.
    pub fn id(&self, place: usize) -> String {
        match self.cloud.which {
            Which::Aws => self.emulator.key(place).arn,
            Which::Azure => self.azure[place].id.clone(),
            Which::Google => self.emulator.google_version(place),
        }
    }

    /// The same of a key by its label.
    pub fn id_of(&self, label: &str) -> String {
        self.id(self.labels.iter().position(|known| known == label).unwrap())
    }

    /// What a key is called in messages, once it is known.
    pub fn shown(&self, place: usize) -> String {
        let (name, id) = (self.name(place), self.id(place));
        if name == id { name } else { format!("{name} ({id})") }
    }

    /// The names of all keys, as `HARDKEY_KEY` takes them.
    pub fn names(&self) -> String {
        (0..self.labels.len()).map(|place| self.name(place)).collect::<Vec<_>>().join(" ")
    }

    /// What it takes to sign with every key, and nothing of the machine's own settings.
    pub fn environment(&self) -> BTreeMap<String, String> {
        let mut environment = self.anonymous();
        let credentials = match self.cloud.which {
            Which::Aws => vec![("AWS_ACCESS_KEY_ID", "test".to_owned()), ("AWS_SECRET_ACCESS_KEY", "test".to_owned())],
            Which::Azure => vec![
                ("AZURE_TENANT_ID", TENANT.to_owned()),
                ("AZURE_CLIENT_ID", "hardkey-tests".to_owned()),
                ("AZURE_CLIENT_SECRET", "secret".to_owned()),
            ],
            Which::Google => {
                let file = self.emulator.google_signer();
                vec![("GOOGLE_APPLICATION_CREDENTIALS", file.to_str().unwrap().to_owned())]
            }
        };
        environment.extend(credentials.into_iter().map(|(name, value)| (name.to_owned(), value)));
        environment
    }

    /// The same with credentials of a desk that has new ones at every fetch: a container's, Entra, the metadata server.
    pub fn renewed_environment(&self) -> BTreeMap<String, String> {
        let mut environment = self.anonymous();
        let (name, value) = match self.cloud.which {
            Which::Azure => return self.environment(),
            Which::Aws => ("AWS_CONTAINER_CREDENTIALS_FULL_URI", self.emulator.credentials_url()),
            Which::Google => ("GCE_METADATA_HOST", self.emulator.endpoint().replace("http://", "")),
        };
        environment.insert(name.to_owned(), value);
        environment
    }

    /// The same without credentials.
    pub fn anonymous(&self) -> BTreeMap<String, String> {
        let mut environment = match self.cloud.which {
            Which::Aws => self.emulator.environment(),
            Which::Azure => {
                BTreeMap::from([("SSL_CERT_FILE".to_owned(), self.emulator.ca().to_str().unwrap().to_owned())])
            }
            // Nobody's home, so that no file of gcloud's is there, and no metadata server.
            Which::Google => BTreeMap::from([
                ("HOME".to_owned(), self.emulator.folder().to_str().unwrap().to_owned()),
                ("GCE_METADATA_HOST".to_owned(), "127.0.0.1:1".to_owned()),
            ]),
        };
        environment.retain(|name, _| !name.contains("ACCESS_KEY"));
        environment.insert(self.cloud.endpoint.to_owned(), self.way(self.emulator.endpoint()));
        environment.insert("HARDKEY_KEY".to_owned(), self.names());
        environment
    }

    /// What it takes over TLS.
    pub fn tls_environment(&self) -> BTreeMap<String, String> {
        let mut environment = self.environment();
        environment.insert(self.cloud.endpoint.to_owned(), self.way(self.emulator.tls_endpoint()));
        environment.insert("SSL_CERT_FILE".to_owned(), self.emulator.ca().to_str().unwrap().to_owned());
        environment
    }

    /// What the variable of the endpoint says for this one of the emulator's.
    fn way(&self, endpoint: &str) -> String {
        self.proxy.as_ref().map_or_else(|| endpoint.to_owned(), Proxy::url)
    }

    /// The emulator as the cloud's client speaks to it where nothing else is said.
    pub fn endpoint(&self) -> &str {
        match self.cloud.scheme {
            "https" => self.emulator.tls_endpoint(),
            _ => self.emulator.endpoint(),
        }
    }

    /// Sends a host to this URL in place of the emulator's; what a `[[token]]` of its configuration then has to say.
    pub fn lead_to(&self, url: &str, environment: &mut BTreeMap<String, String>) -> String {
        environment.remove(self.cloud.endpoint);
        if self.cloud.which != Which::Azure {
            environment.insert(self.cloud.endpoint.to_owned(), url.to_owned());
            return String::new();
        }
        let authority = environment.entry("AZURE_AUTHORITY_HOST".to_owned());
        authority.or_insert_with(|| self.emulator.tls_endpoint().to_owned());
        format!("endpoint = \"{url}\"\n")
    }

    /// Has an operation misbehave; the fields are in `tests/emulator/README.md`.
    pub fn fault(&self, operation: &Operation, mut fault: Value) {
        fault["operation"] = operation.counted.into();
        self.emulator.fault(fault);
    }

    /// Requests of one operation so far.
    pub fn requests(&self, operation: &Operation) -> u64 {
        self.emulator.counts().requests(operation.counted)
    }
}
