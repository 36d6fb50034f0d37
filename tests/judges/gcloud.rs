//! Google's command line, where it is installed: it refuses answers that do not fit their checksums.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use hardkey_tests::emulator::Emulator;
use hardkey_tests::skip::skip;
use serde_json::{Value, json};

const PLACE: [&str; 4] = ["--location", "europe-west1", "--keyring", "judged"];
const VERSION: &str =
    "projects/emulated-project/locations/europe-west1/keyRings/judged/cryptoKeys/signer/cryptoKeyVersions/1";

/// gcloud with a configuration of its own, which points at an emulator.
struct Gcloud {
    program: PathBuf,
    emulator: Emulator,
}

impl Gcloud {
    fn find(test: &str) -> Option<Self> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let found = std::env::split_paths(&path).map(|folder| folder.join("gcloud")).find(|file| file.exists());
        if found.is_none() {
            skip(test, "there is no gcloud on this machine");
        }
        found.map(|program| Self { program, emulator: Emulator::start(&[]) })
    }

    fn file(&self, name: &str) -> PathBuf {
        self.emulator.folder().join(name)
    }

    /// `gcloud kms …` in the key ring `judged`.
    fn kms(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(&self.program);
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy().to_uppercase();
            if text.starts_with("CLOUDSDK_") || text.starts_with("GOOGLE_") || text.ends_with("_PROXY") {
                command.env_remove(name);
            }
        }
        command
            .env("CLOUDSDK_CONFIG", self.file("gcloud"))
            .env("CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDKMS", format!("{}/", self.emulator.endpoint()))
            .env("CLOUDSDK_AUTH_DISABLE_CREDENTIALS", "true")
            .env("CLOUDSDK_CORE_PROJECT", "emulated-project")
            .env("CLOUDSDK_CORE_DISABLE_USAGE_REPORTING", "true")
            .env("CLOUDSDK_CORE_DISABLE_PROMPTS", "true")
            .env("CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK", "1");
        command.args(["kms", "--quiet"]).args(arguments).output().unwrap()
    }

    /// What it prints as JSON when all is well.
    fn json(&self, arguments: &[&str]) -> Value {
        let output = self.kms(&[arguments, &["--format", "json"]].concat());
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap_or(Value::Null)
    }

    /// What it says when it refuses.
    fn refusal(&self, arguments: &[&str]) -> String {
        let output = self.kms(arguments);
        assert!(!output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    fn make_key(&self) {
        let ring = ["keyrings", "create", "judged", "--location", "europe-west1"];
        self.json(&ring);
        let key = ["--purpose", "asymmetric-signing", "--default-algorithm", "ec-sign-p256-sha256"];
        self.json(&[&["keys", "create", "signer", "--protection-level", "hsm"], &key[..], &PLACE].concat());
        let started = std::time::Instant::now();
        while self.emulator.google_state(VERSION) != "ENABLED" {
            assert!(started.elapsed().as_secs() < 60, "the key is not made");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }

    fn sign(&self, input: &Path, signature: &Path) -> [String; 4] {
        let file = |name: &str, path: &Path| format!("--{name}={}", path.display());
        [
            "asymmetric-sign".to_owned(),
            "--digest-algorithm=sha256".to_owned(),
            file("input-file", input),
            file("signature-file", signature),
        ]
    }
}

#[test]
fn gcloud_makes_a_key_reads_its_statement_signs_with_it_and_switches_it_off() {
    let Some(gcloud) = Gcloud::find("gcloud_makes_a_key_reads_its_statement_signs_with_it_and_switches_it_off") else {
        return;
    };
    gcloud.make_key();
    let of_the_key = [&["--key", "signer"], &PLACE[..]].concat();
    let listed = gcloud.json(&[&["keys", "list"], &PLACE[..]].concat());
    assert_eq!(listed[0]["name"], VERSION.split("/cryptoKeyVersions").next().unwrap());
    assert_eq!(listed[0]["versionTemplate"], json!({"algorithm": "EC_SIGN_P256_SHA256", "protectionLevel": "HSM"}));
    let versions = gcloud.json(&[&["keys", "versions", "list"], &of_the_key[..]].concat());
    assert_eq!((&versions[0]["name"], &versions[0]["state"]), (&json!(VERSION), &json!("ENABLED")));

    let (statement, chain) = (gcloud.file("statement.dat"), gcloud.file("chain.pem"));
    let file = statement.to_str().unwrap();
    let described =
        gcloud.json(&[&["keys", "versions", "describe", "1", "--attestation-file", file], &of_the_key[..]].concat());
    assert_eq!((&described["protectionLevel"], &described["state"]), (&json!("HSM"), &json!("ENABLED")));
    assert_eq!(fs::read(&statement).unwrap()[..2], [0x1f, 0x8b], "gzip");
    let file = chain.to_str().unwrap();
    let chain_of = ["keys", "versions", "get-certificate-chain", "1", "--output-file", file];
    gcloud.json(&[&chain_of, &of_the_key[..]].concat());
    assert_eq!(fs::read_to_string(&chain).unwrap().matches("BEGIN CERTIFICATE").count(), 4);

    let (public, input, signature) = (gcloud.file("public.pem"), gcloud.file("input"), gcloud.file("signature"));
    let file = public.to_str().unwrap();
    gcloud.json(&[&["keys", "versions", "get-public-key", "1", "--output-file", file], &of_the_key[..]].concat());
    fs::write(&input, b"what is to be released").unwrap();
    let sign = gcloud.sign(&input, &signature);
    let sign: Vec<&str> =
        sign.iter().map(String::as_str).chain(["--version", "1"]).chain(of_the_key.iter().copied()).collect();
    gcloud.json(&sign);
    let mut openssl = Command::new("openssl");
    openssl.args(["dgst", "-sha256", "-verify"]).arg(&public).arg("-signature").arg(&signature).arg(&input);
    let verified = openssl.output().unwrap();
    assert_eq!(String::from_utf8_lossy(&verified.stdout), "Verified OK\n");

    gcloud.json(&[&["keys", "versions", "disable", "1"], &of_the_key[..]].concat());
    let refusal = gcloud.refusal(&sign);
    let expected = format!("FAILED_PRECONDITION: {VERSION} is not enabled, current state is: DISABLED.");
    assert!(refusal.contains(&expected), "{refusal}");
    assert!(refusal.contains("type: KEY_DISABLED"), "{refusal}");
}

#[test]
fn gcloud_refuses_a_signature_whose_checksums_or_name_are_wrong() {
    let Some(gcloud) = Gcloud::find("gcloud_refuses_a_signature_whose_checksums_or_name_are_wrong") else {
        return;
    };
    gcloud.make_key();
    let (input, signature) = (gcloud.file("input"), gcloud.file("signature"));
    fs::write(&input, b"what is to be released").unwrap();
    let sign = gcloud.sign(&input, &signature);
    let sign: Vec<&str> =
        sign.iter().map(String::as_str).chain(["--version", "1", "--key", "signer"]).chain(PLACE).collect();
    for (corruption, said) in [
        ("signature-crc32c", "corrupted in-transit"),
        ("digest-unverified", "corrupted in-transit"),
        ("key-id", "Found a mismatch between user-requested crypto resource"),
    ] {
        gcloud.emulator.fault(json!({"operation": "AsymmetricSign", "times": 1, "corrupt": corruption}));
        let refusal = gcloud.refusal(&sign);
        assert!(refusal.contains(said), "{corruption}: {refusal}");
    }
    gcloud.json(&sign);
}
