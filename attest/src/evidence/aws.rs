//! AWS KMS: the answers to `DescribeKey` and `GetPublicKey`, as the subscriber reports them or the CA was told them.
//!
//! Fields: AWS KMS API reference, `KeyMetadata` and `GetPublicKey` (read November 2026). AWS signs neither answer.

use serde::Deserialize;

use crate::admission::Exceptions;
use crate::admission::aws::{KeyFacts, admit};
use crate::check::Check;
use crate::claim::{Topic, Value};
use crate::instant::Instant;
use crate::malformed::Malformed;
use crate::public_key::Algorithm;
use crate::shown;

use super::Gathered;
use super::answer::{self, Moment, Object};
use super::binding::{Name, Piece};

const DESCRIPTION: &str = "the answer to kms:DescribeKey";
const PUBLIC_KEY: &str = "the answer to kms:GetPublicKey";

/// AWS KMS developer guide, "Key spec reference": the kinds of keys that can be certified.
const KEY_SPECS: [(&str, Algorithm); 7] = [
    ("RSA_2048", Algorithm::Rsa2048),
    ("RSA_3072", Algorithm::Rsa3072),
    ("RSA_4096", Algorithm::Rsa4096),
    ("ECC_NIST_P256", Algorithm::P256),
    ("ECC_NIST_P384", Algorithm::P384),
    ("ECC_NIST_P521", Algorithm::P521),
    ("ECC_SECG_P256K1", Algorithm::Secp256k1),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct Description {
    key_metadata: Object<Metadata>,
}

/// Every documented field; those with an underscore decide nothing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct Metadata {
    #[serde(rename = "AWSAccountId")]
    account: Option<String>,
    arn: Option<String>,
    cloud_hsm_cluster_id: Option<String>,
    _creation_date: Option<Moment>,
    _current_key_material_id: Option<String>,
    custom_key_store_id: Option<String>,
    customer_master_key_spec: Option<String>,
    _deletion_date: Option<Moment>,
    _description: Option<String>,
    enabled: Option<bool>,
    _encapsulation_algorithms: Option<Vec<String>>,
    _encryption_algorithms: Option<Vec<String>>,
    _expiration_model: Option<String>,
    _key_agreement_algorithms: Option<Vec<String>>,
    key_id: String,
    key_manager: Option<String>,
    key_spec: Option<String>,
    key_state: Option<String>,
    key_usage: Option<String>,
    _mac_algorithms: Option<Vec<String>>,
    multi_region: Option<bool>,
    multi_region_configuration: Option<Object<MultiRegion>>,
    origin: Option<String>,
    _pending_deletion_window_in_days: Option<u32>,
    _signing_algorithms: Option<Vec<String>>,
    _valid_to: Option<Moment>,
    xks_key_configuration: Option<Object<Xks>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct MultiRegion {
    _multi_region_key_type: Option<String>,
    primary_key: Option<Object<Region>>,
    replica_keys: Option<Vec<Object<Region>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct Region {
    arn: Option<String>,
    _region: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct Xks {
    id: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct PublicKeyAnswer {
    customer_master_key_spec: Option<String>,
    _encapsulation_algorithms: Option<Vec<String>>,
    _encryption_algorithms: Option<Vec<String>>,
    _key_agreement_algorithms: Option<Vec<String>>,
    key_id: String,
    key_spec: Option<String>,
    key_usage: Option<String>,
    public_key: String,
    _signing_algorithms: Option<Vec<String>>,
}

/// Judges the answer to `DescribeKey` as admission does, and gathers what it says.
pub(super) fn gather_description(json: &[u8], gathered: &mut Gathered) -> Result<(), Malformed> {
    let Description { key_metadata: Object(metadata) } = answer::read(DESCRIPTION, json)?;
    let xks = metadata.xks_key_configuration.as_ref();
    let facts = KeyFacts {
        arn: metadata.arn.as_deref(),
        cloud_hsm_cluster: metadata.cloud_hsm_cluster_id.as_deref(),
        custom_key_store: metadata.custom_key_store_id.as_deref(),
        key_manager: metadata.key_manager.as_deref(),
        key_state: metadata.key_state.as_deref(),
        key_usage: metadata.key_usage.as_deref(),
        origin: metadata.origin.as_deref(),
        // An external key store, whether or not its key has an id.
        xks_key: xks.map(|Object(xks)| xks.id.as_deref().unwrap_or("external key store")),
    };
    gathered.admission(DESCRIPTION, admit(&facts, Exceptions::default()));
    gathered.ledger.check_by(gathered.basis, Check::AnswerConsistent, consistent(&metadata));
    let stored = facts.custom_key_store.or(facts.cloud_hsm_cluster).or(facts.xks_key).is_some();
    let (hsm, local) = match facts.origin {
        Some("AWS_CLOUDHSM" | "EXTERNAL_KEY_STORE") => (Some(false), None),
        _ if stored => (Some(false), None),
        Some("AWS_KMS") => (Some(true), Some(true)),
        Some("EXTERNAL") => (None, Some(false)),
        Some(_) | None => (None, None),
    };
    let mut say = |topic, value: Option<Value>| {
        if let Some(value) = value {
            gathered.answered(DESCRIPTION, topic, value);
        }
    };
    let text = |text: Option<&str>| text.map(|text| Value::Text(text.to_owned()));
    say(Topic::Hsm, hsm.map(Value::Flag));
    say(Topic::Local, local.map(Value::Flag));
    // No operation of AWS KMS hands a private key out: AWS KMS Developer Guide, "Asymmetric keys in AWS KMS".
    say(Topic::Extractable, (hsm == Some(true)).then_some(Value::Flag(false)));
    say(Topic::Operator, Some(Value::Text("Amazon Web Services".to_owned())));
    say(Topic::Sign, facts.key_usage.map(|usage| Value::Flag(usage == "SIGN_VERIFY")));
    say(Topic::Resource, text(facts.arn));
    say(Topic::ProtectionLevel, facts.origin.map(|origin| Value::Text(format!("Origin {origin}"))));
    say(Topic::State, text(facts.key_state));
    say(Topic::Copies, copies(&metadata).map(Value::Text));
    gathered.piece(Piece {
        names: facts.arn.map(|arn| Name::Full(arn.to_owned())).into_iter().collect(),
        kind: kind(metadata.key_spec.or(metadata.customer_master_key_spec)),
        ..Piece::new(DESCRIPTION)
    });
    Ok(())
}

/// When a key was made, by its record, to the second; nothing where that cannot be read.
pub(crate) fn created_in_aws(json: &[u8]) -> Option<Instant> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Described {
        key_metadata: Made,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Made {
        creation_date: serde_json::Number,
    }
    let Described { key_metadata: Made { creation_date } } = serde_json::from_slice(json).ok()?;
    // Seconds since 1970, with a fraction: the API's own form.
    let seconds = creation_date.to_string();
    seconds.split('.').next()?.parse().ok().map(Instant::from_unix)
}

/// Gathers what the answer to `GetPublicKey` says.
pub(super) fn gather_public_key(json: &[u8], gathered: &mut Gathered) -> Result<(), Malformed> {
    let answer: PublicKeyAnswer = answer::read(PUBLIC_KEY, json)?;
    if !answer.key_id.starts_with("arn:") {
        let found = shown::text(&answer.key_id);
        return Err(Malformed::new(PUBLIC_KEY, "the key's ARN, in KeyId", found));
    }
    let der = answer::base64(PUBLIC_KEY, "PublicKey", &answer.public_key)?;
    let key = answer::public_key(PUBLIC_KEY, "PublicKey", &der)?;
    if let Some(usage) = &answer.key_usage {
        gathered.answered(PUBLIC_KEY, Topic::Sign, Value::Flag(usage == "SIGN_VERIFY"));
    }
    gathered.answered(PUBLIC_KEY, Topic::Resource, Value::Text(answer.key_id.clone()));
    gathered.answered_key(PUBLIC_KEY, key);
    gathered.piece(Piece {
        with_key: true,
        names: vec![Name::Full(answer.key_id)],
        kind: kind(answer.key_spec.or(answer.customer_master_key_spec)),
        ..Piece::new(PUBLIC_KEY)
    });
    Ok(())
}

/// The same key in other regions, if there may be one: AWS KMS developer guide, "Multi-Region keys".
fn copies(metadata: &Metadata) -> Option<String> {
    let configured = metadata.multi_region_configuration.as_ref().map(|Object(configured)| configured);
    if metadata.multi_region != Some(true) && configured.is_none() {
        return None;
    }
    let all = configured.into_iter().flat_map(|all| all.primary_key.iter().chain(all.replica_keys.iter().flatten()));
    let arns = all.filter_map(|Object(region)| region.arn.as_deref());
    let others: Vec<&str> = arns.filter(|arn| Some(*arn) != metadata.arn.as_deref()).collect();
    let none_yet = "none now, but it may have: it is a multi-Region key";
    Some(if others.is_empty() { none_yet.to_owned() } else { others.join(", ") })
}

fn kind(spec: Option<String>) -> Option<(String, Option<Algorithm>)> {
    let spec = spec?;
    let known = KEY_SPECS.iter().find(|(name, _)| *name == spec).map(|(_, algorithm)| *algorithm);
    Some((format!("KeySpec {spec}"), known))
}

/// `Arn` holds account and key id; the deprecated `CustomerMasterKeySpec` and `Enabled` repeat `KeySpec` and `KeyState`.
fn consistent(metadata: &Metadata) -> Result<String, String> {
    let Metadata { account, arn, enabled, key_id, key_spec, key_state, customer_master_key_spec, .. } = metadata;
    let arn = arn.as_deref().unwrap_or_default();
    let in_arn: Vec<&str> = arn.split(':').collect();
    let differ = |one: &str, other: &str| Err(format!("{} and {}", shown::text(one), shown::text(other)));
    if in_arn.get(5).copied() != Some(&format!("key/{key_id}")) {
        return differ(&format!("Arn {arn}"), &format!("KeyId {key_id}"));
    }
    if let Some(account) = account
        && in_arn.get(4).copied() != Some(account.as_str())
    {
        return differ(&format!("Arn {arn}"), &format!("AWSAccountId {account}"));
    }
    if let (Some(enabled), Some(state)) = (enabled, key_state)
        && *enabled != (state == "Enabled")
    {
        return differ(&format!("Enabled {enabled}"), &format!("KeyState {state}"));
    }
    if let (Some(spec), Some(old)) = (key_spec, customer_master_key_spec)
        && spec != old
    {
        return differ(&format!("KeySpec {spec}"), &format!("CustomerMasterKeySpec {old}"));
    }
    Ok("account, key id, state and kind agree".to_owned())
}

#[cfg(test)]
mod tests;
