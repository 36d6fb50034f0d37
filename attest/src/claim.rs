//! Claims: what evidence says of a key, each with who vouches for it.

use std::fmt;

use crate::finding::Basis;
use crate::instant::Instant;
use crate::shown;

macro_rules! topics {
    ($($name:ident = $id:literal, $meaning:literal;)*) => {
        /// What a claim is about. Names are those of the PKI Consortium's and the IETF's work on key attestation
        /// (draft-ietf-rats-pkix-key-attestation-07) where it has one.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum Topic { $(#[doc = $meaning] $name,)* }

        impl Topic {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Stable name, in output and policies.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $id,)* }
            }

            /// What it means, in words for someone who has never seen a statement of an HSM.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$name => $meaning,)* }
            }
        }
    };
}

topics! {
    Spki = "spki", "SHA-256 of the public key";
    Algorithm = "algorithm", "the kind of key";
    Hsm = "hsm", "the key lives in a hardware security module";
    Local = "local", "the key was generated inside the HSM, and not imported";
    Extractable = "extractable", "the private key can be taken out of the HSM";
    NeverExtractable = "never-extractable", "the private key could never be taken out, since it exists";
    Sensitive = "sensitive", "the private key is never shown in the clear";
    AlwaysSensitive = "always-sensitive", "the private key was never shown in the clear, since it exists";
    Sign = "sign", "the key may sign";
    Decrypt = "decrypt", "the key may decrypt";
    Wrap = "wrap", "the key may take other keys out";
    Unwrap = "unwrap", "the key may bring other keys in";
    Split = "split", "the key is, or may be, shared out in parts";
    Vendor = "vendor", "who made the HSM";
    Serial = "hwserial", "serial number of the HSM";
    Partition = "partition", "partition of the HSM";
    FipsMode = "fipsboot", "the HSM runs in FIPS mode";
    Operator = "operator", "who runs the HSM";
    Format = "format", "format of the statement";
    NameHash = "resource-name-hash", "SHA-256 of the key's resource name";
    KeyId = "identifier", "the key's name as the statement has it";
    Resource = "resource", "full name of the key version";
    ProtectionLevel = "protection-level", "what the cloud calls the protection of the key";
    State = "state", "whether the key can be used now";
    Copies = "copies", "copies of the key in other regions, and backups";
    Vault = "vault", "the vault or Managed HSM that the key is in";
    Events = "events", "what the cloud's log has of how the key was made";
    Logging = "logging", "every use of the key, and every change to it, is logged";
    Logs = "logs", "what is known of the logs";
    Mark = "mark", "the tag or label hardkey-challenge of the key";
    Signers = "signers", "who may sign with the key, as far as its own policy says";
    Refused = "refused", "what the cloud did not answer";
    ValidFrom = "certified-from", "since when every certificate of the HSM is valid";
    ValidUntil = "certified-until", "until when every certificate of the HSM is valid";
}

/// What is claimed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Value {
    /// Yes or no.
    Flag(bool),
    /// A name, a hash, a kind.
    Text(String),
    /// A moment.
    Moment(Instant),
}

/// Escaped: claims come from strangers.
impl fmt::Display for Value {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(true) => out.write_str("yes"),
            Self::Flag(false) => out.write_str("no"),
            Self::Text(text) => out.write_str(&shown::text(text)),
            Self::Moment(moment) => moment.fmt(out),
        }
    }
}

/// One thing that evidence says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Claim {
    /// About what.
    pub topic: Topic,
    /// What.
    pub value: Value,
    /// Who vouches for it.
    pub basis: Basis,
    /// The piece of evidence it is from.
    pub from: &'static str,
}
