//! Which key is meant.

use hardkey_tests::scene::{Scene, told};

const CSR: [&str; 3] = ["csr", "--subject", "CN=Example"];

fn with_key(scene: &Scene, key: &str) -> (Option<i32>, String) {
    let outcome = scene.hardkey(&[&CSR as &[&str], &["--key", key]].concat());
    if outcome.status == Some(0) {
        assert!(outcome.text().starts_with("-----BEGIN CERTIFICATE REQUEST-----\n"));
        assert_eq!(outcome.stderr, "");
    } else {
        assert_eq!(outcome.text(), "");
    }
    (outcome.status, scene.masked(&outcome.stderr))
}

#[test]
fn the_only_usable_key_needs_no_name() {
    let scene = Scene::start(&["RSA_2048,alias=release", "RSA_2048,alias=imported,origin=EXTERNAL"]);
    let outcome = scene.hardkey(&CSR).success();
    assert!(outcome.text().starts_with("-----BEGIN CERTIFICATE REQUEST-----\n"));
    assert_eq!(outcome.stderr, "");
    assert_eq!(scene.emulator.counts().requests("Sign"), 1);
}

#[test]
fn one_key_under_two_names_is_one_key() {
    let mut scene = Scene::start(&["ECC_NIST_P256,alias=release"]);
    let both = format!("{} {}", Scene::named("release"), scene.emulator.key(0).arn);
    scene.set("HARDKEY_KEY", &both);
    scene.hardkey(&CSR).success();
}

#[test]
fn among_several_usable_keys_none_is_guessed() {
    let scene = Scene::start(&["ECC_NIST_P256,alias=a", "ECC_NIST_P256,alias=b"]);
    let outcome = scene.hardkey(&CSR);
    let line = format!(
        "hardkey: --key: which key is meant? Usable are {}, {}; name one with --key\n",
        Scene::named("a"),
        Scene::named("b")
    );
    assert_eq!((told(&outcome), outcome.text()), ((Some(2), line), String::new()));
    assert_eq!(scene.emulator.counts().requests("Sign"), 0);
}

#[test]
fn the_only_key_that_answered_is_not_taken_for_the_only_one() {
    let mut scene = Scene::start(&["ECC_NIST_P256,alias=a"]);
    scene.set("HARDKEY_KEY", &format!("{} {}", Scene::named("a"), Scene::named("nothing")));
    let outcome = scene.hardkey(&CSR);
    let line = format!(
        "hardkey: --key: which key is meant? Usable are {}, and not every key could be asked for; name one with --key\n",
        Scene::named("a")
    );
    assert_eq!((told(&outcome), outcome.text()), ((Some(2), line), String::new()));
}

#[test]
fn a_key_goes_by_its_configured_name_its_immutable_name_and_its_label() {
    let scene = Scene::start(&["ECC_NIST_P256,alias=a", "ECC_NIST_P256,alias=b"]);
    for key in [Scene::named("b"), scene.emulator.key(1).arn, "b".to_owned()] {
        assert_eq!(with_key(&scene, &key), (Some(0), String::new()), "{key}");
    }
}

#[test]
fn a_label_that_keys_of_two_clouds_have_is_told_with_their_names() {
    let scene = Scene::of_both(&["ECC_NIST_P256,alias=release"], &["EC_SIGN_P256_SHA256,key=release"]);
    let (arn, version) = (scene.emulator.key(0).arn, scene.emulator.google_version(0));
    let outcome = scene.hardkey(&[&CSR as &[&str], &["--key", "release"]].concat());
    let line = format!("hardkey: --key \"release\" is the label of several keys; name one of {arn}, {version}\n");
    assert_eq!((told(&outcome), outcome.text()), ((Some(2), line), String::new()));
    for key in [Scene::named("release"), arn, version] {
        assert_eq!(with_key(&scene, &key), (Some(0), String::new()), "{key}");
    }
}

#[test]
fn a_full_name_needs_no_configuration() {
    let mut scene = Scene::start(&["ECC_NIST_P256,alias=a"]);
    scene.environment.remove("HARDKEY_KEY");
    let arn = scene.emulator.key(0).arn;
    assert_eq!(with_key(&scene, &arn), (Some(0), String::new()));
    let (status, line) = with_key(&scene, "b");
    assert_eq!(status, Some(2));
    assert!(line.starts_with("hardkey: --key: \"b\" is not a key name; expected arn:aws:kms:"), "{line}");
    let outcome = scene.hardkey(&CSR);
    let line = "hardkey: --key: no key is configured; name one with --key, or set HARDKEY_KEY\n";
    assert_eq!(told(&outcome), (Some(2), line.to_owned()));
}

#[test]
fn a_name_that_no_key_has_is_told_with_the_names_there_are() {
    let mut scene = Scene::start(&["ECC_NIST_P256,alias=a"]);
    let a = Scene::named("a");
    let line =
        format!("hardkey: --key \"c\" is not configured; configured is {a}; name one of these, or a key in full\n");
    assert_eq!(with_key(&scene, "c"), (Some(2), line));
    let nothing = Scene::named("nothing");
    scene.set("HARDKEY_KEY", &format!("{a} {nothing}"));
    let missing = format!(
        "AWS KMS answered kms:DescribeKey with NotFoundException: Alias {nothing} is not found. (request ID); \
         check the name, the account and the region of the key\n"
    );
    let line = format!("hardkey: --key \"c\" is none of the keys found, and not all were: key {nothing}: {missing}");
    assert_eq!(with_key(&scene, "c"), (Some(1), line));
    assert_eq!(with_key(&scene, &nothing), (Some(1), format!("hardkey: key {nothing}: {missing}")));
    assert_eq!(with_key(&scene, "a"), (Some(0), String::new()));
}

#[test]
fn a_key_that_admission_refuses_makes_nothing_and_its_reason_is_told() {
    let scene = Scene::start(&["RSA_2048,alias=imported,origin=EXTERNAL"]);
    let reason = "refused (imported): the key material was imported, so a copy may exist outside the HSM; create a key with \
                  Origin AWS_KMS, or set allow_imported = true in [admission] and accept that no CA can attest it";
    let key = format!("{} (arn:aws:kms:eu-west-1:111122223333:key/KEY-1)", Scene::named("imported"));
    assert_eq!(with_key(&scene, "imported"), (Some(1), format!("hardkey: key {key} is {reason}\n")));
    let outcome = scene.hardkey(&CSR);
    let line = format!("hardkey: --key: no key is usable: {key} is {reason}\n");
    assert_eq!((outcome.status, scene.masked(&outcome.stderr)), (Some(1), line));
    assert_eq!(scene.emulator.counts().requests("Sign"), 0);
}

#[test]
fn a_signature_that_is_denied_is_told_with_the_service_s_own_words() {
    let scene = Scene::start(&["ECC_NIST_P256,alias=a"]);
    scene.emulator.fault(serde_json::json!({ "operation": "Sign", "error": "AccessDeniedException", "message": "no" }));
    let (status, line) = with_key(&scene, "a");
    assert_eq!(status, Some(1));
    let key = format!("{} (arn:aws:kms:eu-west-1:111122223333:key/KEY-1)", Scene::named("a"));
    assert_eq!(
        line,
        format!(
            "hardkey: key {key}: AWS KMS answered kms:Sign with AccessDeniedException: no (request ID); \
             allow kms:Sign on this key, in the key policy or the identity's policy\n"
        )
    );
}

#[test]
fn a_full_name_that_cannot_be_asked_for_is_told_with_what_is_in_the_way() {
    let mut scene = Scene::of_both(&["ECC_NIST_P256"], &["EC_SIGN_P256_SHA256,key=release"]);
    scene.environment.remove("HARDKEY_KEY");
    scene.environment.remove("AWS_ACCESS_KEY_ID");
    scene.environment.remove("AWS_SECRET_ACCESS_KEY");
    scene.set("AWS_EC2_METADATA_DISABLED", "true");
    scene.set("GOOGLE_APPLICATION_CREDENTIALS", &scene.path("none.json"));
    let alias = Scene::named("release");
    let (arn, version) = (scene.emulator.key(0).arn, scene.emulator.google_version(0));
    let csr = |key: &str| [&CSR as &[&str], &["--key", key]].concat().iter().map(|&word| word.to_owned()).collect();
    let attest = |key: &str| ["attest", "--audience", "Example CA", "--key", key].map(str::to_owned).to_vec();
    let ca = "arn:aws:iam::999988887777:role/confirmation";
    let grant = ["grant-ca", "aws", "--ca", ca, "--external-id", "order", "--key", &alias].map(str::to_owned).to_vec();
    let aws = "no AWS credentials; tried: environment (AWS_ACCESS_KEY_ID is not set), ";
    let google = "no Google credentials; tried: GOOGLE_APPLICATION_CREDENTIALS, ";
    let tries: [(Vec<String>, &str, &str); 5] = [
        (csr(&arn), &arn, aws),
        (attest(&arn), &arn, aws),
        (grant, &alias, aws),
        (csr(&version), &version, google),
        (attest(&version), &version, google),
    ];
    for (arguments, key, why) in tries {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let outcome = scene.hardkey(&arguments);
        assert_eq!((outcome.status, outcome.text().as_str()), (Some(1), ""), "{arguments:?}: {}", outcome.stderr);
        let line = format!("hardkey: --key {key:?}: no key could be asked for: {why}");
        assert!(outcome.stderr.starts_with(&line), "{arguments:?}: {}", outcome.stderr);
        assert_eq!(outcome.stderr.lines().count(), 1, "{}", outcome.stderr);
    }
}
