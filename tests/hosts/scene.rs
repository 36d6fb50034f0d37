//! What a program needs around it: an emulator, a folder, and an environment that has nothing of this machine's.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use base64ct::{Base64, Encoding};
use hardkey_tests::built;
use hardkey_tests::cloud::{Cloud, Kind, Which, World};
use hardkey_tests::host::{self, Outcome};
use hardkey_tests::skip::skip;
use serde_json::Value;

use crate::jwk::public_key_info;

/// OpenSSL insists on a configuration file; this one configures nothing.
const PLAIN_OPENSSL: &str = "[req]\ndistinguished_name = name\n[name]\n";

/// The slowest program here, osslsigncode, takes a tenth of a second; a minute is for a machine that is busy.
const LIMIT: Duration = Duration::from_secs(60);

/// An emulator, and what a program needs to use its keys through the module.
pub struct Scene {
    pub world: World,
    pub environment: BTreeMap<String, String>,
    folder: PathBuf,
}

impl Scene {
    /// Starts an emulator with these keys of a cloud, each by its label. Every one is named in `HARDKEY_KEY`.
    pub fn start(cloud: &'static Cloud, keys: &[(Kind, &str)]) -> Self {
        let world = cloud.world(keys);
        let environment = world.environment();
        let mut scene = Self { folder: world.emulator.folder(), world, environment };
        scene.set("HOME", &scene.path("."));
        scene.set("LC_ALL", "C.UTF-8");
        scene.set("OPENSSL_CONF", &scene.write("openssl.cnf", PLAIN_OPENSSL));
        scene.set("PKCS11_MODULE_PATH", &text(&built::module()));
        scene
    }

    /// The same over TLS.
    pub fn over_tls(mut self) -> Self {
        self.environment.extend(self.world.tls_environment());
        self
    }

    /// Sets a variable of the programs' environment.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.insert(name.to_owned(), value.to_owned());
    }

    /// Has the module read this configuration file in place of `HARDKEY_KEY`.
    pub fn configure(&mut self, toml: &str) {
        let path = self.write("hardkey.toml", toml);
        self.environment.remove("HARDKEY_KEY");
        self.set("HARDKEY_CONFIG", &path);
    }

    /// The URI of the token that `HARDKEY_KEY` makes.
    pub fn token_uri(&self) -> String {
        let model = self.world.cloud.service.replace(' ', "%20");
        format!("pkcs11:model={model};manufacturer=Hardkey;serial=28e58f55bc65b0af;token=hardkey")
    }

    /// Runs a program to its end.
    pub fn run(&self, program: &str, arguments: &[&str]) -> Outcome {
        host::run(program, arguments, &self.environment, LIMIT)
    }

    /// Path of a file in the folder of this scene.
    pub fn path(&self, name: &str) -> String {
        text(&self.folder.join(name))
    }

    /// Writes a file; its path.
    pub fn write(&self, name: &str, contents: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        fs::write(&path, contents).unwrap();
        path
    }

    /// The program to sign.
    pub fn hello(&self) -> String {
        text(&built::project().join("examples/hello.exe"))
    }

    /// Makes a self-signed certificate for a key, with OpenSSL, its engine and the module; its path.
    pub fn certificate(&self, alias: &str) -> String {
        let path = self.path(&format!("{alias}.pem"));
        let (key, subject) = (private(alias), format!("/CN={alias}"));
        let mut arguments = vec!["req", "-x509", "-engine", "pkcs11", "-keyform", "engine", "-key", &key];
        arguments.extend(["-subj", &subject, "-days", "2", "-sha256", "-out", &path]);
        arguments.extend(["-addext", "keyUsage=critical,digitalSignature", "-addext", "extendedKeyUsage=codeSigning"]);
        self.run("openssl", &arguments).success();
        path
    }

    /// A key's public half as the emulator has it, without the module; the path of the PEM file.
    pub fn public_key(&self, label: &str) -> String {
        let pem = match self.world.cloud.which {
            Which::Aws => self.aws_public_key(label),
            Which::Azure => self.azure_public_key(label),
            Which::Google => self.google_public_key(label),
        };
        self.write(&format!("{label}.pub"), pem)
    }

    fn google_public_key(&self, label: &str) -> String {
        let version = self.world.id_of(label);
        let mut answer =
            ureq::get(format!("{}/v1/{version}/publicKey", self.world.emulator.endpoint())).call().unwrap();
        let answer: Value = answer.body_mut().read_json().unwrap();
        answer["pem"].as_str().unwrap().to_owned()
    }

    fn azure_public_key(&self, label: &str) -> String {
        let id = self.world.id_of(label);
        let (host, path) = id.strip_prefix("https://").unwrap().split_once('/').unwrap();
        let token = self.world.emulator.azure_token("owner", "https://vault.azure.net", 60);
        let mut answer = ureq::get(format!("{}/{path}?api-version=7.6", self.world.emulator.endpoint()))
            .header("Host", host)
            .header("Authorization", format!("Bearer {token}"))
            .call()
            .unwrap();
        let answer: Value = answer.body_mut().read_json().unwrap();
        pem(&Base64::encode_string(&public_key_info(&answer["key"])))
    }

    fn aws_public_key(&self, alias: &str) -> String {
        let mut answer = ureq::post(self.world.emulator.endpoint())
            .header("Content-Type", "application/x-amz-json-1.1")
            .header("X-Amz-Target", "TrentService.GetPublicKey")
            .header("X-Amz-Date", "20260101T000000Z")
            .header(
                "Authorization",
                "AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/kms/aws4_request, SignedHeaders=host;x-amz-date, Signature=00",
            )
            .send(format!(r#"{{"KeyId":"alias/{alias}"}}"#))
            .unwrap();
        let answer: Value = answer.body_mut().read_json().unwrap();
        pem(answer["PublicKey"].as_str().unwrap())
    }
}

fn pem(base64: &str) -> String {
    let lines: Vec<&str> = base64.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"))
}

/// Those of these keys of which the cloud has the kind.
pub fn those_of<'a>(cloud: &Cloud, keys: &[(Kind, &'a str)]) -> Vec<(Kind, &'a str)> {
    keys.iter().copied().filter(|(kind, _)| cloud.has(*kind)).collect()
}

/// The URI of a private key on the token that `HARDKEY_KEY` makes.
pub fn private(alias: &str) -> String {
    format!("pkcs11:token=hardkey;object={alias};type=private")
}

/// The URI of its public half.
pub fn public(alias: &str) -> String {
    format!("pkcs11:token=hardkey;object={alias};type=public")
}

/// Whether a program, or a file with a `/` in its name, is here. The test that asks is skipped if not.
pub fn has(wanted: &[&str]) -> bool {
    let missing: Vec<&str> = wanted
        .iter()
        .copied()
        .filter(|name| if name.contains('/') { !Path::new(name).is_file() } else { !host::is_installed(name) })
        .collect();
    if !missing.is_empty() {
        skip_this(&format!("not installed: {}", missing.join(", ")));
    }
    missing.is_empty()
}

/// Says that the test which is running is skipped.
pub fn skip_this(why: &str) {
    skip(std::thread::current().name().unwrap_or("a test"), why);
}

/// Path of libp11's engine, in the folder where this machine's OpenSSL has its engines.
pub fn engine() -> String {
    format!("{}/pkcs11.so", openssl_folder("-e"))
}

/// Path of a library in the folder for this machine's architecture, which OpenSSL's folder of engines is in.
pub fn beside_engines(name: &str) -> String {
    format!("{}/../{name}", openssl_folder("-e"))
}

/// Path of pkcs11-provider: where packages put it, else where `tests/install.sh` unpacks it.
pub fn provider() -> String {
    let installed = format!("{}/pkcs11.so", openssl_folder("-m"));
    if Path::new(&installed).is_file() {
        return installed;
    }
    let home =
        std::env::var_os("HARDKEY_TEST_HOME").map_or_else(|| built::project().join("target/test-home"), PathBuf::from);
    text(&home.join("pkcs11-provider/pkcs11.so"))
}

/// `openssl version -e` answers `ENGINESDIR: "/usr/lib/…"`, `-m` answers the same of modules.
fn openssl_folder(option: &str) -> String {
    let Ok(outcome) = Command::new("openssl").args(["version", option]).output() else { return "/nowhere".to_owned() };
    let answer = String::from_utf8(outcome.stdout).unwrap();
    answer.split('"').nth(1).unwrap_or("/nowhere").to_owned()
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}
