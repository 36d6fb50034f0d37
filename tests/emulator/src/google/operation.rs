//! The table of operations: which request is which.

use crate::google::GoogleKms;
use crate::google::error::GoogleError;
use crate::google::name::Name;
use crate::google::request::Request;
use crate::google::{create, listing, public_key, signing, state};
use hyper::Method;
use hyper::http::request::Parts;
use serde_json::Value;

/// How an operation is carried out.
type Run = fn(&GoogleKms, &Request) -> Result<Value, GoogleError>;

/// An operation this emulator has: google/cloud/kms/v1/service.proto.
pub(crate) struct Operation {
    method: &'static str,
    pattern: &'static str,
    verb: &'static str,
    /// Its name.
    pub(crate) name: &'static str,
    run: Run,
}

impl Operation {
    /// The operation a head asks for, and of what.
    pub(crate) fn of(head: &Parts) -> Option<(&'static Operation, Name)> {
        let (name, verb) = Name::of_path(head.uri.path())?;
        let pattern = name.pattern();
        // Some clients cannot send PATCH: "X-HTTP-Method-Override" (Google API client libraries).
        let method = match head.headers.get("x-http-method-override").and_then(|value| value.to_str().ok()) {
            Some(method) if head.method == Method::POST => method,
            _ => head.method.as_str(),
        };
        let fits = |operation: &&Operation| {
            operation.method == method && operation.verb == verb && operation.pattern == pattern
        };
        TABLE.iter().find(fits).map(|operation| (operation, name))
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
    run: Run,
) -> Operation {
    Operation { method, pattern, verb, name, run }
}

const RINGS: &str = "projects/*/locations/*/keyRings";
const RING: &str = "projects/*/locations/*/keyRings/*";
const KEYS: &str = "projects/*/locations/*/keyRings/*/cryptoKeys";
const KEY: &str = "projects/*/locations/*/keyRings/*/cryptoKeys/*";
const VERSIONS: &str = "projects/*/locations/*/keyRings/*/cryptoKeys/*/cryptoKeyVersions";
const VERSION: &str = "projects/*/locations/*/keyRings/*/cryptoKeys/*/cryptoKeyVersions/*";
const PUBLIC_KEY: &str = "projects/*/locations/*/keyRings/*/cryptoKeys/*/cryptoKeyVersions/*/publicKey";

static TABLE: [Operation; 14] = [
    row("GET", RINGS, "", "ListKeyRings", listing::rings),
    row("POST", RINGS, "", "CreateKeyRing", create::ring),
    row("GET", RING, "", "GetKeyRing", listing::ring),
    row("GET", KEYS, "", "ListCryptoKeys", listing::keys),
    row("POST", KEYS, "", "CreateCryptoKey", create::key),
    row("GET", KEY, "", "GetCryptoKey", listing::key),
    row("GET", VERSIONS, "", "ListCryptoKeyVersions", listing::versions),
    row("POST", VERSIONS, "", "CreateCryptoKeyVersion", create::version),
    row("GET", VERSION, "", "GetCryptoKeyVersion", listing::version),
    row("PATCH", VERSION, "", "UpdateCryptoKeyVersion", state::update),
    row("POST", VERSION, "destroy", "DestroyCryptoKeyVersion", state::destroy),
    row("POST", VERSION, "restore", "RestoreCryptoKeyVersion", state::restore),
    row("POST", VERSION, "asymmetricSign", "AsymmetricSign", signing::sign),
    row("GET", PUBLIC_KEY, "", "GetPublicKey", public_key::public_key),
];
