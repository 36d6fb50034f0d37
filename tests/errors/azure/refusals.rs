//! Keys that are not shown, and keys that do not sign.

use serde_json::json;

use super::Scene;
use crate::expect;

#[test]
fn a_software_key_in_a_premium_vault_is_refused() {
    let software = "refused (software): the key is a software key (kty RSA); create a key of type RSA-HSM or EC-HSM, in a Managed HSM or in a vault of the SKU Premium: a Standard one has none, and a Premium one holds software keys too";
    Scene::with_key(json!({ "kty": "RSA" })).hides(software);
}

#[test]
fn a_key_that_may_be_handed_out_is_refused() {
    let remedy = "create a key that is not exportable and has no release policy";
    for (description, fact) in [
        (json!({ "kty": "RSA-HSM", "exportable": true }), "exportable is true"),
        (json!({ "kty": "RSA-HSM", "release_policy": true }), "it has a release policy"),
        (json!({ "kty": "RSA-HSM", "operations": ["sign", "export"] }), "key_ops has export"),
    ] {
        let line = format!("refused (exportable): the private key may be handed out: {fact}; {remedy}");
        Scene::with_key(description).hides(&line);
    }
}

#[test]
fn a_disabled_version_is_refused_at_the_search_and_named_at_the_signature() {
    let remedy = "enable it (az keyvault key set-attributes --enabled true) or configure another key";
    let disabled = Scene::with_key(json!({ "kty": "RSA-HSM", "disabled": true }));
    disabled.hides(&format!("refused (disabled): the key is disabled; {remedy}"));
    let scene = Scene::new();
    for (code, words, remedy) in [
        (
            "KeyDisabled",
            "Operation sign is not allowed on a disabled key.",
            "enable the version (az keyvault key set-attributes --enabled true), or configure another one",
        ),
        (
            "KeyExpired",
            "Operation sign is not allowed on an expired key.",
            "set a later date (az keyvault key set-attributes --expires), or configure a newer version",
        ),
        (
            "KeyNotYetValid",
            "Operation sign is not allowed on a key that is not yet valid.",
            "wait, or set an earlier date (az keyvault key set-attributes --not-before)",
        ),
    ] {
        scene.emulator.clear_faults();
        scene.emulator.fault(json!({ "operation": "Sign", "error": code, "message": words }));
        scene.signature_fails(&format!(
            "Azure Key Vault answered keys/sign with Forbidden ({code}): {words} (request ID); {remedy}"
        ));
    }
}

#[test]
fn a_version_that_may_not_sign_is_not_fit_for_it() {
    let scene = Scene::new();
    let words = "Operation sign is not permitted on this key.";
    scene.emulator.fault(json!({ "operation": "Sign", "error": "KeyOperationForbidden", "message": words }));
    let line = format!(
        "hardkey: C_Sign: CKR_FUNCTION_FAILED: key {}: Azure Key Vault answered keys/sign with Forbidden (KeyOperationForbidden): {words} (request ID); allow the operation sign for this version (az keyvault key set-attributes --ops sign verify)",
        scene.key.id
    );
    expect(&scene.sign(), "C_Sign 0x6", &[&line]);
}

#[test]
fn an_unknown_key_is_named_and_a_deleted_one_can_be_brought_back() {
    let scene = Scene::new();
    scene.emulator.delete_azure_key("vault", &scene.key);
    scene.search_fails(&format!(
        "key {}: the key is deleted, and can be brought back until it is purged; recover it (az keyvault key recover --vault-name vault --name release), or configure another key",
        scene.key.id
    ));
    let unknown = "https://vault.vault.azure.net/keys/none";
    let scene = scene.with("HARDKEY_KEY", unknown);
    let outcome = scene.list();
    let line = format!(
        "hardkey: C_FindObjectsInit: CKR_DEVICE_ERROR: key {unknown}: Azure Key Vault answered keys/get with KeyNotFound: A key with (name/id) none was not found in this key vault. If you recently deleted this key you may be able to recover it using the correct recovery command. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182 (request ID); check the name of the vault, of the key and the version"
    );
    expect(&outcome, "slot 0 0x30", &[&line]);
}

#[test]
fn a_new_key_that_is_not_readable_yet_is_asked_for_again() {
    let scene = Scene::new();
    scene.emulator.fault(json!({ "operation": "GetKey", "error": "KeyNotFound", "times": 2 }));
    expect(&scene.sign(), "256 bytes", &[]);
    assert_eq!(scene.emulator.counts().requests("GetKey"), 3);
}

#[test]
fn a_missing_permission_is_named_in_the_words_of_the_vault_s_own_rules() {
    let by_role = "an assignment takes minutes to arrive";
    for (authorization, grants, action, remedy) in [
        (
            "rbac",
            json!(["get"]),
            "sign",
            format!("grant this identity Microsoft.KeyVault/vaults/keys/sign/action on this key: by the role Key Vault Crypto User, or one of your own; {by_role}"),
        ),
        (
            "rbac",
            json!(["sign"]),
            "get",
            format!("grant this identity Microsoft.KeyVault/vaults/keys/read on this key: by the role Key Vault Reader, or one of your own; {by_role}"),
        ),
        (
            "policies",
            json!(["get"]),
            "sign",
            "give this identity the key permission sign in the vault's access policies (az keyvault set-policy --key-permissions sign)".to_owned(),
        ),
    ] {
        let scene = Scene::new();
        scene.emulator.azure_vault(
            json!({ "name": "vault", "authorization": authorization, "grants": { "hardkey-tests": grants } }),
        );
        let outcome = scene.sign();
        let [line] = outcome.hardkey_lines()[..] else { panic!("{}", outcome.stderr) };
        let inner = if authorization == "rbac" { "ForbiddenByRbac" } else { "AccessDenied" };
        assert!(line.contains(&format!("answered keys/{action} with Forbidden ({inner}): ")), "{line}");
        assert!(line.ends_with(&format!("; {remedy}")), "{line}");
    }
}

#[test]
fn a_managed_hsm_has_roles_of_its_own() {
    let scene = Scene::with_key(json!({ "kty": "RSA-HSM", "name": "release", "vault": "hsm" }));
    scene
        .emulator
        .azure_vault(json!({ "name": "hsm", "authorization": "rbac", "grants": { "hardkey-tests": ["get"] } }));
    let outcome = scene.sign();
    let [line] = outcome.hardkey_lines()[..] else { panic!("{}", outcome.stderr) };
    assert!(
        line.contains(": Azure Managed HSM answered keys/sign with AccessDenied: Not authorized to access "),
        "{line}"
    );
    let remedy = "grant this identity Microsoft.KeyVault/managedHsm/keys/sign/action on /keys: by the HSM's own role Managed HSM Crypto User (az keyvault role assignment create --hsm-name), or one of your own";
    assert!(line.ends_with(&format!("; {remedy}")), "{line}");
}

#[test]
fn the_permissions_that_the_readme_asks_for_are_enough() {
    let readme = std::fs::read_to_string(hardkey_tests::built::project().join("README.md")).unwrap();
    let (_, section) = readme.split_once("### Azure permissions\n").unwrap();
    let row = section.lines().find(|line| line.starts_with("| a key that is named | ")).unwrap();
    assert!(row.ends_with("| `keys/read`, `keys/sign/action` | keys: `get`, `sign` |"), "{row}");
    for (vault, authorization) in [("vault", "rbac"), ("vault", "policies"), ("hsm", "rbac")] {
        let scene = Scene::with_key(json!({ "kty": "RSA-HSM", "name": "release", "vault": vault }));
        scene.emulator.azure_vault(
            json!({ "name": vault, "authorization": authorization, "grants": { "hardkey-tests": ["get", "sign"] } }),
        );
        expect(&scene.sign(), "256 bytes", &[]);
    }
}

#[test]
fn a_firewall_is_called_one() {
    let scene = Scene::new();
    scene.emulator.azure_vault(json!({ "name": "vault", "firewall": true }));
    let outcome = scene.list();
    let [line] = outcome.hardkey_lines()[..] else { panic!("{}", outcome.stderr) };
    assert!(
        line.contains("answered keys/get with Forbidden (ForbiddenByFirewall): Client address is not authorized"),
        "{line}"
    );
    assert!(line.ends_with("; let this machine through the vault's firewall (az keyvault network-rule add), or go there by a private endpoint"), "{line}");
}

#[test]
fn a_standard_vault_has_nothing_to_show() {
    let scene = Scene::new();
    scene.emulator.azure_vault(json!({ "name": "plain", "kind": "standard" }));
    let key = scene.emulator.azure_key(json!({ "kty": "EC", "name": "code", "vault": "plain" }));
    let scene = scene.with("HARDKEY_KEY", &key.id);
    let outcome = scene.list();
    let line = format!(
        "hardkey: token \"hardkey\": key {} is hidden: refused (software): the key is a software key (kty EC); create a key of type RSA-HSM or EC-HSM, in a Managed HSM or in a vault of the SKU Premium: a Standard one has none, and a Premium one holds software keys too",
        key.id
    );
    expect(&outcome, "", &[&line]);
}
