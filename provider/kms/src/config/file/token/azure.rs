//! A token of Azure Key Vault or of Azure Managed HSM.

use reqwest::Url;

use super::Token;
use crate::azure::{AzureConfig, KeyName, Place as Vault, plain_url};
use crate::config::ConfigError;
use crate::config::file::Place;

pub(super) fn check(place: &Place<'_>, token: &Token) -> Result<AzureConfig, ConfigError> {
    let label = token.label.get_ref();
    for (field, given, what) in [
        ("region", &token.region, "is for AWS KMS and Google Cloud KMS: a vault is in one region, so remove it"),
        ("profile", &token.profile, "is for AWS KMS; Azure's credentials come from the environment, so remove it"),
        ("key_ring", &token.key_ring, "is for Google Cloud KMS; name a vault for Azure"),
    ] {
        if let Some(given) = given {
            return Err(place.error(&given.span(), &format!("{field} {what}")));
        }
    }
    if let Some(given) = &token.credentials {
        let what = "credentials is for Google Cloud KMS; Azure's come from the environment, so remove it";
        return Err(place.error(&given.span(), what));
    }
    let mut vault: Option<Vault> = None;
    if let Some(given) = &token.vault {
        let read = Vault::parse(given.get_ref());
        vault = Some(read.map_err(|reason| place.error(&given.span(), &format!("vault: {reason}")))?);
    }
    let mut keys: Vec<KeyName> = Vec::new();
    for name in &token.keys {
        let text = name.get_ref();
        let read = match &vault {
            Some(vault) if !text.starts_with(KeyName::BEGINNING) => KeyName::within(vault, text),
            Some(_) | None => KeyName::parse(text),
        };
        let key = read.map_err(|reason| place.error(&name.span(), &format!("keys: {reason}")))?;
        match &vault {
            Some(vault) if vault != key.place() => {
                let what = format!(
                    "keys: {text:?} is in {}, but token {label:?} is {vault}; a token is one vault: make a [[token]] for the other",
                    key.place()
                );
                return Err(place.error(&name.span(), &what));
            }
            Some(_) => {}
            None => vault = Some(key.place().clone()),
        }
        keys.push(key);
    }
    let Some(vault) = vault.filter(|_| !keys.is_empty() || token.discovers()) else {
        let what = format!("token {label:?} has no keys; set keys = [\"NAME\"], or discover = true to list them");
        return Err(place.error(&token.label.span(), &what));
    };
    let endpoint = endpoint(place, token, &vault)?;
    Ok(AzureConfig { place: vault, keys, endpoint, discover: token.discovers() })
}

/// Where a vault is asked in its place. A token for the vault is sent there, so that the name of another vault is a mistake.
fn endpoint(place: &Place<'_>, token: &Token, vault: &Vault) -> Result<Option<Url>, ConfigError> {
    let Some(given) = &token.endpoint else { return Ok(None) };
    let text = given.get_ref();
    let Some(url) = plain_url(text) else {
        let what = format!(
            "endpoint {text:?} is not a URL of scheme https without a path; write it like \"https://vault.internal.example:8443\""
        );
        return Err(place.error(&given.span(), &what));
    };
    match Vault::parse(text) {
        Ok(other) if other != *vault => {
            let what = format!(
                "endpoint {text:?} is another vault, but token {:?} is {vault}; remove the endpoint, or make a [[token]] for the other",
                token.label.get_ref()
            );
            Err(place.error(&given.span(), &what))
        }
        Ok(_) | Err(_) => Ok(Some(url)),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::azure::AzureConfig;
    use crate::config::file::parse;
    use crate::config::{NetworkConfig, ServiceConfig};

    const VAULT: &str = "https://example.vault.azure.net";
    const VERSION: &str = "0123456789abcdef0123456789abcdef";

    fn read(text: &str) -> Result<AzureConfig, String> {
        let text = format!("[[token]]\nlabel = \"a\"\n{text}\n");
        let config = parse(Path::new("/etc/hardkey/config.toml"), &text, NetworkConfig::default());
        let token = config.map_err(|error| error.to_string())?.tokens.remove(0);
        match token.service {
            ServiceConfig::Azure(azure) => Ok(azure),
            other @ (ServiceConfig::Aws(_) | ServiceConfig::Google(_)) => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_vault_and_keys_in_every_form_are_read() {
        let token = read(&format!(
            "vault = \"{VAULT}\"\nkeys = [\"a\", \"b/{VERSION}\", \"{VAULT}/keys/c\"]\nendpoint = \"https://localhost:8443\""
        ))
        .unwrap();
        let keys: Vec<&str> = token.keys.iter().map(|key| key.as_str()).collect();
        let expected = [format!("{VAULT}/keys/a"), format!("{VAULT}/keys/b/{VERSION}"), format!("{VAULT}/keys/c")];
        assert_eq!(keys, expected);
        assert_eq!(token.endpoint.unwrap().as_str(), "https://localhost:8443/");
        assert_eq!((token.place.to_string().as_str(), token.discover), (VAULT, false));
        let alone = read("keys = [\"https://pool.managedhsm.azure.net/keys/a\"]").unwrap();
        assert_eq!(alone.place.to_string(), "https://pool.managedhsm.azure.net");
        let listed = read(&format!("vault = \"{VAULT}\"\ndiscover = true")).unwrap();
        assert!(listed.discover && listed.keys.is_empty());
        assert_eq!(read(&format!("keys = [\"{VAULT}/keys/a\"]\nendpoint = \"{VAULT}\"")).unwrap().place, listed.place);
    }

    #[test]
    fn each_mistake_is_named_with_line_value_and_remedy() {
        let key = format!("keys = [\"{VAULT}/keys/a\"]");
        let not_a_url =
            "is not a URL of scheme https without a path; write it like \"https://vault.internal.example:8443\"";
        let cases = [
            (
                "vault = \"example\"".to_owned(),
                "line 3: vault: \"example\" is not the URL of a vault or of a Managed HSM; write it like \"https://example.vault.azure.net\"".to_owned(),
            ),
            (
                format!("vault = \"{VAULT}\""),
                "line 2: token \"a\" has no keys; set keys = [\"NAME\"], or discover = true to list them".to_owned(),
            ),
            (
                format!("vault = \"{VAULT}\"\nkeys = [\"https://other.vault.azure.net/keys/a\"]"),
                format!("line 4: keys: \"https://other.vault.azure.net/keys/a\" is in https://other.vault.azure.net, but token \"a\" is {VAULT}; a token is one vault: make a [[token]] for the other"),
            ),
            (
                format!("vault = \"{VAULT}\"\nkeys = [\"arn:aws:kms:eu-west-1:111122223333:alias/a\"]"),
                format!("line 4: keys: \"arn:aws:kms:eu-west-1:111122223333:alias/a\" has no name of a key: 1 to 127 letters, digits and hyphens; expected NAME or NAME/VERSION, of a key in {VAULT}, or a URL"),
            ),
            (
                format!("{key}\nregion = \"westeurope\""),
                "line 4: region is for AWS KMS and Google Cloud KMS: a vault is in one region, so remove it".to_owned(),
            ),
            (
                format!("{key}\nprofile = \"a\""),
                "line 4: profile is for AWS KMS; Azure's credentials come from the environment, so remove it".to_owned(),
            ),
            (
                format!("{key}\ncredentials = \"a\""),
                "line 4: credentials is for Google Cloud KMS; Azure's come from the environment, so remove it".to_owned(),
            ),
            (
                format!("{key}\nkey_ring = \"a\""),
                "line 4: key_ring is for Google Cloud KMS; name a vault for Azure".to_owned(),
            ),
            (format!("{key}\nendpoint = \"localhost\""), format!("line 4: endpoint \"localhost\" {not_a_url}")),
            (format!("{key}\nendpoint = \"http://localhost\""), format!("line 4: endpoint \"http://localhost\" {not_a_url}")),
            (format!("{key}\nendpoint = \"https://a@b/\""), format!("line 4: endpoint \"https://a@b/\" {not_a_url}")),
            (format!("{key}\nendpoint = \"https://b/c\""), format!("line 4: endpoint \"https://b/c\" {not_a_url}")),
            (
                format!("{key}\nendpoint = \"https://other.vault.azure.net\""),
                format!("line 4: endpoint \"https://other.vault.azure.net\" is another vault, but token \"a\" is {VAULT}; remove the endpoint, or make a [[token]] for the other"),
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(read(&text).unwrap_err(), format!("/etc/hardkey/config.toml {expected}"));
        }
    }
}
