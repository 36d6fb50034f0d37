//! From the SDK's errors to one sentence of cause and one of remedy.

use std::error::Error;

use aws_sdk_kms::config::http::HttpResponse;
use aws_sdk_kms::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_kms::operation::RequestId;

use super::transport::was_sent;
use crate::lane::LaneError;
use crate::obstacle::Obstacle;
use crate::service::{ServiceError, ServiceErrorKind};

/// Messages are shown this far. The longest that help, a list of every credential source tried, have 700 characters.
const LONGEST_MESSAGE: usize = 1000;

/// What was being asked: the name of the permission it needs.
#[derive(Clone, Copy, Debug)]
pub(super) enum Action {
    DescribeKey,
    GetPublicKey,
    ListAliases,
    ListKeys,
    Sign,
}

impl Action {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::DescribeKey => "kms:DescribeKey",
            Self::GetPublicKey => "kms:GetPublicKey",
            Self::ListAliases => "kms:ListAliases",
            Self::ListKeys => "kms:ListKeys",
            Self::Sign => "kms:Sign",
        }
    }
}

/// A service error, and whether new credentials could cure it.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) error: ServiceError,
    pub(super) stale_credentials: bool,
}

impl Failure {
    /// Reads what the SDK says of a failed request.
    pub(super) fn new<E>(action: Action, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
        SdkError<E, HttpResponse>: RequestId,
    {
        let request_id = error.request_id().map(str::to_owned);
        let name = action.name();
        let (kind, cause, remedy) = match error {
            SdkError::ServiceError(context) => {
                if let Some(code) = context.err().code() {
                    let (kind, remedy) = remedy(code, name);
                    let message = context.err().message().map(|text| format!(": {}", clean(text))).unwrap_or_default();
                    (kind, format!("AWS KMS answered {name} with {}{message}", clean(code)), remedy)
                } else {
                    let status = context.raw().status().as_u16();
                    let (kind, remedy) = foreign(status);
                    let cause =
                        format!("{name} was answered with HTTP status {status}, and not in the words of AWS KMS");
                    (kind, cause, remedy.to_owned())
                }
            }
            SdkError::TimeoutError(_) => (
                ServiceErrorKind::TimedOut,
                format!("AWS KMS did not answer {name} in time"),
                "check the network, or raise attempt_timeout in [network]".to_owned(),
            ),
            SdkError::DispatchFailure(failure) => {
                let obstacle = failure.as_connector_error().and_then(|error| Obstacle::of(error));
                let why = match (obstacle, failure.as_connector_error()) {
                    (Some(obstacle), _) => clean(&obstacle.cause),
                    (None, Some(error)) => chain(error),
                    (None, None) => "no reason given".to_owned(),
                };
                let remedy = match obstacle {
                    Some(obstacle) => &obstacle.remedy,
                    None if failure.is_user() => {
                        "check the endpoint, and that its certificate authority is trusted (ca_file in [network], or SSL_CERT_FILE)"
                    }
                    None => "check the network, the proxy (HTTPS_PROXY) and the endpoint",
                };
                let what = if failure.as_connector_error().is_some_and(was_sent) {
                    format!("the connection to AWS KMS broke during {name}: {why}")
                } else {
                    format!("AWS KMS could not be reached for {name}: {why}")
                };
                (
                    if failure.is_timeout() { ServiceErrorKind::TimedOut } else { ServiceErrorKind::Unavailable },
                    what,
                    remedy.to_owned(),
                )
            }
            SdkError::ResponseError(_) => (
                ServiceErrorKind::Malformed,
                format!("the answer to {name} could not be read: {}", error.source().map_or_else(String::new, chain)),
                "check what stands between this machine and AWS KMS".to_owned(),
            ),
            other @ (SdkError::ConstructionFailure(_) | _) => (
                ServiceErrorKind::Malformed,
                format!("{name} could not be sent: {}", chain(other)),
                "report this as a bug, with this line".to_owned(),
            ),
        };
        let stale_credentials = matches!(
            error.code(),
            Some("ExpiredTokenException" | "ExpiredToken" | "UnrecognizedClientException" | "InvalidClientTokenId")
        );
        Self { error: ServiceError { kind, cause, remedy, request_id }, stale_credentials }
    }

    /// The deadline came first. `last` is how the attempt before the one under way ended.
    pub(super) fn late(action: Action, last: Option<&str>) -> Self {
        let before = last.map(|why| format!(" (an attempt before that ended with {why})")).unwrap_or_default();
        Self::plain(
            ServiceErrorKind::TimedOut,
            format!("AWS KMS did not answer {} before the deadline{before}", action.name()),
            "check the network, the proxy (HTTPS_PROXY) and the endpoint, or raise timeout in [network]",
        )
    }

    /// An answer that is not what AWS documents.
    pub(super) fn malformed(what: &str) -> Self {
        Self::plain(
            ServiceErrorKind::Malformed,
            clean(what),
            "check what stands between this machine and AWS KMS, and the endpoint",
        )
    }

    pub(super) fn plain(kind: ServiceErrorKind, cause: String, remedy: &str) -> Self {
        let error = ServiceError { kind, cause, remedy: remedy.to_owned(), request_id: None };
        Self { error, stale_credentials: false }
    }
}

impl From<LaneError> for Failure {
    fn from(error: LaneError) -> Self {
        match error {
            LaneError::Busy => Self::plain(
                ServiceErrorKind::TimedOut,
                "other requests were in front of this one until the deadline".to_owned(),
                "raise lanes or timeout in [network]",
            ),
            LaneError::Deadline => Self::plain(
                ServiceErrorKind::TimedOut,
                "AWS KMS did not answer before the deadline".to_owned(),
                "check the network, the proxy (HTTPS_PROXY) and the endpoint, or raise timeout in [network]",
            ),
            LaneError::System(error) => Self::plain(
                ServiceErrorKind::Unavailable,
                format!("the operating system gave no event queue: {error}"),
                "raise the limit on open files (ulimit -n)",
            ),
        }
    }
}

/// What to do about a status that came with no error of AWS's own: from a proxy, a gateway, a balancer.
fn foreign(status: u16) -> (ServiceErrorKind, &'static str) {
    match status {
        407 => (ServiceErrorKind::Denied, "give the proxy its user and password (proxy in [network], or HTTPS_PROXY)"),
        429 => (
            ServiceErrorKind::Throttled,
            "sign less at once (lanes in [network]), or ask who limits requests on the way",
        ),
        500.. => (
            ServiceErrorKind::Unavailable,
            "try again; if it lasts, check what stands between this machine and AWS KMS",
        ),
        _ => (ServiceErrorKind::Malformed, "check what stands between this machine and AWS KMS, and the endpoint"),
    }
}

/// Error names: AWS KMS API reference, common errors and each operation's own, November 2026.
fn remedy(code: &str, action: &str) -> (ServiceErrorKind, String) {
    let (kind, text) = match code {
        "AccessDeniedException" | "AccessDenied" if action.starts_with("kms:List") => {
            return (
                ServiceErrorKind::Denied,
                format!("allow {action} on *, in the identity's policy, or name the keys"),
            );
        }
        "AccessDeniedException" | "AccessDenied" => {
            return (
                ServiceErrorKind::Denied,
                format!("allow {action} on this key, in the key policy or the identity's policy"),
            );
        }
        "ExpiredTokenException" | "ExpiredToken" => (
            ServiceErrorKind::Denied,
            "renew the AWS credentials of this process: AWS_SESSION_TOKEN and the keys that belong to it, or the profile's session (aws sso login)",
        ),
        "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "InvalidSignatureException"
        | "SignatureDoesNotMatch"
        | "IncompleteSignature"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException"
        | "OptInRequired"
        | "NotAuthorized" => (ServiceErrorKind::Denied, "check the AWS credentials and the clock of this machine"),
        "DisabledException" => {
            (ServiceErrorKind::Disabled, "enable the key (aws kms enable-key), or configure another key")
        }
        "KMSInvalidStateException" => (
            ServiceErrorKind::Disabled,
            "look at the key's state (aws kms describe-key); if it waits for deletion, cancel that (aws kms cancel-key-deletion, then enable-key), or configure another key",
        ),
        "NotFoundException" => (ServiceErrorKind::NotFound, "check the name, the account and the region of the key"),
        "ThrottlingException" | "Throttling" | "TooManyRequestsException" | "RequestLimitExceeded" => (
            ServiceErrorKind::Throttled,
            "sign less at once (lanes in [network]), or have the AWS KMS request quota raised",
        ),
        "LimitExceededException" => (
            ServiceErrorKind::Throttled,
            "wait, or have this quota of AWS KMS raised (Service Quotas console, AWS Key Management Service)",
        ),
        "InvalidKeyUsageException" | "UnsupportedOperationException" => {
            (ServiceErrorKind::Unsupported, "use a key made for signing, with an algorithm it has")
        }
        "ValidationException"
        | "InvalidArnException"
        | "SerializationException"
        | "UnknownOperationException"
        | "MalformedQueryString" => (ServiceErrorKind::Malformed, "check the name of the key and the endpoint"),
        _ => (ServiceErrorKind::Unavailable, "try again; if it lasts, look at the AWS health dashboard"),
    };
    (kind, text.to_owned())
}

/// What HTTP layers say before they come to the point.
const PREAMBLE: [&str; 12] = [
    "client error (Connect)",
    "client error (SendRequest)",
    "connection error",
    "dns error",
    "error decoding response body",
    "error reading a body from connection",
    "error resolving DNS",
    "error sending request",
    "io error",
    "other error",
    "timeout",
    "user error",
];

/// rustls's way of saying that what came was not TLS at all.
const NOT_TLS: &str = "received corrupt message of type InvalidContentType";

/// An error and its causes, outermost first, as one line.
pub(super) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let text = error.to_string();
        // Wrappers repeat their cause.
        let known = PREAMBLE.contains(&text.as_str()) || parts.last().is_some_and(|last| last.ends_with(&text));
        if !known {
            parts.push(if text == NOT_TLS { "what answers there does not speak TLS".to_owned() } else { text });
        }
        next = error.source();
    }
    clean(&parts.join(": "))
}

/// A stranger's text on one line: white space made single spaces, other control characters escaped, length bounded.
pub(super) fn clean(text: &str) -> String {
    let mut shown = String::new();
    for word in text.split_whitespace() {
        if !shown.is_empty() {
            shown.push(' ');
        }
        shown.extend(word.chars().flat_map(|character| {
            let escaped = character.is_control().then(|| character.escape_debug());
            let plain = (!character.is_control()).then_some(character);
            escaped.into_iter().flatten().chain(plain)
        }));
    }
    match shown.char_indices().nth(LONGEST_MESSAGE) {
        Some((end, _)) => {
            shown.truncate(end);
            shown.push('…');
            shown
        }
        None => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_line_of_bounded_length() {
        assert_eq!(clean("a\n  b\tc\u{1b}[2J"), "a b c\\u{1b}[2J");
        assert_eq!(clean(&"x".repeat(2000)).chars().count(), LONGEST_MESSAGE + 1);
    }
}
