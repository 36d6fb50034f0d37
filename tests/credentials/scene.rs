//! One host with one key, and nothing that says who it is.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use hardkey_tests::built;
use hardkey_tests::cloud::{Cloud, Kind, Which};
use hardkey_tests::emulator::Emulator;
use serde_json::Value;

/// The role that tests assume.
pub const ROLE: &str = "arn:aws:iam::111122223333:role/signer";

/// An emulator with one key, and the environment of a host whose home folder is empty.
pub struct Scene {
    pub cloud: &'static Cloud,
    pub emulator: Emulator,
    pub environment: BTreeMap<String, String>,
    /// What the configuration calls the key.
    pub name: String,
}

/// What the host did.
pub struct Done {
    pub stdout: String,
    pub stderr: String,
    pub took: Duration,
}

impl Scene {
    /// One of AWS's.
    pub fn new() -> Self {
        Self::of(Which::Aws)
    }

    /// One of this cloud's.
    pub fn of(cloud: Which) -> Self {
        let world = Cloud::of(cloud).world(&[(Kind::P256, "release")]);
        let (name, environment) = (world.name(0), world.anonymous());
        let scene = Self { cloud: world.cloud, emulator: world.emulator, environment, name };
        let home = scene.emulator.folder();
        scene.without("AWS_CONFIG_FILE").without("AWS_SHARED_CREDENTIALS_FILE").with("HOME", home.to_str().unwrap())
    }

    pub fn with(mut self, variable: &str, value: &str) -> Self {
        self.environment.insert(variable.to_owned(), value.to_owned());
        self
    }

    pub fn without(mut self, variable: &str) -> Self {
        self.environment.remove(variable);
        self
    }

    /// Where a file of the home folder is.
    pub fn path(&self, name: &str) -> PathBuf {
        self.emulator.folder().join(name)
    }

    /// A file of the home folder.
    pub fn file(self, name: &str, content: &str) -> Self {
        self.write(name, content);
        self
    }

    pub fn write(&self, name: &str, content: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// With a configuration file in place of `HARDKEY_KEY`: these lines in its `[[token]]`, and these after it.
    pub fn configured(self, token: &str, rest: &str) -> Self {
        let text = format!("[[token]]\nlabel = \"release\"\nkeys = [\"{}\"]\n{token}\n{rest}\n", self.name);
        let path = self.path("hardkey.toml").to_str().unwrap().to_owned();
        self.file("hardkey.toml", &text).without("HARDKEY_KEY").with("HARDKEY_CONFIG", &path)
    }

    /// Assumes [`ROLE`] with the token in this file of the home folder.
    pub fn with_web_identity(self, file: &str) -> Self {
        let path = self.path(file).to_str().unwrap().to_owned();
        let sts = self.emulator.issuer_url("sts");
        self.with("AWS_WEB_IDENTITY_TOKEN_FILE", &path)
            .with("AWS_ROLE_ARN", ROLE)
            .with("AWS_ROLE_SESSION_NAME", "pipeline-7")
            .with("AWS_ENDPOINT_URL_STS", &sts)
    }

    /// Asks the emulator's container endpoint.
    pub fn with_container(self) -> Self {
        let url = self.emulator.credentials_url();
        self.with("AWS_CONTAINER_CREDENTIALS_FULL_URI", &url)
    }

    /// Asks the emulator's instance metadata.
    pub fn with_metadata(self) -> Self {
        let url = self.emulator.issuer_url("imds");
        self.without("AWS_EC2_METADATA_DISABLED").with("AWS_EC2_METADATA_SERVICE_ENDPOINT", &url)
    }

    /// The host, running: it signs each line it is given.
    pub fn host(&self) -> Host {
        Host::start(&self.environment, "release")
    }

    /// Runs the host for one signature.
    pub fn run(&self) -> Done {
        let host = self.host();
        host.end_after("message")
    }

    /// Expects a signature, not a word from the module, and every request signed with this access key.
    pub fn signs_with(&self, access_key: &str) {
        let done = self.run();
        assert_eq!(done.stderr, "", "{}", done.stdout);
        assert_eq!(done.stdout.trim_end().len(), 128, "not a signature: {}", done.stdout);
        // DescribeKey, GetPublicKey, Sign.
        assert_eq!(self.emulator.counts().access_keys(), serde_json::json!({ access_key: 3 }));
    }

    /// Expects no key, and exactly this after the token's name on the one line of the module; no request for the key.
    pub fn fails_with(&self, why: &str) -> Done {
        let done = self.run();
        assert_eq!(done.stdout, "slot 0 0x30\n", "{}", done.stderr);
        let token = if self.environment.contains_key("HARDKEY_CONFIG") { "release" } else { "hardkey" };
        let why = why.replace("HOME", self.emulator.folder().to_str().unwrap());
        let line = format!("hardkey: C_FindObjectsInit: CKR_DEVICE_ERROR: token \"{token}\": {why}\n");
        assert_eq!(done.stderr, line);
        let counts = self.emulator.counts();
        let asked = [&self.cloud.describe, &self.cloud.public_key, &self.cloud.sign];
        assert_eq!(asked.map(|operation| counts.requests(operation.counted)), [0, 0, 0]);
        done
    }

    /// What the issuers were asked with.
    pub fn asked(&self) -> Value {
        self.emulator.asked()
    }
}

/// A host that signs a line when it is given one.
pub struct Host {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    started: Instant,
}

impl Host {
    /// Starts one that signs with the key of this label.
    pub fn start(environment: &BTreeMap<String, String>, label: &str) -> Self {
        let mut environment = environment.clone();
        environment.insert("PATH".to_owned(), std::env::var("PATH").unwrap());
        Self::start_with(&environment, label)
    }

    /// The same with nothing of this machine's, not even the path.
    pub fn start_with(environment: &BTreeMap<String, String>, label: &str) -> Self {
        let mut command = Command::new(built::small_host());
        command.arg(built::module()).args(["sign-lines", label]).env_clear().envs(environment);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (stdin, stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self { child, stdin, stdout: BufReader::new(stdout), started: Instant::now() }
    }

    /// The signature in hexadecimal, or what the host says in place of one.
    pub fn sign(&mut self, message: &str) -> String {
        writeln!(self.stdin, "{message}").unwrap();
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// One more line, then the end.
    pub fn end_after(mut self, message: &str) -> Done {
        let stdout = format!("{}\n", self.sign(message));
        let took = self.started.elapsed();
        Done { stdout, stderr: self.end(), took }
    }

    /// What the module logged. A host that fails fails the test.
    pub fn end(self) -> String {
        let Self { mut child, stdin, .. } = self;
        drop(stdin);
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        assert!(child.wait().unwrap().success(), "{stderr}");
        stderr
    }
}
