//! DescribeKey and GetPublicKey.

use crate::aws::Kms;
use crate::aws::error::KmsError;
use crate::aws::key_name::{Caller, LONGEST_KEY_ID};
use crate::aws::parameters::Parameters;
use openssl::base64::encode_block;
use serde_json::{Map, Value, json};

/// DescribeKey: works in every state.
pub(crate) fn describe(kms: &Kms, caller: &Caller, parameters: &Parameters) -> Result<Value, KmsError> {
    let name = parameters.required_text("KeyId", LONGEST_KEY_ID)?;
    let mut keyring = kms.keyring();
    let key = keyring.find(name, caller)?.clone();
    let family = keyring.family(&key.id);
    Ok(json!({"KeyMetadata": key.metadata(&caller.account, &family)}))
}

/// GetPublicKey: asymmetric keys that are enabled.
pub(crate) fn public_key(kms: &Kms, caller: &Caller, parameters: &Parameters) -> Result<Value, KmsError> {
    let name = parameters.required_text("KeyId", LONGEST_KEY_ID)?;
    let mut keyring = kms.keyring();
    let key = keyring.find(name, caller)?;
    key.check_usable()?;
    let Some(material) = &key.material else {
        return Err(KmsError::unsupported(format!(
            "{} key spec is {} which is not valid for {}.",
            key.arn,
            key.spec.name(),
            caller.operation
        )));
    };
    let (member, algorithms) = key.spec.algorithms(&key.usage);
    let mut answer = Map::new();
    answer.insert("KeyId".to_owned(), json!(key.arn));
    answer.insert("KeySpec".to_owned(), json!(key.spec.name()));
    answer.insert("CustomerMasterKeySpec".to_owned(), json!(key.spec.name()));
    answer.insert("KeyUsage".to_owned(), json!(key.usage));
    answer.insert("PublicKey".to_owned(), json!(encode_block(material.public_der())));
    answer.insert(member.to_owned(), json!(algorithms));
    Ok(Value::Object(answer))
}
