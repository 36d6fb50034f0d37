//! Google's errors: a canonical code, a text, details.
//!
//! Codes and their HTTP statuses are those of `google.rpc.Code` (googleapis, google/rpc/code.proto). Texts are those seen from
//! Cloud KMS, where they are public.

use openssl::error::ErrorStack;
use serde_json::{Value, json};

/// A refused request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct GoogleError {
    /// `google.rpc.Code`, by name.
    pub(crate) status: String,
    /// HTTP status.
    pub(crate) code: u16,
    /// Text.
    pub(crate) message: String,
    /// `google.rpc.*` messages; often none.
    pub(crate) details: Vec<Value>,
}

impl GoogleError {
    /// An error of this status with its usual HTTP status.
    pub(crate) fn new(status: &str, message: impl Into<String>) -> GoogleError {
        GoogleError {
            status: status.to_owned(),
            code: usual_code(status),
            message: message.into(),
            details: Vec::new(),
        }
    }

    /// The request makes no sense, whatever the state of things.
    pub(crate) fn argument(message: impl Into<String>) -> GoogleError {
        GoogleError::new("INVALID_ARGUMENT", message)
    }

    /// The request makes no sense in the state of things.
    pub(crate) fn precondition(message: impl Into<String>) -> GoogleError {
        GoogleError::new("FAILED_PRECONDITION", message)
    }

    /// There is no such resource.
    pub(crate) fn not_found(kind: &str, name: &str) -> GoogleError {
        GoogleError::new("NOT_FOUND", format!("{kind} {name} not found."))
    }

    /// There is such a resource already.
    pub(crate) fn exists(kind: &str, name: &str) -> GoogleError {
        GoogleError::new("ALREADY_EXISTS", format!("{kind} {name} already exists."))
    }

    /// The same with one detail more.
    pub(crate) fn with(mut self, detail: Value) -> GoogleError {
        self.details.push(detail);
        self
    }

    /// The body of the answer: Google Cloud API design guide, "Errors", HTTP mapping.
    pub(crate) fn body(&self) -> Value {
        let mut error = json!({"code": self.code, "message": self.message, "status": self.status});
        if let (Some(members), false) = (error.as_object_mut(), self.details.is_empty()) {
            members.insert("details".to_owned(), json!(self.details));
        }
        json!({"error": error})
    }
}

impl From<ErrorStack> for GoogleError {
    fn from(error: ErrorStack) -> GoogleError {
        GoogleError::new("INTERNAL", error.to_string())
    }
}

/// The HTTP status of a canonical code: comments of google/rpc/code.proto.
pub(crate) fn usual_code(status: &str) -> u16 {
    match status {
        "UNAUTHENTICATED" => 401,
        "PERMISSION_DENIED" => 403,
        "NOT_FOUND" => 404,
        "ALREADY_EXISTS" | "ABORTED" => 409,
        "RESOURCE_EXHAUSTED" => 429,
        "CANCELLED" => 499,
        "INTERNAL" | "UNKNOWN" | "DATA_LOSS" => 500,
        "UNIMPLEMENTED" => 501,
        "UNAVAILABLE" => 503,
        "DEADLINE_EXCEEDED" => 504,
        _ => 400,
    }
}

/// The canonical code an HTTP status alone stands for, where a fault names none.
pub(crate) fn usual_status(code: u16) -> &'static str {
    match code {
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        409 => "ABORTED",
        429 => "RESOURCE_EXHAUSTED",
        499 => "CANCELLED",
        501 => "UNIMPLEMENTED",
        504 => "DEADLINE_EXCEEDED",
        503 => "UNAVAILABLE",
        500.. => "INTERNAL",
        _ => "INVALID_ARGUMENT",
    }
}

/// The text of a refusal by IAM.
pub(crate) fn denied(permission: &str, resource: &str) -> String {
    format!("Permission '{permission}' denied on resource '{resource}' (or it may not exist).")
}

/// The text of a refusal because of a quota. The project's number is that of every project here.
pub(crate) fn over_quota(metric: &str) -> String {
    format!(
        "Quota exceeded for quota metric '{metric}' and limit '{metric} per minute' of service 'cloudkms.googleapis.com' for consumer 'project_number:111122223333'."
    )
}

/// The text Google sends with errors that faults inject.
pub(crate) fn usual_message(status: &str) -> &'static str {
    match status {
        "UNAUTHENTICATED" => UNAUTHENTICATED,
        "PERMISSION_DENIED" => "The caller does not have permission",
        "UNAVAILABLE" => "The service is currently unavailable.",
        "INTERNAL" => "Internal error encountered.",
        "DEADLINE_EXCEEDED" => "Deadline expired before operation could complete.",
        _ => "",
    }
}

/// `google.rpc.ErrorInfo` in JSON.
pub(crate) fn error_info(reason: &str, domain: &str, metadata: &Value) -> Value {
    json!({
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": domain,
        "metadata": metadata,
    })
}

/// `google.rpc.PreconditionFailure` in JSON, with one violation.
pub(crate) fn precondition_failure(kind: &str, subject: &str) -> Value {
    json!({
        "@type": "type.googleapis.com/google.rpc.PreconditionFailure",
        "violations": [{"type": kind, "subject": subject}],
    })
}

/// Google's front end, of a request without a bearer token.
pub(crate) const MISSING: &str = "Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.";

/// Google's front end, of a bearer token that it does not take.
pub(crate) const UNAUTHENTICATED: &str = "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.";
