//! `hardkey` with keys of Google Cloud HSM: request, report and bundle, which a CA that trusts the emulated HSM's roots calls
//! attested, and the released verifier rejects, because it trusts none but the vendors'.

use std::time::Duration;

use base64ct::{Base64, Encoding};
use hardkey_attest::csr::Csr;
use hardkey_attest::report::Envelope;
use hardkey_tests::host::Outcome;
use serde_json::{Value, json};

use hardkey_tests::order::SUBJECT;
use hardkey_tests::scene::{Scene, told};

const ATTESTED: &str = "attested: the HSM itself vouches that the key was generated in it and cannot leave it; this supports CSBR method 2.";
/// What every verdict under roots of tests begins with.
const TEST_KEYS: &str = "TEST KEYS: this rests on keys that were made for tests. It says nothing about any HSM.";

/// Request and report for a challenge, made by the program and taken to the CA.
pub fn verified_under_test_roots(scene: &Scene, more: &[&str]) -> Outcome {
    let order = scene.order();
    order.answer(&[]);
    scene.openssl(&["req", "-verify", "-noout", "-in", &order.request]);
    scene.verifier_under_test_roots(&order.verify(more))
}

#[test]
fn request_and_report_of_every_kind_of_google_key_are_attested_offline_and_support_method_2() {
    for (algorithm, signed) in [
        ("EC_SIGN_P256_SHA256", "ecdsa-with-SHA256"),
        ("EC_SIGN_P384_SHA384", "ecdsa-with-SHA384"),
        ("RSA_SIGN_PKCS1_3072_SHA256", "sha256WithRSAEncryption"),
        ("RSA_SIGN_PKCS1_4096_SHA512", "sha512WithRSAEncryption"),
        ("RSA_SIGN_PSS_3072_SHA256", "rsassaPss"),
        ("RSA_SIGN_PSS_4096_SHA512", "rsassaPss"),
        ("RSA_SIGN_RAW_PKCS1_3072", "sha256WithRSAEncryption"),
    ] {
        let scene = Scene::with_google(&[algorithm]);
        scene.challenge("challenge.json", Duration::from_secs(3600));
        let verdict = verified_under_test_roots(&scene, &[]);
        assert_eq!((verdict.status, verdict.stderr.as_str()), (Some(0), ""), "{algorithm}: {}", verdict.text());
        let lines: Vec<String> = verdict.text().lines().take(3).map(str::to_owned).collect();
        assert_eq!(lines, [TEST_KEYS, "", ATTESTED], "{algorithm}");
        let text = scene.openssl(&["req", "-noout", "-text", "-in", &scene.path("request.csr")]);
        assert!(text.contains(&format!("Signature Algorithm: {signed}\n")), "{algorithm}: {text}");
        assert_eq!(scene.emulator.counts().requests("AsymmetricSign"), 2, "{algorithm}");
    }
}

#[test]
fn a_request_signed_by_pss_says_which_hash_which_mask_and_how_much_salt() {
    for (algorithm, hash, salt) in
        [("RSA_SIGN_PSS_2048_SHA256", "sha256", "0x20"), ("RSA_SIGN_PSS_4096_SHA512", "sha512", "0x40")]
    {
        let scene = Scene::with_google(&[algorithm]);
        let csr = scene.path("request.csr");
        scene.hardkey(&["csr", "--subject", SUBJECT, "--out", &csr]).success();
        Csr::parse(&scene.read("request.csr")).unwrap().verify().unwrap();
        let text = scene.openssl(&["req", "-verify", "-noout", "-text", "-in", &csr]);
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for line in [&format!("Hash Algorithm: {hash}"), &format!("Mask Algorithm: mgf1 with {hash}")] {
            assert!(lines.contains(&line.as_str()), "{line}: {text}");
        }
        assert!(lines.iter().any(|line| line.starts_with(&format!("Salt Length: {salt}"))), "{text}");
        let other = scene.hardkey(&["csr", "--subject", SUBJECT, "--hash", "sha384"]);
        let name = scene.emulator.google_version(0);
        let line = format!("hardkey: --hash sha384: the key {name} does not sign with it; it signs with {hash}\n");
        assert_eq!((told(&other), other.text()), ((Some(2), line), String::new()));
    }
}

#[test]
fn the_released_verifier_does_not_believe_an_emulated_hsm_and_the_subscriber_is_told() {
    let scene = Scene::with_google(&["EC_SIGN_P256_SHA256"]);
    scene.challenge("challenge.json", Duration::from_secs(3600));
    let order = scene.order();
    let made = order.answer(&[]);
    let lines: Vec<&str> = made.stderr.lines().collect();
    assert_eq!(lines[0], format!("hardkey: {}: a CA that runs hardkey-attest on it today is told:", order.report));
    assert_eq!(lines[1], "rejected: the evidence fails 3 checks, so that nothing it says counts. Not accepted.");
    let failed: Vec<&str> =
        lines.iter().filter_map(|line| line.trim().split_once(" failed: ")).map(|(id, _)| id).collect();
    assert_eq!(failed, ["manufacturer-card", "operator-card", "operator-partition"]);
    let verdict = scene.hardkey_attest(&order.verify(&[]));
    assert_eq!((verdict.status, verdict.stderr.as_str()), (Some(1), ""));
    assert!(verdict.text().starts_with(&format!("{}\n", lines[1])), "{}", verdict.text());
}

#[test]
fn a_report_holds_the_answers_of_google_to_the_byte() {
    let scene = Scene::with_google(&["EC_SIGN_P256_SHA256"]);
    let name = scene.emulator.google_version(0);
    let outcome = scene.hardkey(&["attest", "--audience", "Example CA"]).success();
    let payload: Value = serde_json::from_slice(Envelope::open(&outcome.stdout).unwrap().payload()).unwrap();
    assert_eq!(payload["resource"], json!(name));
    let evidence = payload["evidence"].as_array().unwrap();
    let kinds: Vec<&str> = evidence.iter().map(|piece| piece["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["google.crypto-key-version", "google.public-key"]);
    for (piece, path) in evidence.iter().zip(["", "/publicKey"]) {
        let data = Base64::decode_vec(piece["data"].as_str().unwrap()).unwrap();
        let url = format!("{}/v1/{name}{path}", scene.emulator.endpoint());
        let theirs = ureq::get(&url).call().unwrap().body_mut().read_to_vec().unwrap();
        assert_eq!(String::from_utf8_lossy(&data), String::from_utf8_lossy(&theirs));
        assert!(piece["request"].as_str().unwrap().starts_with(&format!("GET {url}")), "{}", piece["request"]);
    }
}

#[test]
fn the_bundle_is_what_google_s_console_gives_and_a_ca_reads_it_without_hardkey() {
    let scene = Scene::with_google(&["EC_SIGN_P384_SHA384,ring=signing,key=release"]);
    let name = scene.emulator.google_version(0);
    let (challenge, _) = scene.challenge("challenge.json", Duration::from_secs(3600));
    let (csr, zip) = (scene.order().request, scene.path("bundle.zip"));
    scene.order().ask_for(SUBJECT);
    let made = scene.hardkey(&["attest", "--bundle", &zip, "--csr", &csr]).success();
    assert_eq!(made.text(), "");
    assert!(
        made.stderr
            .starts_with(&format!("hardkey: {zip}: a CA that runs hardkey-attest on it today is told:\nrejected: "))
    );

    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(scene.read("bundle.zip"))).unwrap();
    let names: Vec<String> =
        (0..archive.len()).map(|index| archive.by_index(index).unwrap().name().unwrap().into_owned()).collect();
    assert_eq!(
        names,
        ["signing-release-1-CAVIUM_V2_COMPRESSED-attestation.dat", "signing-release-1-combined-chain.pem"]
    );
    let mut file = |index: usize| std::io::read_to_string(archive.by_index(index).unwrap());
    let chain = file(1).unwrap();
    // Card and partition of manufacturer and operator. Google's own has the two roots as well, which its API does not answer.
    assert_eq!(chain.matches("-----BEGIN CERTIFICATE-----\n").count(), 4, "{chain}");
    let mut statement = Vec::new();
    std::io::copy(&mut archive.by_index(0).unwrap(), &mut statement).unwrap();
    let url = format!("{}/v1/{name}", scene.emulator.endpoint());
    let theirs: Value = ureq::get(&url).call().unwrap().body_mut().read_json().unwrap();
    assert_eq!(Base64::encode_string(&statement), theirs["attestation"]["content"].as_str().unwrap());

    let verdict = scene.verifier_under_test_roots(&[
        "verify",
        &zip,
        "--csr",
        &csr,
        "--name",
        &name,
        "--nonce",
        &challenge.nonce(),
    ]);
    assert_eq!((verdict.status, verdict.stderr.as_str()), (Some(0), ""), "{}", verdict.text());
    assert!(verdict.text().contains(ATTESTED), "{}", verdict.text());
}

#[test]
fn the_statement_can_stand_in_the_request() {
    let scene = Scene::with_google(&["EC_SIGN_P256_SHA256"]);
    let csr = scene.path("request.csr");
    scene.hardkey(&["csr", "--subject", SUBJECT, "--attestation", "--out", &csr]).success();
    Csr::parse(&scene.read("request.csr")).unwrap().verify().unwrap();
    scene.openssl(&["req", "-verify", "-noout", "-in", &csr]);
    let parsed = scene.openssl(&["asn1parse", "-in", &csr]);
    // RFC 2986's attribute, the draft's bundle, the statement's kind, and four certificates after it.
    let place = parsed.lines().position(|line| line.contains("OBJECT            :1.2.840.113549.1.9.16.2.59")).unwrap();
    assert!(parsed.contains("OBJECT            :2.25.283491542849941202769988448827440925705"), "{parsed}");
    let url = format!("{}/v1/{}", scene.emulator.endpoint(), scene.emulator.google_version(0));
    let theirs: Value = ureq::get(&url).call().unwrap().body_mut().read_json().unwrap();
    let statement = Base64::decode_vec(theirs["attestation"]["content"].as_str().unwrap()).unwrap();
    let hex: String = statement.iter().map(|byte| format!("{byte:02X}")).collect();
    assert!(
        parsed.lines().skip(place).any(|line| line.ends_with(&format!("OCTET STRING      [HEX DUMP]:{hex}"))),
        "{parsed}"
    );
    // Off by default.
    scene.hardkey(&["csr", "--subject", SUBJECT, "--out", &csr]).success();
    assert!(!scene.openssl(&["asn1parse", "-in", &csr]).contains("1.2.840.113549.1.9.16.2.59"));
}

#[test]
fn a_name_with_the_project_s_number_is_told_before_anything_is_signed() {
    let scene = Scene::with_google(&["EC_SIGN_P256_SHA256,project=123456789012"]);
    let name = scene.emulator.google_version(0);
    assert!(name.starts_with("projects/123456789012/"), "{name}");
    for option in [["--audience", "Example CA"], ["--bundle", "bundle.zip"]] {
        let outcome = scene.hardkey(&[&["attest"] as &[&str], &option].concat());
        let line = format!(
            "hardkey: key {name}: the name has the project's number; the HSM's statement holds the hash of the name with the \
             project's id, so that a CA could not hold the two against each other; configure the key as projects/PROJECT-ID/…\n"
        );
        assert_eq!((told(&outcome), outcome.text()), ((Some(2), line), String::new()));
    }
    assert_eq!(scene.emulator.counts().requests("AsymmetricSign"), 0);
}

#[test]
fn keys_of_both_clouds_are_shown_and_each_refusal_has_its_reason() {
    let scene = Scene::with_google(&[
        "EC_SIGN_P256_SHA256,key=release",
        "RSA_SIGN_PSS_3072_SHA256,key=software,protection=SOFTWARE",
        "EC_SIGN_P256_SHA256,key=imported,imported",
    ]);
    let text = scene.hardkey(&["keys"]);
    assert_eq!(told(&text), (Some(0), String::new()));
    hardkey_tests::scene::is_golden("keys-google.txt", &scene.masked(&text.text()));
}
