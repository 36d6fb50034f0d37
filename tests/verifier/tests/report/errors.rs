//! What is wrong with a challenge or a report is told by name, with what was found.

use std::fs;

use hardkey_synthetic::{Challenge, Key, Request, Shape, report};
use serde_json::Value;

use crate::folder::{Folder, Said, VERIFY};

fn rejected(folder: &Folder, line: &str, id: &str, observed: &str) {
    let stopped = vec![(id.to_owned(), observed.to_owned())];
    assert_eq!(folder.stopped(line), ("rejected".to_owned(), stopped));
    assert_eq!(folder.at(line).status, Some(1));
}

fn undecided(said: &Said, sentence: &str) {
    let line = format!("hardkey-attest: could not be decided: {sentence}\n");
    assert_eq!((said.status, said.out.as_str(), said.err.as_str()), (Some(2), "", line.as_str()));
}

/// The good report with another challenge, which the CA posed.
fn posed(challenge: &Challenge) -> Folder {
    let (report, request) = report::good(Shape::P256);
    Folder::of(&report.challenge(challenge), &request, challenge)
}

#[test]
fn an_expired_challenge_is_named_with_its_times() {
    let challenge = Challenge { expires: "2026-11-21T11:59:59Z".to_owned(), ..Challenge::new() };
    let observed = "from 2026-11-21T06:00:00Z until 2026-11-21T11:59:59Z, decided at 2026-11-21T12:00:00Z";
    rejected(&posed(&challenge), VERIFY, "challenge-in-time", observed);
    let last = Challenge { expires: "2026-11-21T12:00:00Z".to_owned(), ..Challenge::new() };
    assert_eq!(posed(&last).at(VERIFY).status, Some(0), "the last moment");
}

#[test]
fn clocks_may_differ_by_five_minutes() {
    for (issued, status) in [("2026-11-21T12:05:00Z", 0), ("2026-11-21T12:05:01Z", 1)] {
        let challenge = Challenge { issued: issued.to_owned(), ..Challenge::new() };
        assert_eq!(posed(&challenge).at(VERIFY).status, Some(status), "challenge of {issued}");
        let (report, request) = report::good(Shape::P256);
        let folder = Folder::of(&report.with("created", issued.into()), &request, &Challenge::new());
        assert_eq!(folder.at(VERIFY).status, Some(status), "report of {issued}");
    }
    for (end, status) in [("2026-11-21T12:00:00Z", 0), ("2026-11-21T11:59:59Z", 1)] {
        let (report, request) = report::good(Shape::P256);
        let folder = Folder::of(&report.with("not_after", end.into()), &request, &Challenge::new());
        assert_eq!(folder.at(VERIFY).status, Some(status), "report until {end}");
    }
    for (end, status) in [("2026-12-21T08:00:00Z", 0), ("2026-12-21T08:00:01Z", 1)] {
        let (report, request) = report::good(Shape::P256);
        let folder = Folder::of(&report.with("not_after", end.into()), &request, &Challenge::new());
        assert_eq!(folder.at(VERIFY).status, Some(status), "30 days and {end}");
    }
}

#[test]
fn a_foreign_challenge_is_named_with_whose_it_is() {
    let challenge = Challenge { audience: "Other CA".to_owned(), ..Challenge::new() };
    let (report, request) = report::good(Shape::P256);
    let folder = Folder::of(&report.challenge(&challenge), &request, &challenge);
    rejected(&folder, VERIFY, "report-audience", "\"Example CA\", expected \"Other CA\"");
    let report =
        report::good(Shape::P256).0.challenge(&challenge).request(&request).with("audience", "Other CA".into());
    folder.put("report.json", &report.bytes());
    assert_eq!(folder.at(VERIFY).status, Some(0), "one house, two names: only the CA can say which it is");
    rejected(
        &folder,
        &format!("{VERIFY} --audience Example"),
        "challenge-audience",
        "\"Other CA\", expected \"Example\"",
    );
    rejected(&folder, &format!("{VERIFY} --order 4712"), "challenge-order", "\"4711\", expected \"4712\"");
}

#[test]
fn a_forged_challenge_is_named_whoever_made_it() {
    let folder = Folder::good();
    let observed = "changed since it was made, or made with another key";
    let forged = Challenge { secret: [1; 32], ..Challenge::new() };
    folder.put("forged.key", forged.key_file().as_bytes());
    let line = "verify report.json --csr request.csr --challenge c.json --challenge-key forged.key";
    rejected(&folder, line, "challenge-authentic", observed);
    // The subscriber moves the end, in the challenge that it hands back and in the report alike.
    let mut moved = Challenge::new().json();
    moved["expires"] = "2026-12-20T06:00:00Z".into();
    let (report, request) = report::good(Shape::P256);
    let folder = Folder::of(&report.with("challenge", moved.clone()), &request, &Challenge::new());
    folder.put("c.json", moved.to_string().as_bytes());
    rejected(&folder, VERIFY, "challenge-authentic", observed);
}

#[test]
fn a_challenge_of_another_order_in_the_report_is_named() {
    let (report, request) = report::good(Shape::P256);
    let other = Challenge::new().order("4710");
    let folder = Folder::of(&report.challenge(&other), &request, &Challenge::new());
    let observed = format!("the report has nonce {}, for order \"4710\"", other.nonce);
    rejected(&folder, VERIFY, "report-challenge", &observed);
}

#[test]
fn a_request_of_another_key_is_named_with_both_keys() {
    let folder = Folder::good();
    let other = Key::of(Shape::P256, "another");
    folder.put("request.csr", &Request::of(other).der());
    let (verdict, stopped) = folder.stopped(VERIFY);
    let ids: Vec<&str> = stopped.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!((verdict.as_str(), ids), ("rejected", vec!["csr-digest", "csr-key"]));
    assert_eq!(stopped[1].1, format!("the request is for the key {}", other.spki_hash()));
}

#[test]
fn another_request_of_the_same_key_is_named_with_both_hashes() {
    let folder = Folder::good();
    let hash = |folder: &Folder| {
        hardkey_synthetic::hex(&openssl::sha::sha256(&fs::read(folder.path().join("request.csr")).unwrap()))
    };
    let first = hash(&folder);
    folder.put("request.csr", &Request::of(hardkey_synthetic::Bundle::key(Shape::P256)).der());
    let observed = format!("the request has the SHA-256 {}, the report says {first}", hash(&folder));
    rejected(&folder, VERIFY, "csr-digest", &observed);
    // The same request in PEM has the same DER.
    let folder = Folder::good();
    let der = fs::read(folder.path().join("request.csr")).unwrap();
    let pem = openssl::x509::X509Req::from_der(&der).unwrap().to_pem().unwrap();
    folder.put("request.csr", &pem);
    assert_eq!(folder.at(VERIFY).status, Some(0));
}

#[test]
fn a_challenge_that_cannot_be_read_or_has_no_key_decides_nothing() {
    let folder = Folder::good();
    let line = "verify report.json --csr request.csr --challenge c.json";
    let place = folder.path().join("hardkey-attest/challenge.key");
    undecided(
        &folder.at(line),
        &format!(
            "{}: expected the key that the challenge was made with; --challenge-key names another file, found no such file",
            place.display()
        ),
    );
    folder.put("c.json", b"{}");
    undecided(&folder.at(VERIFY), "c.json: challenge, byte 1: expected the field `version`, found none");
    folder.put("c.json", &fs::read(folder.path().join("report.json")).unwrap());
    let said = folder.at(VERIFY);
    assert!(said.status == Some(2) && said.err.contains("c.json: challenge"), "{}", said.err);
    for (option, name) in [("--audience=", "--audience"), ("--order=", "--order")] {
        undecided(&folder.at(&format!("{VERIFY} {option}")), &format!("{name}: expected a value, found an empty one"));
    }
    for line in ["verify report.json --challenge-key ca.key", "verify report.json --seen list"] {
        let said = folder.at(line);
        assert!(said.status == Some(2) && said.err.contains("--challenge <FILE>"), "{}", said.err);
    }
    let said = folder.at(&format!("{VERIFY} --nonce x"));
    assert!(said.status == Some(2) && said.err.contains("cannot be used with"), "{}", said.err);
}

#[test]
fn a_nonce_without_a_challenge_is_looked_for_in_the_report() {
    let folder = Folder::good();
    let nonce = Challenge::new().nonce;
    let line = |nonce: &str| format!("verify report.json --csr request.csr --nonce {nonce}");
    assert_eq!(folder.stopped(&line(&nonce)), ("attested".to_owned(), Vec::new()));
    rejected(&folder, &line("another"), "nonce", &format!("the report has {nonce}"));
}

#[test]
fn a_page_is_never_written_over_challenge_key_or_list() {
    let folder = Folder::good();
    folder.put("list", b"");
    for name in ["c.json", "ca.key", "list", "report.json", "request.csr"] {
        let kept = fs::read(folder.path().join(name)).unwrap();
        let said = folder.at(&format!("{VERIFY} --seen list --html {name}"));
        undecided(&said, &format!("--html: expected a file to write, found {name}, which was handed in"));
        assert_eq!(fs::read(folder.path().join(name)).unwrap(), kept, "{name}");
    }
}

#[test]
fn no_answer_shows_anything_of_the_key() {
    let folder = Folder::good();
    let secret = folder.read("ca.key");
    let (_, digits) = secret.trim().rsplit_once(' ').unwrap();
    for line in [VERIFY, &format!("{VERIFY} --json"), "inspect report.json --csr request.csr"] {
        let said = if line.starts_with("inspect") { folder.run(line) } else { folder.at(line) };
        assert!(!said.out.contains(digits) && !said.err.contains(digits), "{line}");
    }
    let value: Value = serde_json::from_str(&folder.at(&format!("{VERIFY} --json")).out).unwrap();
    assert!(!value.to_string().contains("authentication"));
}
