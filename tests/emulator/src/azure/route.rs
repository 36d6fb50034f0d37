//! The table of operations: method and path.

use crate::azure::error::Refused;
use crate::azure::permission::Access;
use crate::azure::request::Request;
use crate::azure::{
    KeyVault, attestation, certificate, create, deletion, import, listing, record, rotation, secret, signing, update,
};
use crate::form::decoded;
use hyper::http::request::Parts;
use serde_json::Value;

/// How an operation is carried out.
type Run = fn(&KeyVault, &Request) -> Result<Value, Refused>;

/// An operation this emulator has.
#[derive(Debug)]
pub(crate) struct Row {
    method: &'static str,
    path: &'static str,
    /// Its name in the REST specification, which counts and faults use.
    pub(crate) operation: &'static str,
    /// What its caller must be allowed.
    pub(crate) access: &'static Access,
    /// How it is carried out.
    pub(crate) run: Run,
}

/// The operation of a request, and what its path names.
#[derive(Debug)]
pub(crate) struct Route {
    /// The row.
    pub(crate) row: &'static Row,
    /// Name of the key, certificate or secret.
    pub(crate) name: Option<String>,
    /// Its version, where the path has one.
    pub(crate) version: Option<String>,
}

impl Route {
    /// The route of a request; `None` if it leads nowhere.
    pub(crate) fn of(head: &Parts) -> Option<Route> {
        let path = head.uri.path();
        let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        TABLE.iter().filter(|row| head.method == row.method).find_map(|row| fit(row, &segments))
    }
}

fn fit(row: &'static Row, segments: &[&str]) -> Option<Route> {
    let mut route = Route { row, name: None, version: None };
    let pattern: Vec<&str> = row.path.split('/').collect();
    if pattern.len() != segments.len() {
        return None;
    }
    for (wanted, segment) in pattern.into_iter().zip(segments) {
        match wanted {
            "{name}" if segment.is_empty() => return None,
            "{name}" => route.name = Some(decoded(segment)),
            // Some clients leave the version out and its slash in: `/keys/release//sign`.
            "{version}" => route.version = Some(decoded(segment)).filter(|version| !version.is_empty()),
            literal if literal == *segment => {}
            _ => return None,
        }
    }
    Some(route)
}

const fn row(
    method: &'static str,
    path: &'static str,
    operation: &'static str,
    access: &'static Access,
    run: Run,
) -> Row {
    Row { method, path, operation, access, run }
}

static LIST: Access = Access::new("keys", "list", "keys/read", "keys/read/action");
static GET: Access = Access::new("keys", "get", "keys/read", "keys/read/action");
static CREATE: Access = Access::new("keys", "create", "keys/create/action", "keys/create");
static IMPORT: Access = Access::new("keys", "import", "keys/import/action", "keys/import/action");
static UPDATE: Access = Access::new("keys", "update", "keys/update/action", "keys/write/action");
static DELETE: Access = Access::new("keys", "delete", "keys/delete", "keys/delete");
static PURGE: Access = Access::new("keys", "purge", "keys/purge/action", "keys/deletedKeys/delete");
static RECOVER: Access = Access::new("keys", "recover", "keys/recover/action", "keys/deletedKeys/recover/action");
static SIGN: Access = Access::new("keys", "sign", "keys/sign/action", "keys/sign/action");
static VERIFY: Access = Access::new("keys", "verify", "keys/verify/action", "keys/verify/action");
static ROTATE: Access = Access::new("keys", "rotate", "keys/rotate/action", "keys/rotate/action");
static POLICY: Access =
    Access::new("keys", "getrotationpolicy", "keyrotationpolicies/read", "keys/rotationpolicies/read");
static SET_POLICY: Access =
    Access::new("keys", "setrotationpolicy", "keyrotationpolicies/write", "keys/rotationpolicies/write");
static LIST_CERTIFICATES: Access = Access::new("certificates", "list", "certificates/read", NOT_IN_HSMS);
static GET_CERTIFICATE: Access = Access::new("certificates", "get", "certificates/read", NOT_IN_HSMS);
static GET_SECRET: Access = Access::new("secrets", "get", "secrets/getSecret/action", NOT_IN_HSMS);

/// A Managed HSM has keys alone.
const NOT_IN_HSMS: &str = "";

/// The first that fits counts: a key's version is 32 hexadecimal digits, never a word of these.
static TABLE: [Row; 29] = [
    row("GET", "keys", "GetKeys", &LIST, listing::keys),
    row("POST", "keys/{name}/create", "CreateKey", &CREATE, create::create),
    row("POST", "keys/{name}/rotate", "RotateKey", &ROTATE, rotation::rotate),
    row("PUT", "keys/{name}", "ImportKey", &IMPORT, import::import),
    row("DELETE", "keys/{name}", "DeleteKey", &DELETE, deletion::delete),
    row("GET", "keys/{name}/versions", "GetKeyVersions", &LIST, listing::versions),
    row("GET", "keys/{name}/rotationpolicy", "GetKeyRotationPolicy", &POLICY, rotation::policy),
    row("PUT", "keys/{name}/rotationpolicy", "UpdateKeyRotationPolicy", &SET_POLICY, rotation::set_policy),
    row("GET", "keys/{name}/attestation", "GetKeyAttestation", &GET, attestation::get),
    row("GET", "keys/{name}/{version}/attestation", "GetKeyAttestation", &GET, attestation::get),
    row("GET", "keys/{name}", "GetKey", &GET, record::get),
    row("GET", "keys/{name}/{version}", "GetKey", &GET, record::get),
    row("PATCH", "keys/{name}", "UpdateKey", &UPDATE, update::update),
    row("PATCH", "keys/{name}/{version}", "UpdateKey", &UPDATE, update::update),
    row("POST", "keys/{name}/sign", "Sign", &SIGN, signing::sign),
    row("POST", "keys/{name}/{version}/sign", "Sign", &SIGN, signing::sign),
    row("POST", "keys/{name}/verify", "Verify", &VERIFY, signing::verify),
    row("POST", "keys/{name}/{version}/verify", "Verify", &VERIFY, signing::verify),
    row("GET", "deletedkeys", "GetDeletedKeys", &LIST, deletion::list),
    row("GET", "deletedkeys/{name}", "GetDeletedKey", &GET, deletion::get),
    row("DELETE", "deletedkeys/{name}", "PurgeDeletedKey", &PURGE, deletion::purge),
    row("POST", "deletedkeys/{name}/recover", "RecoverDeletedKey", &RECOVER, deletion::recover),
    row("GET", "certificates", "GetCertificates", &LIST_CERTIFICATES, certificate::list),
    row("GET", "certificates/{name}/versions", "GetCertificateVersions", &LIST_CERTIFICATES, certificate::versions),
    row("GET", "certificates/{name}/policy", "GetCertificatePolicy", &GET_CERTIFICATE, certificate::policy),
    row("GET", "certificates/{name}", "GetCertificate", &GET_CERTIFICATE, certificate::get),
    row("GET", "certificates/{name}/{version}", "GetCertificate", &GET_CERTIFICATE, certificate::get),
    row("GET", "secrets/{name}", "GetSecret", &GET_SECRET, secret::get),
    row("GET", "secrets/{name}/{version}", "GetSecret", &GET_SECRET, secret::get),
];
