//! The names Azure's keys go by.

use std::fmt;

use reqwest::Url;

use super::place::{Place, bare};

/// A key's name as an administrator writes it, completed. Which version a name without one means is decided by Azure, once.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeyName {
    text: String,
    place: Place,
    name: String,
    version: Option<String>,
}

/// The forms a name may have, for messages.
const FORMS: &str = "expected https://VAULT.vault.azure.net/keys/NAME/VERSION or https://HSM.managedhsm.azure.net/keys/NAME/VERSION, or the same without /VERSION";

impl KeyName {
    /// What every name that stands alone begins with, and no name of another cloud.
    pub const BEGINNING: &'static str = "https://";

    /// Parses the URL of a key or of a version of one.
    ///
    /// # Errors
    /// One sentence that shows the name and what was expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = |why: &str| Err(format!("{text:?} {why}; {FORMS}"));
        let Some(url) = bare(text) else { return wrong("is not the URL of a key") };
        let place = match Place::of_url(&url) {
            Ok(place) => place,
            Err(why) => return wrong(&why),
        };
        let path = url.path().strip_prefix('/').unwrap_or_default();
        match path.split('/').collect::<Vec<_>>().as_slice() {
            [""] | ["keys"] | ["keys", ""] => {
                wrong("names no key; write it in vault, with discover = true, to list what is there")
            }
            ["keys", name] | ["keys", name, ""] => Self::checked(place, name, None).or_else(wrong),
            ["keys", name, version] => Self::checked(place, name, Some(version)).or_else(wrong),
            ["certificates" | "secrets", ..] => {
                wrong("is not the URL of a key; the key of a certificate has its name and its version")
            }
            _ => wrong("is not the URL of a key"),
        }
    }

    /// Parses `NAME` or `NAME/VERSION`, of a key in this place.
    ///
    /// # Errors
    /// One sentence that shows the name and what was expected.
    pub fn within(place: &Place, text: &str) -> Result<Self, String> {
        let (name, version) = match text.split_once('/') {
            Some((name, version)) => (name, Some(version)),
            None => (text, None),
        };
        Self::checked(place.clone(), name, version)
            .map_err(|why| format!("{text:?} {why}; expected NAME or NAME/VERSION, of a key in {place}, or a URL"))
    }

    fn checked(place: Place, name: &str, version: Option<&str>) -> Result<Self, &'static str> {
        // Azure documentation, "Naming rules and restrictions", Microsoft.KeyVault, vaults/keys.
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if !(1..=127).contains(&name.len()) || !name.bytes().all(is_plain) {
            return Err("has no name of a key: 1 to 127 letters, digits and hyphens");
        }
        // Azure documentation, "Object identifiers and versioning": 32 characters, hexadecimal in every example.
        if version.is_some_and(|version| version.len() != 32 || !version.bytes().all(|byte| byte.is_ascii_hexdigit())) {
            return Err("has no version of a key: 32 hexadecimal digits");
        }
        let mut text = format!("{place}/keys/{name}");
        if let Some(version) = version {
            text = format!("{text}/{version}");
        }
        Ok(Self { text, place, name: name.to_owned(), version: version.map(str::to_owned) })
    }

    /// The whole URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Where the key is.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The key's own name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The version, where the name has one.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// The version that an answer is about, if it is one of this key: host and port are those of the one who was asked, and
    /// not of the answer, which may have come through a private link or a gateway.
    pub(super) fn answered_by(&self, kid: &str) -> Option<Self> {
        let url = Url::parse(kid).ok()?;
        let mut parts = url.path_segments()?;
        let (Some("keys"), Some(name), Some(version), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return None;
        };
        let found = Self::checked(self.place.clone(), name, Some(version)).ok()?;
        // Azure does not tell names by their case.
        let is_same = name.eq_ignore_ascii_case(&self.name)
            && self.version.as_deref().is_none_or(|wanted| version.eq_ignore_ascii_case(wanted));
        is_same.then_some(found)
    }

    /// The name of a key that a list names, in this place.
    pub(super) fn listed(place: &Place, kid: &str) -> Option<Self> {
        let url = Url::parse(kid).ok()?;
        let mut parts = url.path_segments()?;
        let (Some("keys"), Some(name), None) = (parts.next(), parts.next(), parts.next()) else { return None };
        Self::checked(place.clone(), name, None).ok()
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERSION: &str = "0123456789abcdef0123456789abcdef";

    fn parse(text: &str) -> KeyName {
        KeyName::parse(text).unwrap()
    }

    #[test]
    fn every_form_azure_documents_is_read() {
        let versioned = parse(&format!("https://Example.vault.azure.net/keys/Release-1/{VERSION}"));
        assert_eq!(versioned.as_str(), format!("https://example.vault.azure.net/keys/Release-1/{VERSION}"));
        assert_eq!((versioned.name(), versioned.version()), ("Release-1", Some(VERSION)));
        for text in ["https://pool.managedhsm.azure.net/keys/k", "https://pool.managedhsm.azure.net/keys/k/"] {
            let key = parse(text);
            assert_eq!((key.as_str(), key.version()), ("https://pool.managedhsm.azure.net/keys/k", None));
            assert_eq!(key.place().name(), "pool");
        }
        let place = Place::parse("https://example.vault.azure.net").unwrap();
        assert_eq!(KeyName::within(&place, "k").unwrap().as_str(), "https://example.vault.azure.net/keys/k");
        let name = KeyName::within(&place, &format!("k/{VERSION}")).unwrap();
        assert_eq!(name.as_str(), format!("https://example.vault.azure.net/keys/k/{VERSION}"));
    }

    #[test]
    fn anything_else_is_refused_with_the_name_and_the_forms() {
        for (text, why) in [
            ("https://", "is not the URL of a key"),
            ("http://example.vault.azure.net/keys/k", "is not the URL of a key"),
            ("https://example.vault.azure.net/keys/k?x=1", "is not the URL of a key"),
            ("https://example.vault.azure.net:8443/keys/k", "is not the URL of a key"),
            ("https://example.vault.azure.net/keys/k/1/2", "is not the URL of a key"),
            ("https://example.vault.azure.net/vaults/k", "is not the URL of a key"),
            ("https://example.com/keys/k", "is not a host of Azure Key Vault or Azure Managed HSM"),
            (
                "https://example.vault.azure.net/keys",
                "names no key; write it in vault, with discover = true, to list what is there",
            ),
            (
                "https://example.vault.azure.net/certificates/k/1",
                "is not the URL of a key; the key of a certificate has its name and its version",
            ),
            ("https://example.vault.azure.net/keys/a_b", "has no name of a key: 1 to 127 letters, digits and hyphens"),
            ("https://example.vault.azure.net/keys/k/1", "has no version of a key: 32 hexadecimal digits"),
            (
                "https://example.vault.azure.net/keys/k/0123456789abcdef0123456789abcdeg",
                "has no version of a key: 32 hexadecimal digits",
            ),
        ] {
            assert_eq!(KeyName::parse(text).unwrap_err(), format!("{text:?} {why}; {FORMS}"));
        }
        let place = Place::parse("https://example.vault.azure.net").unwrap();
        assert_eq!(
            KeyName::within(&place, "k/latest").unwrap_err(),
            "\"k/latest\" has no version of a key: 32 hexadecimal digits; expected NAME or NAME/VERSION, of a key in https://example.vault.azure.net, or a URL"
        );
    }

    #[test]
    fn an_answer_is_told_by_name_and_version_wherever_it_says_it_is() {
        let other = VERSION.replace('0', "1");
        let key = parse("https://example.vault.azure.net/keys/Release");
        let version = parse(&format!("https://example.vault.azure.net/keys/Release/{VERSION}"));
        for host in ["example.vault.azure.net", "localhost:8443", "other.example"] {
            let found = key.answered_by(&format!("https://{host}/keys/release/{VERSION}")).unwrap();
            assert_eq!(found.as_str(), format!("https://example.vault.azure.net/keys/release/{VERSION}"));
            assert!(version.answered_by(&format!("https://{host}/keys/release/{VERSION}")).is_some());
            assert!(version.answered_by(&format!("https://{host}/keys/release/{other}")).is_none());
            assert!(key.answered_by(&format!("https://{host}/keys/releases/{VERSION}")).is_none());
            assert!(key.answered_by(&format!("https://{host}/keys/release")).is_none());
            assert!(key.answered_by(&format!("https://{host}/keys/release/{VERSION}/x")).is_none());
            assert!(key.answered_by(&format!("https://{host}/secrets/release/{VERSION}")).is_none());
        }
        assert!(key.answered_by("release").is_none());
    }

    #[test]
    fn a_listed_key_is_one_of_the_place_that_was_asked() {
        let place = Place::parse("https://example.vault.azure.net").unwrap();
        let listed = KeyName::listed(&place, "https://localhost:1/keys/k").unwrap();
        assert_eq!(listed.as_str(), "https://example.vault.azure.net/keys/k");
        assert!(KeyName::listed(&place, "https://localhost:1/secrets/k").is_none());
    }
}
