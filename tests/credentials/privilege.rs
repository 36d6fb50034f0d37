//! The policy of the README is enough, each of its permissions is needed, and a missing one is named with its key.

use std::fs;

use hardkey_tests::built;
use hardkey_tests::skip::skip;
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde_json::{Value, json};

use crate::scene::{Done, Host};
use crate::stack::{Key, Stack, User};

/// The policy that the README shows, for these resources in place of its example.
fn documented(resources: &Value) -> Value {
    let text = fs::read_to_string(built::project().join("README.md")).unwrap();
    let (_, section) = text.split_once("### AWS permissions\n").unwrap();
    let (_, block) = section.split_once("```json\n").unwrap();
    let mut policy: Value = serde_json::from_str(block.split_once("```").unwrap().0).unwrap();
    let statement = &mut policy["Statement"][0];
    assert_eq!(statement["Resource"], "arn:aws:kms:eu-west-1:111122223333:key/KEY-ID");
    statement["Resource"] = resources.clone();
    policy
}

/// The same without one action.
fn without(action: &str, key: &Key) -> Value {
    let mut policy = documented(&json!(key.arn));
    let actions = policy["Statement"][0]["Action"].as_array_mut().unwrap();
    assert!(actions.contains(&json!(action)), "the README does not ask for {action}");
    actions.retain(|known| known != action);
    assert_eq!(actions.len(), 2, "nothing else is asked for");
    policy
}

fn stack(test: &str) -> Option<Stack> {
    let stack = Stack::running();
    if stack.is_none() {
        skip(test, "HARDKEY_TEST_MINISTACK_AUTH names no endpoint; tests/run.sh starts one");
    }
    stack
}

/// Expects a signature of "message" that a library accepts which did not make it, and not a word.
fn expect_signature(stack: &Stack, key: &Key, done: &Done) {
    assert_eq!(done.stderr, "");
    let hex = done.stdout.trim_end();
    let signature: Vec<u8> =
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
    let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, stack.point(key));
    public.verify(b"message", &signature).expect("the signature belongs to the key");
}

/// Expects this answer, and one line: this call, this key, the permission and who lacks it.
fn expect_refusal(done: &Done, stdout: &str, call: &str, whose: &str, action: &str, user: &User) {
    let remedy = if action.starts_with("kms:List") {
        format!("allow {action} on *, in the identity's policy, or name the keys")
    } else {
        format!("allow {action} on this key, in the key policy or the identity's policy")
    };
    assert_eq!(done.stdout, format!("{stdout}\n"), "{}", done.stderr);
    let [line] = done.stderr.lines().collect::<Vec<_>>()[..] else { panic!("{}", done.stderr) };
    // ministack gives its requests no id that AWS would give.
    let without_id = match line.split_once(" (request ") {
        Some((before, after)) => format!("{before}{}", after.split_once(')').unwrap().1),
        None => line.to_owned(),
    };
    assert_eq!(
        without_id,
        format!(
            "hardkey: {call}: CKR_DEVICE_ERROR: {whose}: AWS KMS answered {action} with AccessDeniedException: \
             User: {} is not authorized to perform: {action} because no identity-based policy allows the {action} action; {remedy}",
            user.arn
        )
    );
}

#[test]
fn the_documented_policy_is_enough() {
    let Some(stack) = stack("the_documented_policy_is_enough") else { return };
    let key = stack.key();
    let user = stack.user("enough", &documented(&json!(key.arn)));
    expect_signature(&stack, &key, &stack.sign(&user, &key.arn, key.id()));
    expect_signature(&stack, &key, &stack.sign(&user, key.id(), key.id()));
}

#[test]
fn each_permission_of_the_policy_is_named_with_the_key_when_it_is_missing() {
    let Some(stack) = stack("each_permission_of_the_policy_is_named_with_the_key_when_it_is_missing") else { return };
    let key = stack.key();
    let whose = format!("key {}", key.arn);
    for (action, call, stdout) in [
        ("kms:DescribeKey", "C_FindObjectsInit", "slot 0 0x30"),
        ("kms:GetPublicKey", "C_FindObjectsInit", "slot 0 0x30"),
        ("kms:Sign", "C_Sign", "C_Sign 0x30"),
    ] {
        let user = stack.user("lacking", &without(action, &key));
        expect_refusal(&stack.sign(&user, &key.arn, key.id()), stdout, call, &whose, action, &user);
    }
}

#[test]
fn a_policy_for_another_key_does_not_do() {
    let Some(stack) = stack("a_policy_for_another_key_does_not_do") else { return };
    let (key, other) = (stack.key(), stack.key());
    let user = stack.user("elsewhere", &documented(&json!(other.arn)));
    let done = stack.sign(&user, &key.arn, key.id());
    let whose = format!("key {}", key.arn);
    expect_refusal(&done, "slot 0 0x30", "C_FindObjectsInit", &whose, "kms:DescribeKey", &user);
}

/// AWS judges a request that names a key by an alias by the key. ministack judges it by the alias, so here the user may
/// describe that as well; the other permissions stay with the key alone, which shows that the module asks for those by its ARN.
#[test]
fn a_key_named_by_an_alias_needs_no_more_than_the_policy() {
    let Some(stack) = stack("a_key_named_by_an_alias_needs_no_more_than_the_policy") else { return };
    let key = stack.key();
    let alias = format!("alias/release-{}", key.id());
    stack.alias(&alias, &key);
    let alias_arn = key.arn.replace(&format!("key/{}", key.id()), &alias);
    let mut policy = documented(&json!(key.arn));
    let describe = json!({"Effect": "Allow", "Action": "kms:DescribeKey", "Resource": alias_arn});
    policy["Statement"].as_array_mut().unwrap().push(describe);
    let user = stack.user("alias", &policy);
    let label = alias.trim_start_matches("alias/");
    expect_signature(&stack, &key, &stack.sign(&user, &alias, label));
    expect_signature(&stack, &key, &stack.sign(&user, &alias_arn, label));
    // What is missing is named with the alias and the key behind it.
    let mut policy = without("kms:Sign", &key);
    policy["Statement"].as_array_mut().unwrap().push(json!({
        "Effect": "Allow", "Action": "kms:DescribeKey", "Resource": alias_arn,
    }));
    let user = stack.user("alias-lacking", &policy);
    let whose = format!("key {alias} ({})", key.arn);
    expect_refusal(&stack.sign(&user, &alias, label), "C_Sign 0x30", "C_Sign", &whose, "kms:Sign", &user);
}

#[test]
fn a_key_that_is_discovered_needs_the_permissions_to_list_and_names_them() {
    let Some(stack) = stack("a_key_that_is_discovered_needs_the_permissions_to_list_and_names_them") else { return };
    let key = stack.key();
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("hardkey.toml");
    fs::write(&file, "[[token]]\nlabel = \"all\"\ndiscover = true\n").unwrap();
    let sign = |user: &User| {
        let mut environment = stack.environment(user);
        environment.insert("HARDKEY_CONFIG".to_owned(), file.to_str().unwrap().to_owned());
        Host::start(&environment, key.id()).end_after("message")
    };
    let listing = |actions: Value| {
        let mut policy = documented(&json!("*"));
        let statement = json!({"Effect": "Allow", "Action": actions, "Resource": "*"});
        policy["Statement"].as_array_mut().unwrap().push(statement);
        policy
    };
    for (granted, missing) in
        [(json!(["kms:ListAliases"]), "kms:ListKeys"), (json!(["kms:ListKeys"]), "kms:ListAliases")]
    {
        let user = stack.user("listing", &listing(granted));
        let whose = "token \"all\"";
        expect_refusal(&sign(&user), "slot 0 0x30", "C_FindObjectsInit", whose, missing, &user);
    }
    let user = stack.user("listing", &listing(json!(["kms:ListKeys", "kms:ListAliases"])));
    let done = sign(&user);
    assert_eq!(done.stdout.trim_end().len(), 128, "{}{}", done.stdout, done.stderr);
}
