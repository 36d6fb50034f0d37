//! No token, and why.

use super::Scene;

const NOT_SET: &str = "no Azure credentials; tried: ";

#[test]
fn an_authority_of_another_cloud_is_refused_before_anybody_is_asked_for_a_token() {
    for (authority, why) in [
        ("https://login.microsoftonline.us", "of Azure Government, but vault.vault.azure.net is in the public cloud"),
        ("login.chinacloudapi.cn", "of Azure in China, but vault.vault.azure.net is in the public cloud"),
        ("http://login.example", "which is not a URL of scheme https"),
    ] {
        let scene = Scene::new().with("AZURE_AUTHORITY_HOST", authority);
        scene.search_fails(&format!(
            "token \"hardkey\": AZURE_AUTHORITY_HOST is \"{authority}\", {why}; unset it, or set it to https://login.microsoftonline.com"
        ));
    }
}

#[test]
fn a_choice_that_names_no_source_is_an_error() {
    let scene = Scene::new().with("AZURE_TOKEN_CREDENTIALS", "VisualStudioCredential");
    scene.search_fails("token \"hardkey\": AZURE_TOKEN_CREDENTIALS is \"VisualStudioCredential\", which names no source of credentials that this version has; unset it, or set it to prod, dev, EnvironmentCredential, WorkloadIdentityCredential, ManagedIdentityCredential, AzureCliCredential or AzureDeveloperCliCredential");
}

#[test]
fn what_entra_says_is_passed_on_and_nothing_else() {
    let scene = Scene::new().with("AZURE_TENANT_ID", "11111111-1111-1111-1111-111111111111");
    scene.search_fails(&format!(
        "token \"hardkey\": {NOT_SET}environment (Entra answered invalid_request: AADSTS90002: Tenant '11111111-1111-1111-1111-111111111111' not found.); correct the source named last, or take its settings away: those after it are asked only when it is not set up"
    ));
}
