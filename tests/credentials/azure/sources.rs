//! Each source, used by the module to sign.

use hardkey_tests::azure::TENANT;
use serde_json::json;

use super::{Scene, VAULTS, identity_token};

#[test]
fn an_application_signs_with_its_secret() {
    let scene = Scene::new().with_secret();
    scene.signs_as("application");
    assert_eq!(
        scene.asked(),
        json!([{
            "issuer": "entra", "tenant": TENANT, "grant_type": "client_credentials", "client_id": "application",
            "scope": "https://vault.azure.net/.default", "assertion": null,
        }])
    );
    let vault = "CONNECT vault.vault.azure.net:443";
    assert_eq!(scene.proxy.asked(), [vault, "CONNECT login.microsoftonline.com:443", vault]);
}

#[test]
fn a_pipeline_s_identity_token_becomes_a_token_of_entra_s() {
    let scene = Scene::new().with_workload_identity();
    scene.signs_as("application");
    assert_eq!(scene.asked()[0]["assertion"], json!(identity_token("pipeline")));
}

#[test]
fn an_app_service_signs_with_its_managed_identity_past_every_proxy() {
    let scene = Scene::new().with_app_service();
    let proxy = scene.proxy.url();
    let scene = scene.with("ALL_PROXY", &proxy).with("HTTP_PROXY", &proxy);
    scene.signs_as("app-service-identity");
    let asked = json!([{ "issuer": "app-service", "client_id": null, "resource": VAULTS }]);
    assert_eq!(scene.asked(), asked);
    assert_eq!(scene.proxy.asked(), ["CONNECT vault.vault.azure.net:443"; 2]);
}

#[test]
fn a_user_assigned_identity_is_named_by_its_client_id() {
    Scene::new().with_app_service().with("AZURE_CLIENT_ID", "user-assigned").signs_as("user-assigned");
}

#[test]
fn a_token_for_a_managed_hsm_is_asked_for_managed_hsms() {
    let scene = Scene::new().with_secret();
    let key = scene.emulator.azure_key(json!({ "kty": "EC-HSM", "vault": "hsm", "name": "release" }));
    let scene = scene.with("HARDKEY_KEY", &key.id);
    scene.signs_as("application");
    assert_eq!(scene.asked()[0]["scope"], "https://managedhsm.azure.net/.default");
}

#[test]
fn two_vaults_are_two_tokens_with_a_challenge_and_a_token_each() {
    let scene = Scene::new().with_secret();
    scene.emulator.azure_vault(json!({ "name": "other" }));
    let other = scene.emulator.azure_key(json!({ "kty": "EC-HSM", "vault": "other", "name": "other" }));
    let names = format!("{} {}", scene.key.id, other.id);
    let done = scene.with("HARDKEY_KEY", &names).run();
    assert_eq!((done.stdout.trim_end().len(), done.stderr.as_str()), (128, ""));
}

#[test]
fn sources_are_asked_in_azure_s_order() {
    let next = |scene: Scene| {
        scene.emulator.reset_counts();
        scene
    };
    let scene = Scene::new().with_secret().with_workload_identity().with_app_service().with_az().with_azd();
    scene.signs_as("application");
    assert_eq!(scene.asked()[0]["assertion"], json!(null));
    let scene = next(scene.without("AZURE_CLIENT_SECRET"));
    scene.signs_as("application");
    assert_eq!(scene.asked()[1]["assertion"], json!(identity_token("pipeline")));
    let scene = next(scene.without("AZURE_FEDERATED_TOKEN_FILE").without("AZURE_CLIENT_ID"));
    scene.signs_as("app-service-identity");
    let scene = next(scene.without("IDENTITY_ENDPOINT").with("AZURE_TOKEN_CREDENTIALS", "dev"));
    scene.signs_as("developer");
    let scene = next(scene.with("AZURE_TOKEN_CREDENTIALS", "AzureDeveloperCliCredential"));
    scene.signs_as("azd-developer");
}

#[test]
fn a_variable_that_a_pipeline_left_empty_counts_as_not_set() {
    let empty = ["AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_TENANT_ID", "AZURE_TOKEN_CREDENTIALS"];
    let scene = Scene::new().with_app_service();
    empty.into_iter().fold(scene, |scene, name| scene.with(name, "")).signs_as("app-service-identity");
}

#[test]
fn a_token_that_ended_is_replaced_by_one_with_the_file_s_new_content() {
    let scene = Scene::new().with_workload_identity();
    scene.emulator.credentials_last(2);
    let mut host = scene.host();
    assert_eq!(host.sign("once").len(), 128);
    let scene = scene.file("token", &identity_token("next"));
    // Time passing is what this is about.
    std::thread::sleep(std::time::Duration::from_secs(3));
    assert_eq!(host.sign("twice").len(), 128);
    assert_eq!(host.end(), "");
    let asked = scene.asked();
    let last = asked.as_array().unwrap().last().unwrap();
    assert_eq!(last["assertion"], json!(identity_token("next")));
}
