//! The least role: who may use it, what it may do, and as what it is printed.

use hardkey_kms::aws::KeyName;
use serde_json::{Value, json};

use crate::failure::Failure;

/// What is asked of the key. Each names one action of AWS KMS, none of which uses or changes a key: service authorization reference,
/// "Actions, resources, and condition keys for AWS Key Management Service" (read November 2026).
pub(crate) const OF_THE_KEY: [&str; 5] =
    ["kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetPublicKey", "kms:ListGrants", "kms:ListResourceTags"];
/// What is asked of trails. `DescribeTrails` and `LookupEvents` know no resource, and an organisation's trail is another account's:
/// service authorization reference, "… for AWS CloudTrail" (read November 2026).
pub(crate) const OF_TRAILS: [&str; 4] = [
    "cloudtrail:DescribeTrails",
    "cloudtrail:GetEventSelectors",
    "cloudtrail:GetTrailStatus",
    "cloudtrail:LookupEvents",
];
/// Partitions whose keys a CA can ask about: those whose HSMs are admitted.
const PARTITIONS: [&str; 3] = ["aws", "aws-us-gov", "aws-eusc"];
/// The name of the one policy of the role, and of the role in the template.
pub(crate) const POLICY: &str = "hardkey-confirm-reads";
const RESOURCE: &str = "HardkeyConfirm";
const DESCRIPTION: &str = "Lets a certification authority read what it confirms a signing key by";
/// Seconds that one use of the role may last: the least that AWS has (IAM API reference, CreateRole). A confirmation takes seconds.
const SESSION: u32 = 3600;

/// The role, in every part.
#[derive(Clone, Debug)]
pub(crate) struct Role {
    ca: String,
    external_id: String,
    /// `/`, or `/path/`.
    path: String,
    name: String,
    key: String,
}

impl Role {
    /// Reads what was given on the command line.
    ///
    /// # Errors
    /// [`Failure`] that names the option, its value and what would be right.
    pub(crate) fn parse(ca: &str, external_id: &str, role: &str, key: &str) -> Result<Self, Failure> {
        let partition = partition_of(key)?;
        is_principal(ca, partition)?;
        // STS API reference, AssumeRole, ExternalId.
        if !(2..=1224).contains(&external_id.len()) || !external_id.bytes().all(|byte| of(byte, b"_+=,.@:/-")) {
            return Err(wrong("--external-id", external_id, "give the CA's, 2 to 1224 letters, digits or _+=,.@:/-"));
        }
        let (path, name) =
            role.rsplit_once('/').map_or(("", role), |(path, name)| (path.trim_start_matches('/'), name));
        let path = if path.is_empty() { "/".to_owned() } else { format!("/{path}/") };
        // IAM API reference, CreateRole: RoleName, Path.
        let is_name = (1..=64).contains(&name.len()) && name.bytes().all(|byte| of(byte, b"_+=,.@-"));
        if !is_name || path.len() > 512 || !path.bytes().all(|byte| of(byte, b"_+=,.@-/")) {
            return Err(wrong(
                "--role",
                role,
                "give a name of 1 to 64 letters, digits or _+=,.@-, with its path if it has one",
            ));
        }
        Ok(Self {
            ca: ca.to_owned(),
            external_id: external_id.to_owned(),
            path,
            name: name.to_owned(),
            key: key.to_owned(),
        })
    }

    /// Its name, without its path.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Who asks.
    pub(crate) fn ca(&self) -> &str {
        &self.ca
    }

    /// The key that it may read.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// Its ARN, in the key's account.
    pub(crate) fn arn(&self) -> String {
        let parts: Vec<&str> = self.key.split(':').collect();
        let part = |index: usize| parts.get(index).copied().unwrap_or_default();
        format!("arn:{}:iam::{}:role{}{}", part(1), part(4), self.path, self.name)
    }

    /// Who may use the role, and what it has to show.
    pub(crate) fn trust(&self) -> Value {
        json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Principal": { "AWS": self.ca },
                "Action": "sts:AssumeRole",
                "Condition": { "StringEquals": { "sts:ExternalId": self.external_id } },
            }],
        })
    }

    /// What the role may do.
    pub(crate) fn policy(&self) -> Value {
        json!({
            "Version": "2012-10-17",
            "Statement": [
                { "Sid": "Key", "Effect": "Allow", "Action": OF_THE_KEY, "Resource": self.key },
                { "Sid": "Trails", "Effect": "Allow", "Action": OF_TRAILS, "Resource": "*" },
            ],
        })
    }

    /// The template for AWS CloudFormation.
    pub(crate) fn cloudformation(&self) -> String {
        let template = json!({
            "AWSTemplateFormatVersion": "2010-09-09",
            "Description": DESCRIPTION,
            "Resources": {
                RESOURCE: {
                    "Type": "AWS::IAM::Role",
                    "Properties": {
                        "AssumeRolePolicyDocument": self.trust(),
                        "Description": DESCRIPTION,
                        "MaxSessionDuration": SESSION,
                        "Path": self.path,
                        "Policies": [{ "PolicyName": POLICY, "PolicyDocument": self.policy() }],
                        "RoleName": self.name,
                    },
                },
            },
            "Outputs": { "RoleArn": { "Value": { "Fn::GetAtt": [RESOURCE, "Arn"] } } },
        });
        format!("{template:#}\n")
    }

    /// The template for Terraform, as `terraform fmt` has it. Nothing in it can be taken for an interpolation: `$` and `%` are in no part
    /// of the role; quotes are in none either.
    pub(crate) fn terraform(&self) -> String {
        let indented = |value: &Value| format!("{value:#}").replace('\n', "\n  ").replace("\": ", "\" : ");
        format!(
            r#"resource "aws_iam_role" "hardkey_confirm" {{
  name                 = "{name}"
  path                 = "{path}"
  description          = "{DESCRIPTION}"
  max_session_duration = {SESSION}
  assume_role_policy = jsonencode({trust})
}}

resource "aws_iam_role_policy" "hardkey_confirm" {{
  name = "{POLICY}"
  role = aws_iam_role.hardkey_confirm.id
  policy = jsonencode({policy})
}}
"#,
            name = self.name,
            path = self.path,
            trust = indented(&self.trust()),
            policy = indented(&self.policy()),
        )
    }
}

/// The partition of a key's ARN.
fn partition_of(key: &str) -> Result<&str, Failure> {
    let parts: Vec<&str> = key.split(':').collect();
    match parts.as_slice() {
        ["arn", partition, "kms", _, _, id]
            if PARTITIONS.contains(partition) && id.starts_with("key/") && KeyName::parse(key).is_ok() =>
        {
            Ok(partition)
        }
        _ => Err(wrong("--key", key, "name a key of AWS KMS, by its ARN: arn:aws:kms:REGION:ACCOUNT:key/ID")),
    }
}

/// A role or a user. A whole account would let whoever runs that decide who asks.
fn is_principal(ca: &str, partition: &str) -> Result<(), Failure> {
    let parts: Vec<&str> = ca.split(':').collect();
    let fits = match parts.as_slice() {
        ["arn", of_partition, "iam", "", account, who] => {
            let name = who.strip_prefix("role/").or_else(|| who.strip_prefix("user/")).unwrap_or_default();
            *of_partition == partition
                && account.len() == 12
                && account.bytes().all(|byte| byte.is_ascii_digit())
                // IAM user guide, "IAM and AWS STS quotas": a path of 512, a name of 64.
                && (1..=576).contains(&name.len())
                && name.bytes().all(|byte| of(byte, b"_+=,.@-/"))
                && !name.ends_with('/')
        }
        _ => false,
    };
    if fits {
        return Ok(());
    }
    let expected = format!("give the role or user that the CA asks as: arn:{partition}:iam::ACCOUNT:role/NAME");
    Err(wrong("--ca", ca, &expected))
}

fn of(byte: u8, others: &[u8]) -> bool {
    byte.is_ascii_alphanumeric() || others.contains(&byte)
}

fn wrong(option: &str, value: &str, remedy: &str) -> Failure {
    Failure::unusable(format!("{option} {value:?}: {remedy}"))
}

#[cfg(test)]
mod tests;
