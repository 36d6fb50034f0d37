//! A token of Google Cloud KMS.

use super::{Token, endpoint, within};
use crate::config::ConfigError;
use crate::config::file::Place;
use crate::google::{GoogleConfig, KeyName, KeyRing, endpoint_location, is_location};

pub(super) fn check(place: &Place<'_>, token: &Token) -> Result<GoogleConfig, ConfigError> {
    let label = token.label.get_ref();
    let mut location: Option<String> = None;
    if let Some(given) = &token.region {
        if !is_location(given.get_ref()) {
            let what =
                format!("region {:?} is no location of Google's; write it like \"europe-west3\"", given.get_ref());
            return Err(place.error(&given.span(), &what));
        }
        location = Some(given.get_ref().clone());
    }
    let mut key_ring = None;
    if let Some(given) = &token.key_ring {
        let ring = KeyRing::parse(given.get_ref())
            .map_err(|reason| place.error(&given.span(), &format!("key_ring: {reason}")))?;
        if !token.discovers() {
            let what = "key_ring is for listing keys; set discover = true as well, or name them in keys";
            return Err(place.error(&given.span(), what));
        }
        within(place, label, &mut location, given, Some(ring.location()))?;
        key_ring = Some(ring);
    } else if let Some(given) = token.discover.as_ref().filter(|given| *given.get_ref()) {
        let what =
            "discover = true lists a key ring of Google Cloud KMS; name it, key_ring = \"projects/…/keyRings/…\"";
        return Err(place.error(&given.span(), what));
    }
    let mut keys = Vec::new();
    for name in &token.keys {
        if !name.get_ref().starts_with(KeyName::BEGINNING) {
            let what = format!(
                "keys: {:?} is not in Google Cloud KMS, as others of token {label:?} are; a token is one cloud: make a [[token]] for it",
                name.get_ref()
            );
            return Err(place.error(&name.span(), &what));
        }
        let key =
            KeyName::parse(name.get_ref()).map_err(|reason| place.error(&name.span(), &format!("keys: {reason}")))?;
        within(place, label, &mut location, name, Some(key.location()))?;
        keys.push(key);
    }
    if let Some(profile) = &token.profile {
        let what = "profile is for AWS KMS; name a file of credentials for Google Cloud KMS";
        return Err(place.error(&profile.span(), what));
    }
    let location = location.unwrap_or_default();
    let example = "https://cloudkms.googleapis.com";
    let endpoint = endpoint(place, token, Some(&location), example, endpoint_location)?;
    let credentials = token.credentials.as_ref().map(|path| place.relative(path.get_ref()));
    Ok(GoogleConfig { keys, key_ring, location, credentials, endpoint })
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use crate::config::file::parse;
    use crate::config::{NetworkConfig, ServiceConfig};
    use crate::google::GoogleConfig;

    const RING: &str = "projects/p/locations/europe-west3/keyRings/r";

    fn read(text: &str) -> Result<GoogleConfig, String> {
        let text = format!("[[token]]\nlabel = \"a\"\n{text}\n");
        let config = parse(Path::new("/etc/hardkey/config.toml"), &text, NetworkConfig::default());
        let token = config.map_err(|error| error.to_string())?.tokens.remove(0);
        match token.service {
            ServiceConfig::Google(google) => Ok(google),
            other @ (ServiceConfig::Aws(_) | ServiceConfig::Azure(_)) => panic!("{other:?}"),
        }
    }

    #[test]
    fn keys_versions_and_a_ring_are_read() {
        let token = read(&format!(
            "keys = [\"{RING}/cryptoKeys/a\", \"{RING}/cryptoKeys/b/cryptoKeyVersions/2\"]\nkey_ring = \"{RING}\"\ndiscover = true\ncredentials = \"google.json\"\nendpoint = \"https://cloudkms.europe-west3.rep.googleapis.com\"\nregion = \"europe-west3\""
        ))
        .unwrap();
        assert_eq!(token.location, "europe-west3");
        assert_eq!(token.keys.len(), 2);
        assert_eq!(token.key_ring.unwrap().as_str(), RING);
        assert_eq!(token.credentials, Some(PathBuf::from("/etc/hardkey/google.json")));
        assert_eq!(token.endpoint.as_deref(), Some("https://cloudkms.europe-west3.rep.googleapis.com"));
    }

    #[test]
    fn each_mistake_is_named_with_line_value_and_remedy() {
        let key = format!("{RING}/cryptoKeys/a");
        let cases = [
            (
                format!("key_ring = \"{RING}\""),
                "line 3: key_ring is for listing keys; set discover = true as well, or name them in keys".to_owned(),
            ),
            (
                format!("keys = [\"{key}\"]\ndiscover = true"),
                "line 4: discover = true lists a key ring of Google Cloud KMS; name it, key_ring = \"projects/…/keyRings/…\""
                    .to_owned(),
            ),
            (
                "key_ring = \"projects/p\"\ndiscover = true".to_owned(),
                "line 3: key_ring: \"projects/p\" is not a key ring; expected projects/PROJECT/locations/LOCATION/keyRings/RING"
                    .to_owned(),
            ),
            (
                format!("keys = [\"{key}\", \"alias/release\"]"),
                "line 3: keys: \"alias/release\" is not in Google Cloud KMS, as others of token \"a\" are; a token is one cloud: make a [[token]] for it"
                    .to_owned(),
            ),
            (
                format!("keys = [\"{key}\"]\nprofile = \"release\""),
                "line 4: profile is for AWS KMS; name a file of credentials for Google Cloud KMS".to_owned(),
            ),
            (
                format!("keys = [\"{key}\"]\nregion = \"Europe\""),
                "line 4: region \"Europe\" is no location of Google's; write it like \"europe-west3\"".to_owned(),
            ),
            (
                format!("keys = [\"{key}\"]\nregion = \"us-east1\""),
                format!(
                    "line 3: keys: \"{key}\" is in europe-west3, but token \"a\" is in us-east1; a token has one region: make a [[token]] for europe-west3"
                ),
            ),
            (
                format!("keys = [\"{key}\"]\nendpoint = \"cloudkms.googleapis.com\""),
                "line 4: endpoint \"cloudkms.googleapis.com\" is not a URL; write it like \"https://cloudkms.googleapis.com\""
                    .to_owned(),
            ),
            (
                format!("keys = [\"{key}\"]\nendpoint = \"https://cloudkms.us-east1.rep.googleapis.com\""),
                "line 4: endpoint \"https://cloudkms.us-east1.rep.googleapis.com\" is in us-east1, but token \"a\" is in europe-west3; correct the endpoint, or make a [[token]] for us-east1"
                    .to_owned(),
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(read(&text).unwrap_err(), format!("/etc/hardkey/config.toml {expected}"));
        }
    }
}
