//! Google: which source a token comes from is told by whose it is. The emulator's IAM lets one member alone in, with the role of
//! the README, and counts requests by their token.

mod deadline;
mod failures;
mod renewal;
mod sources;

use std::collections::BTreeMap;

use hardkey_tests::cloud::Which;
use hardkey_tests::google::{DEVELOPER, POOL};
use serde_json::Value;

use crate::privilege::role::Role;
use crate::scene::Scene;

/// A service account that others may play.
const RELEASE: &str = "release@emulated-project.iam.gserviceaccount.com";
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
        let user = self.emulator.google_user();
        self.file(GCLOUD, &user.to_string())
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
        assert_eq!(self.emulator.counts().google_tokens(), expected);
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
}

/// Who a pipeline's subject token is about.
fn job() -> String {
    format!("principal://{POOL}/subject/job:release")
}
