//! Credentials that end while lanes are warm.

use std::fs;

use hardkey_tests::black_hole::BlackHole;
use hardkey_tests::cloud::{Cloud, Kind, Which, World};
use serde_json::json;

use crate::scenario::{Scenario, worlds};

/// With credentials of a desk that has new ones at every fetch, on each cloud.
fn from_a_desk(name: &str, said: &[&str]) {
    worlds().for_each(|world| Scenario::new(name, &world).with_a_desk().says(said));
}

#[test]
fn credentials_that_end_between_two_signatures_are_fetched_once_for_all_lanes() {
    let said = ["1 fetch for 4 lanes", "4 of 4 signatures after the end, 8 requests, 2 fetches"];
    from_a_desk("credentials-expire", &said);
}

#[test]
fn credentials_are_renewed_once_before_they_end_and_no_signature_is_lost() {
    from_a_desk("credentials-renewed-early", &["renewed early, 2 fetches"]);
}

#[test]
fn a_source_that_fails_does_not_matter_while_the_old_credentials_are_good() {
    from_a_desk("credentials-source-fails", &["signed with the old credentials while their source failed"]);
}

#[test]
fn a_source_that_hangs_does_not_matter_while_the_old_credentials_are_good() {
    let said = ["signed with the old credentials while their source hung"];
    for world in worlds() {
        Scenario::new("credentials-source-hangs", &world).with_a_desk().with_network("timeout = 4").says(&said);
    }
}

#[test]
fn credentials_that_are_taken_back_from_all_lanes_are_fetched_once() {
    from_a_desk("credentials-withdrawn", &["4 of 4 signatures after the withdrawal, 12 requests, 2 fetches"]);
}

#[test]
fn credentials_that_ended_and_cannot_be_renewed_are_an_error_until_they_can() {
    for world in worlds() {
        let outcome = Scenario::new("credentials-source-fails-for-good", &world).with_a_desk().run().success();
        assert_eq!(outcome.text(), "C_Sign CKR_DEVICE_ERROR\nsigned when the source was back\n");
        let why = match world.cloud.which {
            Which::Aws => "no AWS credentials; tried: environment (AWS_ACCESS_KEY_ID is not set), \
                profile default (no credentials in /dev/null or /dev/null), web identity (AWS_WEB_IDENTITY_TOKEN_FILE is \
                not set), container (the endpoint answered with status 500); correct the source named last, or take its \
                settings away: those after it are asked only when it is not set up"
                .to_owned(),
            Which::Azure => "no Azure credentials; tried: environment (Entra answered server_error); correct the source named \
                last, or take its settings away: those after it are asked only when it is not set up"
                .to_owned(),
            Which::Google => format!(
                "no Google credentials; tried: GOOGLE_APPLICATION_CREDENTIALS (not set), gcloud's \
                 {}/.config/gcloud/application_default_credentials.json (there is no such file), metadata server (it answered \
                 with HTTP status 500); set GOOGLE_APPLICATION_CREDENTIALS to a file of credentials, run gcloud auth \
                 application-default login, or run where a service account is attached",
                world.emulator.folder().display()
            ),
        };
        let line = format!("hardkey: C_Sign: CKR_DEVICE_ERROR: key {}: {why}", world.id(0));
        assert_eq!(outcome.hardkey_lines(), [&line]);
    }
}

/// Without credentials in the environment, from a shared file with this content.
fn from_file<'a>(name: &'a str, world: &'a World, content: &str) -> Scenario<'a> {
    let file = world.emulator.folder().join("credentials");
    fs::write(&file, content).unwrap();
    Scenario::new(name, world)
        .without("AWS_ACCESS_KEY_ID")
        .without("AWS_SECRET_ACCESS_KEY")
        .with("AWS_SHARED_CREDENTIALS_FILE", file.to_str().unwrap())
}

/// One with a P-256 key.
fn world(which: Which) -> World {
    Cloud::of(which).world(&[(Kind::P256, "release")])
}

const KEY_PAIR: &str = "[default]\naws_access_key_id = test\naws_secret_access_key = test\n";
const PROCESS: &str = r#"[default]
credential_process = echo '{"Version": 1, "AccessKeyId": "test", "SecretAccessKey": "test"}'
"#;

#[test]
fn credentials_read_from_a_file_leave_no_thread_behind() {
    let world = world(Which::Aws);
    from_file("credentials-sign", &world, KEY_PAIR).says(&["signed"]);
}

#[test]
fn credentials_asked_of_a_process_leave_no_thread_no_child_and_no_signal_handler_behind() {
    let world = world(Which::Aws);
    from_file("signals", &world, PROCESS).says(&["every signal is handled as before", "waitpid -1"]);
}

#[test]
fn credentials_asked_of_localhost_by_name_leave_no_thread_behind() {
    for _ in 0..10 {
        for world in worlds() {
            let scenario = Scenario::new("credentials-sign", &world).with_a_desk();
            let scenario = match world.cloud.which {
                Which::Aws => {
                    let url = world.emulator.credentials_url().replace("127.0.0.1", "localhost");
                    scenario.with("AWS_CONTAINER_CREDENTIALS_FULL_URI", &url)
                }
                // It is so in every test.
                Which::Azure => scenario,
                // Google's library has its own client for what a file names.
                Which::Google => {
                    let url = world.emulator.endpoint().replace("127.0.0.1", "localhost");
                    let user = json!({
                        "type": "authorized_user", "client_id": "id", "client_secret": "secret", "refresh_token": "1//token",
                        "token_uri": format!("{url}/google/token"),
                    });
                    let file = world.emulator.google_credentials("user.json", &user);
                    scenario.with("GOOGLE_APPLICATION_CREDENTIALS", file.to_str().unwrap())
                }
            };
            scenario.says(&["signed"]);
            assert_eq!(world.emulator.counts().credential_fetches(), 1);
        }
    }
}

#[test]
fn a_search_for_credentials_that_nobody_answers_ends_at_the_deadline() {
    let hole = BlackHole::open();
    for world in worlds() {
        let scenario = Scenario::new("find-and-sign", &world).with_a_desk().with_network("timeout = 3");
        let (scenario, start) = match world.cloud.which {
            Which::Aws => {
                let scenario = scenario
                    .without("AWS_CONTAINER_CREDENTIALS_FULL_URI")
                    .without("AWS_EC2_METADATA_DISABLED")
                    .with("AWS_EC2_METADATA_SERVICE_ENDPOINT", &format!("http://{}", hole.address));
                (scenario, "no AWS credentials; tried: environment (")
            }
            Which::Azure => {
                let authority = format!("https://{}", hole.address);
                (scenario.with("AZURE_AUTHORITY_HOST", &authority), "no Azure credentials; tried: environment (")
            }
            Which::Google => (
                scenario.with("GCE_METADATA_HOST", &hole.address.to_string()),
                "no Google credentials; tried: GOOGLE_APPLICATION_CREDENTIALS (",
            ),
        };
        let outcome = scenario.run().success();
        assert_eq!(outcome.text(), "C_FindObjectsInit CKR_DEVICE_ERROR\nwithin 3 s\n");
        let [line] = outcome.hardkey_lines()[..] else { panic!("{}", outcome.stderr) };
        let start = format!("hardkey: C_FindObjectsInit: CKR_DEVICE_ERROR: token \"release\": {start}");
        assert!(line.starts_with(&start), "{line}");
        let last = match world.cloud.which {
            Which::Aws => "instance metadata (the service could not be reached: ",
            Which::Azure => "environment (",
            Which::Google => "metadata server (",
        };
        assert!(line.contains(last), "{line}");
    }
}
