//! Why a host may not see a key: a code for scripts, a fact for everybody, a remedy for the key's owner.

use std::fmt;

use super::Cloud;

/// Why a host may not see a key. The code is stable: scripts and dashboards may match on it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Refusal {
    /// The key service manages the key on behalf of one of its own services.
    CloudManaged,
    /// The key is backed by a store outside the key service's own HSMs.
    CustomKeyStore {
        /// What the key service calls the store.
        store: String,
    },
    /// Somebody disabled the key.
    Disabled {
        /// Whose key it is.
        cloud: Cloud,
    },
    /// The private key may be handed out.
    Exportable {
        /// The field that says so, and what it says.
        what: &'static str,
    },
    /// The key lives outside the cloud, where nobody but its owner can look.
    External {
        /// The protection level, as the key service spells it.
        level: String,
    },
    /// The key material was imported: a copy may exist outside the HSM.
    Imported {
        /// Whose key it is.
        cloud: Cloud,
    },
    /// The version's record and the answer about its public key state different protection.
    LevelsDiffer {
        /// What the version's record states.
        version: String,
        /// What the answer about the public key states.
        public_key: String,
    },
    /// The key is not in a state in which it can sign.
    NotReady {
        /// Whose key it is.
        cloud: Cloud,
        /// The state, as the key service spells it.
        state: String,
    },
    /// The key exists for another use than signing.
    NotForSigning {
        /// Whose key it is.
        cloud: Cloud,
        /// The use, as the key service spells it.
        usage: String,
    },
    /// The HSMs of this part of the cloud are not FIPS 140 validated modules.
    Partition {
        /// The partition, as in the key's ARN.
        partition: String,
    },
    /// The key waits for its deletion.
    PendingDeletion {
        /// Whose key it is.
        cloud: Cloud,
    },
    /// The platform that holds the key is software, although the key's type ends in `-HSM`.
    Platform {
        /// The platform, as the key service spells it.
        platform: String,
    },
    /// The key is kept by software.
    Software {
        /// Whose key it is.
        cloud: Cloud,
        /// What says so, as the key service spells it.
        kind: String,
    },
    /// The template of the key's versions asks for an HSM, and this version does not live in one.
    TemplateOnly {
        /// The version's own protection level.
        level: String,
    },
    /// The key service's answer lacks a field, or has a value unknown here, without which protection cannot be judged.
    Unstated {
        /// The field, as the key service spells it.
        field: &'static str,
        /// The unknown value, or nothing where the field was absent.
        value: Option<String>,
    },
}

impl Refusal {
    /// The stable reason code: lower case, words joined by hyphens.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::CloudManaged => "cloud-managed",
            Self::CustomKeyStore { .. } => "custom-key-store",
            Self::Disabled { .. } => "disabled",
            Self::Exportable { .. } => "exportable",
            Self::External { .. } => "external",
            Self::Imported { .. } => "imported",
            Self::LevelsDiffer { .. } => "levels-differ",
            Self::NotForSigning { .. } => "not-for-signing",
            Self::NotReady { .. } => "not-ready",
            Self::Partition { .. } => "partition",
            Self::PendingDeletion { .. } => "pending-deletion",
            Self::Platform { .. } => "platform",
            Self::Software { .. } => "software",
            Self::TemplateOnly { .. } => "template-only",
            Self::Unstated { .. } => "unstated",
        }
    }

    /// Whether the key's owner can lift this refusal without making a new key, so that asking again makes sense.
    #[must_use]
    pub fn can_change(&self) -> bool {
        match self {
            Self::Disabled { .. } | Self::NotReady { .. } | Self::PendingDeletion { .. } => true,
            Self::CloudManaged
            | Self::CustomKeyStore { .. }
            | Self::Exportable { .. }
            | Self::External { .. }
            | Self::Imported { .. }
            | Self::LevelsDiffer { .. }
            | Self::NotForSigning { .. }
            | Self::Partition { .. }
            | Self::Platform { .. }
            | Self::Software { .. }
            | Self::TemplateOnly { .. }
            | Self::Unstated { .. } => false,
        }
    }

    /// What is the matter, without what its owner can do about it: for those who only judge. Values are escaped.
    #[must_use]
    pub fn fact(&self) -> String {
        match self {
            Self::CloudManaged => "the key belongs to an AWS service, not to you".to_owned(),
            Self::CustomKeyStore { store } => {
                format!("the key lives in the custom key store {}, outside the HSMs of AWS KMS", store.escape_debug())
            }
            Self::Disabled { .. } => "the key is disabled".to_owned(),
            Self::Exportable { what } => format!("the private key may be handed out: {what}"),
            Self::External { level } => {
                format!("the key's protection level is {}: it lives outside of Google Cloud", level.escape_debug())
            }
            Self::Imported { .. } => "the key material was imported, so a copy may exist outside the HSM".to_owned(),
            Self::LevelsDiffer { version, public_key } => format!(
                "the key version states protection level {}, its public key {}",
                version.escape_debug(),
                public_key.escape_debug()
            ),
            Self::NotForSigning { usage, .. } => format!("the key's usage is {}", usage.escape_debug()),
            Self::NotReady { state, .. } => format!("the key is in state {}", state.escape_debug()),
            Self::Partition { partition } => {
                format!("the HSMs of the partition {} are not FIPS 140 validated modules", partition.escape_debug())
            }
            Self::PendingDeletion { .. } => "the key waits for deletion".to_owned(),
            Self::Platform { platform } => {
                format!("the key's hsmPlatform is {}, a software module", platform.escape_debug())
            }
            Self::Software { kind, .. } => format!("the key is a software key ({})", kind.escape_debug()),
            Self::TemplateOnly { level } => format!(
                "the key's template asks for an HSM, but this version's own protection level is {}",
                level.escape_debug()
            ),
            Self::Unstated { field, value: None } => {
                format!("the key service did not state {field}, so the key's protection is unknown")
            }
            Self::Unstated { field, value: Some(value) } => {
                format!("the key service states {field} {}, which this version cannot judge", value.escape_debug())
            }
        }
    }

    fn remedy(&self) -> &'static str {
        match self {
            Self::CloudManaged => "create a customer managed key for signing",
            Self::CustomKeyStore { .. } => "create a key with Origin AWS_KMS and no custom key store",
            Self::Disabled { cloud: Cloud::Aws } => "enable it (aws kms enable-key) or configure another key",
            Self::Disabled { cloud: Cloud::Azure } => {
                "enable it (az keyvault key set-attributes --enabled true) or configure another key"
            }
            Self::Disabled { cloud: Cloud::Google } => {
                "enable it (gcloud kms keys versions enable) or configure another version"
            }
            Self::Exportable { .. } => "create a key that is not exportable and has no release policy",
            Self::External { .. } => "create a key with protection level HSM",
            Self::Imported { cloud: Cloud::Aws } => {
                "create a key with Origin AWS_KMS, or set allow_imported = true in [admission] and accept that no CA can attest it"
            }
            Self::Imported { cloud: Cloud::Azure | Cloud::Google } => {
                "create a key in the HSM, or set allow_imported = true in [admission] and accept that no CA can attest it"
            }
            Self::LevelsDiffer { .. } => "configure another key version, and ask Google why",
            Self::NotForSigning { cloud: Cloud::Aws, .. } => "create a key with KeyUsage SIGN_VERIFY",
            Self::NotForSigning { cloud: Cloud::Azure, .. } => {
                "create an RSA-HSM or EC-HSM key with the operation sign"
            }
            Self::NotForSigning { cloud: Cloud::Google, .. } => "create a key with purpose ASYMMETRIC_SIGN",
            Self::NotReady { cloud: Cloud::Aws, .. } => "wait until it is Enabled, or configure another key",
            // Cloud KMS API, `CryptoKeyVersionState`: from these a version does not come back.
            Self::NotReady { cloud: Cloud::Google, state } if state == "DESTROYED" || state.ends_with("_FAILED") => {
                "configure another version: this one never comes back"
            }
            Self::NotReady { cloud: Cloud::Azure | Cloud::Google, .. } => {
                "wait until it is ENABLED, or configure another version"
            }
            Self::Partition { .. } => "create the key in another partition",
            Self::PendingDeletion { cloud: Cloud::Aws } => {
                "cancel that (aws kms cancel-key-deletion, then enable-key) or configure another key"
            }
            Self::PendingDeletion { cloud: Cloud::Azure | Cloud::Google } => {
                "cancel that (gcloud kms keys versions restore, then enable) or configure another version"
            }
            Self::Platform { .. } => "create a new version of the key in a Premium vault or in a Managed HSM",
            Self::Software { cloud: Cloud::Azure, .. } => {
                "create a key of type RSA-HSM or EC-HSM, in a Managed HSM or in a vault of the SKU Premium: a Standard one has none, and a Premium one holds software keys too"
            }
            Self::Software { cloud: Cloud::Aws | Cloud::Google, .. } => "create a key with protection level HSM",
            Self::TemplateOnly { .. } => "create a new version, and use that",
            Self::Unstated { .. } => "update Hardkey, or configure another key",
        }
    }
}

/// One sentence: the fact, then what to do about it. Values of the key service are escaped.
impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}; {}", self.fact(), self.remedy())
    }
}

#[cfg(test)]
mod tests;
