//! CreateKey.

use crate::aws::Kms;
use crate::aws::error::KmsError;
use crate::aws::key::{Family, Key, KeyState, Role};
use crate::aws::key_name::{Caller, arn};
use crate::aws::key_spec::{KEY_SPECS, KEY_USAGES, KeySpec};
use crate::aws::parameters::Parameters;
use crate::clock::milliseconds;
use crate::identifier::uuid;
use crate::material::Material;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// `DescriptionType`, `PolicyType`, `CustomKeyStoreIdType` and `XksKeyIdType` of the service model.
const LONGEST_DESCRIPTION: usize = 8192;
const LONGEST_POLICY: usize = 131_072;
const LONGEST_KEY_STORE: usize = 64;
const LONGEST_XKS_KEY: usize = 128;
/// KMS Developer Guide, "Tags in AWS KMS": 50 tags on a key.
pub(crate) const MOST_TAGS: usize = 50;
/// `OriginType` of the service model.
const ORIGINS: [&str; 4] = ["AWS_KMS", "EXTERNAL", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"];

/// CreateKey.
pub(crate) fn create_key(kms: &Kms, caller: &Caller, parameters: &Parameters) -> Result<Value, KmsError> {
    let description = parameters.free_text("Description", LONGEST_DESCRIPTION)?;
    parameters.text("Policy", LONGEST_POLICY)?;
    let spec = key_spec(parameters)?;
    let usage = parameters.choice("KeyUsage", &KEY_USAGES)?;
    let origin = parameters.choice("Origin", &ORIGINS)?.unwrap_or("AWS_KMS");
    let multi_region = parameters.flag("MultiRegion")?;
    let tags = parameters.tags()?.unwrap_or_default();
    if tags.len() > MOST_TAGS {
        return Err(KmsError::new("LimitExceededException", "Too many tags"));
    }
    check_key_store(parameters, origin, spec)?;
    let spec = KeySpec::parse(spec)
        .ok_or_else(|| KmsError::unsupported(format!("KeySpec {spec} is not supported in this Region.")))?;
    let usage = check_usage(spec, usage)?;
    let mut key = blank(&caller.region, &caller.account, spec, multi_region)?;
    key.usage = usage.to_owned();
    key.description = description.unwrap_or_default().to_owned();
    key.tags = tags;
    origin.clone_into(&mut key.origin);
    if origin == "EXTERNAL" {
        key.state = KeyState::PendingImport;
    } else {
        key.material = generate(spec)?;
    }
    let family = Family { primary: Some((key.arn.clone(), caller.region.clone())), replicas: Vec::new() };
    let answer = json!({"KeyMetadata": key.metadata(&caller.account, &family)});
    let mut keyring = kms.keyring();
    keyring.region(&caller.region).keys.insert(key.id.clone(), key);
    Ok(answer)
}

/// An enabled key without material.
pub(crate) fn blank(region: &str, account: &str, spec: KeySpec, multi_region: bool) -> Result<Key, KmsError> {
    let id = if multi_region {
        // KMS Developer Guide, "Multi-Region keys": key ids begin with `mrk-`.
        format!("mrk-{}", uuid()?.replace('-', ""))
    } else {
        uuid()?
    };
    Ok(Key {
        arn: arn(region, account, &format!("key/{id}")),
        id,
        spec,
        usage: spec.usages().first().copied().unwrap_or_default().to_owned(),
        state: KeyState::Enabled,
        origin: "AWS_KMS".to_owned(),
        manager: "CUSTOMER".to_owned(),
        description: String::new(),
        created: milliseconds(),
        material: None,
        imported: None,
        valid_to: None,
        offer: None,
        deletion: None,
        waiting_window: None,
        role: multi_region.then_some(Role::Primary),
        custom_key_store: None,
        tags: BTreeMap::new(),
    })
}

/// New material for kinds of key that have any here. May take a second: other requests of this worker move on.
pub(crate) fn generate(spec: KeySpec) -> Result<Option<Arc<Material>>, KmsError> {
    match spec {
        KeySpec::Asymmetric(shape) => {
            let material = tokio::task::block_in_place(|| Material::generate(shape))?;
            Ok(Some(Arc::new(material)))
        }
        KeySpec::Symmetric | KeySpec::Hmac(_) => Ok(None),
    }
}

fn key_spec(parameters: &Parameters) -> Result<&str, KmsError> {
    let spec = parameters.choice("KeySpec", &KEY_SPECS)?;
    let old = parameters.choice("CustomerMasterKeySpec", &KEY_SPECS)?;
    if spec.is_some() && old.is_some() {
        return Err(KmsError::validation(
            "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.",
        ));
    }
    Ok(spec.or(old).unwrap_or("SYMMETRIC_DEFAULT"))
}

fn check_usage(spec: KeySpec, usage: Option<&str>) -> Result<&str, KmsError> {
    let Some(usage) = usage else {
        return if spec == KeySpec::Symmetric {
            Ok("ENCRYPT_DECRYPT")
        } else {
            Err(KmsError::validation(
                "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.",
            ))
        };
    };
    if spec.usages().contains(&usage) {
        Ok(usage)
    } else {
        Err(KmsError::validation(format!("KeyUsage {usage} is not compatible with KeySpec {}", spec.name())))
    }
}

/// KMS API Reference, CreateKey, Origin and CustomKeyStoreId: key stores hold symmetric keys only. There is no key
/// store here, so none is ever found.
fn check_key_store(parameters: &Parameters, origin: &str, spec: &str) -> Result<(), KmsError> {
    let store = parameters.text("CustomKeyStoreId", LONGEST_KEY_STORE)?;
    let external = parameters.text("XksKeyId", LONGEST_XKS_KEY)?;
    let in_store = origin == "AWS_CLOUDHSM" || origin == "EXTERNAL_KEY_STORE";
    if in_store && spec != "SYMMETRIC_DEFAULT" {
        return Err(KmsError::unsupported(format!("KeySpec {spec} is not supported for Origin {origin}")));
    }
    match (in_store, store) {
        (false, None) => Ok(()),
        (false, Some(_)) => Err(KmsError::validation(format!("CustomKeyStoreId is not supported for Origin {origin}"))),
        (true, None) => Err(KmsError::validation(format!("CustomKeyStoreId is required for Origin {origin}"))),
        (true, Some(_)) if origin == "EXTERNAL_KEY_STORE" && external.is_none() => {
            Err(KmsError::validation("XksKeyId is required for Origin EXTERNAL_KEY_STORE"))
        }
        (true, Some(store)) => {
            Err(KmsError::new("CustomKeyStoreNotFoundException", format!("Custom key store {store} does not exist")))
        }
    }
}
