//! Which answer of which cloud a JSON file is, told by the names of its members.

use std::fmt;

use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor};

use crate::confirmation;
use crate::evidence::{Evidence, malformed};
use crate::liquid_security::start as inflated_start;
use crate::malformed::Malformed;
use crate::shown;

const PART: &str = "answer";
/// The longest documented answer has 26 members.
const MOST_MEMBERS: usize = 64;

/// The member by which an envelope is told: DSSE, envelope.md.
const OF_A_REPORT: &str = "payloadType";

type Make = fn(Vec<u8>) -> Evidence;

/// Whether these bytes are a report, whatever it says.
pub(crate) fn is_report(bytes: &[u8]) -> bool {
    serde_json::from_slice(bytes).is_ok_and(|members: Members| members.paths.iter().any(|path| path == OF_A_REPORT))
}

/// The answer, or the report, that these bytes are. What it says is not looked at.
pub(super) fn evidence(bytes: &[u8]) -> Result<Evidence, Malformed> {
    let members: Members = serde_json::from_slice(bytes).map_err(|error| malformed(PART, bytes, &error))?;
    let has = |path: &str| members.paths.iter().any(|known| known == path);
    if confirmation::is_record(bytes) {
        let expected = "what the subscriber handed in";
        return Err(Malformed::new(PART, expected, "the record of a confirmation, which --confirmation is for"));
    }
    let bytes = bytes.to_vec();
    let kinds: [(bool, Make); 8] = [
        (has(OF_A_REPORT), Evidence::Report),
        (has("KeyMetadata"), Evidence::AwsDescribeKey),
        (has("PublicKey") && has("KeyId"), Evidence::AwsPublicKey),
        (has("Metadata") && has("ETag"), Evidence::CloudTrailSignature),
        (has("key.kid") && has("attributes.attestation"), Evidence::ManagedHsmKey),
        (has("key.kid") && has("attributes") && !has("attributes.attestation"), Evidence::KeyVaultKey),
        (has("pem") && has("pemCrc32c"), Evidence::GooglePublicKey),
        (has("name") && has("protectionLevel") && !has("pem"), Evidence::GoogleVersion),
    ];
    let mut fitting = kinds.iter().filter(|(fits, _)| *fits);
    if let (Some((_, make)), None) = (fitting.next(), fitting.next()) {
        return Ok(make(bytes));
    }
    let expected = "a report, or one answer of DescribeKey or GetPublicKey (AWS KMS), GetKey or GetKeyAttestation (Azure), \
                    GetCryptoKeyVersion or GetPublicKey (Google), as the API gives it";
    let top: Vec<String> =
        members.paths.iter().filter(|path| !path.contains('.')).take(8).map(|path| shown::text(path)).collect();
    Err(Malformed::new(PART, expected, format!("an object of {}", top.join(", "))))
}

/// The log or digest of a trail that this gzip is, by its start; nothing for another gzip. A log has one member, a digest many.
pub(super) fn of_trail(gzip: &[u8]) -> Option<Make> {
    let start = inflated_start(gzip);
    let rest = start.strip_prefix(b"{")?.trim_ascii_start();
    Some(if rest.starts_with(b"\"Records\"") { Evidence::CloudTrailLog } else { Evidence::CloudTrailDigest })
}

/// Names of members: of the whole, and, after a dot, of objects in it.
struct Members {
    paths: Vec<String>,
}

impl<'de> serde::Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Top;
        impl<'de> Visitor<'de> for Top {
            type Value = Members;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut paths: Vec<String> = Vec::new();
                while let Some(name) = map.next_key::<String>()? {
                    if paths.contains(&name) {
                        return Err(A::Error::custom(format!("duplicate field `{name}`")));
                    }
                    if paths.len() >= MOST_MEMBERS {
                        return Err(A::Error::custom("more members than any answer has"));
                    }
                    if name == "key" || name == "attributes" {
                        let Inner(inner) = map.next_value()?;
                        paths.extend(inner.iter().map(|inner| format!("{name}.{inner}")));
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                    paths.push(name);
                }
                Ok(Members { paths })
            }
        }
        deserializer.deserialize_map(Top)
    }
}

/// Names of members of an object inside.
struct Inner(Vec<String>);

impl<'de> serde::Deserialize<'de> for Inner {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;
        impl<'de> Visitor<'de> for Names {
            type Value = Inner;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Inner, A::Error> {
                let mut names = Vec::new();
                while let Some((name, IgnoredAny)) = map.next_entry::<String, IgnoredAny>()? {
                    if names.len() >= MOST_MEMBERS {
                        return Err(A::Error::custom("more members than any answer has"));
                    }
                    names.push(name);
                }
                Ok(Inner(names))
            }
        }
        deserializer.deserialize_map(Names)
    }
}
