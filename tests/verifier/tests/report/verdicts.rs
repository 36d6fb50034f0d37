//! What comes of good reports.

use hardkey_synthetic::{Bundle, Challenge, Report, Request, Shape, answer, report};
use serde_json::{Value, json};

use crate::folder::{Folder, VERIFY};

const WARNING: &str = "TEST KEYS: this rests on keys that were made for tests. It says nothing about any HSM.";

/// The lines up to the first empty one after the verdict.
fn head(text: &str) -> Vec<&str> {
    let rest = text.strip_prefix(&format!("{WARNING}\n\n")).unwrap();
    rest.lines().take_while(|line| !line.is_empty()).collect()
}

#[test]
fn a_cloud_hsm_key_with_a_report_is_attested_offline_by_method_2() {
    let folder = Folder::good();
    // The key of the CA is in its place.
    std::fs::create_dir(folder.path().join("hardkey-attest")).unwrap();
    folder.put("hardkey-attest/challenge.key", folder.read("ca.key").as_bytes());
    let said = folder.at("verify report.json --csr request.csr --challenge c.json");
    assert_eq!((said.status, said.err.as_str()), (Some(0), ""), "{}", said.out);
    let sentence = "attested: the HSM itself vouches that the key was generated in it and cannot leave it; this supports CSBR method 2.";
    assert_eq!(head(&said.out), [sentence]);
    assert!(!said.out.contains("Why not"), "{}", said.out);
    let (key, nonce) = (Bundle::key(Shape::P256).spki_hash(), Challenge::new().nonce);
    for line in [
        "  claimed name of the key, in the report: projects/synthetic/locations/europe-west1/keyRings/release/cryptoKeys/signer/cryptoKeyVersions/1\n",
        &format!("  the CA's nonce: {nonce}\n"),
        "  the CA's challenge: of Example CA, for order 4711, from 2026-11-21T06:00:00Z until 2026-11-22T06:00:00Z\n",
        "  report, by whoever can use the key: 3f1c1f9e-5d0e-4c6b-9a53-0a4d3c2b1e0f, for Example CA, order 4711, made at \
         2026-11-21T08:00:00Z by hardkey-synthetic 0.1.0, good until 2026-11-22T08:00:00Z\n",
        &format!("  for the list of what was seen: {nonce} {key}\n"),
        "  challenge: c.json, ",
    ] {
        assert!(said.out.contains(line), "{line}\n{}", said.out);
    }
    for forbidden in ["signed report", "report is signed by", "signed by the subscriber"] {
        assert!(!said.out.to_lowercase().contains(forbidden), "{forbidden}");
    }
}

#[test]
fn every_kind_of_key_that_may_sign_code_is_attested_and_the_others_are_not() {
    for (name, shape) in Shape::SIGNING {
        // Google has no name for such a key, so that its answers cannot state one.
        if shape == Shape::P521 {
            continue;
        }
        let (report, request) = report::good(shape);
        let (verdict, stopped) = Folder::of(&report, &request, &Challenge::new()).stopped(VERIFY);
        let ids: Vec<&str> = stopped.iter().map(|(id, _)| id.as_str()).collect();
        match name {
            "rsa-2048" | "secp256k1" => assert_eq!((verdict.as_str(), ids), ("rejected", vec!["key-size"]), "{name}"),
            _ => assert_eq!((verdict.as_str(), ids), ("attested", vec![]), "{name}"),
        }
    }
}

#[test]
fn a_decision_about_a_report_says_to_a_machine_what_it_is_about() {
    let folder = Folder::good();
    let json = folder.json(&format!("{VERIFY} --audience Example --order 4711"));
    assert_eq!((&json["verdict"], &json["sound"]), (&json!("rejected"), &json!(true)));
    assert_eq!(
        json["sentence"], "rejected: the report or the challenge fails a check. Not accepted.",
        "another CA's challenge is not the evidence's fault"
    );
    let (key, challenge) = (Bundle::key(Shape::P256).spki_hash(), Challenge::new());
    let request =
        hardkey_synthetic::hex(&openssl::sha::sha256(&std::fs::read(folder.path().join("request.csr")).unwrap()));
    assert_eq!(
        json["expected"],
        json!({
            "name": null, "nonce": null, "audience": "Example", "order": "4711",
            "challenge": {
                "nonce": challenge.nonce, "issued": challenge.issued, "expires": challenge.expires, "audience": "Example CA",
                "order": "4711",
            },
            "request_spki_sha256": key, "request_sha256": request,
        })
    );
    assert_eq!(
        json["report"],
        json!({
            "report_id": "3f1c1f9e-5d0e-4c6b-9a53-0a4d3c2b1e0f", "audience": "Example CA", "order": "4711",
            "nonce": challenge.nonce, "csr_sha256": request, "created": "2026-11-21T08:00:00Z",
            "not_after": "2026-11-22T08:00:00Z", "signature_algorithm": "ecdsa-p256-sha256", "spki_sha256": key,
            "resource": hardkey_synthetic::bundle::RESOURCE, "requested_as": null, "generator": "hardkey-synthetic 0.1.0",
        })
    );
    assert_eq!(json["seen"], format!("{} {key}", challenge.nonce));
    assert_eq!(json["inputs"][2]["role"], "challenge");
    let documentation = include_str!("../../../../docs/attest-json.md");
    for part in ["expected", "report"] {
        for name in json[part].as_object().unwrap().keys() {
            assert!(documentation.contains(&format!("`{name}`")), "{name}");
        }
    }
}

#[test]
fn an_aws_key_is_reported_and_the_verdict_says_who_would_have_to_speak_for_more() {
    let request = Request::of(Bundle::key(Shape::P256)).der();
    let report = Report::aws().challenge(&Challenge::new()).request(&request);
    let folder = Folder::of(&report, &request, &Challenge::new());
    let said = folder.at(&format!("{VERIFY} --html page.html"));
    assert_eq!(said.status, Some(1));
    let missing = "What is missing for more: AWS itself. Its HSMs make no statement about a key, so that nothing offline is more \
                   than reported. Ask AWS as the CA, with hardkey-confirm and the role that hardkey grant-ca aws prints: \
                   what the cloud says of the key and of its logs is then confirmed, and supports CSBR method 5.";
    let sentence = "reported: the subscriber says what should be said, but nobody vouches for it. Not accepted.";
    assert_eq!(head(&said.out), [sentence, missing]);
    assert!(folder.read("page.html").contains(&format!("<p class=\"caveat\">{missing}</p>")));
    let json = folder.json(VERIFY);
    assert_eq!((&json["missing_for_more"], &json["csbr_method"]), (&json!(missing), &Value::Null));
    let (verdict, stopped) = folder.stopped(VERIFY);
    assert_eq!(verdict, "reported");
    for (id, observed) in &stopped {
        assert!(observed.ends_with("; only reported, and confirmed is demanded"), "{id}: {observed}");
    }
    let ids: Vec<&str> = stopped.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "hsm",
            "generated",
            "not-extractable",
            "signs",
            "operator",
            "fips-certificate",
            "key-size",
            "resource-name",
            "csr-key",
            "csr-signature",
            "nonce"
        ]
    );
}

#[test]
fn keys_elsewhere_are_reported_with_what_is_missing_there() {
    let key = Bundle::key(Shape::P256);
    let request = Request::of(key).der();
    let answers = answer::all();
    let with = |kind: &str, answer: &Value, resource: &str| {
        let report = Report::aws().with("evidence", json!([])).with("resource", resource.into());
        let unknown = json!({ "hsm": { "value": "unknown" }, "origin": { "value": "unknown" }, "extractable": { "value": "unknown" } });
        let report = report.evidence(kind, answer).with("claims", unknown);
        Folder::of(&report.challenge(&Challenge::new()).request(&request), &request, &Challenge::new()).json(VERIFY)
    };
    let vault = with("azure.key", &answers[2].1, answers[2].1["key"]["kid"].as_str().unwrap());
    // Where a vault's key is from, nobody says: it is less than reported.
    assert_eq!(vault["verdict"], "rejected");
    let missing = vault["missing_for_more"].as_str().unwrap();
    assert!(
        missing.starts_with("What is missing for more: Azure itself. A vault's HSMs make no statement about a key,"),
        "{missing}"
    );
    let google = with("google.public-key", &answers[4].1, hardkey_synthetic::bundle::RESOURCE);
    assert_eq!(google["verdict"], "rejected");
}

#[test]
fn a_challenge_made_by_the_program_is_answered_by_a_report_or_by_a_request_alone() {
    let folder = Folder::good();
    let said = folder.run("challenge --audience Example --order 4711 --key own.key --valid 1h");
    let challenge: Value = serde_json::from_str(&said.out).unwrap();
    folder.put("own.json", said.out.as_bytes());
    let moment = challenge["issued"].as_str().unwrap();
    let (report, request) = report::good(Shape::P256);
    let report = report
        .with("challenge", challenge.clone())
        .with("audience", "Example".into())
        .with("created", moment.into())
        .with("not_after", challenge["expires"].clone());
    folder.put("own-report.json", &report.bytes());
    folder.put("own.csr", &request);
    let judged = |line: &str| folder.run(&format!("{line} --challenge own.json --challenge-key own.key --at {moment}"));
    let said = judged("verify own-report.json --csr own.csr");
    assert_eq!(said.status, Some(0), "{}", said.out);
    // No report: the console's bundle, and a request with the nonce as its challenge password.
    let key = Bundle::key(Shape::P256);
    folder.put("bundle.zip", &Bundle::generated(Shape::P256).zip().bytes());
    folder.put("nonce.csr", &Request::of(key).challenge(challenge["nonce"].as_str().unwrap()).der());
    let name = hardkey_synthetic::bundle::RESOURCE;
    let said = judged(&format!("verify bundle.zip --csr nonce.csr --name {name}"));
    assert_eq!(said.status, Some(0), "{}", said.out);
    let said = judged(&format!("verify bundle.zip --csr own.csr --name {name}"));
    assert_eq!(said.status, Some(1));
    assert!(said.out.contains(
        "  nonce missing\n    demanded: the request or the report carries the CA's nonce, if the CA gave one\n    found: the \
         request has no challenge password\n    next: Ask for a report that answers your challenge, or for a request that \
         carries your nonce as its challenge password.\n"
    ));
}

#[test]
fn a_report_is_shown_whole_and_judged_by_nothing() {
    let folder = Folder::good();
    let said = folder.run("inspect report.json");
    assert_eq!((said.status, said.err.as_str()), (Some(0), ""));
    let key = Bundle::key(Shape::P256).spki_hash();
    let start = [
        "Report of a key, by whoever made it",
        "  payload, SHA-256 (",
        "  signature (",
        "  report id: 3f1c1f9e-5d0e-4c6b-9a53-0a4d3c2b1e0f",
        "  for the CA: Example CA",
        "  for the order: 4711",
        "  SHA-256 of the request: ",
        "  created: 2026-11-21T08:00:00Z",
        "  not after: 2026-11-22T08:00:00Z",
        "  signature algorithm: ecdsa-p256-sha256",
        "  kind of key: P-256",
        &format!("  SHA-256 of the public key: {key}"),
        &format!("  key version: {}", hardkey_synthetic::bundle::RESOURCE),
        "  requested as: none",
        "  made by: hardkey-synthetic 0.1.0",
        "  states: in an HSM: yes, attested",
        "  states: generated there: yes, attested",
        "  states: can be taken out: no, attested",
        "  Challenge of a CA",
        &format!("    nonce: {}", Challenge::new().nonce),
        "    issued: 2026-11-21T06:00:00Z",
        "    expires: 2026-11-22T06:00:00Z",
        "    of the CA: Example CA",
        "    for the order: 4711",
        "  Evidence google.crypto-key-version",
        "    collected: 2026-11-21T07:59:58Z",
        "    request: a request for google.crypto-key-version",
        "    SHA-256 (",
        "    Statement of the HSM",
    ];
    let shown = said.out.lines().skip_while(|line| !line.starts_with("Report"));
    for (line, wanted) in shown.zip(start) {
        assert!(line.starts_with(wanted), "{line}, expected {wanted}");
    }
    assert!(said.out.contains("\n  Evidence google.public-key\n"));
    let json: Value = serde_json::from_str(&folder.run("inspect report.json --json").out).unwrap();
    assert_eq!(json["sections"][0]["sections"][0]["title"], "Challenge of a CA");
}
