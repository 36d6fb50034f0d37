//! Why a source had no token, in a few words that hold no secret.
//!
//! The SDK's own texts are not passed on: they quote what programs printed and what servers sent.

use azure_core::error::Error;
use azure_core::http::RawResponse;
use reqwest::Url;
use serde_json::Value;

use super::Refusal;
use crate::network::Interruption;
use crate::obstacle::Obstacle;
use crate::wording::{chain, clean, without_tokens};

type Cause<'a> = &'a (dyn std::error::Error + 'static);

/// What the SDK says of settings before it asks anybody.
pub(super) fn of_settings(error: &Error) -> String {
    without_tokens(&error.to_string())
}

/// Why Entra gave none.
pub(super) fn of_authority(authority: &Url, refusal: &Refusal) -> String {
    let host = authority.origin().ascii_serialization();
    if let Some(answer) = &refusal.answer {
        return match words(answer) {
            Some(words) => format!("Entra answered {words}"),
            None => format!("{host} answered with HTTP status {}", u16::from(answer.status())),
        };
    }
    unanswered(&host, &refusal.error)
}

/// Why the metadata of the machine gave none, and whether it is there and in trouble.
pub(super) fn of_metadata(refusal: &Refusal) -> (String, bool) {
    let Some(answer) = &refusal.answer else {
        let error = &refusal.error;
        let in_trouble = Interruption::among(error).is_none_or(|interruption| interruption.sent);
        return (unanswered("the service", error), in_trouble);
    };
    let status = u16::from(answer.status());
    let reason = match (status, words(answer)) {
        (_, Some(words)) => format!("the service answered {words}"),
        (400, None) => "no such identity is attached to this machine".to_owned(),
        (_, None) => format!("the service answered with HTTP status {status}"),
    };
    (reason, status == 429 || status >= 500)
}

/// Why a tool for developers gave none. What a tool prints when all is well is a token, so nothing of what it printed is
/// shown.
pub(super) fn of_tool(tool: &str, error: &Error) -> String {
    let text = error.to_string();
    if text.contains("not found on PATH") {
        return format!("{tool} is not on PATH");
    }
    let log_in = if tool == "az" { "az login" } else { "azd auth login" };
    if text.contains(log_in) {
        return format!("nobody is logged in; run {log_in}");
    }
    if text.contains("error:") && causes(error).any(|cause| cause.is::<std::io::Error>()) {
        return format!("{tool} could not be run");
    }
    let by_hand = if tool == "az" { "az account get-access-token" } else { "azd auth token" };
    format!("{tool} gave no token; run {by_hand} by hand to see why")
}

fn unanswered(service: &str, error: &Error) -> String {
    match Interruption::among(error) {
        Some(interruption) => {
            let why = Obstacle::of(interruption).map_or_else(|| chain(interruption), |obstacle| clean(&obstacle.cause));
            format!("{service} could not be reached: {why}")
        }
        None => format!("the answer of {service} is no token"),
    }
}

/// RFC 6749 §5.2, as Entra and the metadata services fill it: the first line of what it says, without traces.
fn words(answer: &RawResponse) -> Option<String> {
    let body: Value = serde_json::from_slice(answer.body()).ok()?;
    let code = body.get("error")?.as_str()?;
    let description = body.get("error_description").and_then(Value::as_str).unwrap_or_default();
    let first = description.lines().next().unwrap_or_default();
    let first = first.split(" Trace ID:").next().unwrap_or_default();
    let first = without_tokens(first);
    Some(if first.is_empty() { without_tokens(code) } else { format!("{}: {first}", without_tokens(code)) })
}

/// An error and its causes, outermost first.
fn causes(error: &Error) -> impl Iterator<Item = Cause<'_>> {
    std::iter::successors(Some(error as Cause<'_>), |cause: &Cause<'_>| (*cause).source())
}
