//! Azure's side of the emulator: its vault, its Managed HSM and what a client needs to find them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::emulator::Emulator;
use crate::proxy::Proxy;

/// The emulator's one tenant.
pub const TENANT: &str = "0f5c2d1e-7a34-4b6e-9c1d-3e8a5b7f9012";
/// Where Resource Manager has the emulator's vaults.
pub const RESOURCES: &str =
    "/subscriptions/5e1b0c3a-2f4d-4c6e-8a7b-9d0e1f2a3b4c/resourceGroups/hardkey/providers/Microsoft.KeyVault";
/// What the emulator's App Service expects in `X-IDENTITY-HEADER`.
pub const IDENTITY_HEADER: &str = "hardkey-identity-header";

/// A key version in the emulator's vault or Managed HSM.
#[derive(Clone, Debug)]
pub struct AzureKey {
    /// Its URL under the host name that Azure would give it.
    pub id: String,
    /// Its URL at the emulator's TLS listener.
    pub url: String,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

impl Emulator {
    /// The URL of the vault: premium, where nothing else was said.
    pub fn vault_url(&self) -> String {
        self.tls_endpoint().to_owned()
    }

    /// The URL of the Managed HSM, which is at the same port under another name.
    pub fn managed_hsm_url(&self) -> String {
        self.tls_endpoint().replace("localhost", "127.0.0.1")
    }

    /// Makes a key of this type, `RSA-HSM` for example, in the vault. The curve or size is the usual one if empty.
    pub fn vault_key(&self, kty: &str, curve_or_size: &str) -> AzureKey {
        let mut description = json!({ "kty": kty });
        match curve_or_size.parse::<u32>() {
            Ok(size) => description["size"] = json!(size),
            Err(_) if curve_or_size.is_empty() => {}
            Err(_) => description["curve"] = json!(curve_or_size),
        }
        self.azure_key(description)
    }

    /// Makes a key; the fields are in `tests/emulator/README.md`. `"vault": "hsm"` puts it in the Managed HSM.
    pub fn azure_key(&self, description: Value) -> AzureKey {
        self.made(&self.post("/azure/keys", &description))
    }

    fn made(&self, made: &Value) -> AzureKey {
        let text = |field: &str| made[field].as_str().unwrap_or_else(|| panic!("no key: {made}")).to_owned();
        let base = if text("vault") == "hsm" { self.managed_hsm_url() } else { self.vault_url() };
        let (name, version) = (text("name"), text("version"));
        AzureKey { id: text("id"), url: format!("{base}/keys/{name}/{version}"), name, version }
    }

    /// Makes a key and its certificate; the fields are in `tests/emulator/README.md`. Leaf, intermediate authority and root in PEM.
    pub fn azure_certificate(&self, description: Value) -> (AzureKey, Vec<String>) {
        let made = self.post("/azure/certificates", &description);
        let certificates = serde_json::from_value(made["certificates"].clone());
        (self.made(&made), certificates.unwrap_or_else(|error| panic!("{error}: {made}")))
    }

    /// Makes a vault or changes one; the fields are in `tests/emulator/README.md`.
    pub fn azure_vault(&self, description: Value) {
        self.post("/azure/vaults", &description);
    }

    /// Sets Azure's own roles and who has them; the fields are in `tests/emulator/README.md`.
    pub fn azure_roles(&self, directory: Value) {
        self.post("/azure/roles", &directory);
    }

    /// Changes a version of a key in a vault; the fields are in `tests/emulator/README.md`.
    pub fn azure_state(&self, vault: &str, key: &AzureKey, mut change: Value) {
        for (name, value) in [("vault", vault), ("name", &key.name), ("version", &key.version)] {
            change[name] = json!(value);
        }
        self.post("/azure/state", &change);
    }

    /// Makes an application known; the fields are in `tests/emulator/README.md`.
    pub fn azure_application(&self, description: Value) {
        self.post("/azure/apps", &description);
    }

    /// A token that is good for so many seconds.
    pub fn azure_token(&self, holder: &str, resource: &str, seconds: u64) -> String {
        let asked = json!({ "holder": holder, "resource": resource, "expires_in_seconds": seconds });
        self.post("/azure/tokens", &asked)["token"].as_str().unwrap().to_owned()
    }

    /// What the module needs to find Azure by its own names, through a proxy that leads to the emulator, and nothing of the
    /// machine's own settings: a key's URL is all that is missing.
    pub fn azure_by_name(&self, proxy: &Proxy) -> BTreeMap<String, String> {
        let mut environment = self.azure_environment();
        environment.remove("AZURE_AUTHORITY_HOST");
        environment.insert("HTTPS_PROXY".to_owned(), proxy.url());
        environment
    }

    /// Deletes a key, as its owner would.
    pub fn delete_azure_key(&self, vault: &str, key: &AzureKey) {
        let token = self.azure_token("owner", "https://vault.azure.net", 60);
        let url = format!("{}/keys/{}?api-version=7.6", self.endpoint(), key.name);
        let request = ureq::delete(url).header("Host", format!("{vault}.vault.azure.net"));
        request.header("Authorization", format!("Bearer {token}")).call().unwrap();
    }

    /// What a client with a secret needs, and nothing of the machine's own settings.
    pub fn azure_environment(&self) -> BTreeMap<String, String> {
        let pairs = [
            ("AZURE_TENANT_ID", TENANT.to_owned()),
            ("AZURE_CLIENT_ID", "hardkey-tests".to_owned()),
            ("AZURE_CLIENT_SECRET", "secret".to_owned()),
            ("AZURE_AUTHORITY_HOST", self.tls_endpoint().to_owned()),
            ("SSL_CERT_FILE", self.ca().to_str().unwrap().to_owned()),
        ];
        pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}
