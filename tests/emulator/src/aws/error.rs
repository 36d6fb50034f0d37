//! AWS KMS's errors: name, HTTP status, text.
//!
//! Names are those of the service model (2014-11-01) and of the KMS API Reference, "Common Errors". KMS answers 400 for
//! nearly everything that is the caller's doing, authentication included. Texts are those seen from AWS, where
//! they are public.

use openssl::error::ErrorStack;

/// A refused request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KmsError {
    /// The error's name, `__type` on the wire.
    pub(crate) name: String,
    /// HTTP status.
    pub(crate) status: u16,
    /// Text; empty where AWS sends none.
    pub(crate) message: String,
}

impl KmsError {
    /// An error of this name with its usual status.
    pub(crate) fn new(name: &str, message: impl Into<String>) -> KmsError {
        KmsError { name: name.to_owned(), status: usual_status(name), message: message.into() }
    }

    /// A parameter breaks a constraint of the service model.
    pub(crate) fn constraint(value: &str, member: &str, constraint: &str) -> KmsError {
        let member = lower_first(member);
        KmsError::validation(format!(
            "1 validation error detected: Value {value} at '{member}' failed to satisfy constraint: Member must {constraint}"
        ))
    }

    /// A blob parameter breaks a constraint; AWS does not repeat its value.
    pub(crate) fn blob_constraint(member: &str, constraint: &str) -> KmsError {
        let member = lower_first(member);
        KmsError::validation(format!(
            "1 validation error detected: Value at '{member}' failed to satisfy constraint: Member must {constraint}"
        ))
    }

    /// A request that is well formed and makes no sense.
    pub(crate) fn validation(message: impl Into<String>) -> KmsError {
        KmsError::new("ValidationException", message)
    }

    /// A body that cannot be read as the operation's input.
    pub(crate) fn serialization(message: impl Into<String>) -> KmsError {
        KmsError::new("SerializationException", message)
    }

    /// No such key or alias.
    pub(crate) fn not_found(message: impl Into<String>) -> KmsError {
        KmsError::new("NotFoundException", message)
    }

    /// The key's state does not allow it.
    pub(crate) fn state(message: impl Into<String>) -> KmsError {
        KmsError::new("KMSInvalidStateException", message)
    }

    /// The key is of the wrong kind for it.
    pub(crate) fn usage(message: impl Into<String>) -> KmsError {
        KmsError::new("InvalidKeyUsageException", message)
    }

    /// The service, or this emulator, does not do that.
    pub(crate) fn unsupported(message: impl Into<String>) -> KmsError {
        KmsError::new("UnsupportedOperationException", message)
    }
}

impl From<ErrorStack> for KmsError {
    fn from(error: ErrorStack) -> KmsError {
        KmsError::new("KMSInternalException", error.to_string())
    }
}

/// The status AWS sends with an error of this name.
pub(crate) fn usual_status(name: &str) -> u16 {
    match name {
        "KMSInternalException" | "InternalFailure" | "DependencyTimeoutException" => 500,
        "ServiceUnavailable" | "ServiceUnavailableException" => 503,
        _ => 400,
    }
}

/// The error a status alone stands for, where a fault names none.
pub(crate) fn usual_name(status: u16) -> &'static str {
    match status {
        403 => "AccessDeniedException",
        404 => "UnknownOperationException",
        429 => "ThrottlingException",
        500 => "KMSInternalException",
        501.. => "ServiceUnavailableException",
        _ => "ValidationException",
    }
}

/// The text AWS sends with errors that faults inject.
pub(crate) fn usual_message(name: &str) -> &'static str {
    match name {
        "ThrottlingException" => {
            "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls."
        }
        "AccessDeniedException" => {
            "User: arn:aws:iam::111122223333:user/emulator is not authorized to perform this operation because no identity-based policy allows it"
        }
        "ExpiredTokenException" => "The security token included in the request is expired",
        "UnrecognizedClientException" => "The security token included in the request is invalid.",
        "MissingAuthenticationTokenException" => "Missing Authentication Token",
        "InvalidSignatureException" => {
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
        }
        "ServiceUnavailableException" => "The request has failed due to a temporary failure of the server.",
        _ => "",
    }
}

fn lower_first(member: &str) -> String {
    let mut letters = member.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
