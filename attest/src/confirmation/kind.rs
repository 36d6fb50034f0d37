//! Which questions there are, what each is asked about, and which hosts answer it: closed lists, so that nothing that was handed in
//! can point a CA elsewhere.

use super::place::{MANAGED_HSMS, Place, is_region};
use crate::evidence::is_above;
use crate::instant::Instant;
use crate::report;

/// Which question: a closed list.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Kind {
    /// What a report has too: about the key itself.
    Key(report::Kind),
    /// AWS KMS: `ListResourceTags` of the key.
    AwsListResourceTags,
    /// AWS KMS: `GetKeyPolicy` of the key.
    AwsGetKeyPolicy,
    /// AWS KMS: `ListGrants` of the key.
    AwsListGrants,
    /// AWS CloudTrail: `DescribeTrails` in the key's account and region.
    AwsDescribeTrails,
    /// AWS CloudTrail: `GetTrailStatus` of a trail.
    AwsGetTrailStatus,
    /// AWS CloudTrail: `GetEventSelectors` of a trail.
    AwsGetEventSelectors,
    /// AWS CloudTrail: `LookupEvents`, `CreateKey` in the hour of the key's creation.
    AwsLookupEvents,
    /// AWS CloudTrail: `ListPublicKeys` of the key's region, by which digest files are signed there.
    AwsListPublicKeys,
    /// Azure Resource Manager: the vault or Managed HSM itself.
    AzureVault,
    /// Azure Monitor: the diagnostic settings of the vault or Managed HSM.
    AzureDiagnosticSettings,
    /// Azure: who has which role at the vault.
    AzureRoleAssignments,
    /// Azure Monitor: what the audit log of the vault or Managed HSM has of the key.
    AzureKeyEvents,
    /// Google Cloud KMS: `GetCryptoKey`, which has the labels.
    GoogleCryptoKey,
    /// Google Resource Manager: `getIamPolicy` of the project, and of what is above it: these have the audit configuration.
    GoogleIamPolicy,
    /// Google Resource Manager: `projects.get` or `folders.get`, which say what is above.
    GoogleParent,
    /// Google Cloud KMS: `getIamPolicy` of the key.
    GoogleKeyIamPolicy,
    /// Google Cloud Logging: `entries.list` of what was done to keys of the project when the version was made.
    GoogleKeyEvents,
}

/// What to ask, of what, and where.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Question {
    /// Which question.
    pub kind: Kind,
    /// Full name of what to ask about; for [`Kind::AzureVault`] the end of it, because its beginning, subscription and resource group,
    /// is in no key's name.
    pub of: String,
    /// The hosts that answer it.
    pub hosts: Vec<String>,
    /// For questions about what happened: when.
    pub around: Option<Instant>,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 23] = [
        Self::Key(report::Kind::GoogleCryptoKeyVersion),
        Self::Key(report::Kind::GooglePublicKey),
        Self::Key(report::Kind::AwsDescribeKey),
        Self::Key(report::Kind::AwsGetPublicKey),
        Self::Key(report::Kind::AzureKey),
        Self::Key(report::Kind::AzureAttestation),
        Self::AwsListResourceTags,
        Self::AwsGetKeyPolicy,
        Self::AwsListGrants,
        Self::AwsDescribeTrails,
        Self::AwsGetTrailStatus,
        Self::AwsGetEventSelectors,
        Self::AwsLookupEvents,
        Self::AwsListPublicKeys,
        Self::AzureVault,
        Self::AzureDiagnosticSettings,
        Self::AzureRoleAssignments,
        Self::AzureKeyEvents,
        Self::GoogleCryptoKey,
        Self::GoogleIamPolicy,
        Self::GoogleParent,
        Self::GoogleKeyIamPolicy,
        Self::GoogleKeyEvents,
    ];

    /// Its name in the payload.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Key(kind) => kind.name(),
            Self::AwsListResourceTags => "aws.list-resource-tags",
            Self::AwsGetKeyPolicy => "aws.get-key-policy",
            Self::AwsListGrants => "aws.list-grants",
            Self::AwsDescribeTrails => "aws.describe-trails",
            Self::AwsGetTrailStatus => "aws.get-trail-status",
            Self::AwsGetEventSelectors => "aws.get-event-selectors",
            Self::AwsLookupEvents => "aws.lookup-events",
            Self::AwsListPublicKeys => "aws.list-public-keys",
            Self::AzureVault => "azure.vault",
            Self::AzureDiagnosticSettings => "azure.diagnostic-settings",
            Self::AzureRoleAssignments => "azure.role-assignments",
            Self::AzureKeyEvents => "azure.key-events",
            Self::GoogleCryptoKey => "google.crypto-key",
            Self::GoogleIamPolicy => "google.iam-policy",
            Self::GoogleParent => "google.parent",
            Self::GoogleKeyIamPolicy => "google.key-iam-policy",
            Self::GoogleKeyEvents => "google.key-events",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Everything that can be asked about a key version by its name alone; [`super::follow_ups`] has the rest. Nothing for a name that is
    /// of no cloud.
    #[must_use]
    pub fn questions(resource: &str) -> Vec<Question> {
        let ask = |kind: Self| {
            let of = kind.subject(resource)?;
            Some(Question { kind, hosts: kind.hosts(&of, resource), of, around: None })
        };
        Self::ALL.into_iter().filter_map(ask).collect()
    }

    /// What is asked about, where the key's name says it: a trail has a name of its own, and so has what is around a vault.
    fn subject(self, resource: &str) -> Option<String> {
        match (Place::of(resource)?, self) {
            (Place::Aws { .. }, Self::Key(report::Kind::AwsDescribeKey | report::Kind::AwsGetPublicKey))
            | (Place::Aws { .. }, Self::AwsListResourceTags | Self::AwsGetKeyPolicy | Self::AwsListGrants)
            | (Place::Azure { .. }, Self::Key(report::Kind::AzureKey))
            | (Place::Azure { resource_type: MANAGED_HSMS, .. }, Self::Key(report::Kind::AzureAttestation))
            | (Place::Google { .. }, Self::Key(report::Kind::GoogleCryptoKeyVersion | report::Kind::GooglePublicKey)) => {
                Some(resource.to_owned())
            }
            (Place::Aws { account, .. }, Self::AwsDescribeTrails) => Some(account.to_owned()),
            (Place::Azure { vault, resource_type, .. }, Self::AzureVault) => {
                Some(format!("/providers/Microsoft.KeyVault/{resource_type}/{vault}"))
            }
            (Place::Google { key, .. }, Self::GoogleCryptoKey | Self::GoogleKeyIamPolicy) => Some(key.to_owned()),
            (Place::Google { project, .. }, Self::GoogleIamPolicy | Self::GoogleParent) => Some(project.to_owned()),
            _ => None,
        }
    }

    /// Whether an answer about `of` says anything of this key version.
    #[must_use]
    pub fn is_about(self, of: &str, resource: &str) -> bool {
        match (self, Place::of(resource)) {
            (Self::AwsGetTrailStatus | Self::AwsGetEventSelectors, Some(Place::Aws { partition, .. })) => {
                trail(of).is_some_and(|(of_partition, _, _)| of_partition == partition)
            }
            (
                Self::AzureVault | Self::AzureDiagnosticSettings | Self::AzureRoleAssignments | Self::AzureKeyEvents,
                Some(Place::Azure { .. }),
            ) => {
                let end = Self::AzureVault.subject(resource).unwrap_or_default();
                // A vault that was not found has no other name.
                (self == Self::AzureVault && of == end) || is_resource(of, &end)
            }
            // Which folders and organization are above the project, its parents say.
            (Self::GoogleIamPolicy | Self::GoogleParent, Some(Place::Google { project, .. })) => {
                of == project || is_above(of) && !(self == Self::GoogleParent && of.starts_with("organizations/"))
            }
            (Self::AwsLookupEvents, Some(Place::Aws { .. })) | (Self::GoogleKeyEvents, Some(Place::Google { .. })) => {
                of == resource
            }
            (Self::AwsListPublicKeys, Some(Place::Aws { region, .. })) => of == region,
            _ => self.subject(resource).is_some_and(|subject| subject == of),
        }
    }

    /// The hosts of the cloud that answer this about `of`. Nothing for a question to another cloud.
    #[must_use]
    pub fn hosts(self, of: &str, resource: &str) -> Vec<String> {
        match (self, Place::of(resource)) {
            (
                Self::Key(report::Kind::AwsDescribeKey | report::Kind::AwsGetPublicKey)
                | Self::AwsListResourceTags
                | Self::AwsGetKeyPolicy
                | Self::AwsListGrants,
                Some(Place::Aws { domain, region, .. }),
            ) => vec![format!("kms.{region}.{domain}"), format!("kms-fips.{region}.{domain}")],
            (
                Self::AwsDescribeTrails
                | Self::AwsGetTrailStatus
                | Self::AwsGetEventSelectors
                | Self::AwsLookupEvents
                | Self::AwsListPublicKeys,
                Some(Place::Aws { domain, region, .. }),
            ) => {
                // A trail is asked about in the key's region or in its own.
                let home = trail(of).map(|(_, home, _)| home).filter(|home| *home != region);
                let of_region =
                    |region| [format!("cloudtrail.{region}.{domain}"), format!("cloudtrail-fips.{region}.{domain}")];
                std::iter::once(region).chain(home).flat_map(of_region).collect()
            }
            (Self::Key(report::Kind::AzureKey | report::Kind::AzureAttestation), Some(Place::Azure { host, .. })) => {
                vec![host.to_owned()]
            }
            (
                Self::AzureVault | Self::AzureDiagnosticSettings | Self::AzureRoleAssignments,
                Some(Place::Azure { management, .. }),
            ) => vec![management.to_owned()],
            (Self::AzureKeyEvents, Some(Place::Azure { logs, .. })) => vec![logs.to_owned()],
            (
                Self::Key(report::Kind::GoogleCryptoKeyVersion | report::Kind::GooglePublicKey)
                | Self::GoogleCryptoKey
                | Self::GoogleKeyIamPolicy,
                Some(Place::Google { .. }),
            ) => vec!["cloudkms.googleapis.com".to_owned()],
            (Self::GoogleIamPolicy | Self::GoogleParent, Some(Place::Google { .. })) => {
                vec!["cloudresourcemanager.googleapis.com".to_owned()]
            }
            (Self::GoogleKeyEvents, Some(Place::Google { .. })) => vec!["logging.googleapis.com".to_owned()],
            _ => Vec::new(),
        }
    }
}

/// Whether Resource Manager's name of a resource, which begins with subscription and resource group, has this end and nothing else. Its
/// names are compared without case.
fn is_resource(id: &str, end: &str) -> bool {
    let id = id.to_ascii_lowercase();
    let parts: Vec<&str> = id.split('/').collect();
    match parts.as_slice() {
        ["", "subscriptions", subscription, "resourcegroups", group, ..]
            if !subscription.is_empty() && !group.is_empty() =>
        {
            id == format!("/subscriptions/{subscription}/resourcegroups/{group}{}", end.to_ascii_lowercase())
        }
        _ => false,
    }
}

/// Partition, home region and account of a trail, by its ARN.
pub(crate) fn trail(arn: &str) -> Option<(&str, &str, &str)> {
    let parts: Vec<&str> = arn.split(':').collect();
    match parts.as_slice() {
        ["arn", partition, "cloudtrail", region, account, name] if name.starts_with("trail/") && is_region(region) => {
            Some((partition, region, account))
        }
        _ => None,
    }
}

/// The region and the account of a key of AWS KMS.
pub(crate) fn region_and_account(resource: &str) -> Option<(&str, &str)> {
    match Place::of(resource)? {
        Place::Aws { region, account, .. } => Some((region, account)),
        Place::Azure { .. } | Place::Google { .. } => None,
    }
}

/// The host of the vault or Managed HSM of a key of Azure, and the key's own name.
pub(crate) fn vault_and_key(resource: &str) -> Option<(&str, &str)> {
    match Place::of(resource)? {
        Place::Azure { host, key, .. } => Some((host, key)),
        Place::Aws { .. } | Place::Google { .. } => None,
    }
}
