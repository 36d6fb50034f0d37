//! Azure: the role of the README, on the emulator's vault with roles. What it grants, it grants on the vault, and not on one key.

use std::fs;

use base64ct::{Base64UrlUnpadded, Encoding};
use hardkey_tests::azure::TENANT;
use hardkey_tests::built;
use hardkey_tests::cloud::{Cloud, Operation, Which};
use serde_json::{Value, json};

use super::Realm;
use crate::azure::Scene;
use crate::scene::Done;

const READ: &str = "Microsoft.KeyVault/vaults/keys/read";
const SIGN: &str = "Microsoft.KeyVault/vaults/keys/sign/action";
/// Whom the emulator calls every caller, and where it says that its vaults are: tests/emulator/src/azure.
const OBJECT: &str = "7c9d2e4f-6a8b-4d1c-b3e5-f7081a2b3c4d";
const VAULT: &str = "/subscriptions/5e1b0c3a-2f4d-4c6e-8a7b-9d0e1f2a3b4c/resourcegroups/hardkey/providers/microsoft.keyvault/vaults/vault";

/// A key in the emulator's vault, and an application that may do what its role says.
pub(super) struct Grants {
    scene: Scene,
    point: Vec<u8>,
}

impl Grants {
    pub(super) fn enforced() -> Self {
        let scene = Scene::new().with_secret();
        // While everybody may ask.
        let point = point(&scene);
        Self { scene, point }
    }
}

/// The point of the key, as the emulator has it.
fn point(Scene { emulator, key, .. }: &Scene) -> Vec<u8> {
    let token = emulator.azure_token("a person", "https://vault.azure.net", 60);
    let url = format!("{}/keys/{}/{}?api-version=2025-07-01", emulator.endpoint(), key.name, key.version);
    let request = ureq::get(url).header("Host", "vault.vault.azure.net");
    let mut answer = request.header("Authorization", format!("Bearer {token}")).call().unwrap();
    let answer: Value = answer.body_mut().read_json().unwrap();
    let part = |name: &str| Base64UrlUnpadded::decode_vec(answer["key"][name].as_str().unwrap()).unwrap();
    [vec![4], part("x"), part("y")].concat()
}

impl Realm for Grants {
    fn cloud(&self) -> &'static Cloud {
        Cloud::of(Which::Azure)
    }

    fn documented(&self) -> Vec<String> {
        let text = fs::read_to_string(built::project().join("README.md")).unwrap();
        let (_, section) = text.split_once("### Azure permissions\n").unwrap();
        let (_, block) = section.split_once("--role-definition '").unwrap();
        let role: Value = serde_json::from_str(block.split_once('\'').unwrap().0).unwrap();
        serde_json::from_value(role["DataActions"].clone()).unwrap()
    }

    fn permission(&self, operation: &Operation) -> String {
        match operation.counted {
            "GetKey" => READ.to_owned(),
            "Sign" => SIGN.to_owned(),
            other => panic!("{other}?"),
        }
    }

    fn key(&self) -> String {
        self.scene.key.id.clone()
    }

    fn point(&self) -> Vec<u8> {
        self.point.clone()
    }

    fn sign_with(&self, permissions: &[String], on_this_key: bool) -> (Done, String) {
        assert!(on_this_key, "the emulator grants nothing on one key");
        let granted = |action: &String| if action == READ { "get" } else { "sign" };
        let grants: Vec<&str> = permissions.iter().map(granted).collect();
        let vault = json!({ "name": "vault", "authorization": "rbac", "grants": { "application": grants } });
        self.scene.emulator.azure_vault(vault);
        (self.scene.run(), "application".to_owned())
    }

    fn refusal(&self, permission: &str, who: &str) -> String {
        let role = if permission == SIGN { "Key Vault Crypto User" } else { "Key Vault Reader" };
        format!(
            "Forbidden (ForbiddenByRbac): Caller is not authorized to perform action on resource. If role assignments, deny assignments or role definitions were changed recently, please observe propagation time. Caller: appid={who};oid={OBJECT};iss=https://sts.windows.net/{TENANT}/ Action: '{permission}' Resource: '{VAULT}/keys/release' Assignment: (not found) DenyAssignmentId: null DecisionReason: null Vault: vault;location=westeurope; grant this identity {permission} on this key: by the role {role}, or one of your own; an assignment takes minutes to arrive"
        )
    }
}
