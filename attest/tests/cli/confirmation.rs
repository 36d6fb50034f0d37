//! What the program says of a key of AWS KMS about which the CA asked the cloud itself. No test key of a vendor is in it: the
//! released program decides it.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;

use hardkey_synthetic::{Challenge, Report, record as made};
use serde_json::Value;

use crate::program::{Folder, Said, is_golden, words};

/// When the synthetic report and record are two hours old.
const AT: &str = "2026-11-21T12:00:00Z";
const LINE: &str =
    "verify report.json --csr request.csr --challenge c.json --challenge-key c.key --confirmation record.json";

/// A folder with a report, its request and its challenge, a policy that lists the CA's key of records, and a record.
fn folder(record: impl FnOnce(Report) -> Report) -> Folder {
    let (report, request) = made::aws_report();
    let challenge = Challenge::new();
    Folder::new()
        .with("report.json", report.bytes())
        .with("request.csr", request)
        .with("c.json", challenge.json().to_string())
        .with("c.key", challenge.key_file())
        .with("ca.toml", made::policy())
        .with("record.json", record(made::aws(&report)).bytes())
}

fn verify(folder: &Folder, more: &str) -> Said {
    // Nobody else may read the CA's key.
    std::fs::set_permissions(folder.path().join("c.key"), Permissions::from_mode(0o600)).unwrap();
    folder.run(words(&format!("{LINE} --at {AT} {more}")))
}

fn json(said: &Said) -> Value {
    serde_json::from_str(&said.out).unwrap()
}

#[test]
fn a_key_about_which_the_cloud_told_the_ca_is_confirmed_under_method_5() {
    let folder = folder(|record| record);
    let said = verify(&folder, "--policy ca.toml");
    assert_eq!((said.status, said.err.as_str()), (Some(0), ""), "{}", said.out);
    let first = "confirmed: the cloud vouches to this CA that the key was generated in its HSM and cannot leave it; this \
        supports CSBR method 5.\n";
    assert!(said.out.starts_with(first), "{}", said.out);
    let asked = "\n  asked: kms.us-west-2.amazonaws.com at 2026-11-21T09:59:58Z: a request for aws.describe-key\n";
    assert!(said.out.contains(asked), "{}", said.out);
    let told = json(&verify(&folder, "--policy ca.toml --json"));
    assert_eq!(
        (&told["verdict"], &told["csbr_method"], &told["exit_status"]),
        (&"confirmed".into(), &5.into(), &0.into())
    );
    let record = &told["confirmation"];
    assert_eq!(record["confirmer_spki_sha256"], made::confirmer_sha256());
    assert_eq!(record["answers"].as_array().unwrap().len(), 9);
    let input = told["inputs"].as_array().unwrap().iter().find(|input| input["role"] == "confirmation").unwrap();
    assert_eq!(input["name"], "record.json");
    let rule = |id: &str| told["rules"].as_array().unwrap().iter().find(|rule| rule["id"] == id).unwrap().clone();
    for id in ["hsm", "generated", "not-extractable", "signs", "operator", "key-size", "resource-name", "logging"] {
        assert_eq!((&rule(id)["outcome"], &rule(id)["basis"]), (&"passed".into(), &"confirmed".into()), "{id}");
    }
    assert_eq!(rule("ownership")["outcome"], "passed");
}

#[test]
fn a_confirmed_verdict_is_told_whole() {
    let said = verify(&folder(|record| record), "--policy ca.toml --html page.html");
    assert_eq!(said.status, Some(0), "{}", said.out);
    // Keys and signatures are made anew in every run: what depends on them is left out.
    let plain: String = said.out.lines().filter(|line| !has_hash(line)).map(|line| format!("{line}\n")).collect();
    is_golden("confirmed.txt", &plain);
}

/// 64 hexadecimal digits in a row.
fn has_hash(line: &str) -> bool {
    line.split(|character: char| !character.is_ascii_hexdigit()).any(|word| word.len() == 64)
}

#[test]
fn under_a_built_in_policy_a_record_is_by_an_unknown_key_and_the_remedy_has_the_lines_to_write() {
    let said = verify(&folder(|record| record), "");
    assert_eq!((said.status, said.err.as_str()), (Some(1), ""));
    assert!(
        said.out.starts_with("rejected: the record of the confirmation does not count. Not accepted.\n"),
        "{}",
        said.out
    );
    let hash = made::confirmer_sha256();
    let found = format!("\n    found: the record is by the key {hash}, which the policy csbr does not list\n");
    let next = "\n    next: If that key is yours, write a policy with based_on = \"csbr\" that lists it: the lines [[confirmer]], name = \
        \"…\" and spki_sha256 = \"…\" with the digits above. If it is not, treat the record as forged.\n";
    assert!(said.out.contains("\n  record-confirmer failed\n") && said.out.contains(&found), "{}", said.out);
    assert!(said.out.contains(next), "{}", said.out);
    // Nothing in it counts.
    assert!(!said.out.contains("Confirmed by the cloud, which answered this CA itself"), "{}", said.out);
}

#[test]
fn half_a_grant_says_what_is_missing_and_what_was_shown() {
    let denied = |record: Report, kind: &str, of: &str, host: &str| {
        record.unasked(kind).refused(kind, of, host, "AccessDeniedException")
    };
    let (kms, trails) = ("kms.us-west-2.amazonaws.com", "cloudtrail.us-west-2.amazonaws.com");
    let said = verify(
        &folder(|record| {
            let record = denied(record, "aws.describe-trails", "111122223333", trails);
            denied(record, "aws.list-resource-tags", hardkey_synthetic::answer::ARN, kms)
        }),
        "--policy ca.toml --json",
    );
    assert_eq!((said.status, said.err.as_str()), (Some(1), ""));
    let told = json(&said);
    let unmet: Vec<&str> = told["rules"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|rule| !rule["next"].is_null())
        .map(|rule| rule["id"].as_str().unwrap())
        .collect();
    assert_eq!((&told["verdict"], unmet), (&"rejected".into(), vec!["logging"]));
    let logging = told["rules"].as_array().unwrap().iter().find(|rule| rule["id"] == "logging").unwrap();
    let arn = hardkey_synthetic::answer::ARN;
    assert_eq!(
        logging["observed"],
        format!(
            "no answer of the cloud shows the logs; it did not answer aws.describe-trails of 111122223333: AccessDeniedException, \
             aws.list-resource-tags of {arn}: AccessDeniedException"
        )
    );
}

#[test]
fn who_asked_the_cloud_is_told_what_was_in_the_way_of_its_answer() {
    const ARN: &str = hardkey_synthetic::answer::ARN;
    let (kms, trails) = ("kms.us-west-2.amazonaws.com", "cloudtrail.us-west-2.amazonaws.com");
    let of_key = [("aws.describe-key", ARN, kms), ("aws.get-public-key", ARN, kms)];
    let of_logs = [("aws.describe-trails", "111122223333", trails)];
    let of_mark = [("aws.list-resource-tags", ARN, kms)];
    // The step that is named for each rule that is not met.
    let steps = |refused: &[(&str, &str, &str)], code: &str, policy: &str| -> Vec<(String, String)> {
        let folder = folder(|record| {
            refused.iter().fold(record, |record, (kind, of, host)| record.unasked(kind).refused(kind, of, host, code))
        });
        let demanding = folder.read("ca.toml").replacen("based_on", "demanded = [\"ownership\"]\nbased_on", 1);
        let folder = folder.with("demanding.toml", demanding);
        let told = json(&verify(&folder, &format!("--policy {policy} --json")));
        let rules = told["rules"].as_array().unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        rules
            .iter()
            .filter(|rule| !rule["next"].is_null())
            .map(|rule| (text(&rule["id"]), text(&rule["next"])))
            .collect()
    };
    let refused = "The cloud refused you, in the words that the record has. Compare as whom you asked with whom the subscriber let ask \
        (of AWS role and external id), or have the subscriber run hardkey grant-ca; then ask the cloud again.";
    let nobody = "Your own configuration kept hardkey-confirm from asking: set what the record says is missing, have the subscriber run \
        hardkey grant-ca, and ask the cloud again.";
    for (code, next) in [("AccessDenied", refused), ("NotAsked", nobody)] {
        let one = |rule: &str| vec![(rule.to_owned(), next.to_owned())];
        assert_eq!(steps(&of_logs, code, "ca.toml"), one("logging"));
        assert_eq!(steps(&of_mark, code, "demanding.toml"), one("ownership"));
        let of_the_key = steps(&of_key, code, "ca.toml");
        assert!(of_the_key.len() > 3 && of_the_key.iter().all(|(_, step)| step == next), "{of_the_key:#?}");
    }
    // What else was refused has no part in it: the tags were shown, and none of them is the mark.
    let unmarked = folder(|record| {
        let record = record.instead("aws.list-resource-tags", &serde_json::json!({ "Tags": [], "Truncated": false }));
        record.unasked("aws.list-grants").refused("aws.list-grants", ARN, kms, "AccessDenied")
    });
    let demanding = unmarked.read("ca.toml").replacen("based_on", "demanded = [\"ownership\"]\nbased_on", 1);
    let told = json(&verify(&unmarked.with("demanding.toml", demanding), "--policy demanding.toml --json"));
    let rules = told["rules"].as_array().unwrap();
    let steps_of: Vec<&str> = rules.iter().filter_map(|rule| rule["next"].as_str()).collect();
    let mark = "Ask the subscriber's administrator to mark the key with your nonce, as the tag or label hardkey-challenge, and ask the \
        cloud again.";
    assert_eq!(steps_of, [mark]);
    // A record that does not count is as none.
    let of_nobody = steps(&of_key, "AccessDenied", "csbr");
    let ask = "Ask for the HSM's own statement, or ask the cloud yourself: copies of answers can be made up.";
    assert!(of_nobody.iter().any(|(id, step)| id == "hsm" && step == ask), "{of_nobody:#?}");
    assert!(of_nobody.iter().all(|(_, step)| step != refused), "{of_nobody:#?}");
    // Nobody asked about the key, and nobody was refused.
    let unasked = verify(&folder(|record| record.unasked("aws.describe-key")), "--policy ca.toml --json");
    let rules = json(&unasked)["rules"].as_array().unwrap().clone();
    let hsm = rules.iter().find(|rule| rule["id"] == "hsm").unwrap();
    assert_eq!(hsm["next"], "Ask for the HSM's own statement: you asked the cloud, and it did not say this.");
}

#[test]
fn without_a_challenge_it_is_said_that_nobody_checked_of_which_order_the_record_is() {
    let folder = folder(|record| record);
    let observed = |line: &str| {
        let said = folder.run(words(&format!(
            "verify report.json --csr request.csr {line} --confirmation record.json --at {AT} --policy ca.toml --json"
        )));
        let told = json(&said);
        let checks = told["checks"].as_array().unwrap();
        let check = checks.iter().find(|check| check["id"] == "record-challenge").unwrap();
        (said.status, check["outcome"].clone(), check["observed"].as_str().unwrap().to_owned())
    };
    let nonce = Challenge::new().json()["nonce"].as_str().unwrap().to_owned();
    std::fs::set_permissions(folder.path().join("c.key"), Permissions::from_mode(0o600)).unwrap();
    let with = observed("--challenge c.json --challenge-key c.key");
    assert_eq!(with, (Some(0), "passed".into(), format!("nonce {nonce}")));
    let own = "of the report's own challenge: none was handed in to hold it against, so that nobody checked which order it is of";
    assert_eq!(observed(""), (Some(0), "passed".into(), format!("nonce {nonce}, {own}")));
}

#[test]
fn a_record_is_handed_in_as_one_and_its_fields_are_shown() {
    let folder = folder(|record| record);
    let said = folder.run(words(&format!("verify report.json record.json --at {AT}")));
    let why = "hardkey-attest: could not be decided: record.json: answer: expected what the subscriber handed in, found the record of a \
        confirmation, which --confirmation is for\n";
    assert_eq!((said.status, said.out.as_str(), said.err.as_str()), (Some(2), "", why));
    let said = folder.run(words("inspect record.json"));
    assert_eq!((said.status, said.err.as_str()), (Some(0), ""));
    for line in [
        "Record of a confirmation, by whoever made it",
        "  of the CA: Example CA",
        "  Answer aws.get-event-selectors",
        "    of: arn:aws:cloudtrail:us-west-2:111122223333:trail/all",
        "    asked at: cloudtrail.us-west-2.amazonaws.com",
        "      IsLogging: true",
    ] {
        assert!(said.out.lines().any(|shown| shown == line), "{line}: {}", said.out);
    }
}

#[test]
fn a_file_that_is_no_record_decides_nothing() {
    let folder = folder(|record| record);
    let report = folder.read("report.json");
    for (bytes, found) in [
        (
            "[]".to_owned(),
            "expected a JSON object, which starts with {, without a byte order mark, found 5b 5d at byte 0",
        ),
        (
            report,
            "expected the payload type application/vnd.hardkey.confirmation.v1+json, found \"application/vnd.hardkey.report.v1+json\"",
        ),
    ] {
        std::fs::write(folder.path().join("record.json"), bytes).unwrap();
        let said = verify(&folder, "--policy ca.toml");
        assert_eq!((said.status, said.out.as_str()), (Some(2), ""));
        assert!(said.err.starts_with("hardkey-attest: could not be decided: record.json: record"), "{}", said.err);
        assert!(said.err.contains(found.split(" at byte").next().unwrap()), "{}", said.err);
    }
}

#[test]
fn what_cannot_be_read_is_told_with_the_file_that_it_is_in() {
    let told = |folder: &Folder, start: &str| {
        let said = verify(folder, "--policy ca.toml");
        assert_eq!((said.status, said.out.as_str()), (Some(2), ""));
        assert!(
            said.err.starts_with(&format!("hardkey-attest: could not be decided: {start}: expected ")),
            "{}",
            said.err
        );
    };
    told(
        &folder(|record| record.instead("aws.describe-key", &serde_json::json!([]))),
        "record.json: record: aws.describe-key: the answer to kms:DescribeKey, byte 0",
    );
    told(&folder(|record| record).with("report.json", "{}"), "report.json: answer");
}

#[test]
fn a_confirmer_that_is_no_hash_or_twice_and_an_age_that_is_none_are_told() {
    let told = |lines: &str| {
        let policy = format!("name = \"a\"\nbased_on = \"csbr\"\n{lines}");
        let said = Folder::new().with("ca.toml", policy).run(words("policy show ca.toml"));
        assert_eq!((said.status, said.out.as_str()), (Some(2), ""));
        said.err.trim_end().rsplit_once("found ").unwrap().1.to_owned()
    };
    let one = |name: &str, hash: &str| format!("[[confirmer]]\nname = \"{name}\"\nspki_sha256 = \"{hash}\"\n");
    let hash = made::confirmer_sha256();
    assert_eq!(
        told(&one("x", "AB")),
        "spki_sha256 of the confirmer \"x\" is \"AB\"; it must be 64 hexadecimal digits in lower case"
    );
    assert_eq!(
        told(&format!("{}{}", one("x", &hash), one("y", &hash))),
        "the confirmers \"x\" and \"y\" are one key; list it once"
    );
    for age in ["0d", "398d", "a month"] {
        assert_eq!(
            told(&format!("confirmation_max_age = \"{age}\"\n")),
            format!(
                "confirmation_max_age is \"{age}\"; it must be a number with s, m, h or d after it, 397 days at most"
            )
        );
    }
    assert_eq!(told("demanded = [\"owner\"]\n"), "demanded has \"owner\", which is no rule of the policy");
}
