//! What a program needs around it: an emulator, a folder, and an environment that has nothing of this machine's.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use hardkey_tests::built;
use hardkey_tests::emulator::Emulator;
use hardkey_tests::host::{self, Outcome};
use hardkey_tests::skip::skip;
use serde_json::Value;

/// Every kind of key that this version can use, as the emulator's `--key` takes it; each by its kind's alias.
pub const EVERY_KIND: [&str; 7] = [
    "RSA_2048,alias=rsa-2048",
    "RSA_3072,alias=rsa-3072",
    "RSA_4096,alias=rsa-4096",
    "ECC_NIST_P256,alias=p-256",
    "ECC_NIST_P384,alias=p-384",
    "ECC_NIST_P521,alias=p-521",
    "ECC_SECG_P256K1,alias=secp256k1",
];

/// OpenSSL insists on a configuration file; this one configures nothing.
const PLAIN_OPENSSL: &str = "[req]\ndistinguished_name = name\n[name]\n";

/// The slowest program here, osslsigncode, takes a tenth of a second; a minute is for a machine that is busy.
const LIMIT: Duration = Duration::from_secs(60);

/// An emulator, and what a program needs to use its keys through the module.
pub struct Scene {
    pub emulator: Emulator,
    pub environment: BTreeMap<String, String>,
    folder: PathBuf,
}

impl Scene {
    /// Starts an emulator with these keys, in the words of its `--key` option; each must have an alias. Every one is
    /// named in `HARDKEY_KEY`.
    pub fn start(keys: &[&str]) -> Self {
        let emulator = Emulator::start(keys);
        let environment = emulator.environment();
        let mut scene = Self { folder: emulator.folder(), emulator, environment };
        let names: Vec<String> = keys.iter().map(|key| format!("alias/{}", alias(key))).collect();
        scene.set("HARDKEY_KEY", &names.join(" "));
        scene.set("HOME", &scene.path("."));
        scene.set("LC_ALL", "C.UTF-8");
        scene.set("OPENSSL_CONF", &scene.write("openssl.cnf", PLAIN_OPENSSL));
        scene.set("PKCS11_MODULE_PATH", &text(&built::module()));
        scene
    }

    /// The same over TLS.
    pub fn over_tls(mut self) -> Self {
        self.environment.extend(self.emulator.tls_environment());
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
    pub fn public_key(&self, alias: &str) -> String {
        let mut answer = ureq::post(self.emulator.endpoint())
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
        let base64 = answer["PublicKey"].as_str().unwrap();
        let lines: Vec<&str> = base64.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"));
        self.write(&format!("{alias}.pub"), pem)
    }
}

/// The alias in the description of a key.
pub fn alias(key: &str) -> &str {
    key.split(',').find_map(|part| part.strip_prefix("alias=")).unwrap()
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
