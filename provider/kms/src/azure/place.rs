//! Where keys of Azure are: which cloud, a vault or a Managed HSM, and who vouches for callers there.

use std::fmt;

use hardkey_attest::admission::azure::Store;
use reqwest::Url;

/// One of Azure's clouds. Nobody's identity or key reaches from one into another.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Cloud {
    /// What messages call it.
    pub(super) name: &'static str,
    /// What its vaults' names end in, and its Managed HSMs'.
    suffixes: [(&'static str, Store); 2],
    /// Where its identities get their tokens.
    pub(super) authority: &'static str,
    /// What tokens for its Resource Manager are for, and for its logs: Azure documentation, "Azure Government endpoints", and the Log
    /// Analytics API's, "Access the API".
    #[cfg(any(feature = "inquiry", feature = "grants"))]
    pub(super) scopes: [&'static str; 2],
    /// Whether a key there can be admitted: hardkey-attest, admission/azure, says why not.
    has_validated_hsms: bool,
}

/// Azure documentation, "Azure Key Vault keys, secrets and certificates overview" (DNS suffixes) and "National clouds"
/// (Microsoft Entra endpoints), both read November 2026. A closed list: a token is sent to no other host, unless the
/// configuration names it.
static CLOUDS: [Cloud; 3] = [
    Cloud {
        name: "the public cloud",
        suffixes: [(".vault.azure.net", Store::Vault), (".managedhsm.azure.net", Store::ManagedHsm)],
        authority: "https://login.microsoftonline.com",
        #[cfg(any(feature = "inquiry", feature = "grants"))]
        scopes: ["https://management.azure.com/.default", "https://api.loganalytics.io/.default"],
        has_validated_hsms: true,
    },
    Cloud {
        name: "Azure Government",
        suffixes: [(".vault.usgovcloudapi.net", Store::Vault), (".managedhsm.usgovcloudapi.net", Store::ManagedHsm)],
        authority: "https://login.microsoftonline.us",
        #[cfg(any(feature = "inquiry", feature = "grants"))]
        scopes: ["https://management.usgovcloudapi.net/.default", "https://api.loganalytics.us/.default"],
        has_validated_hsms: true,
    },
    Cloud {
        name: "Azure in China",
        suffixes: [(".vault.azure.cn", Store::Vault), (".managedhsm.azure.cn", Store::ManagedHsm)],
        authority: "https://login.chinacloudapi.cn",
        #[cfg(any(feature = "inquiry", feature = "grants"))]
        scopes: ["https://management.chinacloudapi.cn/.default", "https://api.loganalytics.azure.cn/.default"],
        has_validated_hsms: false,
    },
];

/// The longest name of a vault or of a Managed HSM: Azure documentation, "Naming rules and restrictions", Microsoft.KeyVault.
/// A token is called `hardkey NAME`, in the 32 bytes of `CK_TOKEN_INFO.label` (PKCS#11 v3.1 §3.2).
const LONGEST_NAME: usize = 24;

/// A vault or a Managed HSM, by the name Azure gave it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Place {
    url: Url,
    host: String,
    name_length: usize,
    store: Store,
    cloud: &'static Cloud,
}

impl Place {
    /// Parses `https://NAME.vault.azure.net` or `https://NAME.managedhsm.azure.net`, or the same of another of Azure's clouds.
    ///
    /// # Errors
    /// One sentence that shows the text and what was expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = |why: &str| Err(format!("{text:?} {why}; write it like \"https://example.vault.azure.net\""));
        let Some(url) = bare(text) else { return wrong("is not the URL of a vault or of a Managed HSM") };
        if !matches!(url.path(), "" | "/") {
            return wrong("has a path");
        }
        Self::of_url(&url).or_else(|why| wrong(&why))
    }

    /// The place of a URL in it; else why there is none, as the end of a sentence that begins with the URL.
    pub(super) fn of_url(url: &Url) -> Result<Self, String> {
        let host = url.host_str().unwrap_or_default();
        for cloud in &CLOUDS {
            for (suffix, store) in cloud.suffixes {
                let Some(name) = host.strip_suffix(suffix) else { continue };
                // Azure documentation, "Naming rules and restrictions": letters, digits and hyphens.
                if !(1..=LONGEST_NAME).contains(&name.len())
                    || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                {
                    return Err("does not name a vault: a name has at most 24 letters, digits and hyphens".to_owned());
                }
                if !cloud.has_validated_hsms {
                    return Err(format!(
                        "is in {}, whose HSMs are not known to be FIPS 140 validated modules: no key there is shown to a host",
                        cloud.name
                    ));
                }
                let mut bare = url.clone();
                bare.set_path("");
                return Ok(Self { url: bare, host: host.to_owned(), name_length: name.len(), store, cloud });
            }
        }
        Err("is not a host of Azure Key Vault or Azure Managed HSM".to_owned())
    }

    /// Its URL.
    pub(super) fn url(&self) -> Url {
        self.url.clone()
    }

    /// The host.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The first part of the host: what its owner called it.
    #[must_use]
    pub fn name(&self) -> &str {
        self.host.get(..self.name_length).unwrap_or(&self.host)
    }

    /// Which of the two services it is of.
    #[must_use]
    pub fn store(&self) -> Store {
        self.store
    }

    /// Its cloud.
    pub(super) fn cloud(&self) -> &'static Cloud {
        self.cloud
    }

    /// What tokens for it are for: the audience that Azure documents for its domain.
    pub(super) fn resource(&self) -> String {
        format!("https://{}", self.host.get(self.name_length + 1..).unwrap_or(&self.host))
    }

    /// What messages call the service.
    #[must_use]
    pub fn service(&self) -> &'static str {
        match self.store {
            Store::Vault => "Azure Key Vault",
            Store::ManagedHsm => "Azure Managed HSM",
        }
    }
}

/// `https://HOST`.
impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "https://{}", self.host)
    }
}

/// The cloud whose identities get their tokens at this URL, if it is one of Azure's.
pub(super) fn cloud_of_authority(url: &Url) -> Option<&'static Cloud> {
    CLOUDS.iter().find(|cloud| Url::parse(cloud.authority).is_ok_and(|known| known.host_str() == url.host_str()))
}

/// A URL of scheme https and nothing else in it but a host and a path.
pub(super) fn bare(text: &str) -> Option<Url> {
    without_extras(text).filter(|url| url.port().is_none())
}

/// A URL of scheme https and nothing else in it but a host and a port.
pub(crate) fn plain_url(text: &str) -> Option<Url> {
    without_extras(text).filter(|url| matches!(url.path(), "" | "/"))
}

fn without_extras(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let is_bare = url.scheme() == "https"
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    is_bare.then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_of_a_store_and_a_cloud_by_its_host() {
        let places = [
            ("https://Example.vault.azure.net", "example", Store::Vault, "the public cloud", "https://vault.azure.net"),
            (
                "https://pool-1.managedhsm.azure.net/",
                "pool-1",
                Store::ManagedHsm,
                "the public cloud",
                "https://managedhsm.azure.net",
            ),
            (
                "https://a.vault.usgovcloudapi.net:443",
                "a",
                Store::Vault,
                "Azure Government",
                "https://vault.usgovcloudapi.net",
            ),
            (
                "https://a.managedhsm.usgovcloudapi.net",
                "a",
                Store::ManagedHsm,
                "Azure Government",
                "https://managedhsm.usgovcloudapi.net",
            ),
        ];
        for (text, name, store, cloud, resource) in places {
            let place = Place::parse(text).unwrap();
            assert_eq!((place.name(), place.store()), (name, store), "{text}");
            assert_eq!((place.cloud().name, place.resource().as_str()), (cloud, resource), "{text}");
        }
        assert_eq!(
            Place::parse("https://Example.vault.azure.net/").unwrap().to_string(),
            "https://example.vault.azure.net"
        );
    }

    #[test]
    fn any_other_host_is_refused_with_the_reason() {
        let form = "write it like \"https://example.vault.azure.net\"";
        for (text, why) in [
            ("example", "is not the URL of a vault or of a Managed HSM"),
            ("http://example.vault.azure.net", "is not the URL of a vault or of a Managed HSM"),
            ("https://x@example.vault.azure.net", "is not the URL of a vault or of a Managed HSM"),
            ("https://example.vault.azure.net:8443", "is not the URL of a vault or of a Managed HSM"),
            ("https://example.vault.azure.net?x", "is not the URL of a vault or of a Managed HSM"),
            ("https://example.vault.azure.net/keys/a", "has a path"),
            ("https://vault.azure.net", "is not a host of Azure Key Vault or Azure Managed HSM"),
            ("https://example.vault.azure.net.evil.example", "is not a host of Azure Key Vault or Azure Managed HSM"),
            ("https://examplevault.azure.net", "is not a host of Azure Key Vault or Azure Managed HSM"),
            ("https://a.b.vault.azure.net", "does not name a vault: a name has at most 24 letters, digits and hyphens"),
            (
                "https://abcdefghijklmnopqrstuvwxy.vault.azure.net",
                "does not name a vault: a name has at most 24 letters, digits and hyphens",
            ),
            (
                "https://a.vault.azure.cn",
                "is in Azure in China, whose HSMs are not known to be FIPS 140 validated modules: no key there is shown to a host",
            ),
        ] {
            assert_eq!(Place::parse(text).unwrap_err(), format!("{text:?} {why}; {form}"));
        }
    }

    #[test]
    fn an_authority_is_of_the_cloud_whose_identities_it_knows() {
        let cloud = |url: &str| cloud_of_authority(&Url::parse(url).unwrap()).map(|cloud| cloud.name);
        assert_eq!(cloud("https://login.microsoftonline.com/"), Some("the public cloud"));
        assert_eq!(cloud("https://login.microsoftonline.us/tenant"), Some("Azure Government"));
        assert_eq!(cloud("https://localhost:8443"), None);
    }

    #[test]
    fn every_place_is_one_that_admission_knows() {
        use hardkey_attest::admission::azure::key_version;
        for cloud in &CLOUDS {
            for (suffix, store) in cloud.suffixes {
                let kid = format!("https://a{suffix}/keys/k/1");
                let known = key_version(&kid).map(|(known, _, _)| known);
                assert_eq!(known, cloud.has_validated_hsms.then_some(store), "{kid}");
            }
        }
    }
}
