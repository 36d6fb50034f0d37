//! `hardkey csr`.

use std::time::Duration;

use hardkey_attest::csr::Csr;

use hardkey_tests::order::SUBJECT;
use hardkey_tests::scene::{Scene, told};

/// Verified by OpenSSL, by the CA's verifier, and in the one text that `openssl req` has for it.
fn verified(scene: &Scene, file: &str) -> String {
    let path = scene.path(file);
    let form = if scene.read(file).starts_with(b"-----BEGIN") { "PEM" } else { "DER" };
    let text = scene.openssl(&[
        "req",
        "-verify",
        "-noout",
        "-text",
        "-nameopt",
        "utf8,sep_comma_plus",
        "-inform",
        form,
        "-in",
        &path,
    ]);
    let csr = Csr::parse(&scene.read(file)).unwrap();
    assert_eq!(csr.verify(), Ok(()));
    text
}

#[test]
fn a_request_of_every_kind_of_key_is_verified_by_openssl_and_by_the_verifier() {
    let kinds = [
        ("RSA_2048", "sha256WithRSAEncryption"),
        ("RSA_3072", "sha256WithRSAEncryption"),
        ("RSA_4096", "sha256WithRSAEncryption"),
        ("ECC_NIST_P256", "ecdsa-with-SHA256"),
        ("ECC_NIST_P384", "ecdsa-with-SHA384"),
        ("ECC_NIST_P521", "ecdsa-with-SHA512"),
        ("ECC_SECG_P256K1", "ecdsa-with-SHA256"),
    ];
    let keys: Vec<String> = kinds.iter().map(|(kind, _)| format!("{kind},alias={kind}")).collect();
    let scene = Scene::start(&keys.iter().map(String::as_str).collect::<Vec<_>>());
    for (kind, algorithm) in kinds {
        let out = scene.path("request.csr");
        let outcome = scene.hardkey(&["csr", "--key", kind, "--subject", SUBJECT, "--out", &out]).success();
        assert_eq!((outcome.text().as_str(), outcome.stderr.as_str()), ("", ""), "{kind}");
        let text = verified(&scene, "request.csr");
        assert!(text.contains(&format!("Signature Algorithm: {algorithm}\n")), "{kind}: {text}");
    }
    // Each was signed once: a signature is in the cloud's log for good.
    assert_eq!(scene.emulator.counts().requests("Sign"), kinds.len() as u64);
}

#[test]
fn every_hash_that_the_key_has_can_be_asked_for() {
    let scene = Scene::start(&["RSA_2048,alias=rsa", "ECC_NIST_P256,alias=curve"]);
    for (key, family) in [("rsa", "WithRSAEncryption"), ("curve", "ecdsa-with-")] {
        for hash in ["sha256", "sha384", "sha512"] {
            let arguments = ["csr", "--key", key, "--subject", SUBJECT, "--hash", hash, "--der", "--out"];
            scene.hardkey(&[&arguments as &[&str], &[&scene.path("request.der")]].concat()).success();
            let text = verified(&scene, "request.der").to_lowercase();
            assert!(text.contains(&family.to_lowercase()) && text.contains(hash), "{key} {hash}: {text}");
        }
    }
}

#[test]
fn the_request_alone_is_on_standard_output_in_both_forms() {
    let scene = Scene::start(&["ECC_NIST_P256,alias=release"]);
    let pem = scene.hardkey(&["csr", "--subject", SUBJECT]).success();
    scene.write("request.pem", &pem.stdout);
    verified(&scene, "request.pem");
    let text = pem.text();
    assert!(text.starts_with("-----BEGIN CERTIFICATE REQUEST-----\n"), "{text}");
    assert!(text.ends_with("\n-----END CERTIFICATE REQUEST-----\n"), "{text}");
    let der = scene.hardkey(&["csr", "--subject", SUBJECT, "--der"]).success();
    assert_eq!(der.stdout.first(), Some(&0x30));
    scene.write("request.der", &der.stdout);
    verified(&scene, "request.der");
}

#[test]
fn names_and_the_challenge_stand_where_a_ca_looks_for_them() {
    let scene = Scene::start(&["ECC_NIST_P256,alias=release"]);
    let (challenge, path) = scene.challenge("challenge.json", Duration::from_secs(3600));
    let mut arguments =
        vec!["csr", "--subject", "CN=Ünlü\\, GmbH+emailAddress=release@example.com,O=Example GmbH,C=DE"];
    for name in
        ["dns:example.com", "email:release@example.com", "uri:https://example.com/", "ip:192.0.2.1", "ip:2001:db8::1"]
    {
        arguments.extend(["--san", name]);
    }
    let out = scene.path("request.csr");
    arguments.extend(["--challenge", &path, "--out", &out]);
    scene.hardkey(&arguments).success();
    let text = verified(&scene, "request.csr");
    let lines: Vec<String> = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    for line in [
        "Subject: C=DE,O=Example GmbH,CN=Ünlü, GmbH+emailAddress=release@example.com",
        &format!("challengePassword :{}", challenge.nonce()),
        "X509v3 Subject Alternative Name:",
        "DNS:example.com, email:release@example.com, URI:https://example.com/, IP Address:192.0.2.1, \
         IP Address:2001:DB8:0:0:0:0:0:1",
    ] {
        assert!(lines.iter().any(|known| known == line), "{line}: {text}");
    }
    assert_eq!(Csr::parse(&scene.read("request.csr")).unwrap().challenge(), Some(&challenge.nonce()));
    // The types that RFC 5280 appendix A.1 has: letters of C, an address, and everything else in UTF-8.
    let parsed = scene.openssl(&["asn1parse", "-in", &out]);
    for line in ["PRINTABLESTRING   :DE", "UTF8STRING        :Example GmbH", "IA5STRING         :release@example.com"] {
        assert!(parsed.contains(line), "{line}: {parsed}");
    }
    assert!(parsed.contains(&format!("PRINTABLESTRING   :{}", challenge.nonce())), "{parsed}");
}

#[test]
fn what_cannot_be_used_is_told_before_anybody_is_asked() {
    let scene = Scene::start(&["ECC_NIST_P256,alias=release"]);
    let missing = scene.path("missing.json");
    let wrong = scene.write("wrong.json", "{}");
    let large = scene.write("large.json", vec![b' '; 5000]);
    let subject = ["csr", "--subject", SUBJECT];
    let cases: [(Vec<&str>, String); 5] = [
        (
            vec!["csr", "--subject", "CN=Example, O=Example"],
            "--subject \"CN=Example, O=Example\" is not a name; write it like \"CN=Example GmbH,O=Example GmbH,C=DE\" \
             (RFC 4514), without spaces around = and after commas, and with \\ before a comma that is part of a name"
                .to_owned(),
        ),
        (
            [&subject as &[&str], &["--san", "example.com"]].concat(),
            "--san \"example.com\" has no kind; write one of dns:example.com, email:release@example.com, \
             uri:https://example.com/, ip:192.0.2.1"
                .to_owned(),
        ),
        (
            [&subject as &[&str], &["--challenge", &missing]].concat(),
            format!("--challenge: {missing} cannot be read: No such file or directory (os error 2); correct the path"),
        ),
        (
            [&subject as &[&str], &["--challenge", &large]].concat(),
            format!("--challenge: {large} has more than 4096 bytes; name another file"),
        ),
        (
            [&subject as &[&str], &["--challenge", &wrong, "--out", &wrong]].concat(),
            format!("--out: {wrong} was handed in; name another file"),
        ),
    ];
    for (arguments, line) in cases {
        let outcome = scene.hardkey(&arguments);
        assert_eq!(told(&outcome), (Some(2), format!("hardkey: {line}\n")));
        assert_eq!(outcome.text(), "");
    }
    let outcome = scene.hardkey(&[&subject as &[&str], &["--challenge", &wrong]].concat());
    assert_eq!(outcome.status, Some(2));
    let line = format!(
        "hardkey: --challenge: {wrong}: challenge, byte 1: expected the field `version`, found none; ask the CA for it again\n"
    );
    assert_eq!(outcome.stderr, line);
    assert_eq!(scene.emulator.counts().all_requests(), 0);
}

#[test]
fn a_file_that_cannot_be_written_is_told() {
    let scene = Scene::start(&["ECC_NIST_P256,alias=release"]);
    let out = scene.path("no/such/folder/request.csr");
    let outcome = scene.hardkey(&["csr", "--subject", SUBJECT, "--out", &out]);
    let line = format!(
        "hardkey: {out} cannot be written: No such file or directory (os error 2); correct the path or its permissions\n"
    );
    assert_eq!(told(&outcome), (Some(2), line));
}

#[test]
fn a_statement_is_not_made_up_where_the_cloud_has_none() {
    let scene = Scene::start(&["ECC_NIST_P256,alias=release"]);
    let outcome = scene.hardkey(&["csr", "--subject", SUBJECT, "--attestation"]);
    let line = format!(
        "hardkey: --attestation: key {} (arn:aws:kms:eu-west-1:111122223333:key/KEY-1): AWS KMS gives no statement that an HSM \
         signed; leave --attestation out\n",
        Scene::named("release")
    );
    assert_eq!((outcome.status, scene.masked(&outcome.stderr), outcome.text()), (Some(1), line, String::new()));
    assert_eq!(scene.emulator.counts().requests("Sign"), 0);
}
