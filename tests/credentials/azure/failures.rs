//! Sources that are set up and fail: which, and why, without a secret.

use serde_json::json;

use super::{Scene, broken};

const NO_SECRET: &str = "environment (neither AZURE_CLIENT_SECRET nor AZURE_CLIENT_CERTIFICATE_PATH is set)";
const NO_ENVIRONMENT: &str = "environment (AZURE_TENANT_ID is not set)";
const NO_WORKLOAD: &str = "workload identity (AZURE_FEDERATED_TOKEN_FILE is not set)";

#[test]
fn entra_s_words_are_shown_to_their_first_line_and_without_tokens() {
    let scene = Scene::new().with_secret();
    scene.emulator.credentials(json!({
        "status": 401, "code": "invalid_client",
        "message": "AADSTS7000215: Invalid client secret eyJsecret provided.\r\nTrace ID: 1\r\nCorrelation ID: 2",
    }));
    scene.fails_with(&broken(
        "environment (Entra answered invalid_client: AADSTS7000215: Invalid client secret (token) provided.)",
    ));
    assert_eq!(scene.emulator.counts().credential_fetches(), 1);
}

#[test]
fn a_token_service_that_is_out_of_order_is_asked_again() {
    let scene = Scene::new().with_secret();
    scene.emulator.fault(json!({ "operation": "GetToken", "status": 503, "times": 2 }));
    scene.signs_as("application");
    assert_eq!(scene.emulator.counts().requests("GetToken"), 3);
    scene.emulator.clear_faults();
    scene.emulator.reset_counts();
    scene.emulator.fault(json!({ "operation": "GetToken", "status": 503, "message": "AADSTS90033" }));
    scene.fails_with(&broken("environment (Entra answered temporarily_unavailable: AADSTS90033)"));
    assert_eq!(scene.emulator.counts().requests("GetToken"), 3);
}

#[test]
fn an_answer_that_is_no_token_is_called_so() {
    for corruption in ["html", "body"] {
        let scene = Scene::new().with_secret();
        scene.emulator.fault(json!({ "operation": "GetToken", "corrupt": corruption }));
        scene.fails_with(&broken("environment (the answer of https://login.microsoftonline.com is no token)"));
    }
}

#[test]
fn an_authority_that_is_not_reached_is_named() {
    let scene = Scene::new().with_secret().with("AZURE_AUTHORITY_HOST", "https://localhost:1");
    scene.fails_with(&broken(
        "environment (https://localhost:1 could not be reached: tcp connect error: Connection refused (os error 111))",
    ));
}

#[test]
fn a_token_file_that_holds_none_is_named() {
    let scene = Scene::new().with_workload_identity();
    for (content, why) in [("", "holds no token"), ("not a token", "holds no token")] {
        std::fs::write(scene.path("token"), content).unwrap();
        scene.fails_with(&broken(&format!("{NO_SECRET}, workload identity (the token file HOME/token {why})")));
    }
    std::fs::remove_file(scene.path("token")).unwrap();
    scene.fails_with(&broken(&format!(
        "{NO_SECRET}, workload identity (the token file HOME/token cannot be read: No such file or directory)"
    )));
}

#[test]
fn a_managed_identity_that_is_set_up_and_fails_ends_the_search() {
    let scene = Scene::new().with_app_service().with_az().with("IDENTITY_HEADER", "wrong");
    scene.fails_with(&broken(&format!(
        "{NO_ENVIRONMENT}, {NO_WORKLOAD}, managed identity (the service answered Unauthorized: X-IDENTITY-HEADER is missing or wrong.)"
    )));
    let scene = Scene::new().with("MSI_ENDPOINT", "http://127.0.0.1:1/").with("AZURE_TOKEN_CREDENTIALS", "prod");
    scene.fails_with(&broken(&format!(
        "{NO_ENVIRONMENT}, {NO_WORKLOAD}, managed identity (CloudShell managed identity isn't supported)"
    )));
}

#[test]
fn without_any_source_each_is_named_with_its_reason() {
    let scene = Scene::new().with("AZURE_TOKEN_CREDENTIALS", "dev");
    scene.fails_with("no Azure credentials; tried: Azure CLI (az is not on PATH), Azure Developer CLI (azd is not on PATH); set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, run where a managed identity is attached, or run az login");
}
