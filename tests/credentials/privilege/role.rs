//! Google: the role of the README, on the emulator's IAM.

use std::fs;
use std::time::Duration;

use base64ct::{Base64, Encoding};
use hardkey_tests::built;
use hardkey_tests::cloud::{Cloud, Operation, Which};
use hardkey_tests::google::SIGNER;
use hardkey_tests::host::run;
use serde_json::{Value, json};

use super::{Realm, expect_refusal, expect_signature};
use crate::scene::{Done, Scene};

const GET: &str = "cloudkms.cryptoKeyVersions.get";
const LIST: &str = "cloudkms.cryptoKeyVersions.list";
const LIST_KEYS: &str = "cloudkms.cryptoKeys.list";
/// Several times the deadline of a report.
const LIMIT: Duration = Duration::from_secs(120);

/// A role by its name, and what it permits.
pub struct Role {
    pub name: String,
    pub permissions: Vec<String>,
}

impl Role {
    /// The one that the README makes and grants.
    pub fn documented() -> Self {
        let text = fs::read_to_string(built::project().join("README.md")).unwrap();
        let (_, section) = text.split_once("### Google permissions\n").unwrap();
        let (_, block) = section.split_once("```sh\n").unwrap();
        let commands = block.split_once("```").unwrap().0.replace("\\\n", " ");
        let words: Vec<&str> = commands.split_whitespace().collect();
        let after = |option: &str| words[words.iter().position(|word| *word == option).unwrap() + 1];
        let name = format!("projects/{}/roles/{}", after("--project"), after("create"));
        assert_eq!(after("--role"), name, "the role that is made is the one that is granted");
        Self { name, permissions: after("--permissions").split(',').map(str::to_owned).collect() }
    }

    /// With these in place of those.
    fn changed(mut self, without: &[&str], with: &[&str]) -> Self {
        self.permissions.retain(|known| !without.contains(&known.as_str()));
        self.permissions.extend(with.iter().map(|more| (*more).to_owned()));
        self
    }
}

/// A key of the emulator's, and a service account whose permissions are enforced.
pub(super) struct Roles {
    scene: Scene,
    point: Vec<u8>,
}

impl Roles {
    pub(super) fn enforced() -> Self {
        let scene = Scene::of(Which::Google);
        let account = scene.emulator.google_signer();
        let scene = scene.with("GOOGLE_APPLICATION_CREDENTIALS", account.to_str().unwrap());
        let url = format!("{}/v1/{}/publicKey", scene.emulator.endpoint(), scene.name);
        let answer: Value = ureq::get(&url).call().unwrap().body_mut().read_json().unwrap();
        let pem = answer["pem"].as_str().unwrap();
        let base64: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
        let der = Base64::decode_vec(&base64).unwrap();
        // A SubjectPublicKeyInfo of P-256 ends with the 65 bytes of the point.
        let point = der[der.len() - 65..].to_vec();
        Self { scene, point }
    }

    /// The name of the key, which has versions below it.
    fn key_of_versions(&self) -> &str {
        self.scene.name.split("/cryptoKeyVersions/").next().unwrap()
    }

    fn ring(&self) -> &str {
        self.scene.name.split("/cryptoKeys/").next().unwrap()
    }

    /// From now on the service account has this role on this resource, and nothing else.
    fn grant(&self, role: &Role, resource: &str) -> String {
        let member = format!("serviceAccount:{SIGNER}");
        let grants = [(member.as_str(), role.name.as_str(), resource)];
        self.scene.emulator.enforce_google_role(&role.name, &role.permissions, &grants);
        member
    }

    /// The same with another configuration.
    fn naming(mut self, name: &str) -> Self {
        self.scene = self.scene.with("HARDKEY_KEY", name);
        self
    }
}

impl Realm for Roles {
    fn cloud(&self) -> &'static Cloud {
        self.scene.cloud
    }

    fn documented(&self) -> Vec<String> {
        Role::documented().permissions
    }

    fn permission(&self, operation: &Operation) -> String {
        let permission = match operation.counted {
            "GetCryptoKeyVersion" => GET,
            "GetPublicKey" => "cloudkms.cryptoKeyVersions.viewPublicKey",
            "AsymmetricSign" => "cloudkms.cryptoKeyVersions.useToSign",
            other => panic!("{other}?"),
        };
        permission.to_owned()
    }

    fn key(&self) -> String {
        self.scene.name.clone()
    }

    fn point(&self) -> Vec<u8> {
        self.point.clone()
    }

    fn sign_with(&self, permissions: &[String], on_this_key: bool) -> (Done, String) {
        let role = Role { permissions: permissions.to_vec(), ..Role::documented() };
        let other = format!("{}-2", self.key_of_versions());
        let who = self.grant(&role, if on_this_key { self.key_of_versions() } else { &other });
        (self.scene.run(), who)
    }

    fn refusal(&self, permission: &str, _who: &str) -> String {
        let signs = permission.ends_with(".useToSign");
        refusal(permission, if signs { self.key_of_versions() } else { &self.scene.name }, "key")
    }
}

/// Google's words, and on what the module says to grant it.
fn refusal(permission: &str, resource: &str, place: &str) -> String {
    format!(
        "PERMISSION_DENIED: Permission '{permission}' denied on resource '{resource}' (or it may not exist).; grant {permission} on this {place}, and check that its name is right: Google does not tell the two apart"
    )
}

#[test]
fn a_key_without_a_version_needs_to_list_versions_in_place_of_getting_one() {
    let roles = Roles::enforced();
    let key = roles.key_of_versions().to_owned();
    let roles = roles.naming(&key);
    roles.grant(&Role::documented().changed(&[GET], &[LIST]), &key);
    expect_signature(&roles.point, &roles.scene.run());
    roles.grant(&Role::documented(), &key);
    let said =
        format!("key {key}: Google Cloud KMS answered ListCryptoKeyVersions with {}", refusal(LIST, &key, "key"));
    expect_refusal(&roles.scene.run(), "C_FindObjectsInit", &said);
}

#[test]
fn a_key_ring_that_is_discovered_needs_to_list_keys_as_well() {
    let mut roles = Roles::enforced();
    let ring = roles.ring().to_owned();
    let file = roles.scene.path("hardkey.toml");
    fs::write(&file, format!("[[token]]\nlabel = \"ring\"\nkey_ring = \"{ring}\"\ndiscover = true\n")).unwrap();
    roles.scene = roles.scene.without("HARDKEY_KEY").with("HARDKEY_CONFIG", file.to_str().unwrap());
    let listing = || Role::documented().changed(&[GET], &[LIST, LIST_KEYS]);
    roles.grant(&listing(), &ring);
    expect_signature(&roles.point, &roles.scene.run());
    roles.grant(&listing().changed(&[LIST_KEYS], &[]), &ring);
    let said = format!(
        "token \"ring\": Google Cloud KMS answered ListCryptoKeys with {}",
        refusal(LIST_KEYS, &ring, "key ring")
    );
    expect_refusal(&roles.scene.run(), "C_FindObjectsInit", &said);
}

#[test]
fn whether_a_template_asks_for_an_hsm_is_told_to_those_who_may_know() {
    let roles = Roles::enforced();
    let version = roles.scene.emulator.create_google(json!({
        "algorithm": "EC_SIGN_P256_SHA256", "protection": "SOFTWARE", "template_protection": "HSM", "key": "software",
    }));
    // Of a version that is named, its own level says all.
    let roles = roles.naming(version.split("/cryptoKeyVersions/").next().unwrap());
    let told = |roles: &Roles, role: &Role| {
        roles.grant(role, roles.ring());
        let done = roles.scene.run();
        let (_, told) = done.stderr.split_once(" is hidden: refused (").unwrap();
        told.split_once(')').unwrap().0.to_owned()
    };
    let role = || Role::documented().changed(&[GET], &[LIST]);
    assert_eq!(told(&roles, &role()), "software");
    assert_eq!(told(&roles, &role().changed(&[], &["cloudkms.cryptoKeys.get"])), "template-only");
}

#[test]
fn a_report_needs_to_get_the_version_however_the_key_is_named() {
    let roles = Roles::enforced();
    let (key, version) = (roles.key_of_versions().to_owned(), roles.scene.name.clone());
    let roles = roles.naming(&key);
    let attest = || run(built::command_lines().0, ["attest", "--audience", "CA"], &roles.scene.environment, LIMIT);
    roles.grant(&Role::documented().changed(&[GET], &[LIST]), &key);
    let refused = attest();
    let line = format!(
        "hardkey: key {key} ({version}): Google Cloud KMS answered GetCryptoKeyVersion with {}\n",
        refusal(GET, &version, "key")
    );
    assert_eq!((refused.status, refused.stderr.as_str()), (Some(1), line.as_str()));
    roles.grant(&Role::documented().changed(&[], &[LIST]), &key);
    assert_eq!(attest().status, Some(0));
}

#[test]
fn two_of_google_s_own_roles_together_are_enough_and_one_is_not() {
    let roles = Roles::enforced();
    let member = format!("serviceAccount:{SIGNER}");
    let signer = (member.as_str(), "roles/cloudkms.signerVerifier", roles.key_of_versions());
    let viewer = (member.as_str(), "roles/cloudkms.viewer", roles.key_of_versions());
    roles.scene.emulator.enforce_google_iam(&[signer, viewer]);
    expect_signature(&roles.point, &roles.scene.run());
    roles.scene.emulator.enforce_google_iam(&[signer]);
    let said = format!(
        "key {}: Google Cloud KMS answered GetCryptoKeyVersion with {}",
        roles.scene.name,
        refusal(GET, &roles.scene.name, "key")
    );
    expect_refusal(&roles.scene.run(), "C_FindObjectsInit", &said);
}
