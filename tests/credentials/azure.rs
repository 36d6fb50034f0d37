//! Where a token for Azure comes from, in which order, and what is said when there is none.

mod certificate;
mod failures;
mod sources;
mod tools;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use base64ct::{Base64UrlUnpadded, Encoding};
use hardkey_tests::azure::{AzureKey, IDENTITY_HEADER, TENANT};
use hardkey_tests::emulator::Emulator;
use hardkey_tests::proxy::Proxy;
use serde_json::{Value, json};

use crate::scene::{Done, Host};

/// What tokens for vaults are asked for.
const VAULTS: &str = "https://vault.azure.net";

/// One key in a vault, and nothing that says who asks.
pub struct Scene {
    pub emulator: Emulator,
    proxy: Proxy,
    pub key: AzureKey,
    environment: BTreeMap<String, String>,
    config: String,
}

impl Scene {
    pub fn new() -> Self {
        let emulator = Emulator::start(&[]);
        let proxy = Proxy::to(emulator.tls_endpoint());
        let key = emulator.azure_key(json!({ "kty": "EC-HSM", "name": "release" }));
        let mut environment = emulator.azure_by_name(&proxy);
        for variable in ["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"] {
            environment.remove(variable);
        }
        let home = emulator.folder();
        let scene = Self { emulator, proxy, key, environment, config: String::new() };
        fs::create_dir(home.join("bin")).unwrap();
        // The shell that runs tools is named by its path; of tools there are none but a test's own.
        let name = scene.key.id.clone();
        scene
            .with("HOME", home.to_str().unwrap())
            .with("PATH", home.join("bin").to_str().unwrap())
            .with("HARDKEY_KEY", &name)
    }

    fn with(mut self, variable: &str, value: &str) -> Self {
        self.environment.insert(variable.to_owned(), value.to_owned());
        self
    }

    fn without(mut self, variable: &str) -> Self {
        self.environment.remove(variable);
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.emulator.folder().join(name)
    }

    fn file(self, name: &str, content: &str) -> Self {
        fs::write(self.path(name), content).unwrap();
        self
    }

    /// A program on the path.
    fn tool(self, name: &str, script: &str) -> Self {
        let path = self.path("bin").join(name);
        fs::write(&path, format!("#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        self
    }

    /// With these lines in `[network]`.
    fn network(mut self, lines: &str) -> Self {
        self.config = format!("[[token]]\nlabel = \"hardkey\"\nkeys = [\"{}\"]\n[network]\n{lines}\n", self.key.id);
        let (path, config) = (self.path("hardkey.toml"), self.config.clone());
        self.without("HARDKEY_KEY").file("hardkey.toml", &config).with("HARDKEY_CONFIG", path.to_str().unwrap())
    }

    fn application(self) -> Self {
        self.with("AZURE_TENANT_ID", TENANT).with("AZURE_CLIENT_ID", "application")
    }

    pub fn with_secret(self) -> Self {
        self.application().with("AZURE_CLIENT_SECRET", "secret")
    }

    fn with_workload_identity(self) -> Self {
        let path = self.path("token");
        self.application()
            .file("token", &format!("{}\n", identity_token("pipeline")))
            .with("AZURE_FEDERATED_TOKEN_FILE", path.to_str().unwrap())
    }

    fn with_app_service(self) -> Self {
        let endpoint = format!("{}/msi/token", self.emulator.endpoint());
        self.with("IDENTITY_ENDPOINT", &endpoint).with("IDENTITY_HEADER", IDENTITY_HEADER)
    }

    fn with_az(self) -> Self {
        let token = self.emulator.azure_token("developer", VAULTS, 3600);
        self.tool(
            "az",
            &format!("echo '{{\"accessToken\": \"{token}\", \"expires_on\": 4102444800, \"tokenType\": \"Bearer\"}}'"),
        )
    }

    fn with_azd(self) -> Self {
        let token = self.emulator.azure_token("azd-developer", VAULTS, 3600);
        self.tool("azd", &format!("echo '{{\"token\": \"{token}\", \"expiresOn\": \"2099-12-31T00:00:00Z\"}}'"))
    }

    fn host(&self) -> Host {
        Host::start_with(&self.environment, "release")
    }

    pub fn run(&self) -> Done {
        self.host().end_after("message")
    }

    /// Expects a signature, not a word from the module, and every request made by this identity.
    fn signs_as(&self, holder: &str) {
        let done = self.run();
        assert_eq!(done.stderr, "", "{}", done.stdout);
        assert_eq!(done.stdout.trim_end().len(), 128, "not a signature: {}", done.stdout);
        // GetKey and Sign. The first request has no token.
        assert_eq!(self.emulator.counts().access_keys()[holder], json!(2), "{:?}", self.emulator.counts());
    }

    /// Expects no key, and exactly this on the one line of the module.
    fn fails_with(&self, why: &str) -> Done {
        let done = self.run();
        assert_eq!(done.stdout, "slot 0 0x30\n", "{}", done.stderr);
        let why = why.replace("HOME", self.emulator.folder().to_str().unwrap());
        assert_eq!(done.stderr, format!("hardkey: C_FindObjectsInit: CKR_DEVICE_ERROR: token \"hardkey\": {why}\n"));
        assert_eq!(self.emulator.counts().requests("GetKey"), 0);
        done
    }

    fn asked(&self) -> Value {
        self.emulator.asked()
    }
}

/// What a pipeline's OIDC gives: the subject, good until the end of the century.
fn identity_token(subject: &str) -> String {
    let part = |value: Value| Base64UrlUnpadded::encode_string(value.to_string().as_bytes());
    let (header, claims) = (json!({ "alg": "RS256" }), json!({ "sub": subject, "exp": 4_102_444_800_u64 }));
    format!("{}.{}.{}", part(header), part(claims), Base64UrlUnpadded::encode_string(b"signature"))
}

/// A source that is set up, and fails.
fn broken(reasons: &str) -> String {
    format!(
        "no Azure credentials; tried: {reasons}; correct the source named last, or take its settings away: those after it are asked only when it is not set up"
    )
}
