//! Admission: whether a host may see a key.
//!
//! A key is admitted only when its key service says that it was generated in, and is confined to, an HSM. A field
//! that is absent is not a field that says "false": what the service does not state is refused. What a certificate's
//! key must be (sizes, curves) is a CA's policy and not decided here.

pub mod aws;
pub mod azure;
pub mod google;
mod refusal;

pub use refusal::Refusal;

/// Whose key service it is: remedies differ.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Cloud {
    /// AWS KMS.
    Aws,
    /// Azure Key Vault and Azure Managed HSM.
    Azure,
    /// Google Cloud KMS.
    Google,
}

/// Where the key material came from, as the key service states it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Origin {
    /// Generated inside the HSM. Supports `CKA_LOCAL` true.
    Generated,
    /// Brought in from outside, so a copy may exist elsewhere. Never attestable.
    Imported,
    /// The key service does not say. Never better than the subscriber's word.
    Unknown,
}

/// The administrator's exceptions to admission, from the `[admission]` section of the configuration.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Exceptions {
    /// Admit keys whose material was imported into the HSM. They stay marked as imported.
    pub allow_imported: bool,
}

/// A field without which protection cannot be judged.
fn stated<T>(field: &'static str, value: Option<T>) -> Result<T, Refusal> {
    value.ok_or(Refusal::Unstated { field, value: None })
}

/// A value that this version cannot judge.
fn unknown(field: &'static str, value: &str) -> Refusal {
    Refusal::Unstated { field, value: Some(value.to_owned()) }
}
