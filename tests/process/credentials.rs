//! Credentials that end while lanes are warm.

use std::fs;

use hardkey_tests::black_hole::BlackHole;
use hardkey_tests::emulator::Emulator;

use crate::scenario::Scenario;

const P256: &[&str] = &["ECC_NIST_P256,alias=release"];

/// With credentials from the emulator's container endpoint alone.
fn from_container<'a>(name: &'a str, emulator: &'a Emulator) -> Scenario<'a> {
    Scenario::new(name, emulator)
        .without("AWS_ACCESS_KEY_ID")
        .without("AWS_SECRET_ACCESS_KEY")
        .with("AWS_CONTAINER_CREDENTIALS_FULL_URI", &emulator.credentials_url())
}

#[test]
fn credentials_that_end_between_two_signatures_are_fetched_once_for_all_lanes() {
    let emulator = Emulator::start(P256);
    let said = ["1 fetch for 4 lanes", "4 of 4 signatures after the end, 8 requests, 2 fetches"];
    from_container("credentials-expire", &emulator).says(&said);
}

#[test]
fn credentials_are_renewed_once_before_they_end_and_no_signature_is_lost() {
    let emulator = Emulator::start(P256);
    from_container("credentials-renewed-early", &emulator).says(&["renewed early, 2 fetches"]);
}

#[test]
fn a_source_that_fails_does_not_matter_while_the_old_credentials_are_good() {
    let emulator = Emulator::start(P256);
    let said = ["signed with the old credentials while their source failed"];
    from_container("credentials-source-fails", &emulator).says(&said);
}

#[test]
fn a_source_that_hangs_does_not_matter_while_the_old_credentials_are_good() {
    let emulator = Emulator::start(P256);
    let said = ["signed with the old credentials while their source hung"];
    from_container("credentials-source-hangs", &emulator).with_network("timeout = 4").says(&said);
}

#[test]
fn credentials_that_are_taken_back_from_all_lanes_are_fetched_once() {
    let emulator = Emulator::start(P256);
    from_container("credentials-withdrawn", &emulator)
        .says(&["4 of 4 signatures after the withdrawal, 12 requests, 2 fetches"]);
}

#[test]
fn credentials_that_ended_and_cannot_be_renewed_are_an_error_until_they_can() {
    let emulator = Emulator::start(P256);
    let outcome = from_container("credentials-source-fails-for-good", &emulator).run().success();
    assert_eq!(outcome.text(), "C_Sign CKR_DEVICE_ERROR\nsigned when the source was back\n");
    let line = format!(
        "hardkey: C_Sign: CKR_DEVICE_ERROR: key {}: no AWS credentials; tried: environment (AWS_ACCESS_KEY_ID is not set), \
         profile default (no credentials in /dev/null or /dev/null), web identity (AWS_WEB_IDENTITY_TOKEN_FILE is not set), \
         container (the endpoint answered with status 500); \
         correct the source named last, or take its settings away: those after it are asked only when it is not set up",
        emulator.key(0).arn
    );
    assert_eq!(outcome.hardkey_lines(), [&line]);
}

/// Without credentials in the environment, from a shared file with this content.
fn from_file<'a>(name: &'a str, emulator: &'a Emulator, content: &str) -> Scenario<'a> {
    let file = emulator.folder().join("credentials");
    fs::write(&file, content).unwrap();
    Scenario::new(name, emulator)
        .without("AWS_ACCESS_KEY_ID")
        .without("AWS_SECRET_ACCESS_KEY")
        .with("AWS_SHARED_CREDENTIALS_FILE", file.to_str().unwrap())
}

const KEY_PAIR: &str = "[default]\naws_access_key_id = test\naws_secret_access_key = test\n";
const PROCESS: &str = r#"[default]
credential_process = echo '{"Version": 1, "AccessKeyId": "test", "SecretAccessKey": "test"}'
"#;

#[test]
fn credentials_read_from_a_file_leave_no_thread_behind() {
    let emulator = Emulator::start(P256);
    from_file("credentials-sign", &emulator, KEY_PAIR).says(&["signed"]);
}

#[test]
fn credentials_asked_of_a_process_leave_no_thread_no_child_and_no_signal_handler_behind() {
    let emulator = Emulator::start(P256);
    from_file("signals", &emulator, PROCESS).says(&["every signal is handled as before", "waitpid -1"]);
}

#[test]
fn credentials_asked_of_localhost_by_name_leave_no_thread_behind() {
    let emulator = Emulator::start(P256);
    let url = emulator.credentials_url().replace("127.0.0.1", "localhost");
    for _ in 0..10 {
        from_container("credentials-sign", &emulator)
            .with("AWS_CONTAINER_CREDENTIALS_FULL_URI", &url)
            .says(&["signed"]);
    }
}

#[test]
fn a_search_for_credentials_that_nobody_answers_ends_at_the_deadline() {
    let emulator = Emulator::start(P256);
    let hole = BlackHole::open();
    let scenario = Scenario::new("find-and-sign", &emulator)
        .without("AWS_ACCESS_KEY_ID")
        .without("AWS_SECRET_ACCESS_KEY")
        .without("AWS_EC2_METADATA_DISABLED")
        .with("AWS_EC2_METADATA_SERVICE_ENDPOINT", &format!("http://{}", hole.address))
        .with_network("timeout = 3");
    let outcome = scenario.run().success();
    assert_eq!(outcome.text(), "C_FindObjectsInit CKR_DEVICE_ERROR\nwithin 3 s\n");
    let [line] = outcome.hardkey_lines()[..] else { panic!("{}", outcome.stderr) };
    let start =
        "hardkey: C_FindObjectsInit: CKR_DEVICE_ERROR: token \"release\": no AWS credentials; tried: environment (";
    assert!(
        line.starts_with(start) && line.contains("instance metadata (the service could not be reached: "),
        "{line}"
    );
}
