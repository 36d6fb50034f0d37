//! Why a file of credentials led to no token, in a few words that hold no secret.
//!
//! Google's library quotes whole answers in its errors, also those that hold a token. What is passed on are the members in
//! which OAuth (RFC 6749 §5.2) and Google's APIs say what is wrong, and what the network says.

use std::error::Error;

use google_cloud_auth::build_errors;
use google_cloud_gax::error::rpc::Status;
use serde_json::Value;

use crate::wording::clean;

type Cause<'a> = &'a (dyn Error + 'static);

/// What the library puts around a reason: google-cloud-auth 1.18 `constants.rs`, google-cloud-gax 1.15 `error/credentials.rs`
/// and `error/core_error.rs`.
const PHRASES: [&str; 6] = [
    "but future attempts may succeed",
    "and future attempts will not succeed",
    "cannot create auth headers",
    "cannot create the authentication headers",
    "Fetching the token resulted in transient errors. Subsequent calls with this credential might succeed.",
    "Request to fetch the token failed. Subsequent calls with this credential will also fail.",
];

/// Why a file is not one of its type.
pub(super) fn unusable(error: &build_errors::Error) -> String {
    if error.is_missing_field() || error.is_parsing() {
        "it lacks a field of its type, or has one that cannot be read".to_owned()
    } else if error.is_not_supported() {
        "what it asks for is not supported".to_owned()
    } else {
        "it cannot be used".to_owned()
    }
}

/// Why there was no token.
pub(super) fn why(error: Cause<'_>) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(answer) = answered(error) {
            // It begins with what was being done, which the library may have said before.
            parts.retain(|known| !answer.contains(known.as_str()));
            parts.push(answer);
            break;
        }
        if let Some(error) = error.downcast_ref::<serde_json::Error>() {
            // Its words quote what was read, which may be a token.
            let (line, column) = (error.line(), error.column());
            parts.push(format!("what was to hold a token is not the JSON expected, at line {line}, column {column}"));
            break;
        }
        let text = plain(&error.to_string());
        if !text.is_empty() && parts.iter().all(|known| !known.contains(&text)) {
            parts.push(text);
        }
        next = error.source();
    }
    let text = parts.join(": ");
    if text.is_empty() { "Google's library gave no reason".to_owned() } else { clean(&text) }
}

/// What a token service said, where this error is about that.
fn answered(error: Cause<'_>) -> Option<String> {
    if let Some(error) = error.downcast_ref::<google_cloud_gax::error::Error>() {
        let status = error.http_status_code()?;
        let words = error.http_payload().and_then(|payload| {
            Status::try_from(payload).ok().map(|status| format!("{}: {}", status.code.name(), status.message))
        });
        return Some(said(status, words));
    }
    if let Some(error) = error.downcast_ref::<reqwest::Error>() {
        return error.status().map(|status| said(status.as_u16(), None));
    }
    let text = error.to_string();
    let (what, body) = text.split_once(", body=<")?;
    let body = body.rsplit_once('>').map_or(body, |(body, _)| body);
    let json: Option<Value> = serde_json::from_str(body).ok();
    let member = |name: &str| json.as_ref()?.get(name)?.as_str().map(str::to_owned);
    let nested = |name: &str| json.as_ref()?.get("error")?.get(name)?.as_str().map(str::to_owned);
    let words = match (member("error"), member("error_description"), nested("status"), nested("message")) {
        (Some(error), Some(description), _, _) => Some(format!("{error}: {description}")),
        (Some(error), None, _, _) => Some(error),
        (None, _, Some(status), Some(message)) => Some(format!("{status}: {message}")),
        (None, _, _, _) => None,
    };
    let status = error.source().and_then(|cause| cause.downcast_ref::<reqwest::Error>()?.status());
    let what = plain(what);
    Some(match (words, status) {
        (Some(words), _) => format!("{what}: {words}"),
        (None, Some(status)) => format!("{what}: {}", said(status.as_u16(), None)),
        (None, None) => what,
    })
}

fn said(status: u16, words: Option<String>) -> String {
    match words {
        Some(words) => format!("answered {words}"),
        None => format!("answered with HTTP status {status}"),
    }
}

/// A text without what the library adds to it, without URLs, and without what a program or a server said.
fn plain(text: &str) -> String {
    // What was said stands last, as `, body=<…>` or under another name.
    let quoted = text.split_once("=<").map(|(before, _)| before.rsplit_once(", ").map_or("", |(before, _)| before));
    let mut text = quoted.unwrap_or(text).to_owned();
    if let Some((before, rest)) = text.split_once(" for url (") {
        text = format!("{before}{}", rest.split_once(')').map_or("", |(_, after)| after));
    }
    for phrase in PHRASES {
        text = text.replace(phrase, "");
    }
    text.trim().trim_end_matches([',', ':']).to_owned()
}

#[cfg(test)]
mod tests {
    use google_cloud_auth::errors::CredentialsError;

    use super::*;

    #[test]
    fn what_a_token_service_says_is_passed_on_and_nothing_else_of_its_answer() {
        let error = |text: &str| CredentialsError::from_msg(false, text);
        for (text, reason) in [
            (
                r#"failed to refresh user access token, body=<{"error": "invalid_grant", "error_description": "Token has been expired or revoked."}>"#,
                "failed to refresh user access token: invalid_grant: Token has been expired or revoked.",
            ),
            (
                r#"failed to read subject token field `t` as string, body=<{"token": "secret"}>"#,
                "failed to read subject token field `t` as string",
            ),
            ("failed, command execution failed, stderr=<secret>, code=1", "failed, command execution failed"),
            ("failed to exchange token, body=<secret>", "failed to exchange token"),
            (
                "response contains unsuccessful response, code=<secret>, message=<secret>",
                "response contains unsuccessful response",
            ),
        ] {
            assert_eq!(why(&error(text)), reason, "{text}");
        }
        let wrapped = CredentialsError::new(true, "failed to request subject token", error("no such host"));
        assert_eq!(why(&wrapped), "failed to request subject token: no such host");
        let text = r#"failed to exchange token, body=<{"error": "invalid_target"}>"#;
        let wrapped = CredentialsError::from_source(false, error(text));
        assert_eq!(why(&wrapped), "failed to exchange token: invalid_target");
        let unread = serde_json::from_str::<u8>(r#""secret""#).unwrap_err();
        let wrapped = CredentialsError::new(false, "failed to exchange token", unread);
        let reason = "failed to exchange token: what was to hold a token is not the JSON expected, at line 1, column 8";
        assert_eq!(why(&wrapped), reason);
        assert_eq!(why(&CredentialsError::from_source(false, error(""))), "Google's library gave no reason");
    }
}
