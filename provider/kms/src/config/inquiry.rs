//! How a CA asks clouds: the configuration of `hardkey-confirm`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use reqwest::Url;
use serde::Deserialize;
use toml::Spanned;

use super::file::{Place, network};
use super::source::{self, Environment};
use super::{ConfigError, NetworkConfig};
use crate::inquiry::{InquiryConfig, Role};

/// Everything that a CA sets.
#[derive(Clone, Debug, Default)]
pub struct InquirySettings {
    /// Whom to ask, and as whom.
    pub inquiry: InquiryConfig,
    /// Limits and switches of the network.
    pub network: NetworkConfig,
    /// What signs records.
    pub confirmer: Option<Confirmer>,
}

/// The CA's key that signs records.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Confirmer {
    /// A file.
    File(PathBuf),
    /// A key in a cloud's HSM, by its full name.
    Hsm(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    key: Option<Spanned<PathBuf>>,
    signer: Option<Spanned<String>>,
    aws: Option<Aws>,
    #[serde(default)]
    endpoints: BTreeMap<Spanned<String>, Spanned<String>>,
    #[serde(default)]
    network: network::Network,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Aws {
    role: Spanned<String>,
    external_id: Spanned<String>,
}

impl InquirySettings {
    /// Reads the file at `path`; without one, what holds where a file says nothing.
    ///
    /// # Errors
    /// [`ConfigError`] for a file that cannot be used.
    pub fn load(path: Option<&Path>, environment: &Environment) -> Result<Self, ConfigError> {
        let network = environment.network();
        let Some(path) = path else { return Ok(Self { network, ..Self::default() }) };
        let text = source::text(path)?
            .ok_or_else(|| ConfigError::new(format!("{} does not exist; correct the path", path.display())))?;
        parse(path, &text, network)
    }
}

fn parse(path: &Path, text: &str, network: NetworkConfig) -> Result<InquirySettings, ConfigError> {
    let place = Place { path, text };
    let file: File = place.read()?;
    let confirmer = match (file.key, file.signer) {
        (Some(_), Some(signer)) => {
            return Err(
                place.error(&signer.span(), "signer: there is a key as well; one of both signs records: remove one")
            );
        }
        (Some(key), None) => Some(Confirmer::File(place.relative(key.get_ref()))),
        (None, Some(signer)) => Some(Confirmer::Hsm(signer.into_inner())),
        (None, None) => None,
    };
    let role = file.aws.map(|aws| role(&place, aws)).transpose()?;
    let mut endpoints = BTreeMap::new();
    for (host, url) in file.endpoints {
        endpoints.insert(host.get_ref().clone(), endpoint(&place, &host, &url)?);
    }
    Ok(InquirySettings {
        inquiry: InquiryConfig { role, endpoints },
        network: network::check(&place, file.network, network)?,
        confirmer,
    })
}

/// AWS IAM API reference, `CreateRole` (RoleName, Path) and AWS STS API reference, `AssumeRole` (ExternalId).
fn role(place: &Place<'_>, aws: Aws) -> Result<Role, ConfigError> {
    let one_of = |text: &str, more: &str| {
        !text.is_empty() && text.chars().all(|one| one.is_ascii_alphanumeric() || more.contains(one))
    };
    let name = aws.role.get_ref();
    if name.len() > 512 || name.starts_with('/') || name.ends_with('/') || !one_of(name, "_+=,.@-/") {
        let what = format!(
            "role = {name:?} is no name of a role; write the name alone, as in \"hardkey-confirm\": the account is the key's"
        );
        return Err(place.error(&aws.role.span(), &what));
    }
    let id = aws.external_id.get_ref();
    if !(2..=1224).contains(&id.len()) || !one_of(id, "_+=,.@:/-") {
        let what = format!("external_id = {id:?} must have 2 to 1224 letters, digits and characters of _+=,.@:/-");
        return Err(place.error(&aws.external_id.span(), &what));
    }
    Ok(Role { name: name.clone(), external_id: id.clone() })
}

fn endpoint(place: &Place<'_>, host: &Spanned<String>, url: &Spanned<String>) -> Result<Url, ConfigError> {
    let name = host.get_ref().as_str();
    // Every host of a cloud has a dot in it.
    let is_host = name.contains('.')
        && Url::parse(&format!("https://{name}"))
            .is_ok_and(|parsed| parsed.host_str() == Some(name) && parsed.path() == "/");
    if !is_host {
        let what = format!("endpoints: {:?} is no host; write it like \"kms.eu-west-1.amazonaws.com\"", name);
        return Err(place.error(&host.span(), &what));
    }
    let parsed = Url::parse(url.get_ref()).ok().filter(|parsed| {
        matches!(parsed.scheme(), "http" | "https")
            && parsed.has_host()
            && parsed.path() == "/"
            && parsed.query().is_none()
            && parsed.fragment().is_none()
            && parsed.username().is_empty()
    });
    parsed.ok_or_else(|| {
        let what = format!(
            "endpoints: {:?} = {:?} is no place to ask; write it like \"https://vpce-….kms.eu-west-1.vpce.amazonaws.com\"",
            host.get_ref(),
            url.get_ref()
        );
        place.error(&url.span(), &what)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<InquirySettings, String> {
        parse(Path::new("/ca/confirm.toml"), text, NetworkConfig::default()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_whole_file_is_read() {
        let settings = read(
            r#"
            key = "record.key"
            [aws]
            role = "ca/hardkey-confirm"
            external_id = "4711"
            [endpoints]
            "kms.eu-west-1.amazonaws.com" = "https://kms.private.example:8443"
            [network]
            timeout = 5
            "#,
        )
        .unwrap();
        assert_eq!(settings.confirmer, Some(Confirmer::File("/ca/record.key".into())));
        let role = Role { name: "ca/hardkey-confirm".to_owned(), external_id: "4711".to_owned() };
        assert_eq!(settings.inquiry.role, Some(role));
        let endpoints: Vec<(&str, &str)> =
            settings.inquiry.endpoints.iter().map(|(host, url)| (host.as_str(), url.as_str())).collect();
        assert_eq!(endpoints, [("kms.eu-west-1.amazonaws.com", "https://kms.private.example:8443/")]);
        assert_eq!(settings.network.timeout, std::time::Duration::from_secs(5));
        let hsm = read("signer = \"arn:aws:kms:eu-west-1:111122223333:key/x\"\n").unwrap();
        assert_eq!(hsm.confirmer, Some(Confirmer::Hsm("arn:aws:kms:eu-west-1:111122223333:key/x".to_owned())));
        assert_eq!(read("").unwrap().confirmer, None);
    }

    #[test]
    fn every_mistake_is_named_with_its_line_its_value_and_what_would_be_right() {
        for (text, expected) in [
            (
                "key = \"a\"\nsigner = \"b\"\n",
                "line 2: signer: there is a key as well; one of both signs records: remove one",
            ),
            (
                "[aws]\nrole = \"arn:aws:iam::111122223333:role/x\"\nexternal_id = \"ab\"\n",
                "line 2: role = \"arn:aws:iam::111122223333:role/x\" is no name of a role; write the name alone, as in \"hardkey-confirm\": the account is the key's",
            ),
            (
                "[aws]\nrole = \"x\"\nexternal_id = \"a b\"\n",
                "line 3: external_id = \"a b\" must have 2 to 1224 letters, digits and characters of _+=,.@:/-",
            ),
            ("[aws]\nrole = \"x\"\n", "line 1: missing field `external_id`; correct it or remove it"),
            (
                "[endpoints]\n\"https://kms\" = \"https://x\"\n",
                "line 2: endpoints: \"https://kms\" is no host; write it like \"kms.eu-west-1.amazonaws.com\"",
            ),
            (
                "[endpoints]\n\"kms.eu-west-1.amazonaws.com\" = \"https://x/path\"\n",
                "line 2: endpoints: \"kms.eu-west-1.amazonaws.com\" = \"https://x/path\" is no place to ask; write it like \"https://vpce-….kms.eu-west-1.vpce.amazonaws.com\"",
            ),
            (
                "[token]\n",
                "line 1: unknown field `token`, expected one of `key`, `signer`, `aws`, `endpoints`, `network`; correct it or remove it",
            ),
        ] {
            assert_eq!(read(text).unwrap_err(), format!("/ca/confirm.toml {expected}"), "{text}");
        }
    }
}
