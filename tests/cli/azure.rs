//! `hardkey` with keys of Azure: of a Managed HSM a report in which all that matters of the key is attested, of a vault one that is
//! reported. Which it is, and what Azure alone can add, is said either way.

use std::time::Duration;

use base64ct::{Base64, Encoding};
use hardkey_attest::report::Envelope;
use hardkey_tests::azure::AzureKey;
use hardkey_tests::host::Outcome;
use serde_json::{Value, json};

use hardkey_tests::order::SUBJECT;
use hardkey_tests::scene::{Scene, told};

/// What every verdict under roots of tests begins with.
const TEST_KEYS: &str = "TEST KEYS: this rests on keys that were made for tests. It says nothing about any HSM.";
const OF_AN_HSM: &str = "What is missing for more: Azure itself. The HSM's maker attests the key, in a format that no genuine statement has \
     confirmed; that Microsoft runs the HSM is no more than reported, because it publishes no key to know it by. Ask Azure as the CA, \
     with hardkey-confirm and the roles that hardkey grant-ca azure prints: what the cloud says of the key and of its logs is then \
     confirmed, and supports CSBR method 5.";
const OF_A_VAULT: &str = "What is missing for more: Azure itself. A vault's HSMs make no statement about a key, so that nothing offline is \
     more than reported, and where the key came from only the vault's log says (AuditEvent, KeyCreate). Ask Azure as the CA, with \
     hardkey-confirm and the roles that hardkey grant-ca azure prints: what the cloud says of the key and of its logs is then \
     confirmed, and supports CSBR method 5.";
/// What only the statement of the HSM can say of a key.
const BY_THE_HSM: [&str; 9] = [
    "hsm",
    "generated",
    "not-extractable",
    "never-extractable",
    "sensitive",
    "always-sensitive",
    "signs",
    "does-not-wrap",
    "not-split",
];

fn key(vault: &str, mut shape: Value) -> Value {
    shape["name"] = json!("release");
    shape["vault"] = json!(vault);
    shape
}

fn in_the_hsm() -> Scene {
    Scene::with_azure(&[key("hsm", json!({ "kty": "EC-HSM" }))])
}

/// Request and report for the CA's challenge; what the subscriber is told.
fn reported(scene: &Scene) -> Outcome {
    scene.challenge("challenge.json", Duration::from_secs(3600));
    scene.order().answer(&[])
}

/// What the CA reads of it, under the roots of the emulated HSM.
fn verified(scene: &Scene, more: &[&str]) -> Outcome {
    scene.verifier_under_test_roots(&scene.order().verify(more))
}

/// Rules that are not met, in their order.
fn unmet(text: &str) -> Vec<String> {
    let rules = text.lines().filter_map(|line| line.strip_prefix("  ")?.split_once(' '));
    let unmet = rules.filter(|(_, rest)| rest.starts_with("failed") || rest.starts_with("missing"));
    unmet.map(|(id, _)| id.to_owned()).collect()
}

/// What Azure answers, asked without any SDK.
fn asked(scene: &Scene, key: &AzureKey, host: &str, path: &str) -> Vec<u8> {
    let token = scene.emulator.azure_token("a person", &format!("https://{}", host.split_once('.').unwrap().1), 60);
    let url = format!("{}/keys/{}/{}{path}?api-version=2025-07-01", scene.emulator.endpoint(), key.name, key.version);
    let request = ureq::get(url).header("Host", host).header("Authorization", format!("Bearer {token}"));
    request.call().unwrap().body_mut().read_to_vec().unwrap()
}

#[test]
fn all_that_matters_of_a_managed_hsm_s_key_is_attested_and_only_azure_itself_is_missing() {
    for shape in [
        json!({ "kty": "RSA-HSM", "size": 3072 }),
        json!({ "kty": "RSA-HSM", "size": 4096 }),
        json!({ "kty": "EC-HSM", "curve": "P-256" }),
        json!({ "kty": "EC-HSM", "curve": "P-384" }),
    ] {
        let scene = Scene::with_azure(&[key("hsm", shape.clone())]);
        reported(&scene);
        let verdict = verified(&scene, &[]);
        assert_eq!((verdict.status, verdict.stderr.as_str()), (Some(1), ""), "{shape}");
        let text = verdict.text();
        let lines: Vec<&str> = text.lines().take(4).collect();
        let rejected = "rejected: 2 of the 21 rules of the policy csbr are not met. Not accepted.";
        assert_eq!(lines, [TEST_KEYS, "", rejected, OF_AN_HSM], "{shape}");
        let (obstacles, rest) = text.split_once("Worth a look").unwrap();
        assert_eq!(unmet(obstacles), ["format", "operator"], "{shape}: {text}");
        assert!(obstacles.contains("found: Microsoft Azure; only reported, and confirmed is demanded"), "{text}");
        let rules = rest.split_once("Rules of the policy").unwrap().1;
        for rule in BY_THE_HSM {
            let (_, after) =
                rules.split_once(&format!("  passed {rule}: ")).unwrap_or_else(|| panic!("{rule}: {text}"));
            assert!(after.lines().nth(1).unwrap().trim().starts_with("found, attested: "), "{shape}: {rule}: {text}");
        }
        assert_eq!(scene.emulator.counts().requests("Sign"), 2, "{shape}");
    }
}

#[test]
fn a_ca_that_does_without_both_is_told_that_the_hsm_vouches_for_the_rest() {
    let scene = in_the_hsm();
    reported(&scene);
    let policy = "name = \"mhsm\"\nbased_on = \"csbr\"\n[rules]\nformat = \"off\"\noperator = \"off\"\n";
    let policy = scene.write("policy.toml", policy);
    let verdict = verified(&scene, &["--policy", &policy]);
    assert_eq!((verdict.status, verdict.stderr.as_str()), (Some(0), ""), "{}", verdict.text());
    let line = "attested: the HSM itself vouches for all that the policy mhsm demands, which is less than the CSBR do.";
    assert_eq!(verdict.text().lines().nth(2), Some(line));
}

#[test]
fn an_imported_key_of_a_managed_hsm_is_shown_by_its_statement() {
    let scene = Scene::with_azure(&[key("hsm", json!({ "kty": "EC-HSM", "imported": true }))]);
    reported(&scene);
    let verdict = verified(&scene, &[]);
    assert_eq!(verdict.status, Some(1));
    let text = verdict.text();
    assert!(unmet(text.split_once("Worth a look").unwrap().0).contains(&"generated".to_owned()), "{text}");
    assert!(!text.contains("What is missing for more"), "{text}");
}

#[test]
fn of_a_vault_s_key_everything_is_reported_and_where_it_came_from_not_even_that() {
    let scene = Scene::with_azure(&[key("vault", json!({ "kty": "RSA-HSM", "size": 3072 }))]);
    let made = reported(&scene);
    let lines: Vec<&str> = made.stderr.lines().collect();
    assert_eq!(
        lines[..3],
        [
            &format!("hardkey: {}: a CA that runs hardkey-attest on it today is told:", scene.path("report.json")),
            "rejected: 10 of the 21 rules of the policy csbr are not met. Not accepted.",
            OF_A_VAULT
        ]
    );
    let all = "hsm not-extractable signs operator key-size resource-name csr-key csr-signature nonce generated";
    assert_eq!(unmet(&made.stderr).join(" "), all);
    let only_reported = lines.iter().filter(|line| line.ends_with("only reported, and confirmed is demanded")).count();
    assert_eq!(only_reported, 9, "{}", made.stderr);
    assert!(made.stderr.contains("\n  generated missing: nothing in the evidence says\n"), "{}", made.stderr);
    // The CA's own program says the same.
    let text = verified(&scene, &[]).text();
    assert_eq!(text.lines().skip(2).take(2).collect::<Vec<_>>(), lines[1..3], "{text}");
}

#[test]
fn the_released_verifier_does_not_believe_an_emulated_hsm_and_the_subscriber_is_told() {
    let scene = in_the_hsm();
    let made = reported(&scene);
    let lines: Vec<&str> = made.stderr.lines().collect();
    assert_eq!(lines[1], "rejected: the evidence fails 2 checks, so that nothing it says counts. Not accepted.");
    let failed: Vec<String> = unmet(&made.stderr).into_iter().take(2).collect();
    assert_eq!(failed, ["certificate-roles", "manufacturer-card"]);
    assert!(!made.stderr.contains("What is missing for more"), "{}", made.stderr);
}

#[test]
fn a_report_holds_the_answers_of_azure_to_the_byte() {
    for (vault, host, expected) in [
        ("vault", "vault.vault.azure.net", &[("azure.key", "")] as &[_]),
        ("hsm", "hsm.managedhsm.azure.net", &[("azure.key", ""), ("azure.attestation", "/attestation")]),
    ] {
        let scene = Scene::with_azure(&[key(vault, json!({ "kty": "EC-HSM" }))]);
        let outcome = scene.hardkey(&["attest", "--audience", "Example CA"]).success();
        let payload: Value = serde_json::from_slice(Envelope::open(&outcome.stdout).unwrap().payload()).unwrap();
        let made = &scene.azure[0];
        assert_eq!(payload["resource"], json!(made.id));
        let evidence = payload["evidence"].as_array().unwrap();
        assert_eq!(evidence.len(), expected.len());
        for (piece, (kind, path)) in evidence.iter().zip(expected) {
            assert_eq!(piece["kind"], json!(kind));
            assert_eq!(piece["request"], json!(format!("GET https://{host}/keys/release/{}{path}", made.version)));
            let data = Base64::decode_vec(piece["data"].as_str().unwrap()).unwrap();
            assert_eq!(String::from_utf8_lossy(&data), String::from_utf8_lossy(&asked(&scene, made, host, path)));
        }
    }
}

#[test]
fn the_bundle_of_a_managed_hsm_s_key_is_azure_s_own_answer_and_a_ca_reads_it_without_hardkey() {
    let scene = in_the_hsm();
    let (challenge, _) = scene.challenge("challenge.json", Duration::from_secs(3600));
    let (csr, file) = (scene.order().request, scene.path("attestation.json"));
    scene.order().ask_for(SUBJECT);
    let made = scene.hardkey(&["attest", "--bundle", &file, "--csr", &csr]).success();
    assert_eq!(made.text(), "");
    let theirs = asked(&scene, &scene.azure[0], "hsm.managedhsm.azure.net", "/attestation");
    assert_eq!(String::from_utf8_lossy(&scene.read("attestation.json")), String::from_utf8_lossy(&theirs));
    let name = &scene.azure[0].id;
    let nonce = challenge.nonce();
    let verdict = scene.verifier_under_test_roots(&["verify", &file, "--csr", &csr, "--name", name, "--nonce", &nonce]);
    assert_eq!((verdict.status, verdict.stderr.as_str()), (Some(1), ""));
    assert_eq!(verdict.text().lines().nth(3), Some(OF_AN_HSM), "{}", verdict.text());
}

#[test]
fn what_azure_has_no_form_for_is_refused_with_what_to_do_instead() {
    let scene = in_the_hsm();
    let outcome = scene.hardkey(&["csr", "--subject", SUBJECT, "--attestation"]);
    let line = format!(
        "hardkey: --attestation: key {}: there is no form for the two statements of Azure Managed HSM in a request; leave --attestation out, and hand them in beside it (hardkey attest)\n",
        scene.azure[0].id
    );
    assert_eq!((told(&outcome), outcome.text()), ((Some(1), line), String::new()));
    let scene = Scene::with_azure(&[key("vault", json!({ "kty": "EC-HSM" }))]);
    let bundle = scene.path("bundle");
    for (option, arguments) in [
        ("--attestation", vec!["csr", "--subject", SUBJECT, "--attestation"]),
        ("--bundle", vec!["attest", "--bundle", &bundle]),
    ] {
        let line = format!(
            "hardkey: {option}: key {}: Azure Key Vault gives no statement that an HSM signed; leave {option} out\n",
            scene.azure[0].id
        );
        assert_eq!(told(&scene.hardkey(&arguments)), (Some(1), line));
    }
    assert_eq!(scene.emulator.counts().requests("Sign"), 0);
}

#[test]
fn keys_of_a_vault_and_of_a_managed_hsm_are_shown_and_each_refusal_has_its_reason() {
    let scene = Scene::with_azure(&[
        key("hsm", json!({ "kty": "EC-HSM", "curve": "P-384" })),
        key("vault", json!({ "kty": "RSA-HSM", "size": 3072 })),
        json!({ "kty": "RSA", "name": "software" }),
        json!({ "kty": "EC-HSM", "name": "exportable", "exportable": true }),
        json!({ "kty": "EC-HSM", "name": "older", "hsm_platform": "0" }),
    ]);
    let text = scene.hardkey(&["keys"]);
    assert_eq!(told(&text), (Some(0), String::new()));
    hardkey_tests::scene::is_golden("keys-azure.txt", &scene.masked(&text.text()));
}
