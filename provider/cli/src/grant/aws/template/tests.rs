//! What is printed, and what is not taken.

use super::*;

const CA: &str = "arn:aws:iam::999988887777:role/confirmation";
const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/0987dcba-09fe-87dc-65ba-ab0987654321";

fn role() -> Role {
    Role::parse(CA, "order-4711", "hardkey-confirm", KEY).unwrap()
}

#[test]
fn the_role_is_for_one_principal_with_one_external_id() {
    let expected = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": {"AWS": CA},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": "order-4711"}},
        }],
    });
    assert_eq!(role().trust(), expected);
}

#[test]
fn the_role_may_read_one_key_and_the_trails_and_nothing_else() {
    let expected = json!({
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Key",
                "Effect": "Allow",
                "Action": ["kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetPublicKey", "kms:ListGrants", "kms:ListResourceTags"],
                "Resource": KEY,
            },
            {
                "Sid": "Trails",
                "Effect": "Allow",
                "Action": ["cloudtrail:DescribeTrails", "cloudtrail:GetEventSelectors", "cloudtrail:GetTrailStatus", "cloudtrail:LookupEvents"],
                "Resource": "*",
            },
        ],
    });
    assert_eq!(role().policy(), expected);
}

#[test]
fn the_template_of_cloudformation_is_this_role_and_its_arn() {
    let template: Value = serde_json::from_str(&role().cloudformation()).unwrap();
    let expected = json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": DESCRIPTION,
        "Resources": {"HardkeyConfirm": {"Type": "AWS::IAM::Role", "Properties": {
            "AssumeRolePolicyDocument": role().trust(),
            "Description": DESCRIPTION,
            "MaxSessionDuration": 3600,
            "Path": "/",
            "Policies": [{"PolicyName": "hardkey-confirm-reads", "PolicyDocument": role().policy()}],
            "RoleName": "hardkey-confirm",
        }}},
        "Outputs": {"RoleArn": {"Value": {"Fn::GetAtt": ["HardkeyConfirm", "Arn"]}}},
    });
    assert_eq!(template, expected);
}

#[test]
fn a_role_may_have_a_path() {
    for (given, path, name) in [("a", "/", "a"), ("/a", "/", "a"), ("ca/b/a", "/ca/b/", "a"), ("/ca/a", "/ca/", "a")] {
        let role = Role::parse(CA, "id", given, KEY).unwrap();
        assert_eq!((role.path.as_str(), role.name.as_str()), (path, name), "{given}");
    }
}

#[test]
fn what_would_let_in_others_or_changes_the_template_is_refused_with_option_value_and_remedy() {
    let good = [CA, "order-4711", "hardkey-confirm", KEY];
    let ca = "give the role or user that the CA asks as: arn:aws:iam::ACCOUNT:role/NAME";
    let id = "give the CA's, 2 to 1224 letters, digits or _+=,.@:/-";
    let name = "give a name of 1 to 64 letters, digits or _+=,.@-, with its path if it has one";
    let key = "name a key of AWS KMS, by its ARN: arn:aws:kms:REGION:ACCOUNT:key/ID";
    let long = "a".repeat(65);
    for (place, option, value, remedy) in [
        (0, "--ca", "*", ca),
        (0, "--ca", "arn:aws:iam::999988887777:root", ca),
        (0, "--ca", "arn:aws:iam::999988887777:role/*", ca),
        (0, "--ca", "arn:aws:iam::999988887777:role/", ca),
        (0, "--ca", "arn:aws:iam::99998888777:role/a", ca),
        (0, "--ca", "arn:aws-us-gov:iam::999988887777:role/a", ca),
        (0, "--ca", "arn:aws:sts::999988887777:assumed-role/a/b", ca),
        (0, "--ca", "arn:aws:iam::999988887777:role/a\"${x}", ca),
        (1, "--external-id", "x", id),
        (1, "--external-id", "", id),
        (1, "--external-id", "two words", id),
        (1, "--external-id", "${aws:username}", id),
        (1, "--external-id", "order-*", id),
        (2, "--role", "", name),
        (2, "--role", "a b", name),
        (2, "--role", "a*", name),
        (2, "--role", long.as_str(), name),
        (2, "--role", "${x}/a", name),
        (3, "--key", "arn:aws:kms:eu-west-1:111122223333:alias/release", key),
        (3, "--key", "arn:aws-cn:kms:cn-north-1:111122223333:key/0987dcba-09fe-87dc-65ba-ab0987654321", key),
        (3, "--key", "arn:aws:kms:eu-west-1:111122223333:key/*", key),
    ] {
        let mut parts = good;
        parts[place] = value;
        let [ca, external_id, role, key] = parts;
        let failure = Role::parse(ca, external_id, role, key).unwrap_err();
        assert_eq!(failure, Failure::unusable(format!("{option} {value:?}: {remedy}")));
    }
}
