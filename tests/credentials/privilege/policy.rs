//! AWS: the policy of the README, on a ministack that enforces it.

use std::fs;

use hardkey_tests::built;
use hardkey_tests::cloud::{Cloud, Operation, Which};
use hardkey_tests::skip::skip;
use hardkey_tests::stack::{Key, Stack, User};
use serde_json::{Value, json};

use super::{Realm, expect_refusal, expect_signature};
use crate::scene::{Done, Host};

/// A key of ministack's, and another one.
pub(super) struct Policies {
    stack: Stack,
    key: Key,
    other: Key,
}

impl Policies {
    pub(super) fn enforced(test: &str) -> Option<Self> {
        let stack = stack(test)?;
        let (key, other) = (stack.key(), stack.key());
        Some(Self { stack, key, other })
    }
}

impl Realm for Policies {
    fn cloud(&self) -> &'static Cloud {
        Cloud::of(Which::Aws)
    }

    fn documented(&self) -> Vec<String> {
        let policy = documented(&json!("*"));
        let actions = policy["Statement"][0]["Action"].as_array().unwrap();
        actions.iter().map(|action| action.as_str().unwrap().to_owned()).collect()
    }

    fn permission(&self, operation: &Operation) -> String {
        operation.said.to_owned()
    }

    fn key(&self) -> String {
        self.key.arn.clone()
    }

    fn point(&self) -> Vec<u8> {
        self.stack.point(&self.key)
    }

    fn sign_with(&self, permissions: &[String], on_this_key: bool) -> (Done, String) {
        let mut policy = documented(&json!(if on_this_key { &self.key.arn } else { &self.other.arn }));
        policy["Statement"][0]["Action"] = json!(permissions);
        let user = self.stack.user("signer", &policy);
        (sign(&self.stack, &user, &self.key.arn, self.key.id()), user.arn)
    }

    fn refusal(&self, permission: &str, who: &str) -> String {
        refusal(permission, who, "this key, in the key policy or the identity's policy")
    }
}

/// Signs "message" once, as this user, with the key that the configuration calls so.
fn sign(stack: &Stack, user: &User, name: &str, label: &str) -> Done {
    let mut environment = stack.environment(user);
    environment.insert("HARDKEY_KEY".to_owned(), name.to_owned());
    Host::start(&environment, label).end_after("message")
}

/// AWS's words, and where the module says to allow it.
fn refusal(action: &str, who: &str, allow: &str) -> String {
    format!(
        "AccessDeniedException: User: {who} is not authorized to perform: {action} because no identity-based policy allows the {action} action; allow {action} on {allow}"
    )
}

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

fn stack(test: &str) -> Option<Stack> {
    let stack = Stack::running();
    if stack.is_none() {
        skip(test, "HARDKEY_TEST_MINISTACK_AUTH names no endpoint; tests/run.sh starts one");
    }
    stack
}

#[test]
fn a_key_named_by_its_id_needs_no_more_than_the_policy() {
    let Some(stack) = stack("a_key_named_by_its_id_needs_no_more_than_the_policy") else { return };
    let key = stack.key();
    let user = stack.user("id", &documented(&json!(key.arn)));
    expect_signature(&stack.point(&key), &sign(&stack, &user, key.id(), key.id()));
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
    expect_signature(&stack.point(&key), &sign(&stack, &user, &alias, label));
    expect_signature(&stack.point(&key), &sign(&stack, &user, &alias_arn, label));
    // What is missing is named with the alias and the key behind it.
    policy["Statement"][0]["Action"].as_array_mut().unwrap().retain(|action| action != "kms:Sign");
    let user = stack.user("alias-lacking", &policy);
    let refusal = refusal("kms:Sign", &user.arn, "this key, in the key policy or the identity's policy");
    let said = format!("key {alias} ({}): AWS KMS answered kms:Sign with {refusal}", key.arn);
    expect_refusal(&sign(&stack, &user, &alias, label), "C_Sign", &said);
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
        let refusal = refusal(missing, &user.arn, "*, in the identity's policy, or name the keys");
        let said = format!("token \"all\": AWS KMS answered {missing} with {refusal}");
        expect_refusal(&sign(&user), "C_FindObjectsInit", &said);
    }
    let user = stack.user("listing", &listing(json!(["kms:ListKeys", "kms:ListAliases"])));
    let done = sign(&user);
    assert_eq!(done.stdout.trim_end().len(), 128, "{}{}", done.stdout, done.stderr);
}
