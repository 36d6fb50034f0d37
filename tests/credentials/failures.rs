//! A failed search is one line that names every source that was tried and why each had nothing; it holds no secret. Here:
//! sources on this machine.

use std::process::Command;

use hardkey_tests::built;
use serde_json::json;

use crate::line::{CONTAINER, ENVIRONMENT, METADATA, PROFILE, WEB_IDENTITY, broken_profile, nothing};
use crate::scene::Scene;
use crate::sources::{LOGIN, single_sign_on};

/// A default profile with these lines.
fn profile(lines: &str) -> Scene {
    Scene::new().file(".aws/config", &format!("[default]\n{lines}\n"))
}

#[test]
fn every_source_is_named_when_none_is_set_up() {
    Scene::new().fails_with(&nothing(&[ENVIRONMENT, PROFILE, WEB_IDENTITY, CONTAINER, METADATA]));
}

#[test]
fn half_a_key_pair_names_the_half_that_is_missing() {
    let scene = Scene::new().with("AWS_ACCESS_KEY_ID", "AKIAHALF").with("AWS_WEB_IDENTITY_TOKEN_FILE", "/x");
    let half = "environment (AWS_SECRET_ACCESS_KEY is not set)";
    scene.fails_with(&nothing(&[half, PROFILE, "web identity (AWS_ROLE_ARN is not set)", CONTAINER, METADATA]));
}

#[test]
fn a_secret_that_is_not_text_is_not_shown() {
    let scene = Scene::new().with("AWS_ACCESS_KEY_ID", "AKIATEXT");
    let script = r#"echo message | AWS_SECRET_ACCESS_KEY=$(printf 'tell-nobody\377') "$0" "$1" sign-lines release"#;
    let mut command = Command::new("sh");
    command.args(["-c", script]).arg(built::small_host()).arg(built::module());
    let outcome = command.env_clear().envs(&scene.environment).output().unwrap();
    let line = format!(
        "hardkey: C_FindObjectsInit: CKR_DEVICE_ERROR: token \"hardkey\": {}\n",
        nothing(&[
            "environment (AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY is not UTF-8)",
            PROFILE,
            WEB_IDENTITY,
            CONTAINER,
            METADATA
        ])
    );
    assert_eq!(String::from_utf8_lossy(&outcome.stderr), line);
}

#[test]
fn a_profile_that_does_not_exist_is_named_with_the_files_looked_at() {
    let missing = "profile typo (no such profile in ~/.aws/config or ~/.aws/credentials)";
    let line = nothing(&[ENVIRONMENT, missing, WEB_IDENTITY, CONTAINER, METADATA]);
    profile("region = eu-west-1").with("AWS_PROFILE", "typo").fails_with(&line);
    profile("region = eu-west-1").configured("profile = \"typo\"", "").fails_with(&line);
    let elsewhere = "profile default (no credentials in /dev/null or ~/.aws/credentials)";
    let line = nothing(&[ENVIRONMENT, elsewhere, WEB_IDENTITY, CONTAINER, METADATA]);
    Scene::new().with("AWS_CONFIG_FILE", "/dev/null").fails_with(&line);
}

#[test]
fn a_profile_with_a_mistake_is_told_from_one_without_credentials() {
    let reason = "profile default (its source_profile base is not in ~/.aws/config or ~/.aws/credentials)";
    let line = nothing(&[ENVIRONMENT, reason, WEB_IDENTITY, CONTAINER, METADATA]);
    profile("role_arn = arn:aws:iam::1:role/x\nsource_profile = base").fails_with(&line);
    profile("aws_access_key_id = AKIAHALF").fails_with(&broken_profile(
        "profile default (invalid credential source in `default`: profile missing aws_secret_access_key)",
    ));
    let scene = Scene::new().file(".aws/config", "[default]\nwhat is this\n");
    let reason =
        "profile default (~/.aws/config or ~/.aws/credentials cannot be parsed; `aws configure list` says where)";
    scene.fails_with(&broken_profile(reason));
    let reason = "a login_session is not supported; use credential_process = aws configure export-credentials";
    profile("login_session = arn:aws:iam::1:user/x")
        .fails_with(&broken_profile(&format!("profile default ({reason})")));
}

#[test]
fn a_process_that_fails_is_named_and_what_it_prints_is_not_shown() {
    let ended = |status: &str| {
        broken_profile(&format!(
            "profile default (its credential_process ended with {status}; run it by hand to see why)"
        ))
    };
    profile("credential_process = echo tell-nobody; echo tell-nobody >&2; exit 3").fails_with(&ended("exit status: 3"));
    profile("credential_process = kill -9 $$").fails_with(&ended("signal: 9 (SIGKILL)"));
    profile("credential_process = no-such-program").fails_with(&ended("exit status: 127"));
    let unread = broken_profile(
        "profile default (its credential_process printed no credentials that can be read; run it by hand to see why)",
    );
    let secret = r#""SecretAccessKey": "tell-nobody""#;
    for printed in [
        "rubbish tell-nobody".to_owned(),
        r"\377 tell-nobody".to_owned(),
        format!(r#"{{"Version": 2, "AccessKeyId": "AKIA", {secret}}}"#),
        format!(r#"{{"Version": 1, {secret}}}"#),
        format!(r#"{{"Version": 1, "AccessKeyId": "AKIA", {secret}, "Expiration": "tell-nobody"}}"#),
    ] {
        profile(&format!("credential_process = printf '{printed}'")).fails_with(&unread);
    }
}

#[test]
fn somebody_who_has_not_logged_in_is_told_how() {
    let log_in = "run `aws sso login --profile people`";
    let never = broken_profile(&format!("profile people (no SSO login is cached; {log_in})"));
    single_sign_on(Scene::new()).fails_with(&never);
    let expired = broken_profile(&format!("profile people (its SSO login has expired; {log_in})"));
    let login = |until: &str| format!(r#"{{"accessToken": "tell-nobody", "expiresAt": "{until}"}}"#);
    single_sign_on(Scene::new()).file(LOGIN, &login("2020-01-01T00:00:00Z")).fails_with(&expired);
    // The portal knows better than the file.
    let scene = single_sign_on(Scene::new()).file(LOGIN, &login("2099-01-01T00:00:00Z"));
    let refusal =
        json!({"status": 401, "code": "UnauthorizedException", "message": "Session token not found or invalid"});
    scene.emulator.credentials(refusal);
    scene.fails_with(&expired);
    let scene = single_sign_on(Scene::new()).file(LOGIN, &login("2099-01-01T00:00:00Z"));
    scene.emulator.credentials(json!({"status": 403, "code": "ForbiddenException", "message": "No access"}));
    scene.fails_with(&broken_profile("profile people (SSO answered ForbiddenException: No access)"));
    // Without a session, as older configurations have it.
    let scene = Scene::new().with("AWS_PROFILE", "people").file(
        ".aws/config",
        "[profile people]\nsso_start_url = https://example.awsapps.com/start\nsso_region = eu-west-1\n\
         sso_account_id = 111122223333\nsso_role_name = Signer\n",
    );
    scene.fails_with(&never);
}

#[test]
fn a_role_that_a_profile_may_not_assume_is_named_by_sts() {
    let lines = "role_arn = arn:aws:iam::1:role/x\nsource_profile = base\n\
                 [profile base]\naws_access_key_id = AKIABASE\naws_secret_access_key = tell-nobody";
    let scene = profile(lines);
    let sts = scene.emulator.issuer_url("sts");
    let message =
        "User: arn:aws:iam::1:user/ci is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::1:role/x";
    scene.emulator.credentials(json!({"status": 403, "code": "AccessDenied", "message": message}));
    scene
        .with("AWS_ENDPOINT_URL_STS", &sts)
        .fails_with(&broken_profile(&format!("profile default (STS answered AccessDenied: {message})")));
}

#[test]
fn a_session_token_that_has_expired_is_said_to_have() {
    let scene = Scene::new()
        .with("AWS_ACCESS_KEY_ID", "AKIASESSION")
        .with("AWS_SECRET_ACCESS_KEY", "tell-nobody")
        .with("AWS_SESSION_TOKEN", "tell-nobody");
    let message = "The security token included in the request is expired";
    scene.emulator.fault(json!({"operation": "*", "error": "ExpiredTokenException", "message": message}));
    let done = scene.run();
    assert_eq!(done.stdout, "slot 0 0x30\n");
    let (line, id) = done.stderr.split_once(" (request ").unwrap();
    assert_eq!(
        line,
        format!(
            "hardkey: C_FindObjectsInit: CKR_DEVICE_ERROR: token \"hardkey\": AWS KMS answered kms:DescribeKey with ExpiredTokenException: {message}"
        )
    );
    assert!(id.split_once("); ").unwrap().1.starts_with("renew the AWS credentials of this process"), "{id}");
    // Once more with what the sources have then.
    assert_eq!(scene.emulator.counts().requests("DescribeKey"), 2);
}
