//! The permissions of the README are enough, each is needed, and a missing one is named with its key: on every cloud, where its own
//! policies are enforced. What only one cloud has is in its file.

mod grant;
mod policy;
pub mod role;

use hardkey_tests::cloud::{Cloud, Operation};
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

use crate::scene::Done;
use grant::Grants;
use policy::Policies;
use role::Roles;

/// A key of P-256 where policies are enforced.
trait Realm {
    fn cloud(&self) -> &'static Cloud;

    /// What the README asks for.
    fn documented(&self) -> Vec<String>;

    /// What an operation needs.
    fn permission(&self, operation: &Operation) -> String;

    /// Its immutable name.
    fn key(&self) -> String;

    /// The point of the key, as a library has it that has nothing to do with the module.
    fn point(&self) -> Vec<u8>;

    /// Signs "message" as somebody who has these permissions on this key, or on another one and none on it; answers who that was.
    fn sign_with(&self, permissions: &[String], on_this_key: bool) -> (Done, String);

    /// What the cloud says of a permission that somebody lacks on the key, and what the module adds.
    fn refusal(&self, permission: &str, who: &str) -> String;
}

/// Expects a signature of "message" that a library accepts which did not make it, and not a word.
fn expect_signature(point: &[u8], done: &Done) {
    assert_eq!(done.stderr, "", "{}", done.stdout);
    let hex = done.stdout.trim_end();
    let signature: Vec<u8> =
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
    let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
    public.verify(b"message", &signature).expect("the signature belongs to the key");
}

/// Expects no signature, and one line: this call of the host's, and what follows.
fn expect_refusal(done: &Done, call: &str, said: &str) {
    let stdout = if call == "C_Sign" { "C_Sign 0x30\n" } else { "slot 0 0x30\n" };
    assert_eq!(done.stdout, stdout, "{}", done.stderr);
    let [line] = done.stderr.lines().collect::<Vec<_>>()[..] else { panic!("{}", done.stderr) };
    // ministack gives its requests no id that AWS would give.
    let without_id = match line.split_once(" (request ") {
        Some((before, after)) => format!("{before}{}", after.split_once(')').unwrap().1),
        None => line.to_owned(),
    };
    assert_eq!(without_id, format!("hardkey: {call}: CKR_DEVICE_ERROR: {said}"));
}

fn the_documented_permissions_are_enough(realm: &dyn Realm) {
    let (done, _) = realm.sign_with(&realm.documented(), true);
    expect_signature(&realm.point(), &done);
}

fn each_permission_is_named_with_the_key_when_it_is_missing(realm: &dyn Realm) {
    let (cloud, key) = (realm.cloud(), realm.key());
    let calls =
        [(&cloud.describe, "C_FindObjectsInit"), (&cloud.public_key, "C_FindObjectsInit"), (&cloud.sign, "C_Sign")];
    let mut documented = realm.documented();
    for (operation, call) in calls {
        let permission = realm.permission(operation);
        let (lacking, others): (Vec<String>, Vec<String>) =
            realm.documented().into_iter().partition(|known| *known == permission);
        assert_eq!(lacking, std::slice::from_ref(&permission), "the README asks for it");
        documented.retain(|known| *known != permission);
        let (done, who) = realm.sign_with(&others, true);
        let refusal = realm.refusal(&permission, &who);
        let said = format!("key {key}: {} answered {} with {refusal}", cloud.service, operation.said);
        expect_refusal(&done, call, &said);
    }
    assert!(documented.is_empty(), "and for nothing else: {documented:?}");
}

fn permissions_on_another_key_do_not_do(realm: &dyn Realm) {
    let (cloud, key) = (realm.cloud(), realm.key());
    let (done, who) = realm.sign_with(&realm.documented(), false);
    let refusal = realm.refusal(&realm.permission(&cloud.describe), &who);
    let said = format!("key {key}: {} answered {} with {refusal}", cloud.service, cloud.describe.said);
    expect_refusal(&done, "C_FindObjectsInit", &said);
}

/// Each of these on every cloud.
macro_rules! on_every_cloud {
    ($($test:ident),* $(,)?) => {
        mod aws {
            $(#[test]
            fn $test() {
                if let Some(realm) = super::Policies::enforced(stringify!($test)) {
                    super::$test(&realm);
                }
            })*
        }
        mod google {
            $(#[test]
            fn $test() {
                super::$test(&super::Roles::enforced());
            })*
        }
    };
}

on_every_cloud!(
    the_documented_permissions_are_enough,
    each_permission_is_named_with_the_key_when_it_is_missing,
    permissions_on_another_key_do_not_do,
);

/// Of these what does not take a grant on one key alone, which the emulator's vaults do not have.
mod azure {
    use super::Grants;

    #[test]
    fn the_documented_permissions_are_enough() {
        super::the_documented_permissions_are_enough(&Grants::enforced());
    }

    #[test]
    fn each_permission_is_named_with_the_key_when_it_is_missing() {
        super::each_permission_is_named_with_the_key_when_it_is_missing(&Grants::enforced());
    }
}
