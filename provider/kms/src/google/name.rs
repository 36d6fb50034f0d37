//! The names Google Cloud KMS keys go by.

use std::fmt;

/// A key version, or a key of which the newest enabled version is meant, as an administrator writes it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeyName {
    text: String,
    location: String,
    key: String,
    is_version: bool,
}

/// A key ring, whose keys are listed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct KeyRing {
    text: String,
    location: String,
}

/// The forms a name may have, for messages.
const FORMS: &str = "expected projects/PROJECT/locations/LOCATION/keyRings/RING/cryptoKeys/KEY, with /cryptoKeyVersions/VERSION after it for one version alone";
/// What comes before each part of a name: Cloud KMS, "Object hierarchy".
const FOLDERS: [&str; 5] = ["projects", "locations", "keyRings", "cryptoKeys", "cryptoKeyVersions"];

/// A token is called `hardkey LOCATION` where several locations are in use, in the 32 bytes of `CK_TOKEN_INFO.label` (PKCS#11
/// v3.1 §3.2). The longest name that Google has, `northamerica-northeast1`, has 23 (Cloud KMS, "Locations", November 2026).
const LONGEST_LOCATION: usize = 24;
/// Cloud KMS API reference: the ids of key rings and keys match `[a-zA-Z0-9_-]{1,63}`.
const LONGEST_ID: usize = 63;

impl KeyName {
    /// What every name of Google's begins with, and none of another cloud's.
    pub const BEGINNING: &'static str = "projects/";

    /// Parses the full name of a key or of a key version.
    ///
    /// # Errors
    /// One sentence that shows the name and what was expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = |why: &str| Err(format!("{text:?} {why}; {FORMS}"));
        let ids = match ids(text) {
            Ok(ids) => ids,
            Err(why) => return wrong(why),
        };
        match ids.as_slice() {
            [_, location, _, key] => Ok(Self::new(text, location, key, false)),
            [_, location, _, key, _] => Ok(Self::new(text, location, key, true)),
            [_, _, _] => wrong("is a key ring; name its keys, or write key_ring and discover = true into a [[token]]"),
            _ => wrong("is incomplete"),
        }
    }

    fn new(text: &str, location: &str, key: &str, is_version: bool) -> Self {
        Self { text: text.to_owned(), location: location.to_owned(), key: key.to_owned(), is_version }
    }

    /// The name as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Where the key lives.
    #[must_use]
    pub fn location(&self) -> &str {
        &self.location
    }

    /// The last part of the key's name, without version: what people call it.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Whether it names one version alone.
    #[must_use]
    pub fn is_version(&self) -> bool {
        self.is_version
    }

    /// The number of this version, where a name is one of the key's versions.
    #[must_use]
    pub fn version_number(&self, version: &str) -> Option<u64> {
        version.strip_prefix(&self.text)?.strip_prefix("/cryptoKeyVersions/")?.parse().ok()
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

impl KeyRing {
    /// Parses the full name of a key ring.
    ///
    /// # Errors
    /// One sentence that shows the name and what was expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        match ids(text).as_deref() {
            Ok([_, location, _]) => Ok(Self { text: text.to_owned(), location: (*location).to_owned() }),
            Ok(_) | Err(_) => {
                Err(format!("{text:?} is not a key ring; expected projects/PROJECT/locations/LOCATION/keyRings/RING"))
            }
        }
    }

    /// The name as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Where its keys live.
    #[must_use]
    pub fn location(&self) -> &str {
        &self.location
    }

    /// Whether a key of this name is in it.
    #[must_use]
    pub fn holds(&self, key: &KeyName) -> bool {
        key.text.strip_prefix(&self.text).is_some_and(|rest| rest.starts_with('/'))
    }
}

/// Whether the text has the shape of a location's name: `europe-west3`, `eur4`, `global`.
#[must_use]
pub fn is_location(text: &str) -> bool {
    (1..=LONGEST_LOCATION).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// The ids in a name, outermost first.
fn ids(text: &str) -> Result<Vec<&str>, &'static str> {
    let parts: Vec<&str> = text.split('/').collect();
    let known = parts.iter().step_by(2).zip(FOLDERS).all(|(part, folder)| *part == folder);
    if !known || !parts.len().is_multiple_of(2) || parts.len() > 2 * FOLDERS.len() {
        return Err("is not the name of a key in Google Cloud KMS");
    }
    let ids: Vec<&str> = parts.iter().skip(1).step_by(2).copied().collect();
    for (place, id) in ids.iter().enumerate() {
        match place {
            0 if !is_project(id) => return Err("has no project"),
            1 if !is_location(id) => return Err("has no location"),
            // Versions are counted from 1.
            4 if id.starts_with('0') || id.parse::<u64>().is_err() => return Err("has no version number"),
            2.. if !is_id(id) => return Err("has an id that is none of Google Cloud KMS"),
            _ => {}
        }
    }
    Ok(ids)
}

fn is_id(text: &str) -> bool {
    (1..=LONGEST_ID).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// A project's id may have a domain, `example.com:name`; its number is a name of it too.
fn is_project(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "projects/example/locations/europe-west3/keyRings/signing/cryptoKeys/release";

    #[test]
    fn a_key_and_its_versions_are_read() {
        let key = KeyName::parse(KEY).unwrap();
        assert_eq!((key.location(), key.key(), key.is_version()), ("europe-west3", "release", false));
        let version = KeyName::parse(&format!("{KEY}/cryptoKeyVersions/12")).unwrap();
        assert_eq!((version.location(), version.key(), version.is_version()), ("europe-west3", "release", true));
        KeyName::parse("projects/example.com:p/locations/eur4/keyRings/r/cryptoKeys/k").unwrap();
        assert_eq!(key.version_number(version.as_str()), Some(12));
        assert_eq!(key.version_number(&format!("{KEY}2/cryptoKeyVersions/12")), None);
        assert_eq!(key.version_number(KEY), None);
    }

    #[test]
    fn a_key_ring_holds_its_own_keys_and_no_others() {
        let ring = KeyRing::parse("projects/example/locations/europe-west3/keyRings/sign").unwrap();
        assert_eq!(ring.location(), "europe-west3");
        assert!(!ring.holds(&KeyName::parse(KEY).unwrap()));
        let ring = KeyRing::parse("projects/example/locations/europe-west3/keyRings/signing").unwrap();
        assert!(ring.holds(&KeyName::parse(KEY).unwrap()));
        let error = KeyRing::parse(KEY).unwrap_err();
        let expected = "is not a key ring; expected projects/PROJECT/locations/LOCATION/keyRings/RING";
        assert_eq!(error, format!("{KEY:?} {expected}"));
    }

    #[test]
    fn anything_else_is_refused_with_the_name_and_the_forms() {
        for (text, why) in [
            ("projects/p", "is incomplete"),
            ("projects/p/locations/l", "is incomplete"),
            (
                "projects/p/locations/l/keyRings/r",
                "is a key ring; name its keys, or write key_ring and discover = true into a [[token]]",
            ),
            ("projects/p/locations/l/keyRings", "is not the name of a key in Google Cloud KMS"),
            ("projects/p/locations/l/keyRings/r/keys/k", "is not the name of a key in Google Cloud KMS"),
            (
                "projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1/publicKey",
                "is not the name of a key in Google Cloud KMS",
            ),
            (
                "projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1/a/b",
                "is not the name of a key in Google Cloud KMS",
            ),
            ("projects//locations/l/keyRings/r/cryptoKeys/k", "has no project"),
            ("projects/p/locations/L/keyRings/r/cryptoKeys/k", "has no location"),
            ("projects/p/locations/lllllllllllllllllllllllll/keyRings/r/cryptoKeys/k", "has no location"),
            ("projects/p/locations/l/keyRings/r/cryptoKeys/k?x", "has an id that is none of Google Cloud KMS"),
            ("projects/p/locations/l/keyRings/../cryptoKeys/k", "has an id that is none of Google Cloud KMS"),
            ("projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/01", "has no version number"),
            ("projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/latest", "has no version number"),
        ] {
            assert_eq!(KeyName::parse(text).unwrap_err(), format!("{text:?} {why}; {FORMS}"));
        }
    }
}
