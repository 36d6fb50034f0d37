//! Requests that the subscriber signed: by boto3, which knows nothing of hardkey, for a ministack that checks signatures.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use hardkey_tests::built;
use hardkey_tests::host::{Outcome, run};
use hardkey_tests::scene::Scene;
use hardkey_tests::skip::skip;
use hardkey_tests::stack::{Key, Stack, User};
use serde_json::{Value, json};

use crate::desk::unmet;

const LIMIT: Duration = Duration::from_secs(120);

/// A subscriber's account with a key, and a CA that has no right in it.
struct Desk {
    scene: Scene,
    stack: Stack,
    key: Key,
    user: User,
}

impl Desk {
    fn prepared(test: &str) -> Option<Self> {
        let Some(stack) = Stack::running() else {
            skip(test, "HARDKEY_TEST_MINISTACK_AUTH names no endpoint; tests/run.sh starts one");
            return None;
        };
        if !python().exists() {
            skip(test, "boto3 is not installed: localstack/ministack.sh install does it");
            return None;
        }
        let stack = stack.other_account();
        let key = stack.key();
        let statement = json!({ "Effect": "Allow", "Action": ["kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"], "Resource": key.arn });
        let user = stack.user("subscriber", &json!({ "Version": "2012-10-17", "Statement": [statement] }));
        let mut scene = Scene::start(&[]);
        scene.environment.extend(stack.environment(&user));
        scene.set("HARDKEY_KEY", &key.arn);
        let desk = Self { scene, stack, key, user };
        let made = desk.confirm(&["init", "--out", &desk.scene.path("record.key")]).success();
        let url = desk.stack.endpoint.clone();
        let authority = url.trim_start_matches("http://");
        desk.scene.write(
            "ca.toml",
            format!("key = \"record.key\"\n[endpoints]\n\"kms.eu-west-1.amazonaws.com\" = \"{url}\"\n"),
        );
        let listed = made.text().replace("name = \"…\"", "name = \"desk\"");
        desk.scene.write(
            "policy.toml",
            format!("name = \"example-ca\"\nbased_on = \"csbr\"\nconfirmation_endpoints = [\"{authority}\"]\n{listed}[rules]\nlogging = \"off\"\n"),
        );
        desk.scene.challenge("challenge.json", Duration::from_secs(3600));
        desk.scene.order().answer(&[]);
        Some(desk)
    }

    /// As the CA, who has no credentials at all.
    fn confirm(&self, arguments: &[&str]) -> Outcome {
        let home = BTreeMap::from([("HOME".to_owned(), self.scene.path(""))]);
        self.scene.hardkey_confirm(arguments, &home)
    }

    /// The pair that the subscriber signs.
    fn signed(&self) -> Value {
        let script = built::project().join("examples/sign-requests.py");
        let arguments = [script.to_str().unwrap(), &self.key.arn, &self.scene.path("challenge.json")];
        let outcome = run(python(), arguments, &self.stack.environment(&self.user), LIMIT).success();
        serde_json::from_str(&outcome.text()).unwrap()
    }

    fn replay(&self, requests: &Value) -> Outcome {
        let requests = self.scene.write("requests.json", requests.to_string());
        let [report, config, record] = ["report.json", "ca.toml", "record.json"].map(|name| self.scene.path(name));
        self.confirm(&["replay", &requests, "--report", &report, "--config", &config, "--out", &record])
    }
}

fn python() -> PathBuf {
    let home =
        std::env::var_os("HARDKEY_TEST_HOME").map_or_else(|| built::project().join("target/test-home"), PathBuf::from);
    home.join("python/bin/python")
}

#[test]
fn a_pair_that_the_subscriber_signed_makes_the_key_confirmed_without_any_grant() {
    let test = "a_pair_that_the_subscriber_signed_makes_the_key_confirmed_without_any_grant";
    let Some(desk) = Desk::prepared(test) else { return };
    desk.replay(&desk.signed()).success();
    let [record, policy] = ["record.json", "policy.toml"].map(|name| desk.scene.path(name));
    let order = desk.scene.order();
    let verdict = desk.scene.hardkey_attest(&order.verify(&["--confirmation", &record, "--policy", &policy]));
    assert_eq!((verdict.status, unmet(&verdict)), (Some(0), vec![]), "{}", verdict.text());
    assert!(verdict.text().starts_with("confirmed: "), "{}", verdict.text());
}

#[test]
fn a_pair_that_aws_does_not_take_or_that_is_about_another_key_makes_no_record() {
    let test = "a_pair_that_aws_does_not_take_or_that_is_about_another_key_makes_no_record";
    let Some(desk) = Desk::prepared(test) else { return };
    let mut forged = desk.signed();
    let header = forged["requests"][1]["headers"]["authorization"].as_str().unwrap().to_owned();
    let (before, signature) = header.rsplit_once('=').unwrap();
    forged["requests"][1]["headers"]["authorization"] = format!("{before}={}", "0".repeat(signature.len())).into();
    let outcome = desk.replay(&forged);
    assert_eq!(outcome.status, Some(2));
    assert!(
        outcome.stderr.starts_with(
            "hardkey-confirm: AWS KMS did not take the request aws.get-public-key: InvalidSignatureException: "
        ),
        "{}",
        outcome.stderr
    );
    let other = desk.stack.key();
    let mut mixed = desk.signed();
    mixed["requests"][1]["body"] = format!("{{\"KeyId\":\"{}\"}}", other.arn).into();
    let outcome = desk.replay(&mixed);
    let line = format!(
        "hardkey-confirm: {}: requests[1].body: \"{{\"KeyId\":\"{}\"}}\" is wanted\n",
        desk.scene.path("requests.json"),
        desk.key.arn
    );
    assert_eq!((outcome.status, outcome.stderr), (Some(2), line));
    assert!(!desk.scene.exists("record.json"));
}

#[test]
fn somebody_who_may_not_ask_has_a_record_of_refusals() {
    let Some(desk) = Desk::prepared("somebody_who_may_not_ask_has_a_record_of_refusals") else { return };
    let nobody = desk.stack.user(
        "nobody",
        &json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "kms:ListKeys", "Resource": "*" }] }),
    );
    let desk = Desk { user: nobody, ..desk };
    let outcome = desk.replay(&desk.signed()).success();
    assert_eq!(outcome.stderr.matches(": refused: AccessDeniedException: ").count(), 2, "{}", outcome.stderr);
}

#[test]
fn the_script_says_what_is_missing() {
    let python = python();
    if !python.exists() {
        return skip(
            "the_script_says_what_is_missing",
            "boto3 is not installed: localstack/ministack.sh install does it",
        );
    }
    const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/0987dcba-09fe-87dc-65ba-ab0987654321";
    const ALIAS: &str = "arn:aws:kms:eu-west-1:111122223333:alias/release";
    const OF_CHINA: &str = "arn:aws-cn:kms:cn-north-1:111122223333:key/0987dcba-09fe-87dc-65ba-ab0987654321";
    let script = built::project().join("examples/sign-requests.py");
    let folder = tempfile::TempDir::new().unwrap();
    let file = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).unwrap();
        folder.path().join(name).to_str().unwrap().to_owned()
    };
    let challenge = file("c.json", &json!({ "nonce": "ab".repeat(32) }).to_string());
    let texts = ["", "[]", "{}", "{\"nonce\":1}", "{\"nonce\":\"x\"}"];
    let others: Vec<String> = texts.iter().enumerate().map(|(at, text)| file(&format!("{at}.json"), text)).collect();
    let gone = folder.path().join("gone.json").to_str().unwrap().to_owned();
    let said = |arguments: &[&str], environment: &[(&str, &str)]| {
        let environment = environment.iter().copied().chain([("AWS_EC2_METADATA_DISABLED", "true")]);
        let output = Command::new(&python).arg(&script).args(arguments).env_clear().envs(environment).output().unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(said(&[], &[]).contains("sign-requests.py KEY-ARN CHALLENGE.json > requests.json"));
    let of_a_key = "is no ARN of a key; give arn:aws:kms:REGION:ACCOUNT:key/ID, as hardkey keys shows it, not an alias";
    let line = |why: String| format!("sign-requests.py: {why}\n");
    assert_eq!(said(&[ALIAS, &challenge], &[]), line(format!("{ALIAS} {of_a_key}")));
    assert_eq!(said(&["rel\u{1b}[2J", &challenge], &[]), line(format!("rel\\x1b[2J {of_a_key}")));
    let china = "is in aws-cn, of which no CA asks this way; give a key in one of aws, aws-us-gov, aws-eusc";
    assert_eq!(said(&[OF_CHINA, &challenge], &[]), line(format!("{OF_CHINA} {china}")));
    let unread = "cannot be read: No such file or directory; name the CA's challenge";
    assert_eq!(said(&[KEY, &gone], &[]), line(format!("{gone} {unread}")));
    for other in &others {
        let line = line(format!("{other} is no challenge; name the file that the CA gave you"));
        assert_eq!(said(&[KEY, other], &[]), line);
    }
    let home = ("HOME", folder.path().to_str().unwrap());
    let set = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE";
    assert_eq!(said(&[KEY, &challenge], &[home]), line(format!("no credentials; {set}")));
    let profile = "no credentials: The config profile (gone) could not be found; correct AWS_PROFILE, or what it names";
    assert_eq!(said(&[KEY, &challenge], &[home, ("AWS_PROFILE", "gone")]), line(profile.to_owned()));
}
