//! Certificates that a vault keeps: beside their keys, and never in their way.

use base64ct::{Base64, Encoding};
use serde_json::json;

use super::Scene;
use crate::{expect, host};

/// What the smallest host prints of a certificate: the label of its key, or a dash, and its bytes.
fn shown(label: &str, pem: &str) -> String {
    let text: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let hex: String = Base64::decode_vec(&text).unwrap().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{label} {hex}")
}

fn expect_certificates(scene: &Scene, certificates: &[String], lines: &[&str]) {
    expect(&host(&["certificates"], &scene.environment), &certificates.join("\n"), lines);
}

/// The key signs, whatever becomes of its certificate.
fn expect_signature(scene: &Scene, lines: &[&str]) {
    expect(&host(&["sign", "signing"], &scene.environment), "256 bytes", lines);
}

/// What is told of a certificate that is not shown.
fn line(scene: &Scene, why: &str) -> String {
    format!("hardkey: token \"hardkey\": key {}: {why}", scene.key.id)
}

#[test]
fn a_certificate_and_its_chain_stand_beside_their_key() {
    let (scene, pem) = Scene::with_certificate(json!({ "format": "pem" }));
    let [leaf, intermediate, root] = &pem[..] else { panic!("{pem:?}") };
    let all = [shown("signing", leaf), shown("-", intermediate), shown("-", root)];
    expect_certificates(&scene, &all, &[]);
    let counts = scene.emulator.counts();
    assert_eq!((counts.requests("GetCertificate"), counts.requests("GetSecret")), (1, 1));
    expect_signature(&scene, &[]);
}

#[test]
fn a_secret_with_the_leaf_alone_shows_it_once() {
    let (scene, pem) = Scene::with_certificate(json!({ "format": "pem", "without_chain": true }));
    expect_certificates(&scene, &[shown("signing", &pem[0])], &[]);
}

#[test]
fn a_chain_in_pkcs12_is_not_shown_and_what_to_do_is_said() {
    let (scene, pem) = Scene::with_certificate(json!({ "format": "pkcs12" }));
    let why = "the chain of its certificate is not shown: the secret is \"application/x-pkcs12\", and only application/x-pem-file is read; name the chain in certificates, or set that content type in the certificate's policy";
    expect_certificates(&scene, &[shown("signing", &pem[0])], &[&line(&scene, why)]);
}

#[test]
fn without_the_permission_for_secrets_the_leaf_stands_alone_and_without_that_for_certificates_the_key_does() {
    let (scene, pem) = Scene::with_certificate(json!({ "format": "pem" }));
    scene.emulator.fault(json!({ "operation": "GetSecret", "error": "AccessDenied" }));
    expect_certificates(&scene, &[shown("signing", &pem[0])], &[]);
    expect_signature(&scene, &[]);
    scene.emulator.fault(json!({ "operation": "GetCertificate", "error": "AccessDenied" }));
    let outcome = host(&["sign", "signing"], &scene.environment);
    assert_eq!(outcome.text(), "256 bytes\n");
    let [line] = outcome.hardkey_lines()[..] else { panic!("{}", outcome.stderr) };
    let start = format!(
        "hardkey: token \"hardkey\": key {}: its certificate is not shown: Azure Key Vault answered certificates/get with Forbidden (",
        scene.key.id
    );
    let end = "; give this identity the certificate permission get in the vault's access policies (az keyvault set-policy --certificate-permissions get)";
    assert!(line.starts_with(&start) && line.ends_with(end), "{line}");
}

#[test]
fn a_key_whose_certificate_s_policy_lets_it_out_is_refused() {
    let (scene, _) = Scene::with_certificate(json!({ "format": "pem" }));
    let exportable = json!({ "operation": "GetCertificate", "replace": { "/policy/key_props/exportable": true } });
    scene.emulator.fault(exportable);
    scene.hides("refused (exportable): the private key may be handed out: the policy of its certificate has exportable; create a key that is not exportable and has no release policy");
}

#[test]
fn a_certificate_that_cannot_be_read_does_not_stand_in_the_way_of_its_key() {
    let (scene, _) = Scene::with_certificate(json!({ "format": "pem" }));
    scene.emulator.fault(json!({ "operation": "GetCertificate", "replace": { "/cer": "AAAA" } }));
    let outcome = host(&["sign", "signing"], &scene.environment);
    assert_eq!(outcome.text(), "256 bytes\n");
    let [line] = outcome.hardkey_lines()[..] else { panic!("{}", outcome.stderr) };
    let start = "its certificate is not shown: https://vault.vault.azure.net/certificates/signing is no certificate: ";
    assert!(line.starts_with(&self::line(&scene, start)), "{line}");
    scene.emulator.clear_faults();
    scene.emulator.fault(json!({ "operation": "GetCertificate", "replace": { "/cer": null } }));
    let none = line_of_none(&scene);
    expect_signature(&scene, &[&none]);
}

/// A certificate that was asked for, and is not signed yet.
fn line_of_none(scene: &Scene) -> String {
    line(scene, "its certificate is not shown: it has none yet; merge the signed one")
}
