//! Vaults and Managed HSMs: their kind and their keys.

use crate::azure::certificate::Certificate;
use crate::azure::deletion::Deleted;
use crate::azure::error::Refused;
use crate::azure::gate::{MANAGED_HSMS, VAULTS};
use crate::azure::host::{vault_of, without_port};
use crate::azure::key::{Key, Version};
use crate::azure::log::Watch;
use crate::azure::permission::Rules;
use crate::azure::request::Request;
use std::collections::BTreeMap;

/// The vault that `localhost` is.
pub(crate) const DEFAULT_VAULT: &str = "vault";
/// The Managed HSM that `127.0.0.1` is.
pub(crate) const DEFAULT_HSM: &str = "hsm";

/// What holds keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// A vault that has software keys alone.
    Standard,
    /// A vault that has keys in HSMs too.
    Premium,
    /// A Managed HSM.
    ManagedHsm,
}

/// One vault or Managed HSM.
#[derive(Debug)]
pub(crate) struct Vault {
    /// Of which kind.
    pub(crate) kind: Kind,
    /// Keys by name.
    pub(crate) keys: BTreeMap<String, Key>,
    /// Deleted keys that can be brought back.
    pub(crate) deleted: BTreeMap<String, Deleted>,
    /// Certificates by name, with their versions in the order they were made.
    pub(crate) certificates: BTreeMap<String, Vec<Certificate>>,
    /// What callers may do.
    pub(crate) rules: Rules,
    /// What is watched of it.
    pub(crate) watch: Watch,
    /// Where it says it is served, where that is not so.
    pub(crate) uri: Option<String>,
}

/// Every vault by name.
#[derive(Debug)]
pub(crate) struct Vaults(BTreeMap<String, Vault>);

impl Default for Vaults {
    fn default() -> Vaults {
        let mut vaults = Vaults(BTreeMap::new());
        vaults.entry(DEFAULT_VAULT);
        vaults.entry(DEFAULT_HSM).kind = Kind::ManagedHsm;
        vaults
    }
}

impl Vaults {
    /// The vault of this name; an empty premium one if there was none.
    pub(crate) fn entry(&mut self, name: &str) -> &mut Vault {
        self.0.entry(name.to_owned()).or_insert_with(|| Vault {
            kind: Kind::Premium,
            keys: BTreeMap::new(),
            deleted: BTreeMap::new(),
            certificates: BTreeMap::new(),
            rules: Rules::default(),
            watch: Watch::default(),
            uri: None,
        })
    }

    /// The vault a host name means, if there is such a one.
    pub(crate) fn named_by(&self, host: &str) -> Option<String> {
        let name = vault_of(host).or_else(|| match without_port(host) {
            "localhost" => Some(DEFAULT_VAULT),
            "127.0.0.1" => Some(DEFAULT_HSM),
            _ => None,
        })?;
        self.0.contains_key(name).then(|| name.to_owned())
    }

    /// What a token for a vault must be for.
    pub(crate) fn resource(&self, name: &str) -> &'static str {
        match self.get(name).map(|vault| vault.kind) {
            Some(Kind::ManagedHsm) => MANAGED_HSMS,
            Some(Kind::Standard | Kind::Premium) | None => VAULTS,
        }
    }

    /// A vault.
    pub(crate) fn get(&self, name: &str) -> Option<&Vault> {
        self.0.get(name)
    }

    /// A vault, to change.
    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut Vault> {
        self.0.get_mut(name)
    }

    /// Every vault.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&String, &Vault)> {
        self.0.iter()
    }

    /// The vault a request is for.
    pub(crate) fn of(&self, request: &Request) -> Result<&Vault, Refused> {
        self.get(&request.vault).ok_or_else(Refused::nowhere)
    }

    /// The version a request names, or the current one of the key it names.
    pub(crate) fn version(&self, request: &Request) -> Result<&Version, Refused> {
        let key = self.of(request)?.keys.get(&request.name);
        key.and_then(|key| key.version(request.version.as_deref())).ok_or_else(|| missing(request))
    }

    /// The same, to change.
    pub(crate) fn version_mut(&mut self, request: &Request) -> Result<&mut Version, Refused> {
        let vault = self.get_mut(&request.vault).ok_or_else(Refused::nowhere)?;
        let key = vault.keys.get_mut(&request.name);
        key.and_then(|key| key.version_mut(request.version.as_deref())).ok_or_else(|| missing(request))
    }
}

impl Kind {
    /// A key version of a vault of this kind, by the name that Azure gives it.
    pub(crate) fn kid(self, vault: &str, name: &str, version: &str) -> String {
        format!("https://{vault}.{}/keys/{name}/{version}", self.domain())
    }

    /// The domain of its host names in Azure's public cloud.
    pub(crate) fn domain(self) -> &'static str {
        match self {
            Kind::Standard | Kind::Premium => "vault.azure.net",
            Kind::ManagedHsm => "managedhsm.azure.net",
        }
    }
}

fn missing(request: &Request) -> Refused {
    Refused::no_key(&request.full_name())
}
