//! The command that writes a bundle to look at.

use std::fs;
use std::path::Path;
use std::process::Command;

use openssl::x509::X509Req;

/// Runs it. Answers the paths it says it wrote, in order.
fn run(folder: &Path, options: &[&str]) -> Vec<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_hardkey-synthetic")).arg(folder).args(options).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout).unwrap();
    let mut written = Vec::new();
    for line in said.lines() {
        let (path, size) = line.strip_suffix(" bytes)").unwrap().rsplit_once(" (").unwrap();
        assert_eq!(fs::metadata(path).unwrap().len().to_string(), size, "{path}");
        written.push(Path::new(path).strip_prefix(folder).unwrap().to_str().unwrap().to_owned());
    }
    written
}

#[test]
fn a_folder_gets_bundle_request_name_and_anchors() {
    let folder = tempfile::tempdir().unwrap();
    let written = run(folder.path(), &["--key", "rsa-3072", "--imported", "--challenge", "a nonce"]);
    assert_eq!(
        written,
        [
            "bundle.zip",
            "attestation.dat",
            "chain.pem",
            "name.txt",
            "request.csr",
            "azure-attestation.json",
            "anchors/test-ls1.pem",
            "anchors/test-hawksbill.pem",
        ]
    );
    let request = X509Req::from_pem(&fs::read(folder.path().join("request.csr")).unwrap()).unwrap();
    let key = request.public_key().unwrap();
    assert_eq!((key.bits(), request.verify(&key).unwrap()), (3072, true));
    let chain = fs::read_to_string(folder.path().join("chain.pem")).unwrap();
    assert_eq!(chain.matches("BEGIN CERTIFICATE").count(), 6);
}

#[test]
fn a_secret_key_has_no_request() {
    let folder = tempfile::tempdir().unwrap();
    let written = run(folder.path(), &["--key", "aes-256", "--flaw", "deeper", "--without-roots"]);
    assert_eq!(
        written,
        [
            "bundle.zip",
            "attestation.dat",
            "chain.pem",
            "name.txt",
            "anchors/test-ls1.pem",
            "anchors/test-hawksbill.pem"
        ]
    );
    let chain = fs::read_to_string(folder.path().join("chain.pem")).unwrap();
    assert_eq!(chain.matches("BEGIN CERTIFICATE").count(), 5);
}

#[test]
fn a_report_goes_with_its_request_and_the_challenge_that_it_answers() {
    let folder = tempfile::tempdir().unwrap();
    let written = run(folder.path(), &["--report"]);
    let last = ["report.json", "challenge.json", "challenge.key", "anchors/test-ls1.pem", "anchors/test-hawksbill.pem"];
    assert_eq!(written[written.len() - 5..], last);
    let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
    let json = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).unwrap();
    let payload = openssl::base64::decode_block(json(&read("report.json"))["payload"].as_str().unwrap()).unwrap();
    let (payload, request) = (json(&payload), read("request.csr"));
    assert_eq!(payload["challenge"], json(&read("challenge.json")));
    let digest: String = openssl::sha::sha256(&request).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(payload["csr_sha256"], digest);
    assert!(X509Req::from_der(&request).is_ok());
}

#[test]
fn a_confirmation_is_of_its_report_and_by_the_key_that_its_policy_lists() {
    let folder = tempfile::tempdir().unwrap();
    let written = run(folder.path(), &["--confirmation"]);
    let all = ["report.json", "request.csr", "challenge.json", "challenge.key", "record.json", "ca.toml"];
    assert_eq!(written[6..12], all.map(|name| format!("confirmation/{name}")));
    let read = |name: &str| fs::read_to_string(folder.path().join("confirmation").join(name)).unwrap();
    let payload = |name: &str| {
        let envelope: serde_json::Value = serde_json::from_str(&read(name)).unwrap();
        openssl::base64::decode_block(envelope["payload"].as_str().unwrap()).unwrap()
    };
    let hex =
        |bytes: &[u8]| -> String { openssl::sha::sha256(bytes).iter().map(|byte| format!("{byte:02x}")).collect() };
    let record: serde_json::Value = serde_json::from_slice(&payload("record.json")).unwrap();
    assert_eq!(record["report_sha256"], hex(&payload("report.json")));
    let key = openssl::base64::decode_block(record["confirmer"].as_str().unwrap()).unwrap();
    assert!(read("ca.toml").contains(&format!("\nspki_sha256 = \"{}\"\n", hex(&key))));
}
