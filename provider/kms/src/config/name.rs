//! Names of keys, of whichever cloud.

use super::ServiceConfig;
use crate::aws::{AwsConfig, KeyName as AwsName};
use crate::azure::{AzureConfig, KeyName as AzureName, Place};
use crate::google::{GoogleConfig, KeyName as GoogleName};

/// Keys that can be in one token, because they are in one region of one cloud, or in one vault.
pub(super) enum Group {
    Aws(Option<String>, Vec<AwsName>),
    Azure(Place, Vec<AzureName>),
    Google(String, Vec<GoogleName>),
}

impl Group {
    /// Parses a name and puts it beside those it can share a token with.
    ///
    /// # Errors
    /// One sentence that shows the name and what was expected.
    pub(super) fn add(groups: &mut Vec<Self>, text: &str) -> Result<(), String> {
        if text.starts_with(GoogleName::BEGINNING) {
            let name = GoogleName::parse(text)?;
            for group in &mut *groups {
                if let Self::Google(location, keys) = group
                    && location == name.location()
                {
                    keys.push(name);
                    return Ok(());
                }
            }
            groups.push(Self::Google(name.location().to_owned(), vec![name]));
            return Ok(());
        }
        if text.starts_with(AzureName::BEGINNING) {
            let name = AzureName::parse(text)?;
            for group in &mut *groups {
                if let Self::Azure(place, keys) = group
                    && place == name.place()
                {
                    keys.push(name);
                    return Ok(());
                }
            }
            groups.push(Self::Azure(name.place().clone(), vec![name]));
            return Ok(());
        }
        let name = AwsName::parse(text)?;
        for group in &mut *groups {
            if let Self::Aws(region, keys) = group
                && region.as_deref() == name.region()
            {
                keys.push(name);
                return Ok(());
            }
        }
        groups.push(Self::Aws(name.region().map(str::to_owned), vec![name]));
        Ok(())
    }

    /// Where its keys are, if they say.
    pub(super) fn region(&self) -> Option<&str> {
        match self {
            Self::Aws(region, _) => region.as_deref(),
            Self::Azure(place, _) => Some(place.name()),
            Self::Google(location, _) => Some(location),
        }
    }

    /// The key service that has them.
    pub(super) fn service(self) -> ServiceConfig {
        match self {
            Self::Aws(region, keys) => ServiceConfig::Aws(AwsConfig { keys, region, ..AwsConfig::default() }),
            Self::Azure(place, keys) => {
                ServiceConfig::Azure(AzureConfig { place, keys, endpoint: None, discover: false })
            }
            Self::Google(location, keys) => {
                ServiceConfig::Google(GoogleConfig { keys, location, ..GoogleConfig::default() })
            }
        }
    }
}
