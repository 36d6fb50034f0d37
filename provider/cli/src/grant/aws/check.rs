//! `--check`: the role as it is, held against the template, IAM's own word on what it may do, and the key's policy and grants.

use hardkey_kms::Deadline;
use hardkey_kms::aws::{AwsConfig, Grants, KeyName};
use hardkey_kms::network::SharedNetwork;
use serde_json::Value;

use super::key;
use super::template::{OF_THE_KEY, OF_TRAILS, Role};
use crate::failure::Failure;
use crate::grant::rights::{Right, concluded, differences};
use crate::token;

/// What whoever confirms a key must not be able to do, of all that can be done with it.
const NEVER: [&str; 6] =
    ["kms:CreateGrant", "kms:DisableKey", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:Sign", "kms:TagResource"];

pub(super) fn run(role: &Role) -> Result<(), Failure> {
    let network = SharedNetwork::new(token::configuration()?.network);
    let region = KeyName::parse(role.key()).ok().and_then(|name| name.region().map(str::to_owned));
    let grants = Grants::new(AwsConfig { region, ..AwsConfig::default() }, network.clone());
    let deadline = || Deadline::after(network.timeout());
    let granted = grants.role(role.name(), &deadline())?;
    let mut wrong = Vec::new();
    if granted.arn != role.arn() {
        wrong.push(format!("it is {}, and the CA looks for {}", granted.arn, role.arn()));
    }
    if normal(&parsed(&granted.trust)) != normal(&role.trust()) {
        wrong.push(format!("its trust is {}, and should be {}", granted.trust, role.trust()));
    }
    let expected = rights(&role.policy());
    let found: Vec<Right> = granted.policies.iter().flat_map(|(_, policy)| rights(&parsed(policy))).collect();
    wrong.extend(differences(&expected, &found));
    for (actions, resource) in [(&OF_THE_KEY as &[&str], role.key()), (&OF_TRAILS, "*")] {
        let denied = grants.denied(&granted.arn, actions, resource, &deadline())?;
        wrong.extend(denied.iter().map(|action| format!("IAM denies {action} on {resource}")));
    }
    let denied = grants.denied(&granted.arn, &NEVER, role.key(), &deadline())?;
    let allowed = NEVER.iter().filter(|action| !denied.iter().any(|one| one == *action));
    wrong.extend(allowed.map(|action| format!("IAM allows {action} on {}", role.key())));
    let mut remedies = Vec::new();
    if !wrong.is_empty() {
        remedies.push("put what hardkey grant-ca aws prints in its place");
    }
    // What may not be read ends the check: nothing is known of the key then.
    let of_key = [
        key::of_policy(role, &grants.key_policy(role.key(), &deadline())?),
        key::of_grants(role, &grants.key_grants(role.key(), &deadline())?),
    ]
    .concat();
    if !of_key.is_empty() {
        remedies.push(
            "have the key's policy leave the role to IAM, name neither it nor the CA there, and revoke such grants",
        );
    }
    concluded("role", &granted.arn, &[wrong, of_key].concat(), &remedies.join("; "))
}

/// Every action on every resource that a policy allows. What is said in another way is a right of its own, which no template has.
fn rights(policy: &Value) -> Vec<Right> {
    let mut all = Vec::new();
    for statement in list(policy.get("Statement")) {
        let known = ["Action", "Effect", "Resource", "Sid"];
        let fields = statement.as_object().map(|fields| fields.keys().all(|field| known.contains(&field.as_str())));
        let plain = fields == Some(true) && statement.get("Effect") == Some(&Value::from("Allow"));
        if !plain {
            all.push(Right(format!("the statement {statement}")));
            continue;
        }
        for action in list(statement.get("Action")) {
            for resource in list(statement.get("Resource")) {
                let [action, resource] = [action, resource].map(|text| text.as_str().unwrap_or_default());
                all.push(Right(format!("{action} on {resource}")));
            }
        }
    }
    all
}

/// A value where IAM takes one or a list of them.
pub(super) fn list(value: Option<&Value>) -> Vec<&Value> {
    match value {
        Some(Value::Array(values)) => values.iter().collect(),
        other => other.into_iter().collect(),
    }
}

/// A policy in one spelling: a list of one is the one, and names of statements say nothing.
fn normal(value: &Value) -> Value {
    match value {
        Value::Array(values) => match values.as_slice() {
            [one] => normal(one),
            all => all.iter().map(normal).collect(),
        },
        Value::Object(fields) => {
            let said = fields.iter().filter(|(name, _)| *name != "Sid" && *name != "Id");
            said.map(|(name, value)| (name.clone(), normal(value))).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

fn parsed(policy: &str) -> Value {
    serde_json::from_str(policy).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_policy_is_the_same_in_every_spelling_that_iam_has_of_it() {
        let one = json!({ "Statement": { "Action": "kms:Sign", "Effect": "Allow", "Resource": "*" } });
        let other =
            json!({ "Statement": [{ "Sid": "a", "Action": ["kms:Sign"], "Effect": "Allow", "Resource": ["*"] }] });
        assert_eq!(normal(&one), normal(&other));
        assert_eq!(rights(&one), rights(&other));
        assert_eq!(rights(&one), [Right("kms:Sign on *".to_owned())]);
    }

    #[test]
    fn what_is_said_in_another_way_is_a_right_of_its_own() {
        for statement in [
            json!({ "NotAction": "kms:Sign", "Effect": "Allow", "Resource": "*" }),
            json!({ "Action": "kms:Sign", "Effect": "Allow", "NotResource": "*" }),
            json!({ "Action": "kms:Sign", "Effect": "Deny", "Resource": "*" }),
            json!({ "Action": "kms:Sign", "Effect": "Allow", "Resource": "*", "Condition": {} }),
        ] {
            let said = rights(&json!({ "Statement": [statement] }));
            assert_eq!(said, [Right(format!("the statement {statement}"))]);
        }
    }
}
