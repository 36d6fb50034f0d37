use serde_json::{Value as Json, json};

use super::*;

const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/0987dcba-09fe-87dc-65ba-ab0987654321";
const ROLE: &str = "arn:aws:iam::111122223333:role/ca/confirm";
const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/confirm/order";
const ROOT: &str = "arn:aws:iam::111122223333:root";
const CA: &str = "arn:aws:iam::999988887777:role/confirmation";
const OF_CA: &str = "arn:aws:iam::999988887777:root";
const OTHER: &str = "arn:aws:iam::111122223333:role/ci";
const READS: &str = "kms:DescribeKey, kms:GetKeyPolicy, kms:GetPublicKey, kms:ListGrants, kms:ListResourceTags";

fn role() -> Role {
    Role::parse(CA, "order-4711", "ca/confirm", KEY).unwrap()
}

fn judged(statements: &Json) -> Vec<String> {
    of_policy(&role(), &json!({ "Version": "2012-10-17", "Statement": statements }).to_string())
}

fn statement(effect: &str, action: &str, principal: &str) -> Json {
    json!({ "Effect": effect, "Principal": { "AWS": principal }, "Action": action, "Resource": "*" })
}

fn delegated() -> Json {
    statement("Allow", "kms:*", ROOT)
}

/// Beside a policy that leaves all to IAM.
fn beside(other: &Json) -> Vec<String> {
    judged(&json!([delegated(), other]))
}

fn under(mut statement: Json, condition: Json) -> Json {
    statement["Condition"] = condition;
    statement
}

#[test]
fn a_policy_that_leaves_the_reads_to_iam_or_gives_them_itself_is_right() {
    let own = json!({
        "Effect": "Allow", "Principal": { "AWS": [ROLE, CA] }, "Action": OF_THE_KEY, "Resource": KEY,
    });
    for right in [
        delegated(),
        statement("Allow", "kms:*", "111122223333"),
        own.clone(),
        json!([own, statement("Allow", "kms:*", OTHER)]),
        json!([delegated(), statement("Allow", "kms:Sign", OTHER)]),
        json!([delegated(), statement("Deny", "kms:*", OTHER)]),
        json!([delegated(), statement("Deny", "kms:Sign", "*")]),
        json!([delegated(), { "Effect": "Allow", "Principal": { "Service": "*" }, "Action": "kms:*", "Resource": "*" }]),
        under(delegated(), json!({ "StringEquals": { "kms:CallerAccount": "111122223333" } })),
        under(delegated(), json!({ "ArnLike": { "aws:PrincipalArn": ["arn:aws:iam::111122223333:role/ca/*"] } })),
    ] {
        assert_eq!(judged(&right), Vec::<String>::new(), "{right}");
    }
}

#[test]
fn what_reaches_the_role_or_the_ca_beyond_the_reads_is_too_much() {
    for (principal, whom) in [
        (ROLE, ROLE),
        (SESSION, SESSION),
        (CA, CA),
        (OF_CA, "whomever the account lets (arn:aws:iam::999988887777:root)"),
        ("999988887777", "999988887777"),
        ("arn:aws:iam::999988887777:user/other", "arn:aws:iam::999988887777:user/other"),
        ("*", "everybody (*)"),
    ] {
        for action in ["kms:Sign", "kms:*", "kms:Describe*", "*"] {
            let said = format!("too much is {action} by the key's policy, for {whom}");
            assert_eq!(beside(&statement("Allow", action, principal)), [said]);
        }
        assert_eq!(beside(&statement("Allow", "KMS:describekey", principal)), Vec::<String>::new());
    }
    let several = json!({ "Effect": "Allow", "Principal": "*", "Action": ["kms:Sign", "kms:DescribeKey", "kms:CreateGrant"], "Resource": "*" });
    assert_eq!(beside(&several), ["too much is kms:Sign, kms:CreateGrant by the key's policy, for everybody (*)"]);
    let others = json!({ "Effect": "Allow", "Principal": { "AWS": ROLE }, "NotAction": "kms:Sign", "Resource": "*" });
    let said = format!("too much is everything but kms:Sign by the key's policy, for {ROLE}");
    assert_eq!(beside(&others), [said]);
    let all_but = |name: &str| json!({ "Effect": "Allow", "NotPrincipal": { "AWS": name }, "Action": "kms:Sign", "Resource": "*" });
    let said = format!("too much is kms:Sign by the key's policy, for everybody but {OTHER}");
    assert_eq!(beside(&all_but(OTHER)), [said]);
}

#[test]
fn a_statement_about_another_key_or_about_none_is_nothing() {
    for resource in [json!("arn:aws:kms:eu-west-1:111122223333:key/1"), json!([])] {
        let mut other = statement("Allow", "kms:Sign", ROLE);
        other["Resource"] = resource;
        assert_eq!(beside(&other), Vec::<String>::new());
    }
    let mut none = delegated();
    none.as_object_mut().unwrap().remove("Resource");
    assert_eq!(judged(&none), [format!("the key's policy allows neither the account nor the role {READS}")]);
    none["NotResource"] = "arn:aws:s3:::bucket".into();
    assert_eq!(judged(&none), Vec::<String>::new());
}

#[test]
fn a_condition_spares_whom_it_leaves_out_and_what_it_asks_besides_is_not_known() {
    let everybody = |condition: Json| beside(&under(statement("Allow", "kms:Sign", "*"), condition));
    let too_much = ["too much is kms:Sign by the key's policy, for everybody (*), under a condition"];
    for reaching in [
        // The role is of the key's account, and the statement gives it to all there.
        json!({ "StringEquals": { "kms:CallerAccount": "111122223333" } }),
        json!({ "StringEquals": { "aws:PrincipalAccount": ["999988887777"] } }),
        json!({ "StringNotEquals": { "aws:PrincipalAccount": "111122223333" } }),
        json!({ "ArnEquals": { "aws:PrincipalArn": "arn:aws:iam::999988887777:user/other" } }),
        json!({ "StringLike": { "aws:PrincipalArn": "*:role/c?/confirm" } }),
        json!({ "StringEquals": { "kms:ViaService": "s3.eu-west-1.amazonaws.com" } }),
        json!({ "Bool": { "aws:SecureTransport": true } }),
        json!({ "StringEqualsIfExists": { "kms:CallerAccount": "444455556666" } }),
        json!([]),
    ] {
        assert_eq!(everybody(reaching.clone()), too_much, "{reaching}");
    }
    for sparing in [
        json!({ "StringEquals": { "kms:CallerAccount": "444455556666" } }),
        json!({ "StringEquals": { "aws:principalarn": OTHER, "kms:ViaService": "s3.eu-west-1.amazonaws.com" } }),
        json!({ "ArnEquals": { "aws:PrincipalArn": OTHER } }),
        json!({ "StringNotLike": { "aws:PrincipalAccount": ["1111*", "9999*"] } }),
    ] {
        assert_eq!(everybody(sparing.clone()), Vec::<String>::new(), "{sparing}");
    }
}

#[test]
fn a_policy_that_leaves_nothing_to_iam_or_denies_the_reads_says_which() {
    let none = format!("the key's policy allows neither the account nor the role {READS}");
    assert_eq!(judged(&json!([])), [none.as_str()]);
    assert_eq!(judged(&statement("Allow", "kms:*", OTHER)), [none.as_str()]);
    assert_eq!(judged(&statement("Allow", "kms:Sign", ROOT)), [none.as_str()]);
    assert_eq!(judged(&under(delegated(), json!({ "ArnEquals": { "aws:PrincipalArn": OTHER } }))), [none.as_str()]);
    assert_eq!(
        judged(&statement("Allow", "kms:Get*", ROOT)),
        [
            "the key's policy allows neither the account nor the role kms:DescribeKey, kms:ListGrants, kms:ListResourceTags"
        ]
    );
    let open = json!({ "IpAddress": { "aws:SourceIp": "192.0.2.0/24" } });
    let condition = "only under a condition, which is not looked into,";
    assert_eq!(
        judged(&under(delegated(), open.clone())),
        [format!("the key's policy allows account and role {condition} {READS}")]
    );
    for denied in [ROLE, SESSION, ROOT, "111122223333", "*"] {
        let said = format!("the key's policy denies the role {READS}");
        assert_eq!(beside(&statement("Deny", "kms:*", denied)), [said], "{denied}");
    }
    assert_eq!(
        beside(&under(statement("Deny", "kms:ListGrants", "*"), open)),
        ["the key's policy denies the role under a condition, which is not looked into, kms:ListGrants"]
    );
    let guard =
        under(statement("Deny", "kms:*", "*"), json!({ "ArnNotEquals": { "aws:PrincipalArn": [OTHER, ROLE] } }));
    assert_eq!(beside(&guard), Vec::<String>::new());
    let all_but =
        |name: &str| json!({ "Effect": "Deny", "NotPrincipal": { "AWS": name }, "Action": "kms:*", "Resource": "*" });
    assert_eq!(beside(&all_but(ROLE)), Vec::<String>::new());
    assert_eq!(beside(&all_but(ROOT)), [format!("the key's policy denies the role {READS}")]);
}

#[test]
fn a_ca_of_the_keys_own_account_is_no_account_of_its_own() {
    let ca = "arn:aws:iam::111122223333:user/ca";
    let role = Role::parse(ca, "order-4711", "ca/confirm", KEY).unwrap();
    let judged = |principal: &str| {
        let statements = json!([delegated(), statement("Allow", "kms:Sign", principal)]);
        of_policy(&role, &json!({ "Statement": statements }).to_string())
    };
    assert_eq!(judged(OTHER), Vec::<String>::new());
    assert_eq!(judged(ca), [format!("too much is kms:Sign by the key's policy, for {ca}")]);
}

#[test]
fn a_policy_that_cannot_be_read_is_no_pass() {
    let [said] = of_policy(&role(), "{}").try_into().unwrap();
    let start = "what the key lets this CA do is not known: the key's policy, byte ";
    assert!(said.starts_with(start), "{said}");
}

#[test]
fn every_grant_to_the_role_or_of_the_cas_account_is_too_much() {
    let grant = |grantee: &str, retiring: Option<&str>| KeyGrant {
        grantee: Some(grantee.to_owned()),
        retiring: retiring.map(str::to_owned),
        operations: vec!["Sign".to_owned(), "DescribeKey".to_owned()],
    };
    for grantee in [ROLE, SESSION, CA, OF_CA, "arn:aws:iam::999988887777:user/other"] {
        let said = format!("too much is a grant of Sign, DescribeKey to {grantee}");
        assert_eq!(of_grants(&role(), &[grant(OTHER, None), grant(grantee, None)]), [said]);
    }
    assert_eq!(
        of_grants(&role(), &[grant("dynamodb.amazonaws.com", Some(CA))]),
        [format!("too much is a grant that {CA} may retire")]
    );
    assert_eq!(of_grants(&role(), &[grant(OTHER, Some(ROOT))]), Vec::<String>::new());
}
