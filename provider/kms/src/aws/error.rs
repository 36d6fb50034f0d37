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
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Action(&'static str);

impl Action {
    pub(super) const DESCRIBE_KEY: Self = Self("kms:DescribeKey");
    pub(super) const GET_PUBLIC_KEY: Self = Self("kms:GetPublicKey");
    pub(super) const LIST_ALIASES: Self = Self("kms:ListAliases");
    pub(super) const LIST_KEYS: Self = Self("kms:ListKeys");
    pub(super) const SIGN: Self = Self("kms:Sign");
    pub(super) const TAG_RESOURCE: Self = Self("kms:TagResource");

    /// One of another name.
    #[cfg(any(feature = "inquiry", feature = "grants"))]
    pub(super) const fn named(name: &'static str) -> Self {
        Self(name)
    }

    pub(super) fn name(self) -> &'static str {
        self.0
    }

    /// What messages call the service that does it.
    pub(super) fn service(self) -> &'static str {
        match self.0.split_once(':') {
            Some(("cloudtrail", _)) => "AWS CloudTrail",
            Some(("iam", _)) => "AWS IAM",
            Some(("sts", _)) => "AWS STS",
            _ => SERVICE,
        }
    }
}

/// Reads what the SDK says of a failed request.
pub(super) fn of_sdk<E>(action: Action, error: &SdkError<E, HttpResponse>) -> Failure
where
    E: ProvideErrorMetadata + Error + 'static,
    SdkError<E, HttpResponse>: RequestId,
{
    let (name, service) = (action.name(), action.service());
    let mut failure = match error {
        SdkError::ServiceError(context) => match context.err().code() {
            Some(code) => {
                let (kind, remedy) = remedy(code, name);
                let message = context.err().message().map(|text| format!(": {}", clean(text))).unwrap_or_default();
                let cause = format!("{service} answered {name} with {}{message}", clean(code));
                Failure::plain(kind, cause, &remedy)
            }
            None => Failure::foreign(service, name, context.raw().status().as_u16()),
        },
        SdkError::TimeoutError(_) => Failure::slow(service, name),
        SdkError::ResponseError(_) => Failure::plain(
            ServiceErrorKind::Malformed,
            format!("the answer to {name} could not be read: {}", error.source().map_or_else(String::new, chain)),
            &format!("check what stands between this machine and {service}"),
        ),
        other @ (SdkError::DispatchFailure(_) | SdkError::ConstructionFailure(_) | _) => {
            match Interruption::among(other) {
                Some(interruption) => Failure::interrupted(service, name, interruption),
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

/// What the service said when it would not answer: that the caller may not ask, or that there is no such thing. Trouble with credentials,
/// with the request or with the service is none.
#[cfg(feature = "inquiry")]
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Refused {
    pub(super) code: String,
    pub(super) message: String,
}

/// Why there is no answer, to somebody for whom a refusal is one.
#[cfg(feature = "inquiry")]
#[derive(Debug)]
pub(super) enum Unanswered {
    Refused(Refused),
    Failed(Failure),
}

#[cfg(feature = "inquiry")]
impl From<Failure> for Unanswered {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// Names of errors: API references of AWS KMS, AWS CloudTrail and AWS STS, each operation's own and common errors, November 2026.
#[cfg(feature = "inquiry")]
const REFUSALS: [&str; 11] = [
    "AccessDenied",
    "AccessDeniedException",
    "CloudTrailAccessNotEnabledException",
    "DisabledException",
    "InsufficientDependencyServiceAccessPermissionException",
    "KMSInvalidStateException",
    "NoManagementAccountSLRExistsException",
    "NotFoundException",
    "OperationNotPermittedException",
    "TrailNotFoundException",
    "UnsupportedOperationException",
];

/// Reads what the SDK says of a failed request, for somebody who takes a refusal for an answer.
#[cfg(feature = "inquiry")]
pub(super) fn unanswered<E>(action: Action, error: &SdkError<E, HttpResponse>) -> Unanswered
where
    E: ProvideErrorMetadata + Error + 'static,
    SdkError<E, HttpResponse>: RequestId,
{
    match (error, error.code()) {
        (SdkError::ServiceError(context), Some(code)) if REFUSALS.contains(&code) => {
            let message = context.err().message().unwrap_or("no reason was given");
            Unanswered::Refused(Refused { code: code.to_owned(), message: clean(message) })
        }
        _ => Unanswered::Failed(of_sdk(action, error)),
    }
}

/// An answer that is not what AWS documents.
pub(super) fn malformed(what: &str) -> Failure {
    Failure::malformed(SERVICE, what)
}

/// Error names: API references of AWS KMS and of what is asked besides, common errors and each operation's own, November 2026.
fn remedy(code: &str, action: &str) -> (ServiceErrorKind, String) {
    let (kind, text) = match code {
        "AccessDeniedException" | "AccessDenied" if ["kms:ListAliases", "kms:ListKeys"].contains(&action) => {
            return (
                ServiceErrorKind::Denied,
                format!("allow {action} on *, in the identity's policy, or name the keys"),
            );
        }
        "AccessDeniedException" | "AccessDenied" if !action.starts_with("kms:") => {
            return (ServiceErrorKind::Denied, format!("allow {action}, in the identity's policy"));
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
        "NoSuchEntity" => (ServiceErrorKind::NotFound, "check the name and the account of the role"),
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
