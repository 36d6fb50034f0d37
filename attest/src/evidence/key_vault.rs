//! Azure Key Vault: a key's bundle, as the subscriber reports it or the CA was told it. Also a Managed HSM key's, where there is no statement.
//!
//! Fields: Azure REST API, Key Vault keys 2025-07-01, `KeyBundle` (azure-rest-api-specs, Security.KeyVault.Keys/models.tsp,
//! read November 2026). Azure does not sign it, and where the key came from is in no field.

use serde::Deserialize;

use crate::admission::Exceptions;
use crate::admission::azure::{KeyFacts, Store, admit, key_version};
use crate::claim::{Topic, Value};
use crate::malformed::Malformed;
use crate::public_key::{Algorithm, PublicKey};
use crate::shown;

use super::Gathered;
use super::answer::{self, Moment, Object, Tags};
use super::binding::{Name, Piece};
use super::mark;

pub(super) const FROM: &str = "the key bundle of Azure";

/// RFC 7518 §6.2.1.1, and RFC 8812 §3.1 for the last, by Azure's name: the curves, and the bytes of a coordinate.
const CURVES: [(&str, Algorithm, usize); 4] = [
    ("P-256", Algorithm::P256, 32),
    ("P-384", Algorithm::P384, 48),
    ("P-521", Algorithm::P521, 66),
    ("P-256K", Algorithm::Secp256k1, 32),
];

/// Every documented field; those with an underscore decide nothing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Bundle {
    pub(super) key: Object<Jwk>,
    pub(super) attributes: Object<Attributes>,
    #[serde(rename = "managed")]
    _managed: Option<bool>,
    release_policy: Option<Object<ReleasePolicy>>,
    tags: Option<Tags>,
}

/// `JsonWebKey`. The private parts are listed to be refused by name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Jwk {
    crv: Option<String>,
    d: Option<String>,
    dp: Option<String>,
    dq: Option<String>,
    e: Option<String>,
    k: Option<String>,
    key_hsm: Option<String>,
    key_ops: Option<Vec<String>>,
    kid: Option<String>,
    kty: Option<String>,
    n: Option<String>,
    p: Option<String>,
    q: Option<String>,
    qi: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Attributes {
    pub(super) attestation: Option<Object<Attestation>>,
    _created: Option<Moment>,
    enabled: Option<bool>,
    _exp: Option<Moment>,
    exportable: Option<bool>,
    hsm_platform: Option<String>,
    _nbf: Option<Moment>,
    _recoverable_days: Option<u32>,
    _recovery_level: Option<String>,
    _updated: Option<Moment>,
}

/// `KeyAttestation`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Attestation {
    pub(super) certificate_pem_file: String,
    pub(super) private_key_attestation: String,
    pub(super) public_key_attestation: String,
    pub(super) version: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct ReleasePolicy {
    _content_type: Option<String>,
    _data: Option<String>,
    _immutable: Option<bool>,
}

/// Judges a key's bundle as admission does, and gathers what it says.
pub(super) fn gather(json: &[u8], gathered: &mut Gathered) -> Result<(), Malformed> {
    let bundle: Bundle = answer::read(FROM, json)?;
    if bundle.attributes.0.attestation.is_some() {
        return Err(Malformed::new(FROM, "a key bundle without attestation", "one with it"));
    }
    let key = bundle.key.0.public_key()?;
    gather_stated(&bundle, gathered);
    gathered.piece(Piece { with_key: true, names: bundle.key.0.names(), ..Piece::new(FROM) });
    gathered.answered_key(FROM, key);
    Ok(())
}

/// Judges all but the key itself.
pub(super) fn gather_stated(bundle: &Bundle, gathered: &mut Gathered) {
    let Bundle { key: Object(key), attributes: Object(attributes), release_policy, .. } = bundle;
    let facts = KeyFacts {
        kid: key.kid.as_deref(),
        kty: key.kty.as_deref(),
        key_ops: key.key_ops.as_deref(),
        enabled: attributes.enabled,
        exportable: attributes.exportable,
        hsm_platform: attributes.hsm_platform.as_deref(),
        release_policy: release_policy.is_some(),
    };
    gathered.admission(FROM, admit(&facts, Exceptions::default()));
    let store = facts.kid.and_then(key_version).map(|(store, _, _)| store);
    let hsm = match (facts.kty, facts.hsm_platform, store) {
        (Some("RSA" | "EC"), _, _) | (_, Some("0"), _) => Some(false),
        (Some("RSA-HSM" | "EC-HSM"), Some("1" | "2"), _) => Some(true),
        (Some("RSA-HSM" | "EC-HSM"), None, Some(Store::ManagedHsm)) => Some(true),
        _ => None,
    };
    let may = |operation: &str| facts.key_ops.map(|known| known.iter().any(|name| name == operation));
    let extractable = if facts.release_policy || may("export") == Some(true) { Some(true) } else { facts.exportable };
    for (topic, flag) in [
        (Topic::Hsm, hsm),
        (Topic::Extractable, extractable),
        (Topic::Sign, may("sign")),
        (Topic::Decrypt, may("decrypt")),
    ] {
        if let Some(flag) = flag {
            gathered.answered(FROM, topic, Value::Flag(flag));
        }
    }
    if let Some(Tags(tags)) = &bundle.tags {
        mark::gather(FROM, tags.iter(), gathered);
    }
    gathered.answered(FROM, Topic::Operator, Value::Text("Microsoft Azure".to_owned()));
    if let Some(kid) = facts.kid {
        gathered.answered(FROM, Topic::Resource, Value::Text(kid.to_owned()));
    }
    if let Some(kty) = facts.kty {
        let platform = facts.hsm_platform.map(|platform| format!(", hsmPlatform {platform}"));
        let text = format!("kty {kty}{}", platform.unwrap_or_default());
        gathered.answered(FROM, Topic::ProtectionLevel, Value::Text(text));
    }
    if let Some(enabled) = facts.enabled {
        let state = if enabled { "enabled" } else { "disabled" };
        gathered.answered(FROM, Topic::State, Value::Text(state.to_owned()));
    }
}

impl Jwk {
    pub(super) fn names(&self) -> Vec<Name> {
        self.kid.iter().map(|kid| Name::Full(kid.clone())).collect()
    }

    /// The key of `n` and `e`, or of `x` and `y`: of those that the type has, and of no others.
    pub(super) fn public_key(&self) -> Result<PublicKey, Malformed> {
        let Self { d, dp, dq, k, key_hsm, p, q, qi, .. } = self;
        let secrets =
            [("d", d), ("dp", dp), ("dq", dq), ("k", k), ("key_hsm", key_hsm), ("p", p), ("q", q), ("qi", qi)];
        if let Some((name, _)) = secrets.iter().find(|(_, value)| value.is_some()) {
            return Err(Malformed::new(FROM, "a public key alone", format!("the private part key.{name}")));
        }
        match (self.kty.as_deref(), &self.n, &self.e, &self.crv, &self.x, &self.y) {
            (Some("RSA" | "RSA-HSM"), Some(n), Some(e), None, None, None) => {
                let (n, e) = (answer::base64url(FROM, "key.n", n)?, answer::base64url(FROM, "key.e", e)?);
                PublicKey::from_rsa(&n, &e).map_err(|error| answer::not_a_key(FROM, "key", &error))
            }
            (Some("EC" | "EC-HSM"), None, None, Some(curve), Some(x), Some(y)) => {
                let Some((_, algorithm, size)) = CURVES.iter().find(|(name, _, _)| name == curve) else {
                    return Err(Malformed::new(FROM, "P-256, P-384, P-521 or P-256K, in key.crv", shown::text(curve)));
                };
                // SEC 1 §2.3.3: 04 marks an uncompressed point.
                let mut point = vec![4];
                for (field, coordinate) in [("key.x", x), ("key.y", y)] {
                    let bytes = answer::base64url(FROM, field, coordinate)?;
                    // RFC 7518 §6.2.1.2: the full size of a coordinate, leading zeros included.
                    if bytes.len() != *size {
                        let found = format!("{} bytes", bytes.len());
                        return Err(Malformed::new(FROM, format!("{size} bytes, in {field}"), found));
                    }
                    point.extend_from_slice(&bytes);
                }
                PublicKey::from_point(*algorithm, &point).map_err(|error| answer::not_a_key(FROM, "key", &error))
            }
            (kty, ..) => {
                let expected = "n and e of an RSA key, or crv, x and y of an EC key, and no others";
                Err(Malformed::new(FROM, expected, format!("kty {} and others", shown::text(kty.unwrap_or("absent")))))
            }
        }
    }
}

#[cfg(test)]
mod tests;
