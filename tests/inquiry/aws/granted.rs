//! `hardkey grant-ca aws --check`: what a subscriber's administrator is told of the role as it is.

use hardkey_tests::realm::Realm;
use serde_json::json;

/// The one line of a role that is not as printed.
fn wrong(realm: &Realm) -> String {
    let outcome = realm.checked();
    assert_eq!((outcome.status, outcome.text().as_str()), (Some(1), ""), "{}", outcome.stderr);
    let start = format!("hardkey: --check: the role {}: ", realm.role_arn());
    let line = outcome.stderr.strip_prefix(&start).unwrap_or_else(|| panic!("{}", outcome.stderr)).to_owned();
    line.strip_suffix("; put what hardkey grant-ca aws prints in its place\n")
        .unwrap_or_else(|| panic!("{line}"))
        .to_owned()
}

#[test]
fn a_role_as_it_was_printed_passes_and_what_is_missing_or_too_much_is_named() {
    let test = "a_role_as_it_was_printed_passes_and_what_is_missing_or_too_much_is_named";
    let Some(realm) = Realm::prepared(test) else { return };
    let (key, role) = (&realm.key.arn, "RoleName=hardkey-confirm");
    let good = realm.checked();
    let line = format!("{} gives this CA what it asks for, and nothing else\n", realm.role_arn());
    assert_eq!((good.status, good.stderr.as_str(), good.text()), (Some(0), "", line));
    realm.without_permission("kms:ListGrants");
    assert_eq!(wrong(&realm), format!("missing is kms:ListGrants on {key}; IAM denies kms:ListGrants on {key}"));
    realm.with_everything();
    let more =
        json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:Sign", "Resource": "*"}]});
    let document = format!("PolicyDocument={more}");
    realm.subscriber.iam("PutRolePolicy", &[role, "PolicyName=more", &document]);
    let too_much = format!("too much is kms:Sign on *; IAM allows kms:Sign on {key}");
    assert_eq!(wrong(&realm), too_much);
    realm.subscriber.iam("DeleteRolePolicy", &[role, "PolicyName=more"]);
    realm.subscriber.iam("CreatePolicy", &["PolicyName=managed", &document]);
    let attached = format!("PolicyArn=arn:aws:iam::{}:policy/managed", realm.account());
    realm.subscriber.iam("AttachRolePolicy", &[role, &attached]);
    assert_eq!(wrong(&realm), too_much, "of a policy that is attached");
    realm.subscriber.iam("DetachRolePolicy", &[role, &attached]);
    let everybody = json!({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
    });
    realm.subscriber.iam("UpdateAssumeRolePolicy", &[role, &format!("PolicyDocument={everybody}")]);
    let trust = wrong(&realm);
    assert!(trust.starts_with("its trust is {") && trust.contains("\"sts:ExternalId\":\"order-4711\""), "{trust}");
    realm.subscriber.iam("DeleteRolePolicy", &[role, "PolicyName=hardkey-confirm-reads"]);
    realm.subscriber.iam("DeleteRole", &[role]);
    let gone = realm.checked();
    assert_eq!(gone.status, Some(1));
    let line = "hardkey: AWS IAM answered iam:GetRole with NoSuchEntity: ";
    assert!(gone.stderr.starts_with(line), "{}", gone.stderr);
    assert!(gone.stderr.ends_with("; check the name and the account of the role\n"), "{}", gone.stderr);
}
