//! Asking again about the keys of earlier records: what changed is told, what cannot be asked is undecided, and a run goes on where it ended.

use std::fs;

use hardkey_tests::host::Outcome;
use serde_json::{Value, json};

use crate::desk::Desk;

/// Three orders with a record each.
fn issued() -> Desk {
    let aliases = ["first", "second", "third"];
    let desk = Desk::with(&aliases.map(|alias| match alias {
        "first" => "ECC_NIST_P256,alias=first",
        "second" => "RSA_3072,alias=second",
        _ => "ECC_NIST_P384,alias=third",
    }));
    fs::create_dir(desk.path("records")).unwrap();
    for alias in aliases {
        desk.order(alias);
        desk.ask(alias, &format!("records/{alias}.json")).success();
    }
    desk
}

fn recheck(desk: &Desk, more: &[&str]) -> Outcome {
    let (records, out, config) = (desk.path("records"), desk.path("again"), desk.path("ca.toml"));
    let policy = desk.path("policy.toml");
    let all = [
        "recheck",
        &records,
        "--out",
        &out,
        "--config",
        &config,
        "--policy",
        &policy,
        "--json",
        "--per-minute",
        "6000",
    ];
    desk.confirm(&[&all as &[&str], more].concat())
}

/// Each record's outcome, and the rules that are worse.
fn outcomes(outcome: &Outcome) -> Vec<(String, String, Vec<String>)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let line = |line: &str| {
        let line: Value = serde_json::from_str(line).unwrap();
        let worse = line["changes"].as_array().unwrap().iter().filter(|change| change["worse"] == true);
        let worse = worse.map(|change| text(&change["id"])).collect();
        (text(&line["record"]), text(&line["outcome"]), worse)
    };
    outcome.text().lines().map(line).collect()
}

fn row(name: &str, outcome: &str, worse: &[&str]) -> (String, String, Vec<String>) {
    (format!("{name}.json"), outcome.to_owned(), worse.iter().map(|id| (*id).to_owned()).collect())
}

#[test]
fn a_key_that_is_as_it_was_is_unchanged_and_one_that_was_switched_off_or_is_to_be_deleted_is_not() {
    let desk = issued();
    let same = recheck(&desk, &[]);
    assert_eq!(same.status, Some(0), "{}", same.stderr);
    assert_eq!(outcomes(&same), ["first", "second", "third"].map(|name| row(name, "unchanged", &[])));
    fs::remove_dir_all(desk.path("again")).unwrap();
    desk.scene.emulator.set_state(&desk.scene.emulator.key(0), "Disabled");
    desk.scene.emulator.set_state(&desk.scene.emulator.key(2), "PendingDeletion");
    let other = recheck(&desk, &[]);
    assert_eq!(other.status, Some(1), "{}", other.stderr);
    let rows = outcomes(&other);
    assert_eq!(rows[1], row("second", "unchanged", &[]));
    for (name, row) in [("first.json", &rows[0]), ("third.json", &rows[2])] {
        assert_eq!((row.0.as_str(), row.1.as_str()), (name, "changed"));
        assert!(row.2.contains(&"admission".to_owned()), "{row:?}");
    }
    // For a person, progress on standard error, and what was seen then and now.
    let text = recheck(&desk, &[]);
    assert!(
        text.stderr.starts_with("hardkey-confirm: 1 of 3: first.json, order 4711, arn:aws:kms:"),
        "{}",
        text.stderr
    );
    let plain = desk.confirm(&[
        "recheck",
        &desk.path("records"),
        "--out",
        &desk.path("again"),
        "--config",
        &desk.path("ca.toml"),
    ]);
    assert!(plain.text().contains("\n  admission\n    was passed: "), "{}", plain.text());
    assert!(plain.text().contains("\n    is failed: "), "{}", plain.text());
}

#[test]
fn a_key_that_cannot_be_asked_about_is_undecided_and_the_next_run_asks_about_it_alone() {
    let desk = issued();
    // Past the first key; all three attempts for the second.
    let fault =
        json!({ "operation": "DescribeKey", "skip": 1, "times": 3, "error": "KMSInternalException", "status": 500 });
    desk.scene.emulator.fault(fault);
    let first = recheck(&desk, &[]);
    assert_eq!(first.status, Some(2), "{}", first.stderr);
    let undecided = [row("first", "unchanged", &[]), row("second", "undecided", &[]), row("third", "unchanged", &[])];
    assert_eq!(outcomes(&first), undecided);
    assert!(!desk.scene.exists("again/second.json"));
    let kept = desk.scene.read("again/first.json");
    desk.scene.emulator.clear_faults();
    desk.scene.emulator.reset_counts();
    let second = recheck(&desk, &[]);
    assert_eq!(second.status, Some(0), "{}", second.stderr);
    assert_eq!(outcomes(&second), ["first", "second", "third"].map(|name| row(name, "unchanged", &[])));
    assert_eq!(desk.scene.emulator.counts().requests("DescribeKey"), 1);
    assert_eq!(desk.scene.read("again/first.json"), kept);
    // A record of this run is one that a later run can start from.
    let (again, later) = (desk.path("again"), desk.path("later"));
    let next = desk.confirm(&["recheck", &again, "--out", &later, "--config", &desk.path("ca.toml"), "--json"]);
    assert_eq!(next.status, Some(0), "{}", next.stderr);
}

#[test]
fn a_record_that_was_changed_or_that_another_key_signed_is_undecided() {
    let desk = issued();
    let changed = String::from_utf8(desk.scene.read("records/first.json")).unwrap();
    let mut changed: Value = serde_json::from_str(&changed).unwrap();
    let other: Value = serde_json::from_slice(&desk.scene.read("records/second.json")).unwrap();
    changed["signatures"] = other["signatures"].clone();
    desk.scene.write("records/first.json", changed.to_string());
    desk.scene.write("records/third.json", "{}");
    // Another CA's desk, with a key that the policy does not list.
    desk.confirm(&["init", "--out", &desk.path("other.key")]).success();
    let outcome = recheck(&desk, &["--key", &desk.path("other.key")]);
    assert_eq!(outcome.status, Some(2));
    let whys: Vec<Value> = outcome.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let why = |at: usize| whys[at]["why"].as_str().unwrap_or_default().to_owned();
    assert!(
        why(0).contains("records/first.json: its signature does not verify: ") && why(0).ends_with("; it was changed"),
        "{}",
        why(0)
    );
    // The policy lists the key of the second, so that it is asked about again, and signed by the other.
    assert_eq!(whys[1]["outcome"], "unchanged", "{}", why(1));
    assert!(why(2).contains("third.json: "), "{}", why(2));
    let told: Vec<&str> = outcome.stderr.lines().collect();
    assert!(told[2].starts_with("hardkey-confirm: 3 of 3: third.json: undecided: "), "{}", told[2]);
    // What cannot be read hides no key that is worse.
    fs::remove_dir_all(desk.path("again")).unwrap();
    desk.scene.emulator.set_state(&desk.scene.emulator.key(1), "Disabled");
    assert_eq!(recheck(&desk, &[]).status, Some(1));
    desk.scene.emulator.set_state(&desk.scene.emulator.key(1), "Enabled");
    desk.write_policy("");
    fs::remove_dir_all(desk.path("again")).unwrap();
    let unlisted = recheck(&desk, &["--key", &desk.path("other.key")]);
    let second: Value = serde_json::from_str(unlisted.text().lines().nth(1).unwrap()).unwrap();
    let why = second["why"].as_str().unwrap();
    assert!(why.contains("nor is on the policy's list (spki_sha256 = "), "{why}");
}

#[test]
fn a_record_that_was_there_before_is_no_answer_of_this_run() {
    let desk = issued();
    fs::create_dir(desk.path("again")).unwrap();
    fs::copy(desk.path("records/first.json"), desk.path("again/first.json")).unwrap();
    desk.scene.emulator.set_state(&desk.scene.emulator.key(0), "PendingDeletion");
    let outcome = recheck(&desk, &[]);
    assert_eq!(outcome.status, Some(2), "{}", outcome.stderr);
    let undecided = [row("first", "undecided", &[]), row("second", "unchanged", &[]), row("third", "unchanged", &[])];
    assert_eq!(outcomes(&outcome), undecided);
    let line = outcome.stderr.lines().find(|line| line.contains("first.json")).unwrap();
    assert!(line.contains("again/first.json was there, and is of another run: asked at 20"), "{line}");
    assert!(line.ends_with("; name an empty folder"), "{line}");
}

#[test]
fn folders_that_hold_nothing_or_are_the_same_are_refused() {
    let desk = issued();
    let (records, config) = (desk.path("records"), desk.path("ca.toml"));
    let same = desk.confirm(&["recheck", &records, "--out", &records, "--config", &config]);
    let line = "hardkey-confirm: --out: it is the folder of the earlier records; name another one\n";
    assert_eq!((same.status, same.stderr.as_str()), (Some(2), line));
    fs::create_dir(desk.path("empty")).unwrap();
    let empty = desk.confirm(&["recheck", &desk.path("empty"), "--out", &desk.path("x"), "--config", &config]);
    let line =
        format!("hardkey-confirm: {} holds no record, no file named ….json; name another folder\n", desk.path("empty"));
    assert_eq!((empty.status, empty.stderr), (Some(2), line));
}
