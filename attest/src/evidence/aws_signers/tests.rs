use hardkey_synthetic::record::{aws_grants, aws_key_policy};
use serde_json::{Value as Json, json};

use super::*;
use crate::check::Ledger;
use crate::finding::Basis;

type Read = fn(&[u8], &mut Gathered) -> Result<(), Malformed>;

fn said(read: Read, json: &Json) -> String {
    let mut gathered = Gathered::by(Basis::Confirmed, Ledger::default());
    read(json.to_string().as_bytes(), &mut gathered).unwrap();
    let line = |claim: &crate::claim::Claim| format!("{} {}: {}", claim.basis, claim.topic.name(), claim.value);
    gathered.claims.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn by_policy(statements: &Json) -> String {
    let document = json!({ "Version": "2012-10-17", "Id": "key", "Statement": statements });
    let line = said(gather_policy, &json!({ "Policy": document.to_string(), "PolicyName": "default" }));
    line.strip_prefix("confirmed signers: by the key's policy: ").unwrap().to_owned()
}

fn statement(action: &Json, principal: &Json) -> Json {
    json!({ "Sid": "a", "Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*" })
}

const CI: &str = "arn:aws:iam::111122223333:role/ci";

#[test]
fn who_may_sign_by_a_keys_policy_is_told_with_its_wildcards() {
    let root = "arn:aws:iam::111122223333:root";
    assert_eq!(
        said(gather_policy, &aws_key_policy()),
        format!("confirmed signers: by the key's policy: whomever the account lets ({root}); {CI}")
    );
    for (principal, whom) in [
        (json!("*"), "everybody (*)"),
        (json!({ "AWS": "*" }), "everybody (*)"),
        (
            json!({ "AWS": [CI, "arn:aws:iam::999988887777:user/b"] }),
            "arn:aws:iam::111122223333:role/ci, arn:aws:iam::999988887777:user/b",
        ),
        (json!({ "Service": "signer.amazonaws.com" }), "signer.amazonaws.com"),
    ] {
        assert_eq!(by_policy(&json!([statement(&json!("kms:Sign"), &principal)])), whom, "{principal}");
    }
    // A statement may stand without a list.
    assert_eq!(by_policy(&statement(&json!("kms:*"), &json!({ "AWS": CI }))), CI);
    let mut conditional = statement(&json!("kms:Sign"), &json!("*"));
    conditional["Condition"] = json!({ "StringEquals": { "kms:CallerAccount": "111122223333" } });
    assert_eq!(by_policy(&json!([conditional])), "everybody (*), under a condition");
    let but = json!({ "Effect": "Allow", "NotPrincipal": { "AWS": CI }, "Action": "kms:Sign", "Resource": "*" });
    assert_eq!(by_policy(&json!([but])), format!("everybody but {CI}"));
}

#[test]
fn an_action_signs_if_its_pattern_fits() {
    let principal = json!({ "AWS": CI });
    for action in ["kms:Sign", "KMS:sign", "kms:*", "*", "kms:S*", "kms:?ign", "k*n"] {
        assert_eq!(by_policy(&json!([statement(&json!([action]), &principal)])), CI, "{action}");
    }
    for action in ["kms:Signs", "kms:Verify", "kms:Describe*", "kms:Sig", "s3:*", "", "kms:??ign"] {
        assert_eq!(by_policy(&json!([statement(&json!(action), &principal)])), "nobody", "{action}");
    }
    let not =
        |action: &str| json!([{ "Effect": "Allow", "Principal": principal, "NotAction": [action], "Resource": "*" }]);
    assert_eq!(by_policy(&not("kms:Decrypt")), CI);
    assert_eq!(by_policy(&not("kms:Sign")), "nobody");
    let mut deny = statement(&json!("kms:Sign"), &principal);
    deny["Effect"] = "Deny".into();
    assert_eq!(by_policy(&json!([deny])), "nobody");
}

#[test]
fn who_may_sign_by_grants_is_told_and_whether_all_were_shown() {
    assert_eq!(said(gather_grants, &aws_grants()), format!("confirmed signers: by grants: {CI}"));
    assert_eq!(
        said(gather_grants, &json!({ "Grants": [], "Truncated": false })),
        "confirmed signers: by grants: nobody"
    );
    let mut more = aws_grants();
    more["Truncated"] = true.into();
    more["NextMarker"] = "x".into();
    assert_eq!(said(gather_grants, &more), format!("confirmed signers: by grants: {CI}, grants that were not shown"));
}

#[test]
fn a_policy_that_is_no_policy_is_malformed() {
    let read = |policy: &str| {
        let mut gathered = Gathered::by(Basis::Confirmed, Ledger::default());
        gather_policy(json!({ "Policy": policy }).to_string().as_bytes(), &mut gathered).unwrap_err().to_string()
    };
    for policy in [
        "",
        "[]",
        "{}",
        r#"{"Statement": 1}"#,
        r#"{"Statement": [], "Other": 1}"#,
        r#"{"Statement": [], "Statement": []}"#,
        r#"{"Statement": {"Effect": "Allow", "Principal": "me", "Action": "*"}}"#,
        r#"{"Statement": {"Effect": "Allow", "Principal": {"AWS": 1}, "Action": "*"}}"#,
        r#"{"Statement": {"Effect": "Allow", "Principal": {"AWS": "a", "AWS": "b"}, "Action": "*"}}"#,
    ] {
        assert!(read(policy).contains("Policy"), "{policy}: {}", read(policy));
    }
}

#[test]
fn many_principals_are_cut_to_a_line() {
    let names: Vec<String> = (0..500).map(|number| format!("{CI}{number}")).collect();
    let line = by_policy(&json!([statement(&json!("kms:Sign"), &json!({ "AWS": names }))]));
    assert_eq!(line.chars().count(), LONGEST - "by the key's policy: ".len() + 1);
    assert!(line.ends_with('…'), "{line}");
}
