//! Where a key is, told by its full name alone: what is asked, and where, follows from it.

use crate::admission::azure::{self, Store};
use crate::admission::google;

/// Domains of AWS's partitions that a CA can reach (botocore, partitions.json, read November 2026). China's HSMs are not admitted.
const AWS_DOMAINS: [(&str, &str); 3] =
    [("aws", "amazonaws.com"), ("aws-us-gov", "amazonaws.com"), ("aws-eusc", "amazonaws.eu")];
/// Azure Resource Manager and the API of Azure's logs, by the domain of the vaults that they are for (Azure documentation, "Azure
/// Government endpoints" and "Azure Monitor Log Analytics API request format", read November 2026).
const AZURE_DESKS: [(&str, &str, &str); 2] = [
    (".azure.net", "management.azure.com", "api.loganalytics.azure.com"),
    (".usgovcloudapi.net", "management.usgovcloudapi.net", "api.loganalytics.us"),
];

/// The type of Managed HSMs in the names of resources.
pub(super) const MANAGED_HSMS: &str = "managedHSMs";

/// What a key's full name says of its place.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Place<'a> {
    /// AWS KMS.
    Aws {
        /// The domain of its endpoints.
        domain: &'static str,
        partition: &'a str,
        region: &'a str,
        account: &'a str,
    },
    /// Azure.
    Azure {
        /// The host of the vault or Managed HSM.
        host: &'a str,
        /// Its name.
        vault: &'a str,
        /// The host that manages it.
        management: &'static str,
        /// The host that is asked about its logs.
        logs: &'static str,
        /// The key's own name.
        key: &'a str,
        /// Its type in the names of resources.
        resource_type: &'static str,
    },
    /// Google Cloud KMS.
    Google {
        /// `projects/ID`.
        project: &'a str,
        /// The key without its version.
        key: &'a str,
    },
}

impl<'a> Place<'a> {
    /// Of the full name of a key version, if it is one.
    pub(super) fn of(resource: &'a str) -> Option<Self> {
        if resource.starts_with("arn:") {
            return Self::aws(resource);
        }
        if resource.starts_with("https://") {
            return Self::azure(resource);
        }
        if !google::is_key_version(resource) {
            return None;
        }
        let (key, _) = resource.split_once("/cryptoKeyVersions/")?;
        let (project, _) = resource.split_once("/locations/")?;
        Some(Self::Google { project, key })
    }

    fn aws(arn: &'a str) -> Option<Self> {
        let parts: Vec<&str> = arn.split(':').collect();
        let [_, partition, "kms", region, account, key] = parts.as_slice() else { return None };
        let (_, domain) = AWS_DOMAINS.iter().find(|(name, _)| name == partition)?;
        let is_region = is_region(region);
        let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        let is_key = key.strip_prefix("key/").is_some_and(|id| !id.is_empty() && id.bytes().all(is_of_a_key));
        (is_region && is_account && is_key).then_some(Self::Aws { domain, partition, region, account })
    }

    fn azure(kid: &'a str) -> Option<Self> {
        let (store, key, _) = azure::key_version(kid)?;
        let (host, _) = kid.strip_prefix("https://")?.split_once('/')?;
        let (vault, _) = host.split_once('.')?;
        let (_, management, logs) = AZURE_DESKS.iter().find(|(domain, _, _)| host.ends_with(domain))?;
        let resource_type = match store {
            Store::Vault => "vaults",
            Store::ManagedHsm => MANAGED_HSMS,
        };
        Some(Self::Azure { host, vault, management, logs, key, resource_type })
    }
}

/// Whether this is the name of a region: words of letters and a number, as in `us-gov-west-1` (AWS general reference, "Regional
/// endpoints"). What has another form could be another service's host: `s3` is in `BUCKET.s3.amazonaws.com`.
pub(super) fn is_region(name: &str) -> bool {
    let parts: Vec<&str> = name.split('-').collect();
    let Some(([first, words @ ..], number)) = parts.split_last().map(|(number, words)| (words, number)) else {
        return false;
    };
    let is_word = |word: &&str| word.len() >= 2 && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_number = (1..=2).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number && is_word(first) && !words.is_empty() && words.iter().all(is_word)
}

/// Letters, digits and hyphens: nothing that would make another host of it.
fn is_of_a_key(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_one_by_its_form_and_nothing_that_another_service_is_called() {
        let is_place = |region: &str| Place::of(&format!("arn:aws:kms:{region}:111122223333:key/1")).is_some();
        for region in ["us-east-1", "ap-southeast-2", "us-gov-west-1", "us-iso-east-1", "eusc-de-east-1", "eu-west-12"]
        {
            assert!(is_place(region), "{region}");
        }
        for other in [
            "",
            "s3",
            "s3-us-west-2",
            "compute-1",
            "us-east-",
            "us-east",
            "us--east-1",
            "us-east-1.evil",
            "us-east-123",
            "US-EAST-1",
        ] {
            assert!(!is_place(other), "{other}");
        }
    }
}
