//! Who may do what: bearer tokens, IAM's grants, and whether either is looked at.

mod policy;

use crate::google::GoogleKms;
use crate::google::error::{GoogleError, MISSING, UNAUTHENTICATED, denied, error_info};
use crate::google::name::Name;
use crate::google::operation::Operation;
use crate::google::role::permits;
use crate::google::token::Standing;
use hyper::http::request::Parts;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::PoisonError;

/// The state of IAM; off until somebody switches it on.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Iam {
    /// Whether a request needs a token that is known here, and its member a grant.
    enforced: bool,
    /// Roles that somebody made, each with its permissions: `projects/PROJECT/roles/NAME`.
    roles: BTreeMap<String, Vec<String>>,
    grants: Vec<Grant>,
    /// `auditConfigs` by what has them: `projects/p`, `folders/7`, `organizations/9`.
    audit: BTreeMap<String, Value>,
    /// What is right above a project or a folder: `folders/7`, `organizations/9`.
    parents: BTreeMap<String, String>,
}

/// One line of a policy, with the resource it is on.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Grant {
    /// `serviceAccount:…`, `user:…`, `principal://…`.
    member: String,
    role: String,
    /// A project, location, key ring, key or service account: it is on everything below as well.
    resource: String,
}

impl Iam {
    /// Why this cannot be, if so.
    pub(crate) fn mistake(&self) -> Option<String> {
        let mut granted = self.roles.values().flatten();
        if let Some(permission) = granted.find(|permission| !Operation::is_permission(permission)) {
            return Some(format!("unknown permission '{permission}'; known ones are in google/operation.rs"));
        }
        let unknown = self.grants.iter().find(|grant| self.role_permits(&grant.role, "").is_none());
        unknown.map(|grant| format!("unknown role '{}'; known ones are in google/role.rs", grant.role))
    }

    /// Whether a role has a permission; `None` if there is no such role.
    fn role_permits(&self, role: &str, permission: &str) -> Option<bool> {
        match self.roles.get(role) {
            Some(permissions) => Some(permissions.iter().any(|known| known == permission)),
            None => permits(role, permission),
        }
    }

    /// Whether a member has a permission on a resource.
    fn permits(&self, member: &str, permission: &str, resource: &str) -> bool {
        let above = self.above(resource);
        let covers =
            |grant: &str| resource.strip_prefix(grant).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        self.grants.iter().any(|grant| {
            grant.member == member
                && (covers(&grant.resource) || above.contains(&grant.resource))
                && self.role_permits(&grant.role, permission) == Some(true)
        })
    }
}

impl GoogleKms {
    /// Looks at IAM, or changes it.
    pub(crate) fn with_iam<T>(&self, look: impl FnOnce(&mut Iam) -> T) -> T {
        look(&mut self.iam.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Has IAM be like this from now on.
    pub(crate) fn set_iam(&self, iam: Iam) {
        *self.iam.lock().unwrap_or_else(PoisonError::into_inner) = iam;
    }

    /// Refuses an operation on keys to those who may not; answers who asks, if that matters.
    pub(crate) fn authorize(
        &self,
        head: &Parts,
        operation: &Operation,
        name: &Name,
    ) -> Result<Option<String>, GoogleError> {
        let method = format!("{}.{}", operation.service, operation.name);
        let member = self.member(head, operation.host(), &method)?;
        self.authorize_payment(head, member.as_deref())?;
        let resource = operation.guarded(name);
        // An operation that everybody has names no permission.
        if operation.permission.is_empty() || self.permits(member.as_deref(), operation.permission, &resource) {
            return Ok(member);
        }
        Err(GoogleError::new("PERMISSION_DENIED", denied(operation.permission, &resource)))
    }

    /// Refuses to have a project pay to those who may not: Google Cloud APIs, "System parameters", `x-goog-user-project`.
    fn authorize_payment(&self, head: &Parts, member: Option<&str>) -> Result<(), GoogleError> {
        let Some(project) = head.headers.get("x-goog-user-project").and_then(|value| value.to_str().ok()) else {
            return Ok(());
        };
        if self.permits(member, "serviceusage.services.use", &format!("projects/{project}")) {
            return Ok(());
        }
        let message = format!(
            "Caller does not have required permission to use project {project}. Grant the caller the \
             roles/serviceusage.serviceUsageConsumer role, or a custom role with the serviceusage.services.use permission."
        );
        let consumer = json!({"service": "cloudkms.googleapis.com", "consumer": format!("projects/{project}")});
        let detail = error_info("USER_PROJECT_DENIED", "googleapis.com", &consumer);
        Err(GoogleError::new("PERMISSION_DENIED", message).with(detail))
    }

    /// Refuses a token for a service account to those who may not play it.
    pub(crate) fn authorize_impersonation(&self, head: &Parts, account: &str) -> Result<(), GoogleError> {
        const PERMISSION: &str = "iam.serviceAccounts.getAccessToken";
        let method = "google.iam.credentials.v1.IAMCredentials.GenerateAccessToken";
        let member = self.member(head, "iamcredentials.googleapis.com", method)?;
        let resource = format!("projects/-/serviceAccounts/{account}");
        if !self.permits(member.as_deref(), PERMISSION, &resource) {
            let denied = format!("Permission '{PERMISSION}' denied on resource (or it may not exist).");
            let detail = error_info("IAM_PERMISSION_DENIED", "iam.googleapis.com", &json!({"permission": PERMISSION}));
            return Err(GoogleError::new("PERMISSION_DENIED", denied).with(detail));
        }
        Ok(())
    }

    /// Whether a member has a permission on a resource; whoever it is where IAM is off.
    pub(crate) fn permits(&self, member: Option<&str>, permission: &str, resource: &str) -> bool {
        member.is_none_or(|member| self.iam().permits(member, permission, resource))
    }

    /// Who asks, if that matters. A token that was handed out here is never good after its time.
    fn member(&self, head: &Parts, service: &str, method: &str) -> Result<Option<String>, GoogleError> {
        let enforced = self.iam().enforced;
        let standing = match bearer(head) {
            Some(token) => self.tokens.standing(&self.accounts, token),
            None if enforced => return Err(unauthenticated(MISSING, "CREDENTIALS_MISSING", service, method)),
            None => return Ok(None),
        };
        match standing {
            Standing::Good(member) => Ok(enforced.then_some(member)),
            Standing::Foreign if !enforced => Ok(None),
            Standing::Foreign => {
                Err(unauthenticated(UNAUTHENTICATED, "ACCESS_TOKEN_TYPE_UNSUPPORTED", service, method))
            }
            Standing::Expired => Err(unauthenticated(UNAUTHENTICATED, "ACCESS_TOKEN_EXPIRED", service, method)),
        }
    }

    fn iam(&self) -> Iam {
        self.iam.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The bearer token of a request.
pub(crate) fn bearer(head: &Parts) -> Option<&str> {
    head.headers.get("authorization")?.to_str().ok()?.strip_prefix("Bearer ")
}

/// Reasons are those of google/api/error_reason.proto.
fn unauthenticated(message: &str, reason: &str, service: &str, method: &str) -> GoogleError {
    let metadata: Value = json!({"service": service, "method": method});
    GoogleError::new("UNAUTHENTICATED", message).with(error_info(reason, "googleapis.com", &metadata))
}

#[cfg(test)]
mod tests {
    use super::Iam;
    use crate::google::rehearsal::Rehearsal;
    use serde_json::{Value, json};

    fn enforce(kms: &Rehearsal, grants: &Value) {
        kms.kms.set_iam(serde_json::from_value(json!({"enforced": true, "grants": grants})).unwrap());
    }

    fn sign(kms: &Rehearsal, version: &str) -> Result<Value, String> {
        kms.post(&format!("{version}:asymmetricSign"), &json!({"data": "AAAA"}))
    }

    #[test]
    fn who_has_no_permission_is_told_which_on_what() {
        let mut kms = Rehearsal::new();
        let version = kms.key("k", "EC_SIGN_P256_SHA256", "HSM");
        let (key, member) = (version.split("/cryptoKeyVersions").next().unwrap(), "serviceAccount:ci@p.iam");
        kms.with_token(&kms.kms.tokens.issue("given", member, 60.0));
        enforce(&kms, &json!([]));
        assert_eq!(
            sign(&kms, &version).unwrap_err(),
            format!(
                "403 PERMISSION_DENIED: Permission 'cloudkms.cryptoKeyVersions.useToSign' denied on resource '{key}' (or it may not exist)."
            )
        );
        assert_eq!(
            kms.get(&format!("{version}/publicKey")).unwrap_err(),
            format!(
                "403 PERMISSION_DENIED: Permission 'cloudkms.cryptoKeyVersions.viewPublicKey' denied on resource '{version}' (or it may not exist)."
            )
        );
        enforce(&kms, &json!([{"member": member, "role": "roles/cloudkms.signer", "resource": "projects/p"}]));
        assert!(sign(&kms, &version).is_ok());
        assert!(kms.get(&format!("{version}/publicKey")).unwrap_err().starts_with("403 "));
        enforce(&kms, &json!([{"member": member, "role": "roles/cloudkms.signerVerifier", "resource": key}]));
        assert!(sign(&kms, &version).is_ok() && kms.get(&format!("{version}/publicKey")).is_ok());
        // Another key whose name begins alike.
        let other = kms.get(&format!("{key}2/cryptoKeyVersions/1/publicKey")).unwrap_err();
        assert!(other.starts_with("403 PERMISSION_DENIED: "), "{other}");
        let asked = json!({"permissions": ["cloudkms.cryptoKeyVersions.useToSign", "cloudkms.cryptoKeys.get"]});
        let has = kms.post(&format!("{key}:testIamPermissions"), &asked).unwrap();
        assert_eq!(has, json!({"permissions": ["cloudkms.cryptoKeyVersions.useToSign"]}));
    }

    #[test]
    fn a_role_that_somebody_made_has_its_permissions_and_no_others() {
        let mut kms = Rehearsal::new();
        let version = kms.key("k", "EC_SIGN_P256_SHA256", "HSM");
        let member = "serviceAccount:ci@p.iam";
        kms.with_token(&kms.kms.tokens.issue("given", member, 60.0));
        let iam = |permission: &str, granted: &str| -> Iam {
            let roles = json!({"projects/p/roles/own": [permission]});
            let grants = json!([{"member": member, "role": granted, "resource": "projects/p"}]);
            serde_json::from_value(json!({"enforced": true, "roles": roles, "grants": grants})).unwrap()
        };
        let sign_alone = iam("cloudkms.cryptoKeyVersions.useToSign", "projects/p/roles/own");
        assert_eq!(sign_alone.mistake(), None);
        kms.kms.set_iam(sign_alone);
        assert!(sign(&kms, &version).is_ok());
        assert!(kms.get(&version).unwrap_err().starts_with("403 PERMISSION_DENIED: "));
        let mistakes = [
            iam("cloudkms.cryptoKeyVersions.sign", "projects/p/roles/own").mistake(),
            iam("cloudkms.cryptoKeyVersions.get", "projects/p/roles/other").mistake(),
        ];
        assert_eq!(
            mistakes.map(Option::unwrap),
            [
                "unknown permission 'cloudkms.cryptoKeyVersions.sign'; known ones are in google/operation.rs",
                "unknown role 'projects/p/roles/other'; known ones are in google/role.rs",
            ]
        );
    }

    #[test]
    fn a_token_that_is_not_known_or_over_is_unauthenticated() {
        let mut kms = Rehearsal::new();
        let version = kms.key("k", "EC_SIGN_P256_SHA256", "HSM");
        let reason = |kms: &Rehearsal| {
            let (status, body) = kms.answer("GET", &version, &Value::Null);
            let error = &body["error"];
            (
                status,
                error["status"].clone(),
                error["details"][0]["reason"].clone(),
                error["details"][0]["metadata"].clone(),
            )
        };
        assert_eq!(reason(&kms).0, 200, "IAM is off");
        kms.with_token("ya29.elsewhere");
        assert_eq!(reason(&kms).0, 200, "IAM is off");
        kms.with_token(&kms.kms.tokens.issue("given", "user:a@example.com", 0.0));
        let metadata = json!({
            "service": "cloudkms.googleapis.com",
            "method": "google.cloud.kms.v1.KeyManagementService.GetCryptoKeyVersion",
        });
        let unauthenticated = |reason: &str| (401, json!("UNAUTHENTICATED"), json!(reason), metadata.clone());
        assert_eq!(reason(&kms), unauthenticated("ACCESS_TOKEN_EXPIRED"), "even so");
        enforce(&kms, &json!([]));
        assert_eq!(reason(&kms), unauthenticated("ACCESS_TOKEN_EXPIRED"));
        kms.with_token("ya29.elsewhere");
        assert_eq!(reason(&kms), unauthenticated("ACCESS_TOKEN_TYPE_UNSUPPORTED"));
    }
}
