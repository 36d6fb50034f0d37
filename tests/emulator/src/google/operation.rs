//! The table of operations: which request is which, and what it needs.

mod around;

use crate::google::GoogleKms;
use crate::google::error::GoogleError;
use crate::google::name::Name;
use crate::google::request::Request;
use crate::google::{change, create, import, import_job, listing, place, public_key, signing, state};
use hyper::Method;
use hyper::http::request::Parts;
use serde_json::Value;

/// How an operation is carried out.
type Run = fn(&GoogleKms, &Request) -> Result<Value, GoogleError>;

/// An operation this emulator has: google/cloud/kms/v1/service.proto.
pub(crate) struct Operation {
    /// Versions of the API that have it.
    versions: &'static [&'static str],
    method: &'static str,
    pattern: &'static str,
    verb: &'static str,
    /// Its name.
    pub(crate) name: &'static str,
    /// The permission a caller needs: Cloud KMS documentation, "Permissions and roles" (2026-11).
    pub(crate) permission: &'static str,
    /// The service that has it, as errors and logs name it.
    pub(crate) service: &'static str,
    run: Run,
}

impl Operation {
    /// The operation a head asks for, and of what.
    pub(crate) fn of(head: &Parts) -> Option<(&'static Operation, Name)> {
        let (version, name, verb) = Name::of_path(head.uri.path())?;
        let pattern = name.pattern();
        // Some clients cannot send PATCH: "X-HTTP-Method-Override" (Google API client libraries).
        let method = match head.headers.get("x-http-method-override").and_then(|value| value.to_str().ok()) {
            Some(method) if head.method == Method::POST => method,
            _ => head.method.as_str(),
        };
        let fits = |operation: &&Operation| {
            operation.method == method
                && operation.verb == verb
                && operation.pattern == pattern
                && operation.versions.contains(&version.as_str())
        };
        Self::all().find(fits).map(|operation| (operation, name))
    }

    /// Whether some operation needs this permission.
    pub(crate) fn is_permission(name: &str) -> bool {
        !name.is_empty() && (Self::all().any(|operation| operation.permission == name) || name == around::READ_LOGS)
    }

    fn all() -> impl Iterator<Item = &'static Operation> {
        TABLE.iter().chain(&around::TABLE)
    }

    /// The resource whose policy has to permit it: of a signature the key, of all else what is named (seen in refusals of
    /// Cloud KMS's).
    pub(crate) fn guarded(&self, name: &Name) -> String {
        if self.name == "AsymmetricSign" { name.up_to("cryptoKeys") } else { name.resource() }
    }

    /// The quota it counts against: Cloud KMS documentation, "Quotas" (2026-11).
    pub(crate) fn quota(&self) -> &'static str {
        match (self.name, self.method) {
            ("AsymmetricSign" | "GetPublicKey", _) => "Cryptographic requests",
            (_, "GET") => "Read requests",
            _ => "Write requests",
        }
    }

    /// Carries it out.
    pub(crate) fn run(&self, kms: &GoogleKms, request: &Request) -> Result<Value, GoogleError> {
        (self.run)(kms, request)
    }
}

const fn row(
    method: &'static str,
    pattern: &'static str,
    verb: &'static str,
    name: &'static str,
    permission: &'static str,
    run: Run,
) -> Operation {
    Operation { versions: &["v1"], method, pattern, verb, name, permission, service: SERVICE, run }
}

const SERVICE: &str = "google.cloud.kms.v1.KeyManagementService";

const LOCATIONS: &str = "projects/*/locations";
const LOCATION: &str = "projects/*/locations/*";
const JOBS: &str = "projects/*/locations/*/keyRings/*/importJobs";
const JOB: &str = "projects/*/locations/*/keyRings/*/importJobs/*";
const RINGS: &str = "projects/*/locations/*/keyRings";
const RING: &str = "projects/*/locations/*/keyRings/*";
const KEYS: &str = "projects/*/locations/*/keyRings/*/cryptoKeys";
const KEY: &str = "projects/*/locations/*/keyRings/*/cryptoKeys/*";
const VERSIONS: &str = "projects/*/locations/*/keyRings/*/cryptoKeys/*/cryptoKeyVersions";
const VERSION: &str = "projects/*/locations/*/keyRings/*/cryptoKeys/*/cryptoKeyVersions/*";
const PUBLIC_KEY: &str = "projects/*/locations/*/keyRings/*/cryptoKeys/*/cryptoKeyVersions/*/publicKey";

static TABLE: [Operation; 25] = [
    row("GET", LOCATIONS, "", "ListLocations", "cloudkms.locations.list", place::list),
    row("GET", LOCATION, "", "GetLocation", "cloudkms.locations.get", place::get),
    row(
        "POST",
        LOCATION,
        "generateRandomBytes",
        "GenerateRandomBytes",
        "cloudkms.locations.generateRandomBytes",
        place::random_bytes,
    ),
    row("GET", JOBS, "", "ListImportJobs", "cloudkms.importJobs.list", import_job::list),
    row("POST", JOBS, "", "CreateImportJob", "cloudkms.importJobs.create", import_job::create),
    row("GET", JOB, "", "GetImportJob", "cloudkms.importJobs.get", import_job::get),
    row("POST", KEY, "testIamPermissions", "TestIamPermissions", "", place::permissions),
    row("POST", RING, "testIamPermissions", "TestIamPermissions", "", place::permissions),
    row("GET", RINGS, "", "ListKeyRings", "cloudkms.keyRings.list", listing::rings),
    row("POST", RINGS, "", "CreateKeyRing", "cloudkms.keyRings.create", create::ring),
    row("GET", RING, "", "GetKeyRing", "cloudkms.keyRings.get", listing::ring),
    row("GET", KEYS, "", "ListCryptoKeys", "cloudkms.cryptoKeys.list", listing::keys),
    row("POST", KEYS, "", "CreateCryptoKey", "cloudkms.cryptoKeys.create", create::key),
    row("GET", KEY, "", "GetCryptoKey", "cloudkms.cryptoKeys.get", listing::key),
    row("PATCH", KEY, "", "UpdateCryptoKey", "cloudkms.cryptoKeys.update", change::key),
    row(
        "POST",
        KEY,
        "updatePrimaryVersion",
        "UpdateCryptoKeyPrimaryVersion",
        "cloudkms.cryptoKeys.update",
        change::primary,
    ),
    row("GET", VERSIONS, "", "ListCryptoKeyVersions", "cloudkms.cryptoKeyVersions.list", listing::versions),
    row("POST", VERSIONS, "", "CreateCryptoKeyVersion", "cloudkms.cryptoKeyVersions.create", create::version),
    row("POST", VERSIONS, "import", "ImportCryptoKeyVersion", "cloudkms.cryptoKeyVersions.create", import::import),
    row("GET", VERSION, "", "GetCryptoKeyVersion", "cloudkms.cryptoKeyVersions.get", listing::version),
    row("PATCH", VERSION, "", "UpdateCryptoKeyVersion", "cloudkms.cryptoKeyVersions.update", state::update),
    row("POST", VERSION, "destroy", "DestroyCryptoKeyVersion", "cloudkms.cryptoKeyVersions.destroy", state::destroy),
    row("POST", VERSION, "restore", "RestoreCryptoKeyVersion", "cloudkms.cryptoKeyVersions.restore", state::restore),
    row("POST", VERSION, "asymmetricSign", "AsymmetricSign", "cloudkms.cryptoKeyVersions.useToSign", signing::sign),
    row("GET", PUBLIC_KEY, "", "GetPublicKey", "cloudkms.cryptoKeyVersions.viewPublicKey", public_key::public_key),
];
