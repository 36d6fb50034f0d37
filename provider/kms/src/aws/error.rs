//! From the SDK's errors to one sentence of cause and one of remedy.

use std::error::Error;

use aws_sdk_kms::config::http::HttpResponse;
use aws_sdk_kms::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_kms::operation::RequestId;

use crate::failure::Failure;
use crate::network::Interruption;
use crate::service::ServiceErrorKind;
use crate::wording::{chain, clean};

/// What messages call it.
pub(super) const SERVICE: &str = "AWS KMS";

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

/// Reads what the SDK says of a failed request.
pub(super) fn of_sdk<E>(action: Action, error: &SdkError<E, HttpResponse>) -> Failure
where
    E: ProvideErrorMetadata + Error + 'static,
    SdkError<E, HttpResponse>: RequestId,
{
    let name = action.name();
    let mut failure = match error {
        SdkError::ServiceError(context) => match context.err().code() {
            Some(code) => {
                let (kind, remedy) = remedy(code, name);
                let message = context.err().message().map(|text| format!(": {}", clean(text))).unwrap_or_default();
                let cause = format!("{SERVICE} answered {name} with {}{message}", clean(code));
                Failure::plain(kind, cause, &remedy)
            }
            None => Failure::foreign(SERVICE, name, context.raw().status().as_u16()),
        },
        SdkError::TimeoutError(_) => Failure::slow(SERVICE, name),
        SdkError::ResponseError(_) => Failure::plain(
            ServiceErrorKind::Malformed,
            format!("the answer to {name} could not be read: {}", error.source().map_or_else(String::new, chain)),
            "check what stands between this machine and AWS KMS",
        ),
        other @ (SdkError::DispatchFailure(_) | SdkError::ConstructionFailure(_) | _) => {
            match Interruption::among(other) {
                Some(interruption) => Failure::interrupted(SERVICE, name, interruption),
                None => Failure::plain(
                    ServiceErrorKind::Malformed,
                    format!("{name} could not be sent: {}", chain(other)),
                    "report this as a bug, with this line",
                ),
            }
        }
    };
    failure.error.request_id = error.request_id().map(str::to_owned);
    failure.stale_credentials = matches!(
        error.code(),
        Some("ExpiredTokenException" | "ExpiredToken" | "UnrecognizedClientException" | "InvalidClientTokenId")
    );
    failure
}

/// An answer that is not what AWS documents.
pub(super) fn malformed(what: &str) -> Failure {
    Failure::malformed(SERVICE, what)
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
