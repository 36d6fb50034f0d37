//! The emulator, one process per test, ended with it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::ops::Deref;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::built;

/// A running emulator.
pub struct Emulator {
    child: Child,
    control: Control,
    pub(crate) ready: Value,
    directory: TempDir,
}

/// The control endpoint of a running emulator; any process can use it.
pub struct Control(String);

/// A key made when the emulator started.
#[derive(Clone, Debug)]
pub struct EmulatorKey {
    /// Its key ARN.
    pub arn: String,
    /// The last part of its ARN.
    pub id: String,
}

impl Emulator {
    /// Starts one with these keys, in the words of its `--key` option, for example `RSA_3072,alias=release`.
    pub fn start(keys: &[&str]) -> Self {
        Self::named(keys, &[])
    }

    /// Starts one with these versions of Google's, in the words of its `--google-key` option, for example
    /// `EC_SIGN_P256_SHA256,protection=HSM`, which is the level of those that name none.
    pub fn with_google(versions: &[&str]) -> Self {
        Self::with(&[], versions, &[])
    }

    /// The same, with a certificate that is for these hosts as well.
    pub fn named(keys: &[&str], hosts: &[&str]) -> Self {
        Self::with(keys, &[], hosts)
    }

    /// One with keys of AWS, versions of Google's, and a certificate that is for these hosts as well.
    pub fn with(keys: &[&str], google: &[&str], hosts: &[&str]) -> Self {
        let directory = TempDir::new().unwrap();
        let mut command = Command::new(built::emulator());
        command.args(["--aws-tls", "127.0.0.1:0", "--until-stdin-closes", "--ca-file"]);
        command.arg(directory.path().join("ca.pem"));
        for key in keys {
            command.args(["--key", key]);
        }
        for version in google {
            command.args(["--google-key", version]);
        }
        for host in hosts {
            command.args(["--name", host]);
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).expect("the emulator says where it is when it is ready");
        let control = Control::at(ready["control"].as_str().unwrap());
        Self { child, control, ready, directory }
    }

    /// The endpoint over plain HTTP, of every cloud.
    pub fn endpoint(&self) -> &str {
        self.ready["aws"].as_str().unwrap()
    }

    /// The endpoint over TLS, of every cloud.
    pub fn tls_endpoint(&self) -> &str {
        self.ready["aws_tls"].as_str().unwrap()
    }

    /// The certificate of the authority behind the TLS endpoint.
    pub fn ca(&self) -> PathBuf {
        self.directory.path().join("ca.pem")
    }

    /// A folder that goes away with the emulator.
    pub fn folder(&self) -> PathBuf {
        self.directory.path().to_path_buf()
    }

    /// The keys it was started with, in their order.
    pub fn key(&self, index: usize) -> EmulatorKey {
        let key = &self.ready["keys"][index];
        let text = |field: &str| key[field].as_str().unwrap().to_owned();
        EmulatorKey { arn: text("arn"), id: text("key_id") }
    }

    /// The same, or nothing where there were not so many.
    pub fn try_key(&self, index: usize) -> Option<EmulatorKey> {
        (!self.ready["keys"][index].is_null()).then(|| self.key(index))
    }

    /// What AWS's SDKs need to find the emulator, and nothing of the machine's own settings.
    pub fn environment(&self) -> BTreeMap<String, String> {
        let pairs = [
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("AWS_CONFIG_FILE", "/dev/null"),
            ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
            ("AWS_ENDPOINT_URL_KMS", self.endpoint()),
            ("AWS_REGION", "eu-west-1"),
        ];
        pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// The same over TLS.
    pub fn tls_environment(&self) -> BTreeMap<String, String> {
        let mut environment = self.environment();
        environment.insert("AWS_ENDPOINT_URL_KMS".to_owned(), self.tls_endpoint().to_owned());
        environment.insert("SSL_CERT_FILE".to_owned(), self.ca().to_str().unwrap().to_owned());
        environment
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Deref for Emulator {
    type Target = Control;

    fn deref(&self) -> &Control {
        &self.control
    }
}

impl Control {
    /// The control endpoint at this URL.
    pub fn at(url: &str) -> Self {
        Self(url.to_owned())
    }

    /// Its URL.
    pub fn url(&self) -> &str {
        &self.0
    }

    /// Where container credentials are handed out.
    pub fn credentials_url(&self) -> String {
        format!("{}/credentials", self.0)
    }

    /// Has it misbehave; the fields are in `tests/emulator/README.md`.
    pub fn fault(&self, fault: Value) {
        self.post("/faults", &fault);
    }

    /// Ends all misbehaviour.
    pub fn clear_faults(&self) {
        ureq::delete(format!("{}/faults", self.0)).call().unwrap();
    }

    /// Does something to every open connection: `fin`, `rst` or `silence`. How many there were.
    pub fn to_connections(&self, how: &str) -> Value {
        self.post("/connections", &json!({ "how": how }))
    }

    /// Makes one more key; the fields are in `tests/emulator/README.md`.
    pub fn create(&self, key: Value) -> Value {
        self.post("/keys", &key)
    }

    /// Puts a key in a state: `Enabled`, `Disabled` or `PendingDeletion`.
    pub fn set_state(&self, key: &EmulatorKey, state: &str) {
        self.post(&format!("/keys/{}/state", key.id), &json!({ "state": state }));
    }

    /// How long the credentials it hands out are good.
    pub fn credentials_last(&self, seconds: u64) {
        self.credentials(json!({ "expires_in_seconds": seconds }));
    }

    /// How it hands credentials out; the fields are in `tests/emulator/README.md`.
    pub fn credentials(&self, how: Value) {
        ureq::put(self.credentials_url()).send_json(how).unwrap();
    }

    /// Where one of its issuers of credentials is: `sts`, `imds` or `sso`.
    pub fn issuer_url(&self, issuer: &str) -> String {
        format!("{}/{issuer}", self.0)
    }

    /// What each fetch of credentials came with, in order; the fields are in `tests/emulator/README.md`.
    pub fn asked(&self) -> Value {
        let mut answer: Value = ureq::get(format!("{}/asked", self.0)).call().unwrap().body_mut().read_json().unwrap();
        answer["asked"].take()
    }

    /// Requests, connections and handshakes since the start or the last reset.
    pub fn counts(&self) -> Counts {
        Counts(ureq::get(format!("{}/counts", self.0)).call().unwrap().body_mut().read_json().unwrap())
    }

    /// Counts from zero again.
    pub fn reset_counts(&self) {
        ureq::delete(format!("{}/counts", self.0)).call().unwrap();
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        ureq::get(format!("{}{path}", self.0)).call().unwrap().body_mut().read_json().unwrap()
    }

    pub(crate) fn put(&self, path: &str, body: &Value) {
        ureq::put(format!("{}{path}", self.0)).send_json(body).unwrap();
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Value {
        let mut answer = ureq::post(format!("{}{path}", self.0)).send_json(body).unwrap();
        answer.body_mut().read_json().unwrap_or(Value::Null)
    }
}

/// What the emulator counted.
#[derive(Debug)]
pub struct Counts(pub Value);

impl Counts {
    /// Requests of one operation.
    pub fn requests(&self, operation: &str) -> u64 {
        self.0["requests"][operation].as_u64().unwrap_or(0)
    }

    /// Requests of one operation that were carried out, whatever became of the answer.
    pub fn carried_out(&self, operation: &str) -> u64 {
        self.0["carried_out"][operation].as_u64().unwrap_or(0)
    }

    /// Requests of all operations.
    pub fn all_requests(&self) -> u64 {
        self.0["requests"].as_object().map_or(0, |all| all.values().filter_map(Value::as_u64).sum())
    }

    /// Requests by the access key id they were signed with.
    pub fn access_keys(&self) -> Value {
        self.0["access_keys"].clone()
    }

    /// Times that credentials were asked for.
    pub fn credential_fetches(&self) -> u64 {
        self.0["credential_fetches"].as_u64().unwrap()
    }

    /// Connections accepted.
    pub fn connections(&self) -> u64 {
        self.0["connections"].as_u64().unwrap()
    }

    /// The most requests that were being served at once.
    pub fn most_under_way(&self) -> u64 {
        self.0["most_under_way"].as_u64().unwrap()
    }

    /// TLS handshakes completed.
    pub fn handshakes(&self) -> u64 {
        self.0["tls_handshakes"].as_u64().unwrap()
    }
}
