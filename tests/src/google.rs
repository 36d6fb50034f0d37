//! Google's side of the emulator: versions, tokens, who may do what.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::emulator::{Control, Emulator};

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
