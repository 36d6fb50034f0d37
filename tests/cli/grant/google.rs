//! The script for a CA in Google Cloud, as `hardkey grant-ca google` prints it.

mod check;

use std::fs;
use std::process::Command;

use hardkey_tests::scene::{Scene, is_golden};
use hardkey_tests::skip::skip;

const CA: &str = "serviceAccount:confirmation@example-ca.iam.gserviceaccount.com";
const VERSION: &str =
    "projects/emulated-project/locations/europe-west1/keyRings/emulated/cryptoKeys/release/cryptoKeyVersions/1";

fn printed(scene: &Scene, more: &[&str]) -> String {
    let arguments = ["grant-ca", "google", "--ca", CA, "--key", VERSION];
    let printed = scene.hardkey(&[&arguments as &[&str], more].concat());
    assert_eq!((printed.status, printed.stderr.as_str()), (Some(0), ""));
    printed.text()
}

#[test]
fn the_script_is_printed_without_a_cloud_and_bash_and_shellcheck_have_nothing_to_say() {
    let scene = Scene::start(&[]);
    let whole = printed(&scene, &["--organization", "9"]);
    is_golden("grant-google.sh", &printed(&scene, &[]));
    is_golden("grant-google-organization.sh", &whole);
    assert_eq!(scene.emulator.counts().all_requests(), 0);
    let file = scene.write("grant.sh", &whole);
    let silent = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).arg(&file).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&said));
    };
    silent("bash", &["-n"]);
    let path = std::env::var_os("PATH").unwrap_or_default();
    if std::env::split_paths(&path).any(|folder| folder.join("shellcheck").exists()) {
        silent("shellcheck", &[]);
    } else {
        skip(
            "the_script_is_printed_without_a_cloud_and_bash_and_shellcheck_have_nothing_to_say",
            "there is no shellcheck on this machine",
        );
    }
    fs::remove_file(file).unwrap();
}

#[test]
fn a_key_may_be_named_as_it_is_configured() {
    let scene = Scene::with_google(&["EC_SIGN_P256_SHA256,ring=emulated,key=release"]);
    assert_eq!(scene.emulator.google_version(0), VERSION);
    let script = scene.hardkey(&["grant-ca", "google", "--ca", CA, "--key", "release"]).success().text();
    assert_eq!(script, printed(&scene, &[]));
}

#[test]
fn what_is_no_principal_and_what_is_no_organization_are_refused_in_one_line() {
    let scene = Scene::start(&[]);
    let refused = |ca: &str, more: &[&str]| {
        let arguments = ["grant-ca", "google", "--key", VERSION, "--ca", ca];
        let outcome = scene.hardkey(&[&arguments as &[&str], more].concat());
        assert_eq!((outcome.status, outcome.text().as_str()), (Some(2), ""));
        outcome.stderr
    };
    let right = "give the principal that the CA asks as: serviceAccount:NAME@PROJECT.iam.gserviceaccount.com\n";
    for ca in ["allUsers", "domain:example.com", "serviceAccount:", "serviceAccount:a'; rm -rf ~; '", "a@example.com"] {
        assert_eq!(refused(ca, &[]), format!("hardkey: --ca \"{}\": {right}", ca.escape_debug()));
    }
    let line = "hardkey: --organization \"example.com\": give its number: gcloud organizations list shows it\n";
    assert_eq!(refused(CA, &["--organization", "example.com"]), line);
}
