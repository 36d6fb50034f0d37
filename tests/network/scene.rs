//! A host, its environment, and a service under AWS's own names behind a proxy.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use hardkey_tests::built;
use hardkey_tests::emulator::Emulator;
use hardkey_tests::host::{Outcome, run};

/// What listing the one key says when all is well.
pub const FOUND: &str = "slot 0 key release generated";
/// What it says when the key could not be had.
pub const LOST: &str = "slot 0 0x30";
/// What the module says before the cause.
pub const KEY: &str = "hardkey: C_FindObjectsInit: CKR_DEVICE_ERROR: key alias/release: AWS KMS could not be reached for kms:DescribeKey: ";
/// The same where the token is at fault.
pub const TOKEN: &str = "hardkey: C_FindObjectsInit: CKR_DEVICE_ERROR: token \"release\": ";

/// Every name of AWS's that a test asks for.
const HOSTS: [&str; 4] =
    ["kms.eu-west-1.amazonaws.com", "kms-fips.eu-west-1.amazonaws.com", "kms.eu-west-1.api.aws", "kms.private.example"];

/// A key under `alias/release`, the service that has it, and the environment of the host.
pub struct Scene {
    pub emulator: Emulator,
    environment: BTreeMap<String, String>,
    config: Config,
}

#[derive(Default)]
struct Config {
    token: String,
    network: String,
    log: String,
}

impl Scene {
    /// AWS as the module finds it by itself: no endpoint is set, and the service's authority is trusted.
    pub fn new() -> Self {
        let emulator = Emulator::named(&["ECC_NIST_P256,alias=release"], &HOSTS);
        let mut environment = emulator.tls_environment();
        environment.remove("AWS_ENDPOINT_URL_KMS");
        Self { emulator, environment, config: Config::default() }
    }

    /// With credentials from nowhere but where a test says.
    pub fn without_credentials(self) -> Self {
        self.without("AWS_ACCESS_KEY_ID").without("AWS_SECRET_ACCESS_KEY").without("AWS_EC2_METADATA_DISABLED")
    }

    pub fn with(mut self, name: &str, value: impl AsRef<str>) -> Self {
        self.environment.insert(name.to_owned(), value.as_ref().to_owned());
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.environment.remove(name);
        self
    }

    /// With one more line in the `[[token]]`.
    pub fn token(mut self, line: impl AsRef<str>) -> Self {
        self.config.token += &format!("{}\n", line.as_ref());
        self
    }

    /// With one more line in `[network]`.
    pub fn network(mut self, line: impl AsRef<str>) -> Self {
        self.config.network += &format!("{}\n", line.as_ref());
        self
    }

    /// With everything logged that there is to log.
    pub fn talkative(mut self) -> Self {
        "level = \"debug\"\n".clone_into(&mut self.config.log);
        self
    }

    /// A file next to the configuration.
    pub fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.emulator.folder().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    /// Where the service answers over TLS, and over plain HTTP.
    pub fn secure(&self) -> SocketAddr {
        address(&self.emulator.tls_endpoint().replace("localhost", "127.0.0.1"))
    }

    pub fn plain(&self) -> SocketAddr {
        address(self.emulator.endpoint())
    }

    /// The configuration file.
    pub fn config(&self) -> PathBuf {
        let Config { token, network, log } = &self.config;
        let keys = if token.contains("keys = ") { "" } else { "keys = [\"alias/release\"]\n" };
        let text = format!("[[token]]\nlabel = \"release\"\n{keys}{token}[network]\n{network}[log]\n{log}");
        self.file("hardkey.toml", &text)
    }

    /// The variables alone.
    pub fn variables(&self) -> BTreeMap<String, String> {
        self.environment.clone()
    }

    /// What the host is started with.
    pub fn environment(&self) -> BTreeMap<String, String> {
        let mut environment = self.environment.clone();
        environment.insert("HARDKEY_CONFIG".to_owned(), self.config().to_str().unwrap().to_owned());
        environment
    }

    /// Has the host list its keys.
    pub fn list(&self) -> Outcome {
        self.list_through(&[])
    }

    /// The same, started by another program whose arguments end with the host's command line.
    pub fn list_through(&self, through: &[&str]) -> Outcome {
        let (host, module) = (built::small_host(), built::module());
        let mut command: Vec<&str> = through.to_vec();
        command.extend([host.to_str().unwrap(), module.to_str().unwrap(), "list"]);
        // No test waits longer than for the deadline of half a minute.
        run(command[0], &command[1..], &self.environment(), Duration::from_secs(60))
    }

    /// Expects the host to find the key, without a word from the module.
    pub fn finds(&self) {
        self.says(FOUND, &[]);
    }

    /// Expects the host to find nothing, and this one line.
    pub fn loses(&self, line: &str) {
        self.says(LOST, &[line]);
    }

    /// Expects these lines on standard output and on standard error, and no others.
    pub fn says(&self, stdout: &str, stderr: &[&str]) {
        let outcome = self.list();
        assert_eq!(outcome.status, Some(0), "{outcome:?}");
        assert_eq!(outcome.text().trim_end(), stdout, "stderr: {}", outcome.stderr);
        assert_eq!(outcome.stderr.lines().collect::<Vec<_>>(), stderr);
    }
}

fn address(url: &str) -> SocketAddr {
    url.split_once("://").unwrap().1.parse().unwrap()
}
