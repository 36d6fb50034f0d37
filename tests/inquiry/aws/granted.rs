//! `hardkey grant-ca aws --check`: what a subscriber's administrator is told of the role as it is.

use hardkey_tests::realm::Realm;
use serde_json::{Value, json};

/// What is put in a role's place that is not as printed.
const ROLE_REMEDY: &str = "put what hardkey grant-ca aws prints in its place";
/// What is done about a key that gives more, or less.
const KEY_REMEDY: &str =
    "have the key's policy leave the role to IAM, name neither it nor the CA there, and revoke such grants";

/// The one line of a role that is not as printed.
fn wrong(realm: &Realm) -> String {
    wrong_until(realm, ROLE_REMEDY)
}

/// The one line of a role whose key gives more, or less.
fn wrong_of_key(realm: &Realm) -> String {
    wrong_until(realm, KEY_REMEDY)
}

fn wrong_until(realm: &Realm, remedy: &str) -> String {
    let outcome = realm.checked();
    assert_eq!((outcome.status, outcome.text().as_str()), (Some(1), ""), "{}", outcome.stderr);
    let start = format!("hardkey: --check: the role {}: ", realm.role_arn());
    let line = outcome.stderr.strip_prefix(&start).unwrap_or_else(|| panic!("{}", outcome.stderr)).to_owned();
    line.strip_suffix(&format!("; {remedy}\n")).unwrap_or_else(|| panic!("{line}")).to_owned()
}

fn passes(realm: &Realm) {
    let good = realm.checked();
    let line = format!("{} gives this CA what it asks for, and nothing else\n", realm.role_arn());
    assert_eq!((good.status, good.stderr.as_str(), good.text()), (Some(0), "", line));
}

fn statement(effect: &str, action: &Value, principal: &Value) -> Value {
    json!({"Effect": effect, "Principal": {"AWS": principal}, "Action": action, "Resource": "*"})
}

#[test]
fn a_role_as_it_was_printed_passes_and_what_is_missing_or_too_much_is_named() {
    let test = "a_role_as_it_was_printed_passes_and_what_is_missing_or_too_much_is_named";
    let Some(realm) = Realm::prepared(test) else { return };
    let (key, role) = (&realm.key.arn, "RoleName=hardkey-confirm");
    passes(&realm);
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

#[test]
fn what_the_keys_own_policy_gives_or_denies_this_ca_is_named() {
    let Some(realm) = Realm::prepared("what_the_keys_own_policy_gives_or_denies_this_ca_is_named") else { return };
    let (role, ca) = (realm.role_arn(), realm.user.arn.clone());
    let root = format!("arn:aws:iam::{}:root", realm.account());
    let admin = statement("Allow", &json!("kms:*"), &json!(format!("arn:aws:iam::{}:role/admin", realm.account())));
    let delegated = statement("Allow", &json!("kms:*"), &json!(root));
    let more = statement("Allow", &json!(["kms:Sign", "kms:PutKeyPolicy", "kms:CreateGrant"]), &json!([role, ca]));
    realm.with_key_policy(&[delegated.clone(), more]);
    let too_much =
        format!("too much is kms:Sign, kms:PutKeyPolicy, kms:CreateGrant by the key's policy, for {role}, {ca}");
    assert_eq!(wrong_of_key(&realm), too_much);
    // The role is told of as well.
    realm.without_permission("kms:ListGrants");
    let key = &realm.key.arn;
    let both = format!("missing is kms:ListGrants on {key}; IAM denies kms:ListGrants on {key}; {too_much}");
    assert_eq!(wrong_until(&realm, &format!("{ROLE_REMEDY}; {KEY_REMEDY}")), both);
    realm.with_everything();
    let reads = "kms:DescribeKey, kms:GetKeyPolicy, kms:GetPublicKey, kms:ListGrants, kms:ListResourceTags";
    realm.with_key_policy(&[delegated.clone(), statement("Deny", &json!("kms:*"), &json!(role))]);
    assert_eq!(wrong_of_key(&realm), format!("the key's policy denies the role {reads}"));
    realm.with_key_policy(std::slice::from_ref(&admin));
    assert_eq!(wrong_of_key(&realm), format!("the key's policy allows neither the account nor the role {reads}"));
    let list: Vec<&str> = reads.split(", ").collect();
    realm.with_key_policy(&[admin, statement("Allow", &json!(list), &json!(role))]);
    passes(&realm);
}

#[test]
fn every_grant_that_reaches_this_ca_is_named_also_behind_a_hundred_others() {
    let test = "every_grant_that_reaches_this_ca_is_named_also_behind_a_hundred_others";
    let Some(realm) = Realm::prepared(test) else { return };
    let grant = |grantee: &str, operations: &[&str]| {
        let body = json!({"KeyId": realm.key.arn, "GranteePrincipal": grantee, "Operations": operations});
        realm.subscriber.kms("CreateGrant", &body);
    };
    // AWS KMS API reference, ListGrants: without a limit, an answer has 50.
    for number in 0..101 {
        grant(&format!("arn:aws:iam::{}:role/ci-{number}", realm.account()), &["Sign"]);
    }
    passes(&realm);
    grant(&realm.role_arn(), &["Sign", "DescribeKey"]);
    let to_role = format!("too much is a grant of Sign, DescribeKey to {}", realm.role_arn());
    assert_eq!(wrong_of_key(&realm), to_role);
    grant(&realm.user.arn, &["GetPublicKey"]);
    let mut named: Vec<String> = wrong_of_key(&realm).split("; ").map(str::to_owned).collect();
    named.sort_unstable();
    let mut both = vec![to_role, format!("too much is a grant of GetPublicKey to {}", realm.user.arn)];
    both.sort_unstable();
    assert_eq!(named, both);
}

#[test]
fn a_key_whose_policy_or_grants_may_not_be_read_is_no_pass() {
    let Some(realm) = Realm::prepared("a_key_whose_policy_or_grants_may_not_be_read_is_no_pass") else { return };
    for (allowed, refused) in [("kms:ListGrants", "kms:GetKeyPolicy"), ("kms:GetKeyPolicy", "kms:ListGrants")] {
        let reads = json!(["iam:*", allowed]);
        let statement = json!({"Effect": "Allow", "Action": reads, "Resource": "*"});
        let user = realm.subscriber.user("reader", &json!({"Version": "2012-10-17", "Statement": [statement]}));
        let outcome = realm.checked_by(&user);
        assert_eq!((outcome.status, outcome.text().as_str()), (Some(1), ""), "{}", outcome.stderr);
        let line = format!("hardkey: AWS KMS answered {refused} with AccessDeniedException: ");
        assert!(outcome.stderr.starts_with(&line), "{}", outcome.stderr);
        let remedy = format!("; allow {refused} on this key, in the key policy or the identity's policy\n");
        assert!(outcome.stderr.ends_with(&remedy), "{}", outcome.stderr);
    }
}
