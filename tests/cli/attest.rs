//! `hardkey attest` for keys of AWS KMS: a report that says what AWS says, and a verdict that promises no more.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use base64ct::{Base64, Encoding};
use hardkey_attest::instant::Instant;
use hardkey_attest::report::Envelope;
use hardkey_tests::built;
use hardkey_tests::emulator::Emulator;
use hardkey_tests::host::run;
use serde_json::{Value, json};

use hardkey_tests::scene::{AUDIENCE, ORDER, Scene, told};

/// Several times what a report takes.
const LIMIT: Duration = Duration::from_secs(60);

const REPORTED: &str = "\
reported: the subscriber says what should be said, but nobody vouches for it. Not accepted.
What is missing for more: AWS itself. Its HSMs make no statement about a key, so that nothing offline is more than reported. \
Ask AWS as the CA, with hardkey-confirm and the role that hardkey grant-ca aws prints: what the cloud says of the key and of its \
logs is then confirmed, and supports CSBR method 5.
";

/// What the payload of a report says.
fn payload(report: &[u8]) -> Value {
    serde_json::from_slice(Envelope::open(report).unwrap().payload()).unwrap()
}

/// What AWS answers, asked without any SDK.
fn asked(emulator: &Emulator, operation: &str, arn: &str) -> Vec<u8> {
    let mut answer = ureq::post(emulator.endpoint())
        .header("X-Amz-Target", format!("TrentService.{operation}"))
        .header("Content-Type", "application/x-amz-json-1.1")
        .header("X-Amz-Date", "20261121T012345Z")
        .header(
            "Authorization",
            "AWS4-HMAC-SHA256 Credential=test/20261121/eu-west-1/kms/aws4_request, SignedHeaders=host, Signature=00",
        )
        .send(json!({ "KeyId": arn }).to_string())
        .unwrap();
    answer.body_mut().read_to_vec().unwrap()
}

#[test]
fn request_and_report_of_an_aws_key_are_reported_and_what_is_missing_is_told() {
    let scene = Scene::start(&["RSA_3072,alias=release"]);
    let (challenge, _) = scene.challenge("challenge.json", Duration::from_secs(3600));
    let order = scene.order();
    let outcome = order.answer(&[]);
    assert_eq!(outcome.text(), "");
    let line = "hardkey: FOLDER/report.json: a CA that runs hardkey-attest on it today is told:\n";
    assert_eq!(scene.masked(&outcome.stderr), format!("{line}{REPORTED}"));
    assert_eq!(scene.emulator.counts().requests("Sign"), 2, "one request, one report");

    // The CA's own program says the same of it, with the CA's own challenge and key.
    let verdict = scene.hardkey_attest(&order.verify(&[]));
    assert_eq!((verdict.status, verdict.stderr.as_str()), (Some(1), ""));
    assert!(verdict.text().starts_with(REPORTED), "{}", verdict.text());

    let payload = payload(&scene.read("report.json"));
    let arn = scene.emulator.key(0).arn;
    assert_eq!((&payload["audience"], &payload["order"]), (&json!(AUDIENCE), &json!(ORDER)));
    assert_eq!(payload["challenge"]["nonce"], json!(challenge.nonce()));
    assert_eq!((&payload["resource"], &payload["requested_as"]), (&json!(arn), &json!(Scene::named("release"))));
    assert_eq!(payload["not_after"], json!(challenge.expires().to_string()));
    assert_eq!(payload["generator"]["name"], json!("hardkey"));
    assert_eq!(payload["signature_algorithm"], json!("rsa-pkcs1-sha256"));
}

#[test]
fn a_report_holds_the_answers_of_aws_to_the_byte() {
    let scene = Scene::start(&["ECC_NIST_P256,alias=release,description=Ünlü \\ \"x\""]);
    let outcome = scene.hardkey(&["attest", "--audience", AUDIENCE]).success();
    let payload = payload(&outcome.stdout);
    let arn = scene.emulator.key(0).arn;
    let evidence = payload["evidence"].as_array().unwrap();
    let kinds: Vec<&str> = evidence.iter().map(|piece| piece["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["aws.describe-key", "aws.get-public-key"]);
    for (piece, operation) in evidence.iter().zip(["DescribeKey", "GetPublicKey"]) {
        let data = Base64::decode_vec(piece["data"].as_str().unwrap()).unwrap();
        let theirs = asked(&scene.emulator, operation, &arn);
        assert_eq!(String::from_utf8_lossy(&data), String::from_utf8_lossy(&theirs));
        let request = format!("POST {}/ TrentService.{operation}", scene.emulator.endpoint());
        assert_eq!(piece["request"], json!(request));
    }
    assert_eq!(payload["signature_algorithm"], json!("ecdsa-p256-sha256"));
    // Without a challenge a report may be used for a week.
    let moment = |field: &str| Instant::parse(payload[field].as_str().unwrap()).unwrap().unix();
    assert_eq!(moment("not_after") - moment("created"), 7 * 24 * 60 * 60);
    assert_eq!(payload.get("challenge").filter(|challenge| !challenge.is_null()), None);
}

#[test]
fn without_the_request_the_report_says_that_it_is_missing() {
    let scene = Scene::start(&["ECC_NIST_P384,alias=release"]);
    let outcome = scene.hardkey(&["attest", "--audience", AUDIENCE]).success();
    let lines: Vec<&str> = outcome.stderr.lines().collect();
    assert_eq!(lines[0], "hardkey: the report: a CA that runs hardkey-attest on it today is told:");
    assert!(lines[1].starts_with("rejected: "), "{}", lines[1]);
    assert!(outcome.stderr.contains("\n  csr-key missing: no request, or no key\n"), "{}", outcome.stderr);
    assert!(
        outcome.stderr.ends_with("    next: Run it again with --csr and the request for the certificate.\n"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn nothing_is_signed_for_the_request_of_another_key_another_ca_or_another_time() {
    for scene in [
        Scene::start(&["ECC_NIST_P256,alias=release", "ECC_NIST_P256,alias=other"]),
        Scene::with_google(&["EC_SIGN_P256_SHA256,key=release", "EC_SIGN_P256_SHA256,key=other"]),
    ] {
        nothing_is_signed_for_another(&scene);
    }
}

fn nothing_is_signed_for_another(scene: &Scene) {
    let (challenge, challenge_path) = scene.challenge("challenge.json", Duration::from_secs(3600));
    let csr = scene.path("other.csr");
    scene.hardkey(&["csr", "--key", "other", "--subject", "CN=Other", "--out", &csr]).success();
    scene.emulator.reset_counts();
    let attest = |more: &[&str]| scene.hardkey(&[&["attest", "--key", "release"] as &[&str], more].concat());

    let outcome = attest(&["--audience", AUDIENCE, "--csr", &csr]);
    assert_eq!((outcome.status, outcome.text().as_str()), (Some(2), ""));
    assert!(scene.masked(&outcome.stderr).starts_with("hardkey: --csr: FOLDER/other.csr: the request is for the key "));
    assert!(outcome.stderr.ends_with("; make the request with this key\n"), "{}", outcome.stderr);

    for (more, line) in [
        (
            vec!["--challenge", &challenge_path, "--audience", "Other CA"],
            "--audience \"Other CA\": the challenge is for \"Example CA\"; leave --audience out, or ask the CA for another challenge",
        ),
        (
            vec!["--challenge", &challenge_path, "--order", "4712"],
            "--order \"4712\": the challenge is for \"4711\"; leave --order out, or ask the CA for another challenge",
        ),
        (vec![], "--audience: a report is for one CA; name it, or give the CA's challenge with --challenge"),
    ] {
        let outcome = attest(&more);
        assert_eq!(told(&outcome), (Some(2), format!("hardkey: {line}\n")));
        assert_eq!(outcome.text(), "");
    }

    let expired = challenge.to_json().replace(&challenge.expires().to_string(), "2020-01-01T00:00:00Z");
    let expired = scene.write("expired.json", expired);
    let outcome = attest(&["--challenge", &expired]);
    assert_eq!((outcome.status, outcome.text().as_str()), (Some(2), ""));
    let line = "hardkey: --challenge: it expired at 2020-01-01T00:00:00Z, and now it is ";
    assert!(outcome.stderr.starts_with(line), "{}", outcome.stderr);
    assert!(outcome.stderr.ends_with("; ask the CA for a new one\n"), "{}", outcome.stderr);
    let counts = scene.emulator.counts();
    assert_eq!((counts.requests("Sign"), counts.requests("AsymmetricSign")), (0, 0));
}

#[test]
fn a_report_is_not_written_over_what_it_was_made_from() {
    let scene = Scene::start(&["ECC_NIST_P256,alias=release"]);
    let (_, challenge) = scene.challenge("challenge.json", Duration::from_secs(3600));
    let outcome = scene.hardkey(&["attest", "--challenge", &challenge, "--out", &challenge]);
    let line = "hardkey: --out: FOLDER/challenge.json was handed in; name another file\n";
    assert_eq!((outcome.status, scene.masked(&outcome.stderr)), (Some(2), line.to_owned()));
    assert_eq!(scene.emulator.counts().all_requests(), 0);
}

#[test]
fn a_report_is_written_whole_or_not_at_all_and_through_links_and_pipes() {
    let scene = Scene::start(&["ECC_NIST_P256,alias=release"]);
    let [report, link, pipe] = ["report.json", "link.json", "pipe"].map(|name| scene.path(name));
    let attest = |out: &str| scene.hardkey(&["attest", "--audience", AUDIENCE, "--out", out]).success();
    attest(&report);
    let earlier = scene.read("report.json");
    let program = built::command_lines().0;
    let line = format!("trap '' XFSZ; ulimit -f 0; exec {} attest --audience CA --out {report}", program.display());
    let full = run("sh", ["-c", &line], &scene.environment, LIMIT);
    let said = "hardkey: FOLDER/report.json cannot be written: File too large (os error 27); correct the path or its permissions\n";
    assert_eq!((full.status, scene.masked(&full.stderr)), (Some(2), said.to_owned()));
    assert_eq!(scene.read("report.json"), earlier);
    std::os::unix::fs::symlink(&report, &link).unwrap();
    attest(&link);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_ne!(scene.read("report.json"), earlier, "each has a signature of its own");
    run("mkfifo", [&pipe], &BTreeMap::new(), LIMIT).success();
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::read(pipe).unwrap()
    });
    attest(&pipe);
    assert_eq!(payload(&reader.join().unwrap())["audience"], json!(AUDIENCE));
    let names = fs::read_dir(scene.path("")).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    assert!(names.into_iter().all(|name| !name.starts_with(".tmp")), "nothing unfinished is left");
}

#[test]
fn an_answer_about_another_key_is_no_evidence() {
    let scene = Scene::start(&["ECC_NIST_P256,alias=release", "ECC_NIST_P256"]);
    // The first two answers choose the key, the next two are the evidence.
    for (operation, corrupt) in [("DescribeKey", "key-id"), ("GetPublicKey", "key-id"), ("GetPublicKey", "other-key")] {
        scene.emulator.clear_faults();
        scene.emulator.fault(json!({ "operation": operation, "skip": 1, "corrupt": corrupt }));
        let outcome = scene.hardkey(&["attest", "--audience", AUDIENCE]);
        assert_eq!(
            (outcome.status, outcome.text().as_str()),
            (Some(1), ""),
            "{operation} {corrupt}: {}",
            outcome.stderr
        );
        let why = if corrupt == "key-id" {
            format!("the answer to kms:{operation} names another key")
        } else {
            "evidence: ".to_owned()
        };
        assert!(outcome.stderr.contains(&why), "{operation} {corrupt}: {}", outcome.stderr);
    }
    assert_eq!(scene.emulator.counts().requests("Sign"), 0);
}

#[test]
fn there_is_no_bundle_of_a_cloud_that_gives_none() {
    let scene = Scene::start(&["ECC_NIST_P256,alias=release"]);
    let outcome = scene.hardkey(&["attest", "--bundle", &scene.path("bundle.zip")]);
    let line = format!(
        "hardkey: --bundle: key {} (arn:aws:kms:eu-west-1:111122223333:key/KEY-1): AWS KMS gives no statement that an HSM \
         signed; leave --bundle out\n",
        Scene::named("release")
    );
    assert_eq!((outcome.status, scene.masked(&outcome.stderr)), (Some(1), line));
    assert!(!scene.exists("bundle.zip"));
}

#[test]
fn no_key_is_marked_for_a_report_that_is_not_made() {
    let scene = Scene::with_google(&["EC_SIGN_P256_SHA256,key=release", "EC_SIGN_P256_SHA256,key=other"]);
    let (challenge, path) = scene.challenge("challenge.json", Duration::from_secs(3600));
    let csr = scene.path("other.csr");
    scene.hardkey(&["csr", "--key", "other", "--subject", "CN=Other", "--out", &csr]).success();
    let expired = challenge.to_json().replace(&challenge.expires().to_string(), "2020-01-01T00:00:00Z");
    let expired = scene.write("expired.json", expired);
    let report = scene.path("report.json");
    let tries: [(&[&str], &str, &str); 3] = [
        (
            &["--csr", &path, "--challenge", &path],
            "--csr: FOLDER/challenge.json: certificate request: expected a PKCS#10 request in DER or PEM, found ",
            "; name the request, as hardkey csr makes it\n",
        ),
        (
            &["--csr", &csr, "--challenge", &path],
            "--csr: FOLDER/other.csr: the request is for the key ",
            "; make the request with this key\n",
        ),
        (
            &["--challenge", &expired],
            "--challenge: it expired at 2020-01-01T00:00:00Z, and now it is ",
            "; ask the CA for a new one\n",
        ),
    ];
    for (more, start, end) in tries {
        let attest = ["attest", "--key", "release", "--mark-owner", "--out", &report];
        let outcome = scene.hardkey(&[&attest as &[&str], more].concat());
        let line = scene.masked(&outcome.stderr);
        assert_eq!((outcome.status, line.lines().count()), (Some(2), 1), "{line}");
        assert!(line.starts_with(&format!("hardkey: {start}")) && line.ends_with(end), "{line}");
        assert!(!scene.exists("report.json"));
    }
    let counts = scene.emulator.counts();
    assert_eq!((counts.requests("UpdateCryptoKey"), counts.requests("GetCryptoKey")), (0, 0), "nothing is marked");
    // A challenge that has ended goes into no request either.
    scene.emulator.reset_counts();
    let outcome = scene.hardkey(&["csr", "--key", "release", "--subject", "CN=Example", "--challenge", &expired]);
    assert_eq!((outcome.status, outcome.text().as_str()), (Some(2), ""));
    let line = "hardkey: --challenge: it expired at 2020-01-01T00:00:00Z, and now it is ";
    assert!(outcome.stderr.starts_with(line), "{}", outcome.stderr);
    assert_eq!(scene.emulator.counts().all_requests(), 0);
}
