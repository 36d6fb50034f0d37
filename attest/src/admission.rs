//! Admission: whether a host may see a key.
//!
//! A key is admitted only when its key service says that it was generated in, and is confined to, an HSM. A field
//! that is absent is not a field that says "false": what the service does not state is refused. What a certificate's
//! key must be (sizes, curves) is a CA's policy and not decided here.

pub mod aws;

use std::fmt;

/// Where the key material came from, as the key service states it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Origin {
    /// Generated inside the HSM. Supports `CKA_LOCAL` true.
    Generated,
    /// Brought in from outside, so a copy may exist elsewhere. Never attestable.
    Imported,
}

/// The administrator's exceptions to admission, from the `[admission]` section of the configuration.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Exceptions {
    /// Admit keys whose material was imported into the HSM. They stay marked as imported.
    pub allow_imported: bool,
}

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
    Disabled,
    /// The key material was imported: a copy may exist outside the HSM.
    Imported,
    /// The key is not in a state in which it can sign.
    NotReady {
        /// The state, as the key service spells it.
        state: String,
    },
    /// The key exists for another use than signing.
    NotForSigning {
        /// The use, as the key service spells it.
        usage: String,
    },
    /// The HSMs of this part of the cloud are not FIPS 140 validated modules.
    Partition {
        /// The partition, as in the key's ARN.
        partition: String,
    },
    /// The key waits for its deletion.
    PendingDeletion,
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
            Self::Disabled => "disabled",
            Self::Imported => "imported",
            Self::NotForSigning { .. } => "not-for-signing",
            Self::NotReady { .. } => "not-ready",
            Self::Partition { .. } => "partition",
            Self::PendingDeletion => "pending-deletion",
            Self::Unstated { .. } => "unstated",
        }
    }

    /// Whether the key's owner can lift this refusal without making a new key, so that asking again makes sense.
    #[must_use]
    pub fn can_change(&self) -> bool {
        match self {
            Self::Disabled | Self::NotReady { .. } | Self::PendingDeletion => true,
            Self::CloudManaged
            | Self::CustomKeyStore { .. }
            | Self::Imported
            | Self::NotForSigning { .. }
            | Self::Partition { .. }
            | Self::Unstated { .. } => false,
        }
    }
}

/// One sentence: the fact, then what to do about it. Values of the key service are escaped.
impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CloudManaged => out.write_str(
                "the key belongs to an AWS service, not to you; create a customer managed key for signing",
            ),
            Self::CustomKeyStore { store } => write!(
                out,
                "the key lives in the custom key store {}, outside the HSMs of AWS KMS; create a key with Origin AWS_KMS and no custom key store",
                store.escape_debug()
            ),
            Self::Disabled => {
                out.write_str("the key is disabled; enable it (aws kms enable-key) or configure another key")
            }
            Self::Imported => out.write_str(
                "the key material was imported, so a copy may exist outside the HSM; create a key with Origin AWS_KMS, or set allow_imported = true in [admission] and accept that no CA can attest it",
            ),
            Self::NotForSigning { usage } => write!(
                out,
                "the key's usage is {}; create a key with KeyUsage SIGN_VERIFY",
                usage.escape_debug()
            ),
            Self::NotReady { state } => write!(
                out,
                "the key is in state {}; wait until it is Enabled, or configure another key",
                state.escape_debug()
            ),
            Self::Partition { partition } => write!(
                out,
                "the HSMs of the partition {} are not FIPS 140 validated modules; create the key in another partition",
                partition.escape_debug()
            ),
            Self::PendingDeletion => out.write_str(
                "the key waits for deletion; cancel that (aws kms cancel-key-deletion, then enable-key) or configure another key",
            ),
            Self::Unstated { field, value: None } => write!(
                out,
                "the key service did not state {field}, so the key's protection is unknown; update Hardkey, or configure another key"
            ),
            Self::Unstated { field, value: Some(value) } => write!(
                out,
                "the key service states {field} {}, which this version cannot judge; update Hardkey, or configure another key",
                value.escape_debug()
            ),
        }
    }
}
