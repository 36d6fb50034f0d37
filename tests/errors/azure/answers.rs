//! Answers that are not as they should be, and what other people's vaults do differently.

use serde_json::json;

use super::Scene;
use crate::expect;

const VAULT: &str = "https://vault.vault.azure.net";

/// The same key, asked for at an endpoint of one's own.
fn at_an_endpoint(scene: Scene, vault: &str, endpoint: &str) -> Scene {
    let token = format!(
        "[[token]]\nlabel = \"hardkey\"\nvault = \"{vault}\"\nkeys = [\"release\"]\nendpoint = \"{endpoint}\"\n"
    );
    let authority = scene.emulator.tls_endpoint().to_owned();
    scene.configured(&token).without("HTTPS_PROXY").with("AZURE_AUTHORITY_HOST", &authority)
}

#[test]
fn a_vault_is_asked_at_the_endpoint_and_keeps_its_own_name() {
    let scene = Scene::new();
    let endpoint = scene.emulator.vault_url();
    let scene = at_an_endpoint(scene, VAULT, &endpoint);
    expect(&scene.sign(), "256 bytes", &[]);
    // Each of these is what some server sends; none is a reason to fail.
    for corruption in ["leading-zero", "other-host", "other-port", "authorization-uri"] {
        scene.emulator.clear_faults();
        scene.emulator.fault(json!({ "operation": "*", "corrupt": corruption }));
        expect(&scene.sign(), "256 bytes", &[]);
    }
}

#[test]
fn what_asks_for_a_token_for_something_else_gets_none() {
    let scene = Scene::new();
    let endpoint = scene.emulator.vault_url();
    let scene = at_an_endpoint(scene, "https://hsm.managedhsm.azure.net", &endpoint);
    scene.search_fails(&format!(
        "token \"hardkey\": what answers at {endpoint} asks for a token for https://vault.azure.net, and not for https://managedhsm.azure.net; check the name of the vault, the endpoint, and what stands between this machine and the vault"
    ));
    assert_eq!(scene.emulator.counts().credential_fetches(), 0);
}

#[test]
fn an_answer_about_another_version_is_not_believed() {
    let scene = Scene::new();
    scene.emulator.fault(json!({ "operation": "GetKey", "corrupt": "key-id" }));
    let remedy = "check what stands between this machine and Azure Key Vault, and the endpoint";
    scene.search_fails(&format!("key {}: the answer to keys/get names another key; {remedy}", scene.key.id));
    scene.emulator.clear_faults();
    scene.emulator.fault(json!({ "operation": "Sign", "corrupt": "key-id" }));
    scene.signature_fails(&format!("the answer to keys/sign names another key; {remedy}"));
}

#[test]
fn what_is_not_in_azure_s_words_is_called_so() {
    let scene = Scene::new();
    let remedy = "check what stands between this machine and Azure Key Vault, and the endpoint";
    for corruption in ["html", "empty", "body"] {
        scene.emulator.clear_faults();
        scene.emulator.fault(json!({ "operation": "Sign", "corrupt": corruption }));
        scene.signature_fails(&format!(
            "keys/sign was answered with HTTP status 200, and not in the words of Azure Key Vault; {remedy}"
        ));
    }
}

#[test]
fn a_throttled_vault_is_left_alone_for_as_long_as_it_asks() {
    let scene = Scene::new();
    scene.emulator.fault(json!({ "operation": "Sign", "error": "Throttled", "retry_after": 60 }));
    scene.signature_fails("Azure Key Vault answered keys/sign with Throttled: Request was not processed because too many requests were received. Reason: VaultRequestTypeLimitReached (request ID); sign less at once (lanes in [network]), or spread the keys over several vaults: the limit is one of the vault's");
    assert_eq!(scene.emulator.counts().requests("Sign"), 1);
}

#[test]
fn a_token_that_is_taken_back_is_replaced_once_and_then_the_tenant_is_named() {
    let scene = Scene::new();
    scene.emulator.fault(json!({ "operation": "Sign", "error": "TokenExpired", "times": 1 }));
    expect(&scene.sign(), "256 bytes", &[]);
    let counts = scene.emulator.counts();
    assert_eq!((counts.requests("Sign"), counts.credential_fetches(), counts.requests("GetKeys")), (2, 2, 1));
    scene.emulator.clear_faults();
    scene.emulator.reset_counts();
    scene
        .emulator
        .fault(json!({ "operation": "GetKey", "error": "Unauthorized", "message": "AKV10032: Invalid issuer." }));
    scene.search_fails("token \"hardkey\": Azure Key Vault answered keys/get with Unauthorized: AKV10032: Invalid issuer. (request ID); a new token was not taken either: check that the identity is of the vault's tenant, 0f5c2d1e-7a34-4b6e-9c1d-3e8a5b7f9012, and the clock of this machine");
    // A token that was just handed out is not replaced.
    let counts = scene.emulator.counts();
    assert_eq!((counts.requests("GetKey"), counts.credential_fetches()), (2, 1));
}
