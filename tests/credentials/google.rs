//! Google: which source a token comes from is told by whose it is. The emulator's IAM lets one member alone in, with the role of
//! the README, and counts requests by their token.

mod failures;
mod renewal;
mod sources;

use std::collections::BTreeMap;

use hardkey_tests::cloud::Which;
use serde_json::{Value, json};

use crate::privilege::role::Role;
use crate::scene::Scene;

/// Whom those tokens are for that a refresh token of the emulator's is exchanged for.
const DEVELOPER: &str = "user:developer@example.com";
/// A service account that others may play.
const RELEASE: &str = "release@emulated-project.iam.gserviceaccount.com";
/// Who has been federated, but for the subject.
const POOL: &str = "iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool";
const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";
const VARIABLE: &str = "GOOGLE_APPLICATION_CREDENTIALS";
const GCLOUD: &str = ".config/gcloud/application_default_credentials.json";

impl Scene {
    /// A host of Google's without any credentials, and without a metadata server.
    fn google() -> Self {
        Self::of(Which::Google)
    }

    /// The file that the variable names.
    fn with_credentials(self, credentials: &Value) -> Self {
        let path = self.path("credentials.json").to_str().unwrap().to_owned();
        self.file("credentials.json", &credentials.to_string()).with(VARIABLE, &path)
    }

    /// The emulator's metadata server.
    fn with_google_metadata(self) -> Self {
        let host = self.emulator.endpoint().trim_start_matches("http://").to_owned();
        self.with("GCE_METADATA_HOST", &host)
    }

    fn with_gcloud(self) -> Self {
        let user = self.user();
        self.file(GCLOUD, &user.to_string())
    }

    /// What `gcloud auth application-default login` writes.
    fn user(&self) -> Value {
        json!({
            "type": "authorized_user",
            "client_id": "client",
            "client_secret": "tell-nobody",
            "refresh_token": "tell-nobody",
            "token_uri": format!("{}/google/token", self.emulator.endpoint()),
        })
    }

    /// A pipeline's: its subject token comes from this source.
    fn federated(&self, kind: &str, source: &Value) -> Value {
        json!({
            "type": "external_account",
            "audience": format!("//{POOL}/providers/pipeline"),
            "subject_token_type": kind,
            "token_url": format!("{}/v1/token", self.emulator.endpoint()),
            "credential_source": source,
        })
    }

    /// Where [`RELEASE`] is played.
    fn impersonation(&self) -> String {
        format!("{}/v1/projects/-/serviceAccounts/{RELEASE}:generateAccessToken", self.emulator.endpoint())
    }

    /// A pipeline's own token, which the emulator hands out as well.
    fn subject_token(&self) -> String {
        let url = format!("{}/google/subject-token", self.emulator.endpoint());
        ureq::get(url).call().unwrap().body_mut().read_to_string().unwrap()
    }

    /// Expects a signature where nobody but this member may ask for one, not a word from the module, and so many requests with
    /// tokens of each kind.
    fn signs_as(&self, member: &str, tokens: &[(&str, u64)]) {
        self.let_in(member);
        self.emulator.reset_counts();
        let done = self.run();
        assert_eq!(done.stderr, "", "{}", done.stdout);
        assert_eq!(done.stdout.trim_end().len(), 128, "not a signature: {}", done.stdout);
        let expected: BTreeMap<String, u64> = tokens.iter().map(|(kind, count)| ((*kind).to_owned(), *count)).collect();
        assert_eq!(self.tokens(), expected);
    }

    /// Lets this member sign, and the developer and the pipeline play [`RELEASE`].
    fn let_in(&self, member: &str) {
        let role = Role::documented();
        let key = self.name.split("/cryptoKeyVersions/").next().unwrap();
        let played = format!("projects/-/serviceAccounts/{RELEASE}");
        let plays = "roles/iam.serviceAccountTokenCreator";
        let grants =
            [(member, role.name.as_str(), key), (DEVELOPER, plays, played.as_str()), (&job(), plays, played.as_str())];
        self.emulator.enforce_google_role(&role.name, &role.permissions, &grants);
    }

    /// Requests by the kind of their token: the emulator's are `ya29.KIND-NUMBER`, one that its owner signed has three parts.
    fn tokens(&self) -> BTreeMap<String, u64> {
        let counted: BTreeMap<String, u64> = serde_json::from_value(self.emulator.counts().access_keys()).unwrap();
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

/// Who a pipeline's subject token is about.
fn job() -> String {
    format!("principal://{POOL}/subject/job:release")
}
