//! A `[[token]]` of the configuration file: what holds in every cloud, and which cloud it is.

mod aws;
mod azure;
mod google;

use std::path::PathBuf;

use serde::Deserialize;
use toml::Spanned;

use super::Place;
use crate::azure::KeyName as AzureName;
use crate::config::{Certificate, ConfigError, ServiceConfig, TokenConfig};
use crate::google::KeyName as GoogleName;

/// The fields of every cloud. Which of them a token may have is said by its cloud.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Token {
    pub(super) label: Spanned<String>,
    #[serde(default)]
    keys: Vec<Spanned<String>>,
    key_ring: Option<Spanned<String>>,
    vault: Option<Spanned<String>>,
    discover: Option<Spanned<bool>>,
    #[serde(default)]
    certificates: Vec<Spanned<PathBuf>>,
    credentials: Option<Spanned<PathBuf>>,
    region: Option<Spanned<String>>,
    profile: Option<Spanned<String>>,
    endpoint: Option<Spanned<String>>,
}

impl Token {
    fn discovers(&self) -> bool {
        self.discover.as_ref().is_some_and(|discover| *discover.get_ref())
    }

    /// A name of Azure's or Google's is known by its beginning; every other is left to AWS's rules to judge.
    fn is_azure(&self) -> bool {
        self.vault.is_some() || self.has_key(AzureName::BEGINNING)
    }

    fn is_google(&self) -> bool {
        self.key_ring.is_some() || self.has_key(GoogleName::BEGINNING)
    }

    fn has_key(&self, beginning: &str) -> bool {
        self.keys.iter().any(|name| name.get_ref().starts_with(beginning))
    }
}

/// Checks a token; `fips` is that of `[network]`.
pub(super) fn check(
    place: &Place<'_>,
    token: &Token,
    fips: Option<&Spanned<bool>>,
) -> Result<TokenConfig, ConfigError> {
    let label = token.label.get_ref();
    // CK_TOKEN_INFO.label has 32 bytes, padded with spaces (PKCS#11 v3.1 §3.2).
    if label.is_empty() || label.len() > 32 || label.trim() != label || label.chars().any(char::is_control) {
        let what = format!("label {label:?} must have 1 to 32 bytes, no control characters and no space at its ends");
        return Err(place.error(&token.label.span(), &what));
    }
    let service = if token.is_azure() {
        ServiceConfig::Azure(azure::check(place, token)?)
    } else if token.is_google() {
        ServiceConfig::Google(google::check(place, token)?)
    } else {
        ServiceConfig::Aws(aws::check(place, token, fips)?)
    };
    let mut certificates = Vec::new();
    for path in &token.certificates {
        let found = Certificate::load(&place.relative(path.get_ref()))
            .map_err(|reason| place.error(&path.span(), &format!("certificates: {reason}")))?;
        certificates.extend(found);
    }
    Ok(TokenConfig { label: label.clone(), service, certificates })
}

/// Where a token is: its region, in the words of its cloud. A key elsewhere is refused.
fn within(
    place: &Place<'_>,
    label: &str,
    region: &mut Option<String>,
    key: &Spanned<String>,
    found: Option<&str>,
) -> Result<(), ConfigError> {
    match (region.as_deref(), found) {
        (Some(known), Some(other)) if known != other => {
            let what = format!(
                "keys: {:?} is in {other}, but token {label:?} is in {known}; a token has one region: make a [[token]] for {other}",
                key.get_ref()
            );
            return Err(place.error(&key.span(), &what));
        }
        (None, Some(found)) => *region = Some(found.to_owned()),
        (Some(_) | None, _) => {}
    }
    Ok(())
}

/// An endpoint of the cloud's own may have a region in its name, which must be the token's. Of any other name nobody can tell.
fn endpoint(
    place: &Place<'_>,
    token: &Token,
    region: Option<&str>,
    example: &str,
    region_of: impl Fn(&str) -> Option<String>,
) -> Result<Option<String>, ConfigError> {
    let Some(url) = &token.endpoint else { return Ok(None) };
    let text = url.get_ref();
    if !(text.starts_with("https://") || text.starts_with("http://")) {
        let what = format!("endpoint {text:?} is not a URL; write it like {example:?}");
        return Err(place.error(&url.span(), &what));
    }
    match (region, region_of(text)) {
        (Some(region), Some(other)) if region != other => {
            let what = format!(
                "endpoint {text:?} is in {other}, but token {:?} is in {region}; correct the endpoint, or make a [[token]] for {other}",
                token.label.get_ref()
            );
            Err(place.error(&url.span(), &what))
        }
        _ => Ok(Some(text.clone())),
    }
}
