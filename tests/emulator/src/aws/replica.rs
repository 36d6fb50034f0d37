//! ReplicateKey: a multi-Region key's copy in another region, with the same id and material.

use crate::aws::Kms;
use crate::aws::error::KmsError;
use crate::aws::key::{KeyState, Role};
use crate::aws::key_name::{Caller, LONGEST_KEY_ID, arn};
use crate::aws::parameters::Parameters;
use crate::clock::milliseconds;
use serde_json::{Value, json};

/// `RegionType` of the service model.
const LONGEST_REGION: usize = 32;
/// `DescriptionType` of the service model.
const LONGEST_DESCRIPTION: usize = 8192;

/// ReplicateKey. The answer says `Creating`, as AWS's does; the replica is ready at once.
pub(crate) fn replicate(kms: &Kms, caller: &Caller, parameters: &Parameters) -> Result<Value, KmsError> {
    let name = parameters.required_text("KeyId", LONGEST_KEY_ID)?;
    let region = parameters.required_text("ReplicaRegion", LONGEST_REGION)?;
    let description = parameters.free_text("Description", LONGEST_DESCRIPTION)?;
    let tags = parameters.tags()?.unwrap_or_default();
    let mut keyring = kms.keyring();
    let primary = keyring.find_by_id(name, caller)?.clone();
    if primary.role != Some(Role::Primary) {
        return Err(KmsError::unsupported(format!("{} is not a multi-Region primary key.", primary.arn)));
    }
    if primary.state != KeyState::PendingImport {
        primary.check_usable()?;
    }
    let replica_arn = arn(region, &caller.account, &format!("key/{}", primary.id));
    let keys = &mut keyring.region(region).keys;
    if keys.contains_key(&primary.id) {
        return Err(KmsError::new("AlreadyExistsException", format!("{replica_arn} already exists")));
    }
    let mut replica = primary;
    replica.arn = replica_arn;
    replica.role = Some(Role::Replica);
    replica.description = description.unwrap_or_default().to_owned();
    replica.created = milliseconds();
    replica.tags = tags;
    if replica.origin == "EXTERNAL" {
        // KMS Developer Guide: each replica of an imported key needs the material imported again.
        replica.material = None;
        replica.state = KeyState::PendingImport;
    }
    keys.insert(replica.id.clone(), replica.clone());
    let family = keyring.family(&replica.id);
    replica.state = KeyState::Creating;
    let tags: Vec<Value> = replica.tags.iter().map(|(key, value)| json!({"TagKey": key, "TagValue": value})).collect();
    Ok(json!({
        "ReplicaKeyMetadata": replica.metadata(&caller.account, &family),
        "ReplicaTags": tags,
    }))
}

#[cfg(test)]
mod tests {
    use crate::aws::rehearsal::Rehearsal;
    use serde_json::json;

    #[test]
    fn a_replica_is_the_same_key_under_another_arn() {
        let kms = Rehearsal::new();
        let made = kms
            .ask("CreateKey", &json!({"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY", "MultiRegion": true}))
            .unwrap();
        let id = made["KeyMetadata"]["KeyId"].clone();
        let replicate = json!({"KeyId": id, "ReplicaRegion": "us-east-1"});
        let answer = kms.ask("ReplicateKey", &replicate).unwrap();
        assert_eq!(answer["ReplicaKeyMetadata"]["KeyState"], "Creating");
        assert!(kms.ask("ReplicateKey", &replicate).unwrap_err().starts_with("AlreadyExistsException"));

        let ask = |region, operation| kms.ask_in(region, operation, &json!({"KeyId": id})).unwrap();
        let there = ask("us-east-1", "DescribeKey");
        assert_eq!(there["KeyMetadata"]["KeyState"], "Enabled");
        assert_eq!(there["KeyMetadata"]["MultiRegionConfiguration"]["MultiRegionKeyType"], "REPLICA");
        assert_eq!(there["KeyMetadata"]["MultiRegionConfiguration"]["PrimaryKey"]["Arn"], made["KeyMetadata"]["Arn"]);
        assert_ne!(there["KeyMetadata"]["Arn"], made["KeyMetadata"]["Arn"]);
        assert_eq!(ask("us-east-1", "GetPublicKey")["PublicKey"], ask("eu-west-1", "GetPublicKey")["PublicKey"]);
        let deleted = kms.ask("ScheduleKeyDeletion", &json!({"KeyId": id})).unwrap();
        assert_eq!(deleted["KeyState"], "PendingReplicaDeletion");
    }
}
