//! Why a source had no credentials, in a few words that hold no secret.
//!
//! The SDK's own texts are not passed on where they quote what a program printed, what a server sent or what a variable
//! holds.

use std::env;
use std::error::Error;
use std::io;

use aws_config::imds::client::error::ImdsError;
use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_kms::config::http::HttpResponse;
use aws_sdk_kms::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sso::operation::get_role_credentials::GetRoleCredentialsError;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_sdk_sts::operation::assume_role_with_web_identity::AssumeRoleWithWebIdentityError;
use aws_smithy_runtime_api::client::result::ConnectorError;

use super::Source;
use crate::wording::{chain, clean, without_tokens};

type Cause<'a> = &'a (dyn Error + 'static);

/// Why a source need not be asked. A variable that is set and empty counts as not set: pipelines make such variables.
pub(super) fn not_set_up(source: &Source) -> Option<String> {
    let unset = |names: &[&str]| names.iter().find(|name| is_blank(name)).map(|name| format!("{name} is not set"));
    match source {
        Source::Environment if is_blank("AWS_SECRET_ACCESS_KEY") && !is_blank("SECRET_ACCESS_KEY") => {
            unset(&["AWS_ACCESS_KEY_ID"])
        }
        Source::Environment => unset(&["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]),
        Source::WebIdentity => unset(&["AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN"]),
        Source::Container if is_blank(RELATIVE_URI) && is_blank(FULL_URI) => {
            Some(format!("neither {RELATIVE_URI} nor {FULL_URI} is set"))
        }
        Source::InstanceMetadata if is_true("AWS_EC2_METADATA_DISABLED") => {
            Some("switched off by AWS_EC2_METADATA_DISABLED".to_owned())
        }
        Source::Profile(_) | Source::Container | Source::InstanceMetadata => None,
    }
}

const RELATIVE_URI: &str = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
const FULL_URI: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";

fn is_blank(name: &str) -> bool {
    env::var_os(name).is_none_or(|value| value.to_string_lossy().trim().is_empty())
}

fn is_true(name: &str) -> bool {
    env::var(name).is_ok_and(|value| value.eq_ignore_ascii_case("true"))
}

/// Why a source that was asked had none.
pub(super) fn why(source: &Source, error: &CredentialsError) -> String {
    match source {
        // The SDK quotes the variable, and that may be the secret one.
        Source::Environment => "AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY is not UTF-8".to_owned(),
        Source::Profile(name) => of_profile(name, error),
        Source::WebIdentity => {
            let file = env::var("AWS_WEB_IDENTITY_TOKEN_FILE").unwrap_or_default();
            known(error, "STS", &format!("the token file {file}")).unwrap_or_else(|| match details(error).as_str() {
                text if text.contains("not valid UTF-8") => "the token file is not text".to_owned(),
                text => text.to_owned(),
            })
        }
        Source::Container => of_container(error),
        Source::InstanceMetadata => of_metadata(error),
    }
}

fn of_profile(name: &str, error: &CredentialsError) -> String {
    let files = [("AWS_CONFIG_FILE", "~/.aws/config"), ("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials")]
        .map(|(variable, usual)| env::var(variable).unwrap_or_else(|_| usual.to_owned()));
    let files = clean(&format!("{} or {}", files[0], files[1]));
    if error.source().is_none() {
        return format!("no credentials in {files}");
    }
    let text = details(error);
    if text.contains("external process") {
        return of_process(&text);
    }
    if text.contains(&format!("could not find source profile {name} referenced")) {
        return format!("no such profile in {files}");
    }
    if let Some((_, rest)) = text.split_once("could not find source profile ") {
        let missing = rest.split(" referenced").next().unwrap_or_default();
        return format!("its source_profile {missing} is not in {files}");
    }
    if text.contains("could not parse profile file") {
        return format!("{files} cannot be parsed; `aws configure list` says where");
    }
    if text.contains("cargo feature") {
        return "a login_session is not supported; use credential_process = aws configure export-credentials"
            .to_owned();
    }
    let log_in = format!("run `aws sso login --profile {name}`");
    if text.contains("SSO token") || text.contains("/sso/cache/") {
        let expired = text.contains("has expired");
        return format!("{}; {log_in}", if expired { "its SSO login has expired" } else { "no SSO login is cached" });
    }
    if causes(error).any(|cause| refusal_code::<GetRoleCredentialsError>(cause) == Some("UnauthorizedException")) {
        return format!("its SSO login has expired; {log_in}");
    }
    known(error, "STS", "its web_identity_token_file").unwrap_or_else(|| {
        let text = text.strip_prefix("ProfileFile provider could not be built: ").unwrap_or(&text);
        text.to_owned()
    })
}

/// A program's output is not shown: what it prints when all is well are secrets.
fn of_process(text: &str) -> String {
    let ended = text.split_once("exited with code ").and_then(|(_, rest)| rest.split_once(". Stderr"));
    match ended {
        Some((status, _)) => format!("its credential_process ended with {status}; run it by hand to see why"),
        None => "its credential_process printed no credentials that can be read; run it by hand to see why".to_owned(),
    }
}

fn of_container(error: &CredentialsError) -> String {
    let file = env::var("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE").unwrap_or_default();
    if let Some(known) = known(error, "the endpoint", &format!("the authorization token file {file}")) {
        return known;
    }
    let text = details(error);
    if let Some((_, status)) = text.split_once("StatusCode(") {
        return format!("the endpoint answered with status {}", status.trim_end_matches(')'));
    }
    if text.contains("auth token") {
        return "the authorization token cannot be a header: it has a line break or another control character"
            .to_owned();
    }
    if text.contains("relative URI") {
        return format!("{RELATIVE_URI} is not a path");
    }
    if text.contains("full URI") {
        return format!("{FULL_URI} is neither https nor the address of this machine or of a container's endpoint");
    }
    match text.split_once("failed to load credentials ") {
        Some((_, answer)) => format!("the endpoint answered {}", without_tokens(answer)),
        None => "the endpoint's answer is not credentials".to_owned(),
    }
}

fn of_metadata(error: &CredentialsError) -> String {
    for cause in causes(error) {
        if let Some(ImdsError::ErrorResponse(answer)) = cause.downcast_ref::<ImdsError>() {
            return format!("the service answered with status {}", answer.response().status().as_u16());
        }
    }
    if let Some(known) = known(error, "the service", "its answer") {
        return known;
    }
    let text = details(error);
    if text.contains("received 404") {
        return "no role is attached to this instance".to_owned();
    }
    if text.contains("IMDS is disabled or") {
        return "the service refused a session token with status 403".to_owned();
    }
    if causes(error).any(|cause| matches!(cause.downcast_ref(), Some(ImdsError::FailedToLoadToken(_)))) {
        return "the service gave no session token, without which version 2 answers nothing".to_owned();
    }
    if text.contains("endpoint mode") || text.contains("invalid URI") {
        return "AWS_EC2_METADATA_SERVICE_ENDPOINT or its mode is not one".to_owned();
    }
    match text.split_once("IMDS/IAM configuration: ").or_else(|| text.split_once("from IMDS: ")) {
        Some((_, answer)) => format!("the service answered {}", without_tokens(answer)),
        None => "the service's answer is not credentials".to_owned(),
    }
}

/// What is the same for every source: a service that refused, one that was not reached, a file that could not be read.
fn known(error: &CredentialsError, service: &str, file: &str) -> Option<String> {
    for cause in causes(error) {
        let refused = refusal::<AssumeRoleWithWebIdentityError>(cause, "STS")
            .or_else(|| refusal::<AssumeRoleError>(cause, "STS"))
            .or_else(|| refusal::<GetRoleCredentialsError>(cause, "SSO"));
        if refused.is_some() {
            return refused;
        }
        if let Some(error) = cause.downcast_ref::<ConnectorError>() {
            let why = if error.is_timeout() { "no answer in time".to_owned() } else { chain(error) };
            return Some(format!("{service} could not be reached: {why}"));
        }
        // Instance metadata takes the connector's error apart.
        if let Some(error) = cause.downcast_ref::<reqwest::Error>() {
            let why = if error.is_timeout() { "no answer in time".to_owned() } else { chain(error) };
            return Some(format!("{service} could not be reached: {why}"));
        }
        if let Some(error) = cause.downcast_ref::<io::Error>() {
            return Some(clean(&format!("{file} cannot be read: {}", without_number(error))));
        }
        match cause.to_string().as_str() {
            "request has timed out" => return Some(format!("{service} could not be reached: no answer in time")),
            "response error" => return Some(format!("the answer of {service} cannot be read")),
            _ => {}
        }
    }
    None
}

/// What a service said when it refused.
fn refusal<E: ProvideErrorMetadata + Error + 'static>(cause: Cause<'_>, service: &str) -> Option<String> {
    let SdkError::ServiceError(answer) = cause.downcast_ref::<SdkError<E, HttpResponse>>()? else { return None };
    Some(match (answer.err().code(), answer.err().message()) {
        (Some(code), Some(message)) => format!("{service} answered {}: {}", clean(code), without_tokens(message)),
        (Some(code), None) => format!("{service} answered {}", clean(code)),
        (None, _) => format!("{service} answered with status {}", answer.raw().status().as_u16()),
    })
}

fn refusal_code<E: ProvideErrorMetadata + Error + 'static>(cause: Cause<'_>) -> Option<&str> {
    let SdkError::ServiceError(answer) = cause.downcast_ref::<SdkError<E, HttpResponse>>()? else { return None };
    answer.err().code()
}

/// An error's causes, outermost first.
fn causes(error: &CredentialsError) -> impl Iterator<Item = Cause<'_>> {
    std::iter::successors(error.source(), |cause: &Cause<'_>| (*cause).source())
}

/// The causes in one line, without the SDK's wrappers, which say no more than that there is a cause.
fn details(error: &CredentialsError) -> String {
    let cause = causes(error).find(|cause| !cause.is::<CredentialsError>());
    cause.map_or_else(|| clean(&error.to_string()), chain)
}

/// The system's words without its number.
fn without_number(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}
