//! Trouble with keys of Azure: the vault, the identity, the key.

mod answers;
mod certificates;
mod identity;
mod refusals;

use std::collections::BTreeMap;
use std::fs;

use hardkey_tests::azure::AzureKey;
use hardkey_tests::emulator::Emulator;
use hardkey_tests::host::Outcome;
use hardkey_tests::proxy::Proxy;
use serde_json::{Value, json};

use crate::{expect, host};

/// One key in a vault under Azure's own names, which a proxy leads to the emulator.
struct Scene {
    emulator: Emulator,
    proxy: Proxy,
    key: AzureKey,
    environment: BTreeMap<String, String>,
}

/// What the module says before the cause.
const SEARCH: &str = "hardkey: C_FindObjectsInit: CKR_DEVICE_ERROR: ";

impl Scene {
    /// A good RSA key called `release`.
    fn new() -> Self {
        Self::with_key(json!({ "kty": "RSA-HSM", "name": "release" }))
    }

    fn with_key(description: Value) -> Self {
        let emulator = Emulator::start(&[]);
        let proxy = Proxy::to(emulator.tls_endpoint());
        let key = emulator.azure_key(description);
        let mut environment = emulator.azure_by_name(&proxy);
        environment.insert("HARDKEY_KEY".to_owned(), key.id.clone());
        Self { emulator, proxy, key, environment }
    }

    /// A key that a certificate owns, and the certificates: leaf, intermediate authority and root in PEM.
    fn with_certificate(mut description: Value) -> (Self, Vec<String>) {
        let scene = Self::new();
        description["key"] = json!({ "kty": "RSA-HSM", "name": "signing" });
        let (key, certificates) = scene.emulator.azure_certificate(description);
        let id = key.id.clone();
        (Self { key, ..scene }.with("HARDKEY_KEY", &id), certificates)
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.environment.remove(name);
        self
    }

    /// A configuration file in the place of `HARDKEY_KEY`.
    fn configured(self, text: &str) -> Self {
        let path = self.emulator.folder().join("hardkey.toml");
        fs::write(&path, text).unwrap();
        self.without("HARDKEY_KEY").with("HARDKEY_CONFIG", path.to_str().unwrap())
    }

    fn list(&self) -> Outcome {
        host(&["list"], &self.environment)
    }

    fn sign(&self) -> Outcome {
        host(&["sign", "release"], &self.environment)
    }

    /// Expects a search that fails with this line.
    fn search_fails(&self, why: &str) {
        expect(&self.list(), "slot 0 0x30", &[&format!("{SEARCH}{why}")]);
    }

    /// Expects a key that is hidden with this line.
    fn hides(&self, why: &str) {
        expect(&self.list(), "", &[&format!("hardkey: token \"hardkey\": key {} is hidden: {why}", self.key.id)]);
    }

    /// Expects a signature that fails with this line, after a search that did not.
    fn signature_fails(&self, why: &str) {
        let line = format!("hardkey: C_Sign: CKR_DEVICE_ERROR: key {}: {why}", self.key.id);
        expect(&self.sign(), "C_Sign 0x30", &[&line]);
    }
}

#[test]
fn the_url_of_a_key_is_all_that_it_takes() {
    let scene = Scene::new();
    expect(&scene.sign(), "256 bytes", &[]);
    assert_eq!(
        scene.proxy.asked(),
        [
            "CONNECT vault.vault.azure.net:443",
            "CONNECT login.microsoftonline.com:443",
            "CONNECT vault.vault.azure.net:443"
        ]
    );
    // The challenge, the key's record and the signature, each once.
    let counts = scene.emulator.counts();
    let requests = ["GetKeys", "GetKey", "Sign", "GetToken"].map(|operation| counts.requests(operation));
    assert_eq!((requests, counts.all_requests()), ([1, 1, 1, 1], 4));
}

#[test]
fn a_name_without_a_version_is_the_current_one_and_the_log_says_which() {
    let scene = Scene::with_key(json!({ "kty": "RSA-HSM", "name": "release" }));
    let current = scene.emulator.azure_key(json!({ "kty": "RSA-HSM", "name": "release" }));
    let name = current.id.strip_suffix(&format!("/{}", current.version)).unwrap();
    let file = format!("[[token]]\nlabel = \"release\"\nkeys = [\"{name}\"]\n[log]\nlevel = \"info\"\n");
    let outcome = scene.configured(&file).sign();
    assert_eq!(outcome.text(), "256 bytes\n");
    let line = format!("hardkey: token \"release\": key {name} ({}) is RSA-2048 with label \"release\"", current.id);
    assert!(outcome.stderr.lines().any(|known| known == line), "{}", outcome.stderr);
}
