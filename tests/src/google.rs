//! Google's side of the emulator: versions, tokens, who may do what.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::emulator::{Control, Counts, Emulator};

/// Whom the tokens are for that a refresh token is exchanged for.
pub const DEVELOPER: &str = "user:developer@example.com";
/// Who has been federated, but for the subject.
pub const POOL: &str = "iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool";
/// What a pipeline's own token is.
pub const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";
/// What an instance of AWS shows in its place.
pub const AWS_REQUEST: &str = "urn:ietf:params:aws:token-type:aws4_request";

/// The service account that tests sign as, where they care for no other.
pub const SIGNER: &str = "signer@emulated-project.iam.gserviceaccount.com";

impl Emulator {
    /// The name of a version that it was started with, in their order.
    pub fn google_version(&self, index: usize) -> String {
        self.ready["google_keys"][index]["name"].as_str().unwrap().to_owned()
    }

    /// A file with credentials, in its folder.
    pub fn google_credentials(&self, name: &str, credentials: &Value) -> PathBuf {
        let path = self.folder().join(name);
        fs::write(&path, credentials.to_string()).unwrap();
        path
    }

    /// A file with the key of a service account: its tokens are signed with it, so that no token service is asked.
    pub fn google_signer(&self) -> PathBuf {
        let key = self.google_service_account(SIGNER, "https://oauth2.googleapis.com/token");
        self.google_credentials("service-account.json", &key)
    }

    /// What `gcloud auth application-default login` writes. Its secrets are called `tell-nobody`.
    pub fn google_user(&self) -> Value {
        json!({
            "type": "authorized_user",
            "client_id": "client",
            "client_secret": "tell-nobody",
            "refresh_token": "tell-nobody",
            "token_uri": format!("{}/google/token", self.endpoint()),
        })
    }

    /// The credentials of a pipeline, whose own token is of this kind and comes from this source.
    pub fn google_federated(&self, kind: &str, source: &Value) -> Value {
        json!({
            "type": "external_account",
            "audience": format!("//{POOL}/providers/pipeline"),
            "subject_token_type": kind,
            "token_url": format!("{}/v1/token", self.endpoint()),
            "credential_source": source,
        })
    }

    /// Where an instance of AWS's finds its keys and its region.
    pub fn google_aws_source(&self) -> Value {
        let imds = |path: &str| format!("{}/latest/{path}", self.issuer_url("imds"));
        json!({
            "environment_id": "aws1",
            "region_url": imds("meta-data/placement/availability-zone"),
            "url": imds("meta-data/iam/security-credentials"),
            "regional_cred_verification_url":
                "https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15",
            "imdsv2_session_token_url": imds("api/token"),
        })
    }

    /// Credentials with which a user plays a service account.
    pub fn google_impersonated(&self, account: &str) -> Value {
        json!({
            "type": "impersonated_service_account",
            "source_credentials": self.google_user(),
            "service_account_impersonation_url": self.google_impersonation(account),
        })
    }

    /// Where tokens of a service account are handed out to those who may play it.
    pub fn google_impersonation(&self, account: &str) -> String {
        format!("{}/v1/projects/-/serviceAccounts/{account}:generateAccessToken", self.endpoint())
    }

    /// Where a pipeline's own token is.
    pub fn google_subject_token_url(&self) -> String {
        format!("{}/google/subject-token", self.endpoint())
    }

    /// A pipeline's own token, whose subject is `job:release`.
    pub fn google_subject_token(&self) -> String {
        ureq::get(self.google_subject_token_url()).call().unwrap().body_mut().read_to_string().unwrap()
    }
}

impl Control {
    /// Makes one more version and answers its name; the fields are in `tests/emulator/README.md`.
    pub fn create_google(&self, version: Value) -> String {
        self.post("/google/keys", &version)["name"].as_str().unwrap().to_owned()
    }

    /// Puts a version in a state: `ENABLED`, `DISABLED`, `DESTROYED`, `PENDING_GENERATION` or any other.
    pub fn set_google_state(&self, version: &str, state: &str) {
        self.post("/google/state", &json!({ "name": version, "state": state }));
    }

    /// The state of a version.
    pub fn google_state(&self, version: &str) -> String {
        let versions = self.get("/google/keys");
        let found = versions["keys"].as_array().unwrap().iter().find(|one| one["name"] == version);
        found.map_or_else(String::new, |found| found["state"].as_str().unwrap().to_owned())
    }

    /// The roots of the statements of its HSMs; the fields are in `tests/emulator/README.md`.
    pub fn roots(&self) -> Vec<Value> {
        self.get("/roots")["roots"].as_array().unwrap().clone()
    }

    /// Whether versions stay pending from now on.
    pub fn hold_google_generation(&self, held: bool) {
        self.put("/google/generation", &json!({ "held": held }));
    }

    /// Who may do what from now on: `[(member, role, resource)]`. Whoever has no token that is known is refused.
    pub fn enforce_google_iam(&self, grants: &[(&str, &str, &str)]) {
        self.enforce_google_role("projects/emulated-project/roles/none", &[], grants);
    }

    /// The same, with a role that has these permissions.
    pub fn enforce_google_role(&self, role: &str, permissions: &[String], grants: &[(&str, &str, &str)]) {
        let grants: Vec<Value> = grants
            .iter()
            .map(|(member, role, resource)| json!({ "member": member, "role": role, "resource": resource }))
            .collect();
        let roles = json!({ role: permissions });
        self.put("/google/iam", &json!({ "enforced": true, "roles": roles, "grants": grants }));
    }

    /// All that IAM knows from now on, in the words of `tests/emulator/README.md`.
    pub fn set_google_iam(&self, iam: &Value) {
        self.put("/google/iam", iam);
    }

    /// A token of a member's, `user:…` or `serviceAccount:…`, that is good for so many seconds.
    pub fn google_token(&self, member: &str, seconds: u64) -> String {
        let asked = json!({ "member": member, "expires_in_seconds": seconds });
        self.post("/google/tokens", &asked)["token"].as_str().unwrap().to_owned()
    }

    /// The key file of a service account, which signs its tokens itself; where they are exchanged is up to the caller.
    pub fn google_service_account(&self, email: &str, token_uri: &str) -> Value {
        self.post("/google/service-accounts", &json!({ "email": email, "token_uri": token_uri }))
    }
}

impl Counts {
    /// Requests by the kind of their token: the emulator's are `ya29.KIND-NUMBER`, one that its owner signed has three parts.
    pub fn google_tokens(&self) -> BTreeMap<String, u64> {
        let counted: BTreeMap<String, u64> = serde_json::from_value(self.access_keys()).unwrap();
        let mut kinds = BTreeMap::new();
        for (token, count) in counted {
            let kind = match token.strip_prefix("ya29.").and_then(|rest| rest.split_once('-')) {
                Some((kind, _)) => kind.to_owned(),
                None if token.split('.').count() == 3 => "self-signed".to_owned(),
                None => token,
            };
            *kinds.entry(kind).or_default() += count;
        }
        kinds
    }
}
