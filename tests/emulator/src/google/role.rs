//! Roles and what they permit: Cloud KMS documentation, "Permissions and roles" (2026-11), as far as the operations here need it.

/// Everything; no permission of a caller is looked for in it.
pub(crate) const OWNER: &str = "roles/owner";

const READ: [&str; 8] = [
    "cloudkms.cryptoKeys.get",
    "cloudkms.cryptoKeys.list",
    "cloudkms.cryptoKeyVersions.get",
    "cloudkms.cryptoKeyVersions.list",
    "cloudkms.importJobs.get",
    "cloudkms.importJobs.list",
    "cloudkms.keyRings.get",
    "cloudkms.keyRings.list",
];
const SIGN: &str = "cloudkms.cryptoKeyVersions.useToSign";
const PUBLIC_KEY: &str = "cloudkms.cryptoKeyVersions.viewPublicKey";

/// Whether a role has a permission; `None` if there is no such role here.
pub(crate) fn permits(role: &str, permission: &str) -> Option<bool> {
    let places = permission.starts_with("cloudkms.locations.");
    let permitted = match role {
        OWNER => true,
        // Administrators manage keys and do not use them.
        "roles/cloudkms.admin" => {
            permission.starts_with("cloudkms.") && !permission.contains(".useTo") && permission != PUBLIC_KEY
        }
        "roles/cloudkms.viewer" => READ.contains(&permission) || places,
        "roles/cloudkms.signer" => permission == SIGN || places,
        "roles/cloudkms.publicKeyViewer" => permission == PUBLIC_KEY || places,
        "roles/cloudkms.signerVerifier" => permission == SIGN || permission == PUBLIC_KEY || places,
        "roles/cloudkms.importer" => {
            permission.starts_with("cloudkms.importJobs.") && permission != "cloudkms.importJobs.delete" || places
        }
        "roles/serviceusage.serviceUsageConsumer" => permission == "serviceusage.services.use",
        "roles/iam.serviceAccountTokenCreator" => permission == "iam.serviceAccounts.getAccessToken",
        _ => return None,
    };
    Some(permitted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_administers_keys_does_not_sign_with_them() {
        assert_eq!(permits("roles/cloudkms.admin", SIGN), Some(false));
        assert_eq!(permits("roles/cloudkms.admin", "cloudkms.cryptoKeyVersions.destroy"), Some(true));
        assert_eq!(permits("roles/cloudkms.signer", SIGN), Some(true));
        assert_eq!(permits("roles/cloudkms.signer", PUBLIC_KEY), Some(false));
        assert_eq!(permits("roles/cloudkms.signerVerifier", PUBLIC_KEY), Some(true));
        assert_eq!(permits("roles/cloudkms.viewer", PUBLIC_KEY), Some(false));
        assert_eq!(permits("roles/cloudkms.captain", SIGN), None);
    }
}
