//! Google's SDK for Rust: every source of credentials it knows finds its desk at the emulator.

use std::fs;

use google_cloud_auth::credentials::{Credentials, external_account, impersonated, mds, service_account, user_account};
use google_cloud_kms_v1::client::KeyManagementService;
use hardkey_tests::emulator::Emulator;
use hardkey_tests::google::{AWS_REQUEST, DEVELOPER, JWT, POOL, SIGNER};
use serde_json::{Value, json};

fn federated(emulator: &Emulator, kind: &str, source: &Value) -> Credentials {
    external_account::Builder::new(emulator.google_federated(kind, source)).build().unwrap()
}

/// Signs where this member alone may; answers which kinds of tokens were used.
async fn tokens(emulator: &Emulator, grants: &[(&str, &str, &str)], credentials: Credentials) -> Vec<String> {
    emulator.enforce_google_iam(grants);
    emulator.reset_counts();
    let endpoint = emulator.endpoint();
    let client = KeyManagementService::builder().with_endpoint(endpoint).with_credentials(credentials).build().await;
    let request = client.unwrap().asymmetric_sign().set_name(emulator.google_version(0)).set_data("release");
    let answer = request.send().await.unwrap();
    assert_eq!(answer.name, emulator.google_version(0));
    emulator.counts().google_tokens().into_keys().collect()
}

#[test]
fn googles_sdk_comes_by_a_token_from_every_source_it_knows() {
    // Whoever made another provider first made this one.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let emulator = Emulator::with_google(&["EC_SIGN_P256_SHA256"]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let everything = "projects/emulated-project";
        let signer = |member| (member, "roles/cloudkms.signer", everything);
        let machine = "serviceAccount:emulator@emulated-project.iam.gserviceaccount.com";
        let account = format!("serviceAccount:{SIGNER}");
        let job = format!("principal://{POOL}/subject/job:release");

        let from = mds::Builder::default().with_endpoint(emulator.endpoint()).build().unwrap();
        assert_eq!(tokens(&emulator, &[signer(machine)], from).await, ["metadata"]);

        let from = user_account::Builder::new(emulator.google_user()).build().unwrap();
        assert_eq!(tokens(&emulator, &[signer(DEVELOPER)], from).await, ["oauth"]);

        let file = emulator.google_service_account(SIGNER, "https://oauth2.googleapis.com/token");
        let from = service_account::Builder::new(file).build().unwrap();
        assert_eq!(tokens(&emulator, &[signer(&account)], from).await, ["self-signed"]);

        let from = federated(&emulator, JWT, &json!({ "url": emulator.google_subject_token_url() }));
        assert_eq!(tokens(&emulator, &[signer(&job)], from).await, ["federated"]);

        let path = emulator.folder().join("subject-token");
        fs::write(&path, emulator.google_subject_token()).unwrap();
        let from = federated(&emulator, JWT, &json!({ "file": path }));
        assert_eq!(tokens(&emulator, &[signer(&job)], from).await, ["federated"]);

        let from = federated(&emulator, AWS_REQUEST, &emulator.google_aws_source());
        let key = format!("principal://{POOL}/subject/ASIAIMDS0001");
        assert_eq!(tokens(&emulator, &[signer(&key)], from).await, ["federated"]);

        let from = impersonated::Builder::new(emulator.google_impersonated(SIGNER)).build().unwrap();
        let played = format!("projects/-/serviceAccounts/{SIGNER}");
        let may_play = (DEVELOPER, "roles/iam.serviceAccountTokenCreator", played.as_str());
        assert_eq!(tokens(&emulator, &[signer(&account), may_play], from).await, ["impersonated", "oauth"]);
    });
    // It looks things up at Google in the background, which is none of this test's business.
    runtime.shutdown_background();
}
