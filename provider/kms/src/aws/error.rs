//! From the SDK's errors to one sentence of cause and one of remedy.

use std::error::Error;

use aws_sdk_kms::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_kms::operation::RequestId;

use crate::lane::LaneError;
use crate::service::{ServiceError, ServiceErrorKind};

/// Messages of a server are shown this far. AWS's longest, an access denial with two ARNs, has about 400 characters.
const LONGEST_MESSAGE: usize = 500;

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
    fn name(self) -> &'static str {
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
    pub(super) fn new<E, R>(action: Action, error: &SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
        R: std::fmt::Debug + 'static,
        SdkError<E, R>: RequestId,
    {
        let request_id = error.request_id().map(str::to_owned);
        let name = action.name();
        let (kind, cause, remedy) = match error {
            SdkError::ServiceError(context) => {
                let code = context.err().code().unwrap_or("an error without a name");
                let (kind, remedy) = remedy(code, name);
                let message = context.err().message().map(|text| format!(": {}", clean(text))).unwrap_or_default();
                (kind, format!("AWS KMS answered {name} with {}{message}", clean(code)), remedy)
            }
            SdkError::TimeoutError(_) => (
                ServiceErrorKind::TimedOut,
                format!("AWS KMS did not answer {name} in time"),
                "check the network, or raise attempt_timeout in [network]".to_owned(),
            ),
            SdkError::DispatchFailure(failure) => {
                let why =
                    failure.as_connector_error().map_or_else(|| "no reason given".to_owned(), |error| chain(error));
                (
                    if failure.is_timeout() { ServiceErrorKind::TimedOut } else { ServiceErrorKind::Unavailable },
                    format!("AWS KMS could not be reached for {name}: {why}"),
                    "check the network, the proxy (HTTPS_PROXY) and the endpoint".to_owned(),
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
                "every connection of this token was busy until the deadline".to_owned(),
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

/// Error names: AWS KMS API reference, common errors and each operation's own, November 2026.
fn remedy(code: &str, action: &str) -> (ServiceErrorKind, String) {
    let (kind, text) = match code {
        "AccessDeniedException" | "AccessDenied" => {
            return (
                ServiceErrorKind::Denied,
                format!("allow {action} on this key, in the key policy or the identity's policy"),
            );
        }
        "ExpiredTokenException" | "ExpiredToken" => {
            (ServiceErrorKind::Denied, "renew the AWS credentials of this process")
        }
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
            "look at the key's state (aws kms describe-key); a key that waits for deletion cannot sign",
        ),
        "NotFoundException" => (ServiceErrorKind::NotFound, "check the name, the account and the region of the key"),
        "ThrottlingException"
        | "Throttling"
        | "TooManyRequestsException"
        | "LimitExceededException"
        | "RequestLimitExceeded" => (
            ServiceErrorKind::Throttled,
            "sign less at once (lanes in [network]), or have the AWS KMS request quota raised",
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

/// An error and its causes, outermost first, as one line.
pub(super) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let text = error.to_string();
        // Wrappers repeat their cause.
        if parts.last().is_none_or(|last| !last.ends_with(&text)) {
            parts.push(text);
        }
        next = error.source();
    }
    clean(&parts.join(": "))
}

/// A stranger's text on one line: control characters escaped, length bounded.
fn clean(text: &str) -> String {
    let mut shown: String = text
        .chars()
        .take(LONGEST_MESSAGE)
        .flat_map(|character| {
            let escape = character.is_control();
            let plain = (!escape).then_some(character);
            escape.then(|| character.escape_debug()).into_iter().flatten().chain(plain)
        })
        .collect();
    if text.chars().count() > LONGEST_MESSAGE {
        shown.push('…');
    }
    shown
}
