//! The trait every cloud implements, and the nouns it speaks in.

use std::fmt;
use std::sync::Arc;

use hardkey_attest::admission::{Origin, Refusal};
use hardkey_attest::public_key::{Algorithm, PublicKey};
use hardkey_attest::report::RawEvidence;
use hardkey_attest::signature::Scheme;

use crate::config::Certificate;
use crate::deadline::Deadline;

/// One cloud's key service as one token sees it. Blocking; callable from any thread.
pub trait KeyService: Send + Sync {
    /// Asks for every configured key that is not among `known`, several at a time.
    ///
    /// A refused key is a record too; a key that could not be asked for is a [`KeyFault`] and hides nothing else.
    ///
    /// # Errors
    /// [`ServiceError`] when nothing could be asked at all: no credentials, no region, no listing.
    fn keys(
        &self,
        known: &[Arc<KeyRecord>],
        deadline: &Deadline,
    ) -> Result<Vec<Result<KeyRecord, KeyFault>>, ServiceError>;

    /// Has a digest signed, in one round trip on a warm connection. ECDSA comes back as r‖s.
    ///
    /// The result is what the service sent: see [`crate::checked`] before handing it to anybody. Where a key pads any bytes
    /// ([`Scheme::RsaPkcs1Raw`]), it is asked for nothing else.
    ///
    /// # Errors
    /// [`ServiceError`], after the configured number of attempts, never later than the deadline.
    fn sign(&self, key: &KeyId, input: SignInput<'_>, deadline: &Deadline) -> Result<Signature, ServiceError>;

    /// Asks for everything that the service says of one key, and keeps the answers as they came. Judges nothing.
    ///
    /// # Errors
    /// [`ServiceError`], also for an answer that names another key.
    fn evidence(&self, key: &KeyId, deadline: &Deadline) -> Result<Vec<RawEvidence>, ServiceError>;
}

/// What whoever administers a key does to show it.
pub trait Marking {
    /// Sets one tag or label of the key, and leaves the others as they are.
    ///
    /// # Errors
    /// [`ServiceError`], among others for somebody who may only sign.
    fn mark(&self, key: &KeyId, name: &str, value: &str, deadline: &Deadline) -> Result<(), ServiceError>;
}

/// Full name of one immutable key version: an AWS key ARN, an Azure key URL with version, a Google cryptoKeyVersion.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct KeyId(String);

impl KeyId {
    /// For those who implement [`KeyService`]: a name that the cloud will never give to another key.
    #[must_use]
    pub fn new(name: String) -> Self {
        Self(name)
    }

    /// The name as the cloud writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.0.escape_debug())
    }
}

/// What the key service says of one key.
#[derive(Clone, Debug)]
pub struct KeyRecord {
    /// What the configuration calls it, or its id where it was discovered.
    pub name: String,
    /// Its immutable name.
    pub id: KeyId,
    /// What people call it: the alias it was configured or found by, else the last part of its id.
    pub label: String,
    /// Whether a host may see it.
    pub standing: Standing,
}

/// Whether a host may see a key, and what it can do then.
#[derive(Clone, Debug)]
pub enum Standing {
    /// Admitted.
    Usable(UsableKey),
    /// Turned away by admission.
    Refused(Refusal),
    /// Protected well enough, but of a kind this version cannot use; the kind, as the service spells it.
    Unsupported(String),
}

/// What it takes to use an admitted key.
#[derive(Clone, Debug)]
pub struct UsableKey {
    /// Where its material came from.
    pub origin: Origin,
    /// Its public half, parsed strictly.
    pub public_key: PublicKey,
    /// Every way in which the service signs with it.
    pub schemes: Vec<Scheme>,
    /// Whether the service does nothing but pad what it is given, so that a `DigestInfo` is made here.
    pub padding_alone: bool,
    /// Certificates that the service keeps beside it: its own, and those above.
    pub certificates: Vec<Certificate>,
}

/// A key that could not be asked for. Retried later; the token's other keys are not affected.
#[derive(Clone, Debug)]
pub struct KeyFault {
    /// What the configuration calls the key.
    pub name: String,
    /// What went wrong.
    pub error: ServiceError,
}

/// A digest to sign, and how.
#[derive(Clone, Copy, Debug)]
pub struct SignInput<'a> {
    /// The key's kind, which decides how the service wants the digest presented.
    pub algorithm: Algorithm,
    /// How to sign it.
    pub scheme: Scheme,
    /// The digest. Its length fits the scheme's hash; for ECDSA it is any SHA-2 digest of 32 bytes or more. What is padded as
    /// it is leaves room for eleven bytes of padding.
    pub digest: &'a [u8],
}

/// A signature in PKCS#11's form: RSA as it is, ECDSA as r‖s, each part padded to the size of the order.
#[derive(Clone, Eq, PartialEq)]
pub struct Signature(Vec<u8>);

impl Signature {
    /// For those who implement [`KeyService`]: what the service answered, unchecked.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Length only: signatures stay out of logs.
impl fmt::Debug for Signature {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Signature({} bytes)", self.0.len())
    }
}

/// What kind of trouble a key service reported or caused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ServiceErrorKind {
    /// No credentials, or they do not permit the operation.
    Denied,
    /// The key exists but is switched off.
    Disabled,
    /// The answer, or the request in the service's eyes, was not well-formed.
    Malformed,
    /// No such key.
    NotFound,
    /// Too many requests.
    Throttled,
    /// The deadline passed.
    TimedOut,
    /// The service could not be reached, or was out of order.
    Unavailable,
    /// The service does not do this with this key.
    Unsupported,
}

/// Trouble with a key service, in words a person can act on. Holds no secret.
#[derive(Clone, Debug)]
pub struct ServiceError {
    /// Which kind of trouble.
    pub kind: ServiceErrorKind,
    /// What happened, as one sentence without a full stop.
    pub cause: String,
    /// What to do about it, as one sentence without a full stop.
    pub remedy: String,
    /// The cloud's id of the request, for its support and its audit log.
    pub request_id: Option<String>,
}

/// `cause (request ID); remedy`.
impl fmt::Display for ServiceError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.cause)?;
        if let Some(id) = &self.request_id {
            write!(out, " (request {})", id.escape_debug())?;
        }
        write!(out, "; {}", self.remedy)
    }
}

impl std::error::Error for ServiceError {}
