//! From an order to the verdict, for a key of AWS that lets the CA read it and no more; and what is in the way of one.

use serde_json::{Value, json};

use crate::desk::{Desk, unmet};

fn desk() -> Desk {
    let desk = Desk::with(&["ECC_NIST_P256,alias=release", "ECC_NIST_P256,alias=other"]);
    desk.order("release");
    desk
}

/// The policy of a CA that decides about logs by other means.
fn without_logging(desk: &Desk) {
    let policy = String::from_utf8(desk.scene.read("policy.toml")).unwrap();
    desk.scene.write("policy.toml", format!("{policy}[rules]\nlogging = \"off\"\n"));
}

#[test]
fn what_the_key_alone_shows_is_confirmed_and_that_the_logs_were_not_shown_is_said() {
    let desk = desk();
    let asked = desk.ask("release", "record.json").success();
    let lines: Vec<&str> = asked.stderr.lines().collect();
    assert!(lines[0].starts_with("hardkey-confirm: kms:DescribeKey arn:aws:kms:eu-west-1:"), "{}", asked.stderr);
    let role = "set role and external_id in [aws]";
    let not_asked = format!(": not asked: the CA's configuration names no role of the key's account; {role}\n");
    assert!(asked.stderr.contains(&not_asked) && !asked.stderr.contains(": refused: "), "{}", asked.stderr);
    assert_eq!(asked.text(), "");
    let verdict = desk.verify("release", "record.json");
    assert_eq!(verdict.status, Some(1), "{}", verdict.text());
    assert_eq!(unmet(&verdict), ["logging"], "{}", verdict.text());
    let next = "next: Your own configuration kept hardkey-confirm from asking: set what the record says is missing, ";
    assert!(verdict.text().contains(next) && verdict.text().contains(role), "{}", verdict.text());
    without_logging(&desk);
    let verdict = desk.verify("release", "record.json");
    assert_eq!((verdict.status, verdict.stderr.as_str()), (Some(0), ""), "{}", verdict.text());
    assert!(verdict.text().starts_with("confirmed: "), "{}", verdict.text());
}

#[test]
fn the_record_is_of_one_report_and_one_order() {
    let desk = desk();
    desk.order("other");
    desk.ask("release", "record.json").success();
    let verdict = desk.verify("other", "record.json");
    assert_eq!(verdict.status, Some(1));
    for check in ["record-report failed", "record-key failed"] {
        assert!(verdict.text().contains(check), "{check}: {}", verdict.text());
    }
}

#[test]
fn a_key_that_was_switched_off_or_deleted_meanwhile_is_rejected() {
    for (state, says) in [("Disabled", "disabled"), ("PendingDeletion", "deletion")] {
        let desk = desk();
        without_logging(&desk);
        desk.scene.emulator.set_state(&desk.scene.emulator.key(0), state);
        desk.ask("release", "record.json").success();
        let verdict = desk.verify("release", "record.json");
        assert_eq!(verdict.status, Some(1), "{state}");
        assert!(
            verdict.text().starts_with("rejected: ") && verdict.text().contains(says),
            "{state}: {}",
            verdict.text()
        );
    }
}

#[test]
fn what_the_cloud_refuses_is_in_the_record_and_what_it_does_not_answer_leaves_none() {
    let desk = desk();
    let fault = |fault: Value| {
        desk.scene.emulator.clear_faults();
        desk.scene.emulator.fault(fault);
        desk.ask("release", "record.json")
    };
    let denied = json!({ "operation": "DescribeKey", "error": "AccessDeniedException", "status": 400 });
    fault(denied).success();
    let verdict = desk.verify("release", "record.json");
    assert_eq!(verdict.status, Some(1));
    assert!(verdict.text().contains("AccessDeniedException"), "{}", verdict.text());
    std::fs::remove_file(desk.path("record.json")).unwrap();
    for trouble in [
        json!({ "operation": "DescribeKey", "error": "KMSInternalException", "status": 500 }),
        json!({ "operation": "GetPublicKey", "error": "ThrottlingException", "status": 400 }),
        json!({ "operation": "GetPublicKey", "error": "UnrecognizedClientException", "status": 400 }),
    ] {
        let outcome = fault(trouble.clone());
        assert_eq!((outcome.status, outcome.text().as_str()), (Some(2), ""), "{trouble}: {}", outcome.stderr);
        assert!(!desk.scene.exists("record.json"), "{trouble}");
        let kind = if trouble["operation"] == "DescribeKey" { "aws.describe-key" } else { "aws.get-public-key" };
        assert!(outcome.stderr.starts_with(&format!("hardkey-confirm: {kind} of arn:aws:kms:")), "{}", outcome.stderr);
    }
}

#[test]
fn a_clock_that_is_wrong_leaves_no_record_and_is_named() {
    let desk = desk();
    desk.scene.emulator.fault(json!({
        "operation": "DescribeKey", "error": "InvalidSignatureException", "status": 400,
        "message": "Signature expired: 20261121T000000Z is now earlier than 20261121T010000Z (20261121T010500Z - 5 min.)"
    }));
    let outcome = desk.ask("release", "record.json");
    assert_eq!(outcome.status, Some(2), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("clock of this machine"), "{}", outcome.stderr);
    assert!(!desk.scene.exists("record.json"));
}

#[test]
fn a_cloud_that_is_not_there_and_credentials_that_are_not_leave_no_record() {
    let mut desk = desk();
    desk.scene.write("ca.toml", "key = \"record.key\"\n[endpoints]\n\"kms.eu-west-1.amazonaws.com\" = \"http://127.0.0.1:1\"\n[network]\nattempts = 1\n");
    let down = desk.ask("release", "record.json");
    assert_eq!(down.status, Some(2));
    assert!(down.stderr.contains("AWS KMS could not be reached for kms:DescribeKey"), "{}", down.stderr);
    for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
        desk.environment.remove(name);
    }
    desk.environment.insert("AWS_EC2_METADATA_DISABLED".to_owned(), "true".to_owned());
    let nobody = desk.ask("release", "record.json");
    assert_eq!(nobody.status, Some(2));
    assert!(nobody.stderr.contains("no credentials"), "{}", nobody.stderr);
    assert!(!desk.scene.exists("record.json"));
}

#[test]
fn a_record_by_a_key_that_the_policy_does_not_list_or_that_is_too_old_counts_for_nothing() {
    let desk = desk();
    without_logging(&desk);
    desk.ask("release", "record.json").success();
    let policy = String::from_utf8(desk.scene.read("policy.toml")).unwrap();
    let listed = policy.lines().find(|line| line.starts_with("spki_sha256")).unwrap();
    desk.scene.write("policy.toml", policy.replace(listed, &format!("spki_sha256 = \"{}\"", "0".repeat(64))));
    let verdict = desk.verify("release", "record.json");
    assert!(verdict.text().contains("record-confirmer failed"), "{}", verdict.text());
    desk.scene.write("policy.toml", policy);
    let at = |time: &str| desk.verify_with("release", "record.json", &["--at", time]);
    for time in ["2040-01-01", "2020-01-01"] {
        assert!(at(time).text().contains("record-age failed"), "{time}: {}", at(time).text());
    }
}

#[test]
fn a_server_is_trusted_by_the_public_authorities_or_the_cas_own_and_never_by_the_machines_store() {
    let mut desk = desk();
    let (url, ca) = (desk.scene.emulator.tls_endpoint().to_owned(), desk.scene.emulator.ca());
    let ca = ca.to_str().unwrap();
    let config = format!(
        "key = \"record.key\"\n[endpoints]\n\"kms.eu-west-1.amazonaws.com\" = \"{url}\"\n[network]\nattempts = 1\n"
    );
    desk.scene.write("ca.toml", &config);
    desk.environment.insert("SSL_CERT_FILE".to_owned(), ca.to_owned());
    let outcome = desk.ask("release", "record.json");
    assert_eq!(outcome.status, Some(2));
    assert!(outcome.stderr.contains("invalid peer certificate: UnknownIssuer"), "{}", outcome.stderr);
    assert!(!desk.scene.exists("record.json"));
    desk.environment.remove("SSL_CERT_FILE");
    desk.scene.write("ca.toml", format!("{config}ca_file = \"{ca}\"\n"));
    desk.ask("release", "record.json").success();
}
