//! From Azure's answers to one sentence of cause and one of remedy.

use azure_core::error::{Error, ErrorKind};
use azure_core::http::{RawResponse, headers::HeaderName};
use hardkey_attest::admission::azure::Store;
use serde::Deserialize;

use super::place::Place;
use crate::failure::Failure;
use crate::network::{Interruption, InterruptionKind};
use crate::service::ServiceErrorKind;
use crate::wording::{chain, clean};

/// What was being asked: the permission it needs, as Azure's access policies call it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Action {
    /// A request without a token, to be told for what one is needed.
    Challenge,
    GetCertificate,
    GetDeletedKey,
    GetKey,
    GetKeyAttestation,
    GetSecret,
    ListKeys,
    Sign,
    UpdateKey,
    /// Something that no vault answers, by its name.
    #[cfg(any(feature = "inquiry", feature = "grants"))]
    Elsewhere(&'static str),
}

impl Action {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Challenge => "a challenge",
            Self::GetCertificate => "certificates/get",
            Self::GetDeletedKey => "deletedkeys/get",
            Self::GetKey => "keys/get",
            Self::GetKeyAttestation => "keys/get (attestation)",
            Self::GetSecret => "secrets/get",
            Self::ListKeys => "keys/list",
            Self::Sign => "keys/sign",
            Self::UpdateKey => "keys/update",
            #[cfg(any(feature = "inquiry", feature = "grants"))]
            Self::Elsewhere(name) => name,
        }
    }

    /// The data action it needs: Azure documentation, "Azure permissions for Security" (Microsoft.KeyVault) and "Managed HSM
    /// local RBAC built-in roles", November 2026.
    fn data_action(self, store: Store) -> &'static str {
        match (self, store) {
            (Self::GetCertificate, _) => "Microsoft.KeyVault/vaults/certificates/read",
            (Self::GetSecret, _) => "Microsoft.KeyVault/vaults/secrets/getSecret/action",
            (Self::Sign, Store::Vault) => "Microsoft.KeyVault/vaults/keys/sign/action",
            (Self::Sign, Store::ManagedHsm) => "Microsoft.KeyVault/managedHsm/keys/sign/action",
            (Self::UpdateKey, Store::Vault) => "Microsoft.KeyVault/vaults/keys/update/action",
            (Self::UpdateKey, Store::ManagedHsm) => "Microsoft.KeyVault/managedHsm/keys/write/action",
            (Self::GetDeletedKey, Store::ManagedHsm) => "Microsoft.KeyVault/managedHsm/keys/deletedKeys/read/action",
            (_, Store::Vault) => "Microsoft.KeyVault/vaults/keys/read",
            (_, Store::ManagedHsm) => "Microsoft.KeyVault/managedHsm/keys/read/action",
        }
    }

    /// A built-in role that has it, with as little else as there is.
    fn role(self, store: Store) -> &'static str {
        match (self, store) {
            (Self::GetCertificate | Self::GetSecret, _) => "Key Vault Certificate User",
            (Self::Sign, Store::Vault) => "Key Vault Crypto User",
            (Self::UpdateKey, Store::Vault) => "Key Vault Crypto Officer",
            (Self::UpdateKey, Store::ManagedHsm) => "Managed HSM Crypto User",
            (_, Store::Vault) => "Key Vault Reader",
            (Self::Sign, Store::ManagedHsm) => "Managed HSM Crypto User",
            (_, Store::ManagedHsm) => "Managed HSM Crypto Auditor",
        }
    }

    /// Collection and permission of an access policy.
    fn permission(self) -> (&'static str, &'static str) {
        match self {
            Self::GetCertificate => ("certificate", "get"),
            Self::GetSecret => ("secret", "get"),
            Self::Challenge | Self::GetDeletedKey | Self::GetKey | Self::GetKeyAttestation => ("key", "get"),
            Self::ListKeys => ("key", "list"),
            Self::Sign => ("key", "sign"),
            Self::UpdateKey => ("key", "update"),
            #[cfg(any(feature = "inquiry", feature = "grants"))]
            Self::Elsewhere(_) => ("key", "get"),
        }
    }
}

/// Whom a request was for.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) place: Place,
    /// The tenant that the vault says it is of.
    pub(super) tenant: Option<String>,
    /// Who answers in place of the vault, if it is somebody else.
    pub(super) desk: Option<&'static str>,
}

/// What Azure says in place of an answer: `error` of `KeyVaultError`, Azure Key Vault REST API reference.
#[derive(Debug, Deserialize)]
pub(super) struct Words {
    pub(super) code: String,
    #[serde(default)]
    pub(super) message: String,
    #[serde(rename = "innererror")]
    inner: Option<Inner>,
}

#[derive(Debug, Deserialize)]
struct Inner {
    code: String,
}

#[derive(Deserialize)]
struct Body {
    error: Words,
}

impl Words {
    /// `None` for an answer that is not in Azure's words.
    pub(super) fn of(response: &RawResponse) -> Option<Self> {
        let body: Body = serde_json::from_slice(response.body()).ok()?;
        Some(body.error)
    }

    /// The more exact of its codes.
    pub(super) fn exact_code(&self) -> &str {
        self.inner.as_ref().map_or(&self.code, |inner| &inner.code)
    }

    fn codes(&self) -> String {
        match &self.inner {
            Some(inner) => format!("{} ({})", clean(&self.code), clean(&inner.code)),
            None => clean(&self.code),
        }
    }
}

impl Asked {
    /// What messages call the one who answers.
    pub(super) fn service(&self) -> &'static str {
        self.desk.unwrap_or_else(|| self.place.service())
    }

    /// Reads what the SDK says of a failed request.
    pub(super) fn failure(&self, action: Action, error: &Error) -> Failure {
        let (service, name) = (self.service(), action.name());
        if let ErrorKind::HttpResponse { status, raw_response: Some(response), .. } = error.kind() {
            let status = u16::from(*status);
            return match Words::of(response) {
                Some(words) => self.refusal(action, status, &words, response),
                None => Failure::foreign(service, name, status),
            };
        }
        match Interruption::among(error) {
            Some(interruption) if interruption.kind == InterruptionKind::TimedOut && interruption.sent => {
                Failure::slow(service, name)
            }
            Some(interruption) => self.interrupted(name, interruption),
            None if *error.kind() == ErrorKind::DataConversion => self.malformed(action),
            None => Failure::plain(
                ServiceErrorKind::Malformed,
                format!("{name} could not be sent: {}", chain(error)),
                "report this as a bug, with this line",
            ),
        }
    }

    /// There is no answer. A host that nobody knows is most often one of another cloud, or a vault that is gone.
    pub(super) fn interrupted(&self, what: &str, interruption: &Interruption) -> Failure {
        let mut failure = Failure::interrupted(self.service(), what, interruption);
        if failure.error.cause.contains(&format!("the name {} could not be resolved", self.place.host())) {
            failure.error.remedy = format!(
                "check the name of the vault and its cloud ({} here), whether it was deleted, and the name servers of this machine",
                self.place.cloud().name
            );
        }
        failure
    }

    /// An answer with status 200 that is not what Azure documents.
    pub(super) fn malformed(&self, action: Action) -> Failure {
        Failure::foreign(self.service(), action.name(), 200)
    }

    /// An answer that says something which cannot be.
    pub(super) fn wrong(&self, what: &str) -> Failure {
        Failure::malformed(self.service(), what)
    }

    fn refusal(&self, action: Action, status: u16, words: &Words, response: &RawResponse) -> Failure {
        let (kind, remedy) = self.remedy(action, status, words);
        let message =
            if words.message.trim().is_empty() { String::new() } else { format!(": {}", clean(&words.message)) };
        let cause = format!("{} answered {} with {}{message}", self.service(), action.name(), words.codes());
        let mut failure = Failure::plain(kind, cause, &remedy);
        let id = response.headers().get_optional_str(&HeaderName::from_static("x-ms-request-id"));
        failure.error.request_id = id.map(str::to_owned);
        failure.stale_credentials = status == 401;
        failure
    }

    /// Codes: Azure documentation, "Azure Key Vault REST API error codes", and the answers recorded in the repositories of
    /// Azure's SDKs, November 2026.
    fn remedy(&self, action: Action, status: u16, words: &Words) -> (ServiceErrorKind, String) {
        let key = "az keyvault key";
        let (kind, text) = match (status, words.exact_code()) {
            (401, _) => {
                let of = self.tenant.as_ref().map(|tenant| format!(", {}", clean(tenant))).unwrap_or_default();
                let text = format!(
                    "a new token was not taken either: check that the identity is of the vault's tenant{of}, and the clock of this machine"
                );
                return (ServiceErrorKind::Denied, text);
            }
            (403, "ForbiddenByFirewall" | "ForbiddenByConnection") => (
                ServiceErrorKind::Denied,
                "let this machine through the vault's firewall (az keyvault network-rule add), or go there by a private endpoint"
                    .to_owned(),
            ),
            (403, "KeyDisabled") => (
                ServiceErrorKind::Disabled,
                format!("enable the version ({key} set-attributes --enabled true), or configure another one"),
            ),
            (403, "KeyExpired") => (
                ServiceErrorKind::Disabled,
                format!("set a later date ({key} set-attributes --expires), or configure a newer version"),
            ),
            (403, "KeyNotYetValid") => (
                ServiceErrorKind::Disabled,
                format!("wait, or set an earlier date ({key} set-attributes --not-before)"),
            ),
            (403, "KeyOperationForbidden") => (
                ServiceErrorKind::Unsupported,
                format!("allow the operation sign for this version ({key} set-attributes --ops sign verify)"),
            ),
            (429, _) if self.desk.is_some() => (ServiceErrorKind::Throttled, "try again in a few minutes".to_owned()),
            (403, _) => (ServiceErrorKind::Denied, self.denied(action, words)),
            (404, _) => (ServiceErrorKind::NotFound, "check the name of the vault, of the key and the version".to_owned()),
            (409, _) => (ServiceErrorKind::Unavailable, "try again: another request is changing this key".to_owned()),
            (429, _) => (
                ServiceErrorKind::Throttled,
                "sign less at once (lanes in [network]), or spread the keys over several vaults: the limit is one of the vault's"
                    .to_owned(),
            ),
            (400..=499, _) => {
                (ServiceErrorKind::Malformed, "check the name of the key, and the endpoint".to_owned())
            }
            _ => (
                ServiceErrorKind::Unavailable,
                "try again; if it lasts, look at the Azure status page".to_owned(),
            ),
        };
        (kind, text)
    }

    fn denied(&self, action: Action, words: &Words) -> String {
        let store = self.place.store();
        let (collection, permission) = action.permission();
        let on = if action == Action::ListKeys { "the vault" } else { "this key" };
        let is_by_policy = matches!(words.exact_code(), "AccessDenied" | "ForbiddenByPolicy");
        if store == Store::Vault && is_by_policy {
            return format!(
                "give this identity the {collection} permission {permission} in the vault's access policies (az keyvault set-policy --{collection}-permissions {permission})"
            );
        }
        let (needed, role) = (action.data_action(store), action.role(store));
        match store {
            Store::Vault => format!(
                "grant this identity {needed} on {on}: by the role {role}, or one of your own; an assignment takes minutes to arrive"
            ),
            Store::ManagedHsm => format!(
                "grant this identity {needed} on /keys: by the HSM's own role {role} (az keyvault role assignment create --hsm-name), or one of your own"
            ),
        }
    }
}

#[cfg(test)]
mod tests;
