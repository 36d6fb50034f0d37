//! `challenge`: what a CA gives a subscriber, and the key that is made on first use.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use hardkey_attest::challenge::{Challenge, ChallengeKey};
use serde_json::Value;

use crate::program::{Folder, Said, words};

const ASK: [&str; 7] = ["challenge", "--audience", "Example CA", "--order", "4711", "--key", "ca.key"];

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o7777
}

fn undecided(said: &Said, sentence: &str) {
    let line = format!("hardkey-attest: could not be decided: {sentence}\n");
    assert_eq!((said.status, said.out.as_str(), said.err.as_str()), (Some(2), "", line.as_str()));
}

fn seconds(challenge: &Challenge) -> u64 {
    challenge.expires().unix() - challenge.issued().unix()
}

#[test]
fn the_first_challenge_makes_a_key_that_only_its_owner_can_read_and_the_next_ones_use_it() {
    let folder = Folder::new();
    let first = folder.run(ASK);
    assert_eq!(
        (first.status, first.err.as_str()),
        (
            Some(0),
            "hardkey-attest: made the key ca.key; keep it, and keep it to yourself: it tells your challenges from forged ones\n"
        )
    );
    let path = folder.path().join("ca.key");
    assert_eq!(mode(&path), 0o600);
    let kept = fs::read(&path).unwrap();
    let key = ChallengeKey::parse(&kept).unwrap();
    let second = folder.run(ASK);
    assert_eq!((second.status, second.err.as_str()), (Some(0), ""));
    assert_eq!(fs::read(&path).unwrap(), kept);
    let [first, second] = [first, second].map(|said| Challenge::parse(said.out.as_bytes()).unwrap());
    assert_ne!(first.nonce(), second.nonce());
    for challenge in [first, second] {
        assert!(key.made(&challenge));
        assert_eq!((challenge.audience(), challenge.order(), seconds(&challenge)), ("Example CA", "4711", 86_400));
    }
    let files: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(files, ["ca.key"], "nothing unfinished is left");
}

#[test]
fn a_key_has_a_place_of_its_own_if_no_option_names_one() {
    let folder = Folder::new();
    let home = folder.path().join("home");
    fs::create_dir(&home).unwrap();
    let asked = || words("challenge --audience a --order b");
    for (variable, place) in [("XDG_CONFIG_HOME", "hardkey-attest"), ("HOME", ".config/hardkey-attest")] {
        let said = folder.run_with(asked(), &[(variable, home.to_str().unwrap())]);
        let made = home.join(place).join("challenge.key");
        let start = format!("hardkey-attest: made the key {};", made.display());
        assert!(said.status == Some(0) && said.err.starts_with(&start), "{said:?}");
        assert_eq!((mode(&made), mode(made.parent().unwrap())), (0o600, 0o700));
    }
    // A relative path is no place: the specification has programs ignore it.
    let said = folder.run_with(asked(), &[("XDG_CONFIG_HOME", "relative"), ("HOME", home.to_str().unwrap())]);
    assert_eq!((said.status, said.err.as_str()), (Some(0), ""));
}

#[test]
fn a_key_that_others_can_read_is_refused() {
    let folder = Folder::new();
    assert_eq!(folder.run(ASK).status, Some(0));
    let path = folder.path().join("ca.key");
    for given in [0o604, 0o640, 0o601, 0o620, 0o666] {
        fs::set_permissions(&path, PermissionsExt::from_mode(given)).unwrap();
        let sentence = format!("ca.key: expected a key that nobody else can read (chmod 600), found mode {given:04o}");
        undecided(&folder.run(ASK), &sentence);
    }
    for given in [0o600, 0o400, 0o700] {
        fs::set_permissions(&path, PermissionsExt::from_mode(given)).unwrap();
        assert_eq!(folder.run(ASK).status, Some(0), "{given:o}");
    }
}

#[test]
fn what_is_no_key_is_refused_and_none_of_it_is_shown() {
    let folder = Folder::new().with("ca.key", "my secret password");
    fs::set_permissions(folder.path().join("ca.key"), PermissionsExt::from_mode(0o600)).unwrap();
    undecided(
        &folder.run(ASK),
        "ca.key: challenge key: expected the file of a key, which is hardkey-challenge-key-1 64 hexadecimal digits and a line \
         break, found 18 bytes",
    );
    fs::remove_file(folder.path().join("ca.key")).unwrap();
    fs::create_dir(folder.path().join("ca.key")).unwrap();
    undecided(&folder.run(ASK), "ca.key: expected a file, found something else");
    let folder = folder.with("plain\u{1b}", "");
    undecided(
        &folder.run(words("challenge --audience a --order b --key plain\u{1b}/ca.key")),
        "plain\\u{1b}/ca.key: expected a key that can be read, found Not a directory (os error 20)",
    );
}

#[test]
fn where_no_key_can_be_made_it_is_said_and_nothing_is_left() {
    let folder = Folder::new();
    let files = || fs::read_dir(folder.path()).unwrap().count();
    // The name that it has while it is made is longer than the one it gets.
    let long = "k".repeat(250);
    let sentence = format!("{long}: expected a place where a key can be made, found File name too long (os error 36)");
    undecided(&folder.run(["challenge", "--audience", "a", "--order", "b", "--key", &*long]), &sentence);
    let longer = "k".repeat(300);
    let sentence = format!("{longer}: expected a key that can be read, found File name too long (os error 36)");
    undecided(&folder.run(["challenge", "--audience", "a", "--order", "b", "--key", &*longer]), &sentence);
    assert_eq!(files(), 0);
    // Something is in the place already, though it holds no key: as if another had been faster.
    std::os::unix::fs::symlink("nowhere", folder.path().join("ca.key")).unwrap();
    undecided(
        &folder.run(ASK),
        "ca.key: expected the key that the challenge was made with; --challenge-key names another file, found no such file",
    );
    assert_eq!(files(), 1);
}

#[test]
fn a_key_that_is_there_and_cannot_be_read_is_told_from_one_that_is_not_there() {
    let folder = Folder::new();
    let challenge = folder.run(ASK).out;
    let folder = folder.with("c.json", challenge);
    for (key, sentence) in [
        ("c.json/ca.key", "a key that can be read, found Not a directory (os error 20)"),
        (
            "other.key",
            "the key that the challenge was made with; --challenge-key names another file, found no such file",
        ),
    ] {
        let said = folder.run(["verify", "c.json", "--challenge", "c.json", "--challenge-key", key]);
        undecided(&said, &format!("{key}: expected {sentence}"));
    }
}

#[test]
fn of_many_first_challenges_at_once_one_makes_the_key() {
    let folder = Folder::new();
    let said: Vec<Said> = std::thread::scope(|scope| {
        let asked: Vec<_> = (0..8).map(|_| scope.spawn(|| folder.run(ASK))).collect();
        asked.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let key = ChallengeKey::parse(folder.read("ca.key").as_bytes()).unwrap();
    for one in &said {
        assert_eq!(one.status, Some(0), "{one:?}");
        assert!(key.made(&Challenge::parse(one.out.as_bytes()).unwrap()));
    }
    assert_eq!(said.iter().filter(|one| one.err.contains("made the key")).count(), 1);
}

#[test]
fn a_challenge_is_good_for_as_long_as_was_asked() {
    let folder = Folder::new();
    let asked = |valid: &str| folder.run(ASK.into_iter().chain(["--valid", valid]));
    for (valid, length) in [("90s", 90), ("30m", 1800), ("24h", 86_400), ("30d", 2_592_000), ("2592000s", 2_592_000)] {
        let challenge = Challenge::parse(asked(valid).out.as_bytes()).unwrap();
        assert_eq!(seconds(&challenge), length, "{valid}");
    }
    for valid in
        ["", "24", "h", "1w", "+1h", "-1h", "1.5h", "1 h", "1h\n", "99999999999999999999d", "9999999999999999d"]
    {
        let sentence = format!(
            "--valid: expected a number with s, m, h or d after it, such as 24h, found {}",
            hardkey_attest::shown::text(valid)
        );
        undecided(&folder.run(ASK.into_iter().chain([&*format!("--valid={valid}")])), &sentence);
    }
    let most = "challenge: expected a validity of 1 second to 30 days, found";
    undecided(&asked("31d"), &format!("{most} 2678400 seconds"));
    undecided(&asked("0h"), &format!("{most} 0 seconds"));
}

#[test]
fn a_challenge_is_of_somebody_for_something() {
    let folder = Folder::new();
    let asked = |audience: &str, order: &str| {
        folder.run(["challenge", "--key", "ca.key", "--audience", audience, "--order", order])
    };
    let visible = "with 1 to 256 characters, all of them visible, found";
    undecided(&asked("", "1"), &format!("challenge: expected audience {visible} none"));
    undecided(&asked("Example CA", "1\n2"), &format!("challenge: expected order {visible} \"1\\n2\""));
    undecided(&asked(&"a".repeat(257), "1"), &format!("challenge: expected audience {visible} 257 characters"));
    let said = asked("Zürich \"CA\"", "№ 1");
    let json: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((json["audience"].as_str(), json["order"].as_str()), (Some("Zürich \"CA\""), Some("№ 1")));
}
