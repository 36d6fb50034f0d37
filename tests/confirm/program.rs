//! What needs no cloud: keys, files and the command line.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use hardkey_attest::public_key::PublicKey;
use hardkey_tests::built;
use hardkey_tests::host::{Outcome, run};
use hardkey_tests::scene::{Scene, told};

/// Several times what it takes.
const LIMIT: Duration = Duration::from_secs(60);

/// Runs it without credentials, in a folder of its own.
fn confirm(scene: &Scene, arguments: &[&str]) -> Outcome {
    let home = BTreeMap::from([("HOME".to_owned(), scene.path(""))]);
    scene.hardkey_confirm(arguments, &home)
}

fn line(text: &str) -> (Option<i32>, String) {
    (Some(2), format!("hardkey-confirm: {text}\n"))
}

#[test]
fn init_makes_a_key_that_nobody_else_can_read_and_shows_how_a_policy_lists_it() {
    let scene = Scene::start(&[]);
    let key = scene.path("record.key");
    let made = confirm(&scene, &["init", "--out", &key]).success();
    assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    // OpenSSL says which key it is.
    let der = scene.path("spki.der");
    scene.openssl(&["pkey", "-in", &key, "-pubout", "-outform", "DER", "-out", &der]);
    let public_key = PublicKey::from_spki(&scene.read("spki.der")).unwrap();
    let hash = scene.openssl(&["dgst", "-sha256", "-r", &der]);
    let hash = hash.split_whitespace().next().unwrap();
    assert_eq!(public_key.algorithm().name(), "P-256");
    assert_eq!(made.text(), format!("[[confirmer]]\nname = \"…\"\nspki_sha256 = \"{hash}\"\n"));
    let said = format!(
        "hardkey-confirm: made the key {key}; keep it to yourself: who has it can write any record. Your policy takes its records with these \
         lines:\n"
    );
    assert_eq!(made.stderr, said);
    let before = fs::read(&key).unwrap();
    let again = confirm(&scene, &["init", "--out", &key]);
    let there = "is there already, and may be the key of your records; name another file";
    assert_eq!(told(&again), line(&format!("--out: {key} {there}")));
    assert_eq!(fs::read(&key).unwrap(), before);
}

/// With `sh`, in which a disk can be full and standard output be what the test likes.
fn shell(scene: &Scene, before: &str, arguments: &str, after: &str) -> Outcome {
    let program = built::confirm();
    let line = format!("{before} exec {} {arguments} {after}", program.display());
    run("sh", ["-c", &line], &BTreeMap::from([("HOME".to_owned(), scene.path(""))]), LIMIT)
}

#[test]
fn a_key_that_cannot_be_written_or_whose_lines_nobody_gets_is_not_made() {
    let scene = Scene::start(&[]);
    let key = scene.path("record.key");
    let init = format!("init --out {key}");
    let full = shell(&scene, "trap '' XFSZ; ulimit -f 0;", &init, "");
    let why = "cannot be made: File too large (os error 27); correct the path or its permissions";
    assert_eq!(told(&full), line(&format!("--out: {key} {why}")));
    let unheard = shell(&scene, "", &init, ">/dev/full");
    assert_eq!(unheard.status, Some(2));
    let why = "standard output cannot be written: No space left on device (os error 28); send it where all of it is taken; \
        the key was removed again, because nothing else shows its lines\n";
    assert!(unheard.stderr.ends_with(why), "{}", unheard.stderr);
    let left: Vec<_> = fs::read_dir(scene.path("")).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| name != "record.key" && !name.to_string_lossy().starts_with(".tmp")), "{left:?}");
    shell(&scene, "", &init, "").success();
}

#[test]
fn nothing_is_asked_with_a_report_a_key_or_a_configuration_that_cannot_be_used() {
    let scene = Scene::start(&["ECC_NIST_P256,alias=release"]);
    let (_, challenge) = scene.challenge("c.json", Duration::from_secs(3600));
    let report = scene.path("report.json");
    scene.hardkey(&["attest", "--challenge", &challenge, "--out", &report]).success();
    let key = scene.path("record.key");
    confirm(&scene, &["init", "--out", &key]).success();
    let open = scene.write("open.key", fs::read(&key).unwrap());
    fs::set_permissions(&open, fs::Permissions::from_mode(0o640)).unwrap();
    let text = scene.write("text.key", "secret");
    fs::set_permissions(&text, fs::Permissions::from_mode(0o600)).unwrap();
    let unanswering = scene.path("unanswering.json");
    scene.hardkey(&["attest", "--audience", "Example CA", "--out", &unanswering]).success();
    let config = scene.write("bad.toml", "[aws]\nrole = \"arn:aws:iam::111122223333:role/x\"\nexternal_id = \"ab\"\n");
    let good = scene.write("good.toml", "");
    let folder = scene.path("");
    let before = fs::read(&key).unwrap();
    let (gone, empty) = (scene.path("gone.json"), scene.write("empty.json", ""));
    scene.emulator.reset_counts();
    for (arguments, expected) in [
        (vec![report.as_str()], "no key signs the record: make one with hardkey-confirm init, and name it with --key or as key in the configuration".to_owned()),
        (vec![&report, "--key", &gone], format!("{gone}: cannot be read: No such file or directory (os error 2); correct the path or its permissions")),
        (vec![&report, "--key", &folder], format!("{folder}: is no file; name the one that hardkey-confirm init made")),
        (vec![&report, "--key", &open], format!("{open}: others can read it, its mode is 0640; run: chmod 600 {open}")),
        (vec![&report, "--key", &text], format!("{text}: is no key that hardkey-confirm init makes: a P-256 key, PKCS #8 in PEM; name that file, or make one if there is none")),
        (vec![&gone, "--key", &key], format!("{gone} cannot be read: No such file or directory (os error 2); correct the path")),
        (
            vec![&empty, "--key", &key],
            format!("{empty}: report, byte 0: expected a JSON object, which starts with {{, without a byte order mark, found nothing; name the report that hardkey attest made"),
        ),
        (
            vec![&unanswering, "--key", &key],
            format!("{unanswering}: report: the report answers no challenge; ask the subscriber for one that answers yours"),
        ),
        (
            vec![&report, "--key", &key, "--config", &config],
            format!("{config} line 2: role = \"arn:aws:iam::111122223333:role/x\" is no name of a role; write the name alone, as in \"hardkey-confirm\": the account is the key's"),
        ),
        (vec![&report, "--key", &key, "--config", &gone], format!("{gone} does not exist; correct the path")),
        (vec![&report, "--key", &key, "--out", &report], format!("--out: {report} was handed in; name another file")),
        (vec![&report, "--key", &key, "--out", &key], format!("--out: {key} was handed in; name another file")),
        (
            vec![&report, "--key", &key, "--config", &good, "--out", &good],
            format!("--out: {good} was handed in; name another file"),
        ),
    ] {
        assert_eq!(told(&confirm(&scene, &arguments)), line(&expected), "{arguments:?}");
    }
    assert_eq!(scene.emulator.counts().all_requests(), 0);
    assert_eq!(fs::read(&key).unwrap(), before);
}

#[test]
fn a_report_that_its_own_key_did_not_sign_is_asked_about_nowhere() {
    let scene = Scene::start(&["ECC_NIST_P256,alias=release"]);
    let (_, challenge) = scene.challenge("c.json", Duration::from_secs(3600));
    let (report, key) = (scene.path("report.json"), scene.path("record.key"));
    scene.hardkey(&["attest", "--challenge", &challenge, "--out", &report]).success();
    confirm(&scene, &["init", "--out", &key]).success();
    let other = scene.path("other.json");
    scene.hardkey(&["attest", "--challenge", &challenge, "--out", &other]).success();
    // The payload of one, the signature of another.
    let [mut first, second] = ["report.json", "other.json"]
        .map(|name| serde_json::from_slice::<serde_json::Value>(&scene.read(name)).unwrap());
    first["signatures"] = second["signatures"].clone();
    let mixed = scene.write("mixed.json", first.to_string());
    scene.emulator.reset_counts();
    let outcome = confirm(&scene, &[&mixed, "--key", &key]);
    assert_eq!(outcome.status, Some(2));
    assert!(outcome.stderr.ends_with("; its own key must have signed it\n"), "{}", outcome.stderr);
    assert_eq!(scene.emulator.counts().all_requests(), 0);
}

#[test]
fn help_completions_and_the_page_of_the_manual_are_products() {
    let scene = Scene::start(&[]);
    for (arguments, part) in [
        (vec!["--help"], "Usage: hardkey-confirm [OPTIONS] <REPORT>"),
        (vec!["recheck", "--help"], "--per-minute <NUMBER>"),
        (vec!["man"], ".TH hardkey-confirm 1"),
        (vec!["man", "init"], ".TH hardkey-confirm-init 1"),
        (vec!["man", "recheck"], ".TH hardkey-confirm-recheck 1"),
        (vec!["man", "replay"], ".TH hardkey-confirm-replay 1"),
        (vec!["completions", "bash"], "_hardkey__confirm()"),
        (vec!["--version"], "hardkey-confirm 0.1.0"),
    ] {
        let outcome = confirm(&scene, &arguments).success();
        assert!(outcome.text().contains(part) && outcome.stderr.is_empty(), "{arguments:?}: {}", outcome.text());
    }
    // What has no effect is refused.
    let useless = vec!["replay", "requests.json", "--report", "report.json", "--digest-keys"];
    for arguments in [vec![], vec!["--no-such-option"], vec!["recheck"], useless] {
        let outcome = confirm(&scene, &arguments);
        assert_eq!((outcome.status, outcome.text().as_str()), (Some(2), ""), "{arguments:?}");
        let first = outcome.stderr.lines().next().unwrap_or_default();
        assert!(first.starts_with("error: ") || first == "error:", "{arguments:?}: {}", outcome.stderr);
    }
    let none = confirm(&scene, &["man", "sign"]);
    let names = "init, recheck, replay, completions, man, help";
    assert_eq!(told(&none), line(&format!("man \"sign\": there is no such command; name one of {names}")));
}
