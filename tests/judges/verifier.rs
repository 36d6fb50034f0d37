//! The project's own verifier, under the roots of the emulator's HSMs.

use hardkey_attest::anchor::{Anchor, ForTests, Role};
use hardkey_attest::bundle::{File, evidence};
use hardkey_attest::evidence::verify;
use hardkey_attest::finding::Outcome;
use hardkey_attest::instant::Instant;
use hardkey_attest::policy::{Expected, Policy};
use hardkey_tests::emulator::Emulator;
use serde_json::{Value, json};

/// The synthetic certificates are good on that day.
const DAY: &str = "2026-11-21";

fn anchors(emulator: &Emulator) -> ForTests {
    let kept = |text: &Value| -> &'static str { String::leak(text.as_str().unwrap().to_owned()) };
    let anchor = |root: &Value| Anchor {
        id: kept(&root["id"]),
        name: kept(&root["name"]),
        role: if root["manufacturer"] == true { Role::Manufacturer } else { Role::Operator },
        common_name: kept(&root["common_name"]),
        key: kept(&root["key_pem"]),
        key_hash: kept(&root["key_hash"]),
        origin: "hardkey-emulator",
        published: &[],
    };
    ForTests { anchors: emulator.roots().iter().map(anchor).collect(), denied: Vec::new() }
}

/// What GetCryptoKeyVersion hands out, in the files that subscribers keep it in.
fn files(emulator: &Emulator, version: &str) -> Vec<File> {
    let url = format!("{}/v1/{version}", emulator.endpoint());
    let record: Value = ureq::get(url).call().unwrap().body_mut().read_json().unwrap();
    let attestation = &record["attestation"];
    let content =
        <base64ct::Base64 as base64ct::Encoding>::decode_vec(attestation["content"].as_str().unwrap()).unwrap();
    let chains = ["caviumCerts", "googleCardCerts", "googlePartitionCerts"];
    let certificates = chains.iter().flat_map(|chain| attestation["certChains"][chain].as_array().unwrap());
    let chain: String = certificates.map(|certificate| certificate.as_str().unwrap()).collect();
    let file = |name: &str, bytes: Vec<u8>| File { name: name.to_owned(), bytes };
    vec![file("statement.dat", content), file("chain.pem", chain.into_bytes())]
}

/// The rules that do not pass when a version is taken for the one of this name. Nobody hands in a request here.
fn objections(emulator: &Emulator, version: &str, name: &str) -> Vec<String> {
    let expected = Expected { name: Some(name.to_owned()), now: Instant::parse(DAY), ..Expected::default() };
    let claims = verify(&evidence(&files(emulator, version)).unwrap(), &anchors(emulator)).unwrap();
    let verdict = claims.appraise(&Policy::csbr(), &expected);
    assert!(verdict.is_sound(), "{:?}", verdict.checks());
    let open = |outcome: Outcome| matches!(outcome, Outcome::Failed | Outcome::Missing);
    let rules = verdict.rules().iter().filter(|rule| open(rule.outcome)).map(|rule| rule.id.to_string());
    rules.filter(|id| !["csr-key", "csr-signature", "nonce"].contains(&id.as_str())).collect()
}

#[test]
fn a_statement_of_the_emulator_attests_its_own_version_and_no_imported_one() {
    let emulator = Emulator::with_google(&["EC_SIGN_P256_SHA256", "RSA_SIGN_PSS_3072_SHA256,imported"]);
    let (generated, imported) = (emulator.google_version(0), emulator.google_version(1));
    assert_eq!(objections(&emulator, &generated, &generated), Vec::<String>::new());
    assert_eq!(objections(&emulator, &generated, &imported), ["resource-name"]);
    assert_eq!(objections(&emulator, &imported, &imported), ["generated", "never-extractable", "always-sensitive"]);
    let single = emulator.create_google(json!({"algorithm": "EC_SIGN_P384_SHA384", "protection": "HSM_SINGLE_TENANT"}));
    assert_eq!(objections(&emulator, &single, &single), Vec::<String>::new());
}
