//! An emulator, a folder, and programs that are run in it.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hardkey_attest::challenge::{Challenge, ChallengeKey};
use hardkey_attest::instant::Instant;
use serde_json::Value;
use tempfile::TempDir;

use crate::azure::AzureKey;
use crate::built;
use crate::emulator::Emulator;
use crate::host::{Outcome, run};
use crate::proxy::Proxy;

/// Several times the deadline of a search and a signature.
const LIMIT: Duration = Duration::from_secs(120);

/// The account and region of the emulator's keys.
const ALIASES: &str = "arn:aws:kms:eu-west-1:111122223333:alias";

/// A CA's name.
pub const AUDIENCE: &str = "Example CA";
/// The order.
pub const ORDER: &str = "4711";
/// What it keeps to itself.
const SECRET: [u8; 32] = [7; 32];

/// Where a test happens.
pub struct Scene {
    /// Where the keys are.
    pub emulator: Emulator,
    /// What `hardkey` is run with.
    pub environment: BTreeMap<String, String>,
    /// Keys of Azure's, in the order in which they were described.
    pub azure: Vec<AzureKey>,
    folder: TempDir,
    /// Leads Azure's own names to the emulator.
    _proxy: Option<Proxy>,
}

impl Scene {
    /// With keys of AWS, in the words of the emulator's `--key`. All that have an alias are configured.
    pub fn start(keys: &[&str]) -> Self {
        Self::of_both(keys, &[])
    }

    /// With key versions of Google's, in the words of the emulator's `--google-key`. All are configured.
    pub fn with_google(versions: &[&str]) -> Self {
        Self::of_both(&[], versions)
    }

    /// With keys of Azure's, which go by Azure's own names; the fields are in `tests/emulator/README.md`. All are configured.
    pub fn with_azure(keys: &[Value]) -> Self {
        let mut scene = Self::of_both(&[], &[]);
        let proxy = Proxy::to(scene.emulator.tls_endpoint());
        scene.environment.extend(scene.emulator.azure_by_name(&proxy));
        scene.azure = keys.iter().map(|key| scene.emulator.azure_key(key.clone())).collect();
        let names: Vec<String> = scene.azure.iter().map(|key| key.id.clone()).collect();
        scene.set("HARDKEY_KEY", &names.join(" "));
        Self { _proxy: Some(proxy), ..scene }
    }

    /// With keys of both.
    pub fn of_both(keys: &[&str], versions: &[&str]) -> Self {
        let emulator = Emulator::with(keys, versions, &[]);
        let environment = emulator.environment();
        let folder = TempDir::new().unwrap();
        let mut scene = Self { emulator, environment, azure: Vec::new(), folder, _proxy: None };
        let aliases = keys.iter().filter_map(|key| alias(key)).map(|name| Self::named(&name));
        let names = (0..versions.len()).map(|index| scene.emulator.google_version(index));
        let all: Vec<String> = aliases.chain(names).collect();
        scene.set("HARDKEY_KEY", &all.join(" "));
        // Nothing of whoever runs the tests.
        scene.set("HOME", scene.folder.path().to_str().unwrap().to_owned().as_str());
        let endpoint = scene.emulator.endpoint().to_owned();
        let tokens = format!("{endpoint}/google/token");
        let account = scene.emulator.google_service_account("signer@emulated-project.iam.gserviceaccount.com", &tokens);
        let account = scene.write("account.json", account.to_string());
        scene.set("GOOGLE_APPLICATION_CREDENTIALS", &account);
        scene.set("CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDKMS", &endpoint);
        scene
    }

    /// The full name of an alias.
    pub fn named(alias: &str) -> String {
        format!("{ALIASES}/{alias}")
    }

    /// Sets a variable for `hardkey`.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.insert(name.to_owned(), value.to_owned());
    }

    /// A file's path, whether or not it is there.
    pub fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    /// Writes a file, and says its path.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        fs::write(self.folder.path().join(name), bytes).unwrap();
        self.path(name)
    }

    /// Reads a file.
    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.folder.path().join(name)).unwrap()
    }

    /// Whether there is a file.
    pub fn exists(&self, name: &str) -> bool {
        self.folder.path().join(name).exists()
    }

    /// Runs `hardkey`.
    pub fn hardkey(&self, arguments: &[&str]) -> Outcome {
        run(built::command_lines().0, arguments, &self.environment, LIMIT)
    }

    /// Runs `hardkey-confirm`, as the CA: `environment` has its credentials.
    pub fn hardkey_confirm(&self, arguments: &[&str], environment: &BTreeMap<String, String>) -> Outcome {
        run(built::confirm(), arguments, environment, LIMIT)
    }

    /// Runs `hardkey-attest`, which has no need of the environment.
    pub fn hardkey_attest(&self, arguments: &[impl AsRef<OsStr>]) -> Outcome {
        run(built::command_lines().1, arguments, &BTreeMap::new(), LIMIT)
    }

    /// Runs `hardkey-attest` as it is, but trusting the roots of the emulator's HSMs and no others.
    pub fn verifier_under_test_roots(&self, arguments: &[impl AsRef<OsStr>]) -> Outcome {
        let folder = self.folder.path().join("roots");
        fs::create_dir_all(&folder).unwrap();
        for root in self.emulator.roots() {
            let (id, key) = (root["id"].as_str().unwrap(), root["key_pem"].as_str().unwrap());
            fs::write(folder.join(format!("{id}.pem")), key).unwrap();
        }
        let all = std::iter::once(folder.as_os_str()).chain(arguments.iter().map(AsRef::as_ref));
        run(built::verifier_for_tests(), all, &BTreeMap::new(), LIMIT)
    }

    /// Runs `openssl`, which must succeed.
    pub fn openssl(&self, arguments: &[&str]) -> String {
        let environment = BTreeMap::from([("OPENSSL_CONF".to_owned(), "/dev/null".to_owned())]);
        run("openssl", arguments, &environment, LIMIT).success().text()
    }

    /// A challenge of the CA's, in a file.
    pub fn challenge(&self, name: &str, validity: Duration) -> (Challenge, String) {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        let key = ChallengeKey::from_bytes(SECRET);
        let challenge = Challenge::issue(&key, [9; 32], Instant::from_unix(now), validity, AUDIENCE, ORDER).unwrap();
        let path = self.write(name, challenge.to_json());
        (challenge, path)
    }

    /// The key that the CA made the challenge with, in a file.
    pub fn challenge_key(&self) -> String {
        let path = self.write("challenge.key", ChallengeKey::from_bytes(SECRET).to_text());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        path
    }

    /// Text with what differs from run to run replaced: ids of keys and requests, the folder, moments.
    pub fn masked(&self, text: &str) -> String {
        let mut masked = text.replace(self.folder.path().to_str().unwrap(), "FOLDER");
        for index in 0.. {
            let Some(key) = self.emulator.try_key(index) else { break };
            masked = masked.replace(&key.id, &format!("KEY-{}", index + 1));
        }
        for (index, key) in self.azure.iter().enumerate() {
            masked = masked.replace(&key.version, &format!("VERSION-{}", index + 1));
        }
        without_request_ids(&masked)
    }
}

/// What a program said, with its status.
pub fn told(outcome: &Outcome) -> (Option<i32>, String) {
    (outcome.status, outcome.stderr.clone())
}

fn alias(key: &str) -> Option<String> {
    key.split(',').find_map(|part| part.strip_prefix("alias=")).map(str::to_owned)
}

fn without_request_ids(text: &str) -> String {
    let mut parts = text.split("(request ");
    let mut masked = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        masked += "(request ID";
        masked += &part[part.find(')').unwrap_or_default()..];
    }
    masked
}

/// Compares a whole output with `golden/<name>`; `HARDKEY_TEST_BLESS=1` writes it instead, to be read before it is committed.
pub fn is_golden(name: &str, output: &str) {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("cli/golden").join(name);
    if std::env::var_os("HARDKEY_TEST_BLESS").is_some() {
        fs::write(&path, output).unwrap();
        return;
    }
    let golden = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let first = golden.lines().zip(output.lines()).find(|(golden, output)| golden != output);
    assert!(golden == output, "{name}: first other line {first:?}; whole output:\n{output}");
}
