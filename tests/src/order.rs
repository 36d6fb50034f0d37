//! What a CA and its subscriber hand each other for one order, in files of a scene.

use crate::host::Outcome;
use crate::scene::Scene;

/// Who orders.
pub const SUBJECT: &str = "CN=Example GmbH,O=Example GmbH,C=DE";

/// The paths of an order's files: `challenge.json`, `request.csr` and `report.json`; for one of several keys, its name before them.
pub struct Order<'a> {
    /// What the CA asks with.
    pub challenge: String,
    /// The PKCS#10 request.
    pub request: String,
    /// The report on the key.
    pub report: String,
    scene: &'a Scene,
    key: Vec<String>,
}

impl Scene {
    /// The order for the only key.
    pub fn order(&self) -> Order<'_> {
        Order::new(self, "", Vec::new())
    }

    /// The order for one of several keys, by its name.
    pub fn order_for(&self, name: &str) -> Order<'_> {
        Order::new(self, &format!("{name}-"), vec!["--key".to_owned(), name.to_owned()])
    }
}

impl<'a> Order<'a> {
    fn new(scene: &'a Scene, prefix: &str, key: Vec<String>) -> Self {
        let [challenge, request, report] =
            ["challenge.json", "request.csr", "report.json"].map(|name| scene.path(&format!("{prefix}{name}")));
        Self { challenge, request, report, scene, key }
    }

    /// Request and report, as the subscriber makes them for the challenge; what `hardkey attest`, with `more`, said.
    pub fn answer(&self, more: &[&str]) -> Outcome {
        self.ask_for(SUBJECT);
        let files = ["--csr", &self.request, "--challenge", &self.challenge, "--out", &self.report];
        self.scene.hardkey(&[&["attest"], &self.key()[..], &files, more].concat()).success()
    }

    /// The request alone.
    pub fn ask_for(&self, subject: &str) {
        let files = ["--subject", subject, "--challenge", &self.challenge, "--out", &self.request];
        self.scene.hardkey(&[&["csr"], &self.key()[..], &files].concat()).success();
    }

    /// What a CA's verifier is run with.
    pub fn verify(&self, more: &[&str]) -> Vec<String> {
        let key = self.scene.challenge_key();
        let files = ["--csr", &self.request, "--challenge", &self.challenge, "--challenge-key", &key];
        [&["verify", self.report.as_str()], &files as &[&str], more].concat().into_iter().map(str::to_owned).collect()
    }

    fn key(&self) -> Vec<&str> {
        self.key.iter().map(String::as_str).collect()
    }
}
