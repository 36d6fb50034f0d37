//! What is around keys: who may do what, what is above a project, and what was done.

use super::{KEY, Operation, RING, Run};
use crate::google::{log, policy, resource_manager};

/// Cloud Logging, "Access control with IAM": of `entries.list`, on what its body names.
pub(super) const READ_LOGS: &str = "logging.logEntries.list";

const KMS: &str = "google.iam.v1.IAMPolicy";
const MANAGER: &str = "google.cloud.resourcemanager";
const ROLES: &str = "google.iam.admin.v1";

const PROJECT: &str = "projects/*";
const FOLDER: &str = "folders/*";
const ORGANIZATION: &str = "organizations/*";

const fn row(
    (service, versions): (&'static str, &'static [&'static str]),
    method: &'static str,
    pattern: &'static str,
    verb: &'static str,
    name: &'static str,
    permission: &'static str,
    run: Run,
) -> Operation {
    Operation { versions, method, pattern, verb, name, permission, service, run }
}

/// google/iam/v1/iam_policy.proto; Resource Manager API reference, v1, v2 and v3 (gcloud asks the first two); IAM API reference, v1;
/// Cloud Logging API reference, v2 (2026-11).
pub(super) static TABLE: [Operation; 20] = [
    row((KMS, &["v1"]), "GET", KEY, "getIamPolicy", "GetIamPolicy", "cloudkms.cryptoKeys.getIamPolicy", policy::get),
    row((KMS, &["v1"]), "POST", KEY, "setIamPolicy", "SetIamPolicy", "cloudkms.cryptoKeys.setIamPolicy", policy::set),
    row((KMS, &["v1"]), "GET", RING, "getIamPolicy", "GetIamPolicy", "cloudkms.keyRings.getIamPolicy", policy::get),
    row((KMS, &["v1"]), "POST", RING, "setIamPolicy", "SetIamPolicy", "cloudkms.keyRings.setIamPolicy", policy::set),
    row(
        (MANAGER, &["v1", "v3"]),
        "POST",
        PROJECT,
        "getIamPolicy",
        "GetIamPolicy",
        "resourcemanager.projects.getIamPolicy",
        policy::get,
    ),
    row(
        (MANAGER, &["v1", "v3"]),
        "POST",
        PROJECT,
        "setIamPolicy",
        "SetIamPolicy",
        "resourcemanager.projects.setIamPolicy",
        policy::set,
    ),
    row(
        (MANAGER, &["v2", "v3"]),
        "POST",
        FOLDER,
        "getIamPolicy",
        "GetIamPolicy",
        "resourcemanager.folders.getIamPolicy",
        policy::get,
    ),
    row(
        (MANAGER, &["v2", "v3"]),
        "POST",
        FOLDER,
        "setIamPolicy",
        "SetIamPolicy",
        "resourcemanager.folders.setIamPolicy",
        policy::set,
    ),
    row(
        (MANAGER, &["v1", "v3"]),
        "POST",
        ORGANIZATION,
        "getIamPolicy",
        "GetIamPolicy",
        "resourcemanager.organizations.getIamPolicy",
        policy::get,
    ),
    row(
        (MANAGER, &["v1", "v3"]),
        "POST",
        ORGANIZATION,
        "setIamPolicy",
        "SetIamPolicy",
        "resourcemanager.organizations.setIamPolicy",
        policy::set,
    ),
    row((MANAGER, &["v3"]), "GET", PROJECT, "", "GetProject", "resourcemanager.projects.get", resource_manager::get),
    row((MANAGER, &["v3"]), "GET", FOLDER, "", "GetFolder", "resourcemanager.folders.get", resource_manager::get),
    row(
        (MANAGER, &["v1"]),
        "POST",
        PROJECT,
        "getAncestry",
        "GetAncestry",
        "resourcemanager.projects.get",
        resource_manager::ancestry,
    ),
    row((ROLES, &["v1"]), "GET", "projects/*/roles/*", "", "GetRole", "iam.roles.get", policy::role),
    row((ROLES, &["v1"]), "POST", "projects/*/roles", "", "CreateRole", "iam.roles.create", policy::create_role),
    row((ROLES, &["v1"]), "PATCH", "projects/*/roles/*", "", "UpdateRole", "iam.roles.update", policy::update_role),
    row((ROLES, &["v1"]), "GET", "organizations/*/roles/*", "", "GetRole", "iam.roles.get", policy::role),
    row((ROLES, &["v1"]), "POST", "organizations/*/roles", "", "CreateRole", "iam.roles.create", policy::create_role),
    row(
        (ROLES, &["v1"]),
        "PATCH",
        "organizations/*/roles/*",
        "",
        "UpdateRole",
        "iam.roles.update",
        policy::update_role,
    ),
    row(("google.logging.v2.LoggingServiceV2", &["v2"]), "POST", "entries", "list", "ListLogEntries", "", log::list),
];

impl Operation {
    /// The host of the service that has it.
    pub(crate) fn host(&self) -> &'static str {
        match self.service {
            MANAGER => "cloudresourcemanager.googleapis.com",
            ROLES => "iam.googleapis.com",
            "google.logging.v2.LoggingServiceV2" => "logging.googleapis.com",
            _ => "cloudkms.googleapis.com",
        }
    }
}
