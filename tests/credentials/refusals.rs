//! A failed search is one line that names every source that was tried and why each had nothing; it holds no secret. Here:
//! sources that are asked over the network.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use serde_json::json;

use crate::line::{broken, broken_container, broken_web_identity, nothing, without_metadata};
use crate::scene::Scene;
use hardkey_tests::black_hole::BlackHole;

/// An address that refuses connections, and the text of that.
fn closed() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

const REFUSED: &str = "tcp connect error: Connection refused (os error 111)";

#[test]
fn an_identity_token_that_cannot_be_read_is_named_with_its_file() {
    let missing = "the token file HOME/token cannot be read: No such file or directory";
    Scene::new().with_web_identity("token").fails_with(&broken_web_identity(missing));
}

#[test]
fn sts_is_quoted_when_it_refuses() {
    for (code, message) in [
        ("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"),
        ("ExpiredTokenException", "Token expired: current date/time must be before the expiration date/time"),
        ("InvalidIdentityToken", "No OpenIDConnect provider found in your account for https://ci.example"),
    ] {
        let scene = Scene::new().file("token", "eyJtell.nobody").with_web_identity("token");
        scene.emulator.credentials(json!({"status": 400, "code": code, "message": message}));
        scene.fails_with(&broken_web_identity(&format!("STS answered {code}: {message}")));
    }
}

#[test]
fn a_token_that_sts_sends_back_is_not_shown() {
    let scene = Scene::new().file("token", "eyJtell.nobody").with_web_identity("token");
    let refusal = json!({"status": 400, "code": "ValidationError", "message": "Value 'eyJtell.nobody' is not valid"});
    scene.emulator.credentials(refusal);
    scene.fails_with(&broken_web_identity("STS answered ValidationError: Value (token) is not valid"));
}

#[test]
fn sts_that_is_not_there_or_is_something_else_is_said_to_be() {
    let scene = Scene::new().file("token", "token").with_web_identity("token").with("AWS_ENDPOINT_URL_STS", &closed());
    scene.fails_with(&broken_web_identity(&format!("STS could not be reached: {REFUSED}")));
    let scene = Scene::new().file("token", "token").with_web_identity("token");
    scene.emulator.credentials(json!({"status": 403, "body": "<html>tell-nobody</html>"}));
    scene.fails_with(&broken_web_identity("STS answered with status 403"));
}

#[test]
fn a_container_s_endpoint_that_refuses_is_quoted_by_its_status() {
    for status in [401, 404, 500] {
        let scene = Scene::new().with_container();
        scene.emulator.credentials(json!({"status": status, "body": "tell-nobody"}));
        scene.fails_with(&broken_container(&format!("the endpoint answered with status {status}")));
    }
}

#[test]
fn a_container_s_endpoint_that_answers_no_credentials_is_said_to() {
    let scene = Scene::new().with_container();
    scene.emulator.credentials(json!({"status": 200, "body": "tell-nobody"}));
    scene.fails_with(&broken_container("the endpoint's answer is not credentials"));
    let scene = Scene::new().with_container();
    let refusal = r#"{"Code": "AssumeRoleFailed", "Message": "no such role"}"#;
    scene.emulator.credentials(json!({"status": 200, "body": refusal}));
    scene.fails_with(&broken_container("the endpoint answered [AssumeRoleFailed]: no such role"));
}

#[test]
fn a_container_s_settings_that_cannot_be_used_are_named() {
    let scene = Scene::new().with_container();
    let line = "the authorization token file HOME/gone cannot be read: No such file or directory";
    let path = scene.path("gone").to_str().unwrap().to_owned();
    scene.with("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", &path).fails_with(&broken_container(line));
    let line = "the authorization token cannot be a header: it has a line break or another control character";
    let scene = Scene::new().with_container().with("AWS_CONTAINER_AUTHORIZATION_TOKEN", "tell\nnobody");
    scene.fails_with(&broken_container(line));
    let line = "AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https nor the address of this machine or of a container's endpoint";
    let scene = Scene::new().with("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://192.0.2.1/tell-nobody");
    scene.fails_with(&broken_container(line));
    let scene = Scene::new().with("AWS_CONTAINER_CREDENTIALS_FULL_URI", &closed());
    scene.fails_with(&broken_container(&format!("the endpoint could not be reached: {REFUSED}")));
}

#[test]
fn instance_metadata_that_cannot_be_reached_is_said_not_to_be() {
    let reasons = without_metadata(&format!("the service could not be reached: {REFUSED}"));
    let scene = Scene::new().with_metadata().with("AWS_EC2_METADATA_SERVICE_ENDPOINT", &closed());
    scene.fails_with(&nothing(&reasons.each_ref().map(String::as_str)));
}

#[test]
fn instance_metadata_that_does_not_answer_is_said_not_to() {
    let reasons = without_metadata("the service could not be reached: no answer in time");
    let line = nothing(&reasons.each_ref().map(String::as_str));
    // Nobody is there, as outside of EC2.
    let hole = BlackHole::open();
    let scene = Scene::new().with_metadata();
    scene.with("AWS_EC2_METADATA_SERVICE_ENDPOINT", &format!("http://{}", hole.address)).fails_with(&line);
    // One hop too many, as in a container: the connection comes about, and the session token does not arrive.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    Scene::new().with_metadata().with("AWS_EC2_METADATA_SERVICE_ENDPOINT", &url).fails_with(&line);
}

/// A server that answers each request by its method, and closes.
fn canned(put: &'static str, get: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                if stream.read_exact(&mut byte).is_err() {
                    break;
                }
                head.push(byte[0]);
            }
            let answer = if head.starts_with(b"PUT") { put } else { get };
            // The host may be gone.
            let _ = write!(stream, "HTTP/1.1 {answer}\r\nconnection: close\r\n\r\n");
        }
    });
    url
}

#[test]
fn instance_metadata_that_is_switched_off_or_has_no_role_is_told_apart() {
    let forbidden = canned("403 Forbidden\r\ncontent-length: 0", "200 OK\r\ncontent-length: 0");
    let reasons = without_metadata("the service refused a session token with status 403");
    let scene = Scene::new().with_metadata().with("AWS_EC2_METADATA_SERVICE_ENDPOINT", &forbidden);
    scene.fails_with(&broken(&reasons.each_ref().map(String::as_str)));
    let token = "200 OK\r\nx-aws-ec2-metadata-token-ttl-seconds: 60\r\ncontent-length: 0";
    let bare = canned(token, "404 Not Found\r\ncontent-length: 0");
    let reasons = without_metadata("no role is attached to this instance");
    let scene = Scene::new().with_metadata().with("AWS_EC2_METADATA_SERVICE_ENDPOINT", &bare);
    scene.fails_with(&nothing(&reasons.each_ref().map(String::as_str)));
    // Version 2 alone: without its session token nothing is asked.
    let old = canned("405 Method Not Allowed\r\ncontent-length: 0", "200 OK\r\ncontent-length: 0");
    let reasons = without_metadata("the service gave no session token, without which version 2 answers nothing");
    let scene = Scene::new().with_metadata().with("AWS_EC2_METADATA_SERVICE_ENDPOINT", &old);
    scene.fails_with(&broken(&reasons.each_ref().map(String::as_str)));
}

#[test]
fn instance_metadata_that_refuses_is_quoted() {
    let broken = |reason: &str| broken(&without_metadata(reason).each_ref().map(String::as_str));
    let scene = Scene::new().with_metadata();
    scene.emulator.credentials(json!({"status": 500, "body": "tell-nobody"}));
    scene.fails_with(&broken("the service answered with status 500"));
    let scene = Scene::new().with_metadata();
    scene.emulator.credentials(json!({"status": 200, "body": "tell-nobody"}));
    scene.fails_with(&broken("the service's answer is not credentials"));
    let scene = Scene::new().with_metadata();
    let message = "EC2 cannot assume the role signer";
    scene.emulator.credentials(json!({"status": 403, "code": "AssumeRoleUnauthorizedAccess", "message": message}));
    scene.fails_with(&broken(&format!(
        "the service answered [AssumeRoleUnauthorizedAccess] {message}. Hint: Does this role have a trust relationship with EC2?"
    )));
    let scene = Scene::new().with_metadata().with("AWS_EC2_METADATA_SERVICE_ENDPOINT", "");
    scene.fails_with(&broken("AWS_EC2_METADATA_SERVICE_ENDPOINT or its mode is not one"));
}
