//! Each source, used by the module to sign.

use serde_json::json;

use crate::scene::{ROLE, Scene};

const PROCESS: &str =
    r#"credential_process = printf '{"Version": 1, "AccessKeyId": "AKIAPROCESS", "SecretAccessKey": "secret"}'"#;

/// Lines of a profile with a key pair.
fn key_pair(access_key: &str) -> String {
    format!("aws_access_key_id = {access_key}\naws_secret_access_key = secret\n")
}

#[test]
fn credentials_come_from_the_environment() {
    let scene = Scene::new().with("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT").with("AWS_SECRET_ACCESS_KEY", "secret");
    scene.signs_with("AKIAENVIRONMENT");
}

#[test]
fn credentials_come_from_the_default_profile() {
    let scene = Scene::new().file(".aws/credentials", &format!("[default]\n{}", key_pair("AKIADEFAULT")));
    scene.signs_with("AKIADEFAULT");
}

#[test]
fn credentials_come_from_the_profile_that_the_environment_names() {
    let files = format!("[default]\n{}[ci]\n{}", key_pair("AKIADEFAULT"), key_pair("AKIACI"));
    Scene::new().file(".aws/credentials", &files).with("AWS_PROFILE", "ci").signs_with("AKIACI");
}

#[test]
fn credentials_come_from_the_profile_that_the_token_names_whatever_the_environment_says() {
    let files = format!("[profile other]\n{}[profile ci]\n{}", key_pair("AKIAOTHER"), key_pair("AKIACI"));
    let scene = Scene::new().file(".aws/config", &files).with("AWS_PROFILE", "other");
    scene.configured("profile = \"ci\"", "").signs_with("AKIACI");
}

#[test]
fn credentials_come_from_files_in_another_place() {
    let scene = Scene::new().file("elsewhere", &format!("[default]\n{}", key_pair("AKIAELSEWHERE")));
    let path = scene.path("elsewhere").to_str().unwrap().to_owned();
    scene.with("AWS_SHARED_CREDENTIALS_FILE", &path).signs_with("AKIAELSEWHERE");
}

#[test]
fn credentials_come_from_a_process() {
    Scene::new().file(".aws/config", &format!("[default]\n{PROCESS}\n")).signs_with("AKIAPROCESS");
}

#[test]
fn a_profile_assumes_a_role_with_the_credentials_of_another_profile() {
    let files = format!(
        "[profile signer]\nrole_arn = {ROLE}\nrole_session_name = nightly\nsource_profile = base\n[profile base]\n{}",
        key_pair("AKIABASE")
    );
    let scene = Scene::new().file(".aws/config", &files).with("AWS_PROFILE", "signer");
    let sts = scene.emulator.issuer_url("sts");
    let scene = scene.with("AWS_ENDPOINT_URL_STS", &sts);
    scene.signs_with("ASIASTS0001");
    assert_eq!(
        scene.asked(),
        json!([{"issuer": "sts", "action": "AssumeRole", "role_arn": ROLE, "session_name": "nightly", "caller": "AKIABASE"}])
    );
}

#[test]
fn a_profile_assumes_a_role_with_the_credentials_of_its_container() {
    let files = format!("[default]\nrole_arn = {ROLE}\nrole_session_name = task\ncredential_source = EcsContainer\n");
    let scene = Scene::new().file(".aws/config", &files).with_container();
    let sts = scene.emulator.issuer_url("sts");
    let scene = scene.with("AWS_ENDPOINT_URL_STS", &sts);
    scene.signs_with("ASIASTS0002");
    assert_eq!(
        scene.asked(),
        json!([
            {"issuer": "container", "authorization": null},
            {"issuer": "sts", "action": "AssumeRole", "role_arn": ROLE, "session_name": "task", "caller": "AKIATEST0001"},
        ])
    );
}

#[test]
fn a_pipeline_s_identity_token_becomes_a_role() {
    let scene = Scene::new().file("token", "eyJ.pipeline.token").with_web_identity("token");
    scene.signs_with("ASIASTS0001");
    assert_eq!(
        scene.asked(),
        json!([{
            "issuer": "sts", "action": "AssumeRoleWithWebIdentity", "role_arn": ROLE, "session_name": "pipeline-7",
            "token": "eyJ.pipeline.token",
        }])
    );
}

#[test]
fn a_profile_can_hold_the_identity_token() {
    let scene = Scene::new().file("token", "eyJ.profile.token");
    let files = format!(
        "[default]\nrole_arn = {ROLE}\nrole_session_name = x\nweb_identity_token_file = {}\n",
        scene.path("token").display()
    );
    let sts = scene.emulator.issuer_url("sts");
    let scene = scene.file(".aws/config", &files).with("AWS_ENDPOINT_URL_STS", &sts);
    scene.signs_with("ASIASTS0001");
    assert_eq!(scene.asked()[0]["token"], "eyJ.profile.token");
}

/// The profile of somebody who has logged in.
pub fn single_sign_on(scene: Scene) -> Scene {
    let portal = scene.emulator.issuer_url("sso");
    scene.with("AWS_ENDPOINT_URL_SSO", &portal).with("AWS_PROFILE", "people").file(
        ".aws/config",
        "[profile people]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Signer\n\
         [sso-session corp]\nsso_start_url = https://example.awsapps.com/start\nsso_region = eu-west-1\n",
    )
}

/// SHA-1 of `corp`, in hexadecimal: where the AWS CLI keeps the login of that session.
pub const LOGIN: &str = ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";

#[test]
fn somebody_who_has_logged_in_signs_with_that_login() {
    let login = r#"{"accessToken": "login-token", "expiresAt": "2099-01-01T00:00:00Z"}"#;
    let scene = single_sign_on(Scene::new()).file(LOGIN, login);
    scene.signs_with("ASIASSO0001");
    let asked = json!([{
        "issuer": "sso", "role_name": "Signer", "account_id": "111122223333", "token": "login-token",
    }]);
    assert_eq!(scene.asked(), asked);
}

#[test]
fn a_container_s_endpoint_is_shown_the_token_of_its_file() {
    let scene = Scene::new().file("authorization", "Bearer pod").with_container();
    let path = scene.path("authorization").to_str().unwrap().to_owned();
    let scene = scene.with("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", &path);
    scene.signs_with("AKIATEST0001");
    assert_eq!(scene.asked(), json!([{"issuer": "container", "authorization": "Bearer pod"}]));
}

#[test]
fn an_instance_s_role_signs_with_version_2_of_instance_metadata() {
    let scene = Scene::new().with_metadata();
    scene.signs_with("ASIAIMDS0001");
    assert_eq!(scene.asked(), json!([{"issuer": "imds", "role": "hardkey-instance-role"}]));
}

#[test]
fn sources_are_asked_in_aws_s_order() {
    let scene = Scene::new()
        .with_metadata()
        .with_container()
        .file("token", "token")
        .with_web_identity("token")
        .file(".aws/credentials", &format!("[default]\n{}", key_pair("AKIADEFAULT")))
        .with("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT")
        .with("AWS_SECRET_ACCESS_KEY", "secret");
    scene.signs_with("AKIAENVIRONMENT");
    let next = |scene: Scene| {
        scene.emulator.reset_counts();
        scene
    };
    let scene = next(scene.without("AWS_ACCESS_KEY_ID"));
    scene.signs_with("AKIADEFAULT");
    let scene = next(scene.file(".aws/credentials", ""));
    scene.signs_with("ASIASTS0001");
    let scene = next(scene.without("AWS_WEB_IDENTITY_TOKEN_FILE"));
    scene.signs_with("AKIATEST0002");
    let scene = next(scene.without("AWS_CONTAINER_CREDENTIALS_FULL_URI"));
    scene.signs_with("ASIAIMDS0003");
}

#[test]
fn a_variable_that_a_pipeline_left_empty_counts_as_not_set() {
    let scene = Scene::new().with_container();
    let empty = ["AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN", "AWS_SESSION_TOKEN"];
    empty.into_iter().fold(scene, |scene, name| scene.with(name, "")).signs_with("AKIATEST0001");
}
