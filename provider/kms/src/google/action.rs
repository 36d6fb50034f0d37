//! What Google is asked to do: the method, its service and the permission it needs.

use super::error::SERVICE;

/// One method of one service.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Action {
    /// The method's name in the API and in the audit log.
    name: &'static str,
    /// The permission it needs: Cloud KMS, "Permissions and roles"; Resource Manager and Cloud Logging, "Access control with IAM".
    permission: &'static str,
    /// What it is granted on.
    place: &'static str,
    service: Service,
}

/// A service of Google's.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Service {
    Kms,
    #[cfg(any(feature = "grants", feature = "inquiry"))]
    ResourceManager,
    #[cfg(feature = "grants")]
    Iam,
    #[cfg(feature = "inquiry")]
    Logging,
}

#[allow(non_upper_case_globals, reason = "the names are the API's")]
impl Action {
    pub(super) const AsymmetricSign: Self = Self::kms("AsymmetricSign", "cloudkms.cryptoKeyVersions.useToSign", "key");
    pub(super) const GetCryptoKey: Self = Self::kms("GetCryptoKey", "cloudkms.cryptoKeys.get", "key");
    pub(super) const GetCryptoKeyVersion: Self =
        Self::kms("GetCryptoKeyVersion", "cloudkms.cryptoKeyVersions.get", "key");
    pub(super) const GetPublicKey: Self = Self::kms("GetPublicKey", "cloudkms.cryptoKeyVersions.viewPublicKey", "key");
    pub(super) const ListCryptoKeyVersions: Self =
        Self::kms("ListCryptoKeyVersions", "cloudkms.cryptoKeyVersions.list", "key");
    pub(super) const ListCryptoKeys: Self = Self::kms("ListCryptoKeys", "cloudkms.cryptoKeys.list", "key ring");
    pub(super) const UpdateCryptoKey: Self = Self::kms("UpdateCryptoKey", "cloudkms.cryptoKeys.update", "key");

    const fn kms(name: &'static str, permission: &'static str, place: &'static str) -> Self {
        Self { name, permission, place, service: Service::Kms }
    }

    /// Its name in the API and in the audit log.
    pub(super) const fn name(self) -> &'static str {
        self.name
    }

    /// The permission it needs.
    pub(super) const fn permission(self) -> &'static str {
        self.permission
    }

    /// What that is granted on.
    pub(super) const fn place(self) -> &'static str {
        self.place
    }

    /// What messages call the service.
    pub(super) const fn service(self) -> &'static str {
        match self.service {
            Service::Kms => SERVICE,
            #[cfg(any(feature = "grants", feature = "inquiry"))]
            Service::ResourceManager => "Google Resource Manager",
            #[cfg(feature = "grants")]
            Service::Iam => "Google IAM",
            #[cfg(feature = "inquiry")]
            Service::Logging => "Google Cloud Logging",
        }
    }

    /// The API as `gcloud services` names it.
    pub(super) const fn api(self) -> &'static str {
        match self.service {
            Service::Kms => "cloudkms.googleapis.com",
            #[cfg(any(feature = "grants", feature = "inquiry"))]
            Service::ResourceManager => "cloudresourcemanager.googleapis.com",
            #[cfg(feature = "grants")]
            Service::Iam => "iam.googleapis.com",
            #[cfg(feature = "inquiry")]
            Service::Logging => "logging.googleapis.com",
        }
    }
}

#[cfg(any(feature = "grants", feature = "inquiry"))]
#[allow(non_upper_case_globals, reason = "the names are the API's")]
impl Action {
    pub(super) const GetKeyIamPolicy: Self = Self::kms("GetIamPolicy", "cloudkms.cryptoKeys.getIamPolicy", "key");
    pub(super) const GetProject: Self = Self::manager("GetProject", "resourcemanager.projects.get", "project");
    pub(super) const GetFolder: Self = Self::manager("GetFolder", "resourcemanager.folders.get", "folder");
    pub(super) const GetProjectIamPolicy: Self =
        Self::manager("GetIamPolicy", "resourcemanager.projects.getIamPolicy", "project");
    pub(super) const GetFolderIamPolicy: Self =
        Self::manager("GetIamPolicy", "resourcemanager.folders.getIamPolicy", "folder");
    pub(super) const GetOrganizationIamPolicy: Self =
        Self::manager("GetIamPolicy", "resourcemanager.organizations.getIamPolicy", "organization");

    const fn manager(name: &'static str, permission: &'static str, place: &'static str) -> Self {
        Self { name, permission, place, service: Service::ResourceManager }
    }
}

#[cfg(feature = "inquiry")]
#[allow(non_upper_case_globals, reason = "the names are the API's")]
impl Action {
    pub(super) const ListLogEntries: Self = Self {
        name: "ListLogEntries",
        permission: "logging.logEntries.list",
        place: "project",
        service: Service::Logging,
    };
}

#[cfg(feature = "grants")]
#[allow(non_upper_case_globals, reason = "the names are the API's")]
impl Action {
    pub(super) const GetKeyRingIamPolicy: Self =
        Self::kms("GetIamPolicy", "cloudkms.keyRings.getIamPolicy", "key ring");
    pub(super) const GetProjectRole: Self = Self::role("project");
    pub(super) const GetOrganizationRole: Self = Self::role("organization");

    const fn role(place: &'static str) -> Self {
        Self { name: "GetRole", permission: "iam.roles.get", place, service: Service::Iam }
    }
}
