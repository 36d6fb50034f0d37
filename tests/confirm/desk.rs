//! A CA's desk: its configuration, its keys and its policy, beside the subscriber's scene.

use std::collections::BTreeMap;
use std::time::Duration;

use hardkey_tests::host::Outcome;
use hardkey_tests::scene::Scene;

/// What the emulator plays.
const KMS: &str = "kms.eu-west-1.amazonaws.com";

/// Where a CA decides about keys of the emulated AWS KMS, which are in its own account: it has no role.
pub struct Desk {
    pub scene: Scene,
    /// What `hardkey-confirm` is run with.
    pub environment: BTreeMap<String, String>,
}

impl Desk {
    pub fn with(keys: &[&str]) -> Self {
        let scene = Scene::start(keys);
        let mut environment = scene.emulator.environment();
        // Nothing but the configuration says where AWS is.
        environment.insert("AWS_ENDPOINT_URL_KMS".to_owned(), "http://127.0.0.1:1".to_owned());
        environment.insert("HOME".to_owned(), scene.path(""));
        let desk = Self { scene, environment };
        let made = desk.confirm(&["init", "--out", &desk.scene.path("record.key")]).success();
        let url = desk.scene.emulator.endpoint().to_owned();
        let authority = url.trim_start_matches("http://").to_owned();
        desk.scene.write(
            "ca.toml",
            format!("key = \"record.key\"\n[endpoints]\n\"{KMS}\" = \"{url}\"\n[network]\ntimeout = 10\n"),
        );
        desk.write_policy(&format!("confirmation_endpoints = [\"{authority}\"]\n{}", made.text()));
        desk
    }

    /// Writes the CA's policy: what this adds to the Baseline Requirements.
    pub fn write_policy(&self, lines: &str) {
        let lines = lines.replace("name = \"…\"", "name = \"desk\"");
        self.scene.write("policy.toml", format!("name = \"example-ca\"\nbased_on = \"csbr\"\n{lines}"));
    }

    pub fn path(&self, name: &str) -> String {
        self.scene.path(name)
    }

    pub fn confirm(&self, arguments: &[&str]) -> Outcome {
        self.scene.hardkey_confirm(arguments, &self.environment)
    }

    /// An order for a key by its alias, and the subscriber's answer.
    pub fn order(&self, alias: &str) {
        self.scene.challenge(&format!("{alias}-challenge.json"), Duration::from_secs(3600));
        self.scene.order_for(alias).answer(&[]);
    }

    /// Asks about the key of an order.
    pub fn ask(&self, alias: &str, record: &str) -> Outcome {
        let (order, record, config) = (self.scene.order_for(alias), self.path(record), self.path("ca.toml"));
        self.confirm(&[&order.report, "--config", &config, "--out", &record])
    }

    /// What the verifier says of an order, with a record.
    pub fn verify(&self, alias: &str, record: &str) -> Outcome {
        self.verify_with(alias, record, &[])
    }

    /// The same, with more arguments.
    pub fn verify_with(&self, alias: &str, record: &str, more: &[&str]) -> Outcome {
        let (record, policy) = (self.path(record), self.path("policy.toml"));
        let more = [&["--confirmation", &record, "--policy", &policy], more].concat();
        self.scene.hardkey_attest(&self.scene.order_for(alias).verify(&more))
    }
}

/// Rules and checks that are not met, in their order.
pub fn unmet(verdict: &Outcome) -> Vec<String> {
    let text = verdict.text();
    let obstacles = text.split("Worth a look").next().unwrap_or_default();
    let rules = obstacles.lines().filter_map(|line| line.strip_prefix("  ")?.split_once(' '));
    let unmet = rules.filter(|(_, rest)| rest.starts_with("failed") || rest.starts_with("missing"));
    unmet.map(|(id, _)| id.to_owned()).collect()
}
