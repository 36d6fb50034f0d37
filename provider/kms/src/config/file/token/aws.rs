//! A token of AWS KMS.

use toml::Spanned;

use super::{Token, endpoint, within};
use crate::aws::{AwsConfig, KeyName, endpoint_region};
use crate::config::ConfigError;
use crate::config::file::Place;

pub(super) fn check(place: &Place<'_>, token: &Token, fips: Option<&Spanned<bool>>) -> Result<AwsConfig, ConfigError> {
    let label = token.label.get_ref();
    without_fips_and_endpoint(place, token, fips)?;
    let mut region: Option<String> = None;
    if let Some(given) = &token.region {
        if !KeyName::is_region(given.get_ref()) {
            let what = format!("region {:?} is not an AWS region; write it like \"eu-west-1\"", given.get_ref());
            return Err(place.error(&given.span(), &what));
        }
        region = Some(given.get_ref().clone());
    }
    let mut keys = Vec::new();
    for name in &token.keys {
        let key =
            KeyName::parse(name.get_ref()).map_err(|reason| place.error(&name.span(), &format!("keys: {reason}")))?;
        within(place, label, &mut region, name, key.region())?;
        keys.push(key);
    }
    if keys.is_empty() && !token.discovers() {
        let what =
            format!("token {label:?} has no keys; set keys = [\"arn:aws:kms:…\"], or discover = true to list them");
        return Err(place.error(&token.label.span(), &what));
    }
    if let Some(path) = &token.credentials {
        let what = "credentials is for Google Cloud KMS; name a profile for AWS KMS";
        return Err(place.error(&path.span(), what));
    }
    let example = "https://kms.eu-west-1.amazonaws.com";
    let endpoint = endpoint(place, token, region.as_deref(), example, endpoint_region)?;
    let profile = token.profile.as_ref().map(|profile| profile.get_ref().clone());
    Ok(AwsConfig { keys, region, profile, endpoint, discover: token.discovers() })
}

/// AWS's SDK cannot make a FIPS endpoint of one it is given.
fn without_fips_and_endpoint(
    place: &Place<'_>,
    token: &Token,
    fips: Option<&Spanned<bool>>,
) -> Result<(), ConfigError> {
    let (Some(fips), Some(_)) = (fips.filter(|fips| *fips.get_ref()), &token.endpoint) else { return Ok(()) };
    let what = format!(
        "fips = true chooses the endpoint, but token {:?} has one of its own; remove fips and name the FIPS endpoint there, or remove that endpoint",
        token.label.get_ref()
    );
    Err(place.error(&fips.span(), &what))
}
