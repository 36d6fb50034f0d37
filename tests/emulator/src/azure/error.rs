//! Key Vault's refusals: status, code, inner code and text.
//!
//! Codes and texts are those that Microsoft's page "Azure Key Vault REST API Error Codes" and recorded answers in the
//! repositories of Azure's SDKs show (2026-11). Where none is public, the text says what is wrong and the comment says so.

use crate::azure::gate::EXPIRED;
use crate::credentials::with;
use openssl::error::ErrorStack;
use serde_json::{Value, json};

/// A refused request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    /// HTTP status.
    pub(crate) status: u16,
    /// `error.code`.
    pub(crate) code: String,
    /// `error.innererror.code`.
    pub(crate) inner: Option<String>,
    /// `error.message`.
    pub(crate) message: String,
}

impl Refused {
    /// A refusal without an inner code.
    pub(crate) fn new(status: u16, code: &str, message: impl Into<String>) -> Refused {
        Refused { status, code: code.to_owned(), inner: None, message: message.into() }
    }

    /// 400 for what a request says.
    pub(crate) fn parameter(message: impl Into<String>) -> Refused {
        Refused::new(400, "BadParameter", message)
    }

    /// 401, to which a challenge belongs.
    pub(crate) fn unauthorized(message: impl Into<String>) -> Refused {
        Refused::new(401, "Unauthorized", message)
    }

    /// 403 with its reason.
    pub(crate) fn forbidden(inner: &str, message: impl Into<String>) -> Refused {
        Refused { inner: Some(inner.to_owned()), ..Refused::new(403, "Forbidden", message) }
    }

    /// 404 of a path that leads nowhere.
    pub(crate) fn nowhere() -> Refused {
        Refused::new(404, "NotFound", "")
    }

    /// 404 of a key, by its name or by name and version.
    pub(crate) fn no_key(name: &str) -> Refused {
        Refused::new(
            404,
            "KeyNotFound",
            format!(
                "A key with (name/id) {name} was not found in this key vault. If you recently deleted this key you may be able to recover it using the correct recovery command. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182"
            ),
        )
    }

    /// The body.
    pub(crate) fn body(&self) -> Value {
        let error = json!({"code": self.code, "message": self.message});
        let error = match &self.inner {
            Some(inner) => with(error, "innererror", json!({"code": inner})),
            None => error,
        };
        json!({"error": error})
    }
}

impl From<ErrorStack> for Refused {
    fn from(error: ErrorStack) -> Refused {
        Refused::new(500, "InternalServerError", error.to_string())
    }
}

impl Refused {
    /// The refusal a fault asks for; what it does not say is as usual.
    pub(crate) fn usual(status: Option<u16>, error: Option<&str>, message: Option<&str>) -> Refused {
        let row = match (error, status) {
            (Some(error), _) => USUAL.iter().find(|row| row.0 == error || row.2 == Some(error)),
            (None, status) => USUAL.iter().find(|row| Some(row.1) == status),
        };
        let (code, usual_status, inner, text) = row.copied().unwrap_or(("BadParameter", 400, None, ""));
        let known = row.is_some() || error.is_none();
        Refused {
            status: status.unwrap_or(usual_status),
            code: if known { code.to_owned() } else { error.unwrap_or_default().to_owned() },
            inner: inner.map(str::to_owned),
            message: message.unwrap_or(text).to_owned(),
        }
    }
}

/// Code, status, inner code and text of what faults ask for by code, by inner code or by status.
static USUAL: [(&str, u16, Option<&str>, &str); 8] = [
    (
        "Throttled",
        429,
        None,
        "Request was not processed because too many requests were received. Reason: VaultRequestTypeLimitReached",
    ),
    ("Unauthorized", 401, None, EXPIRED),
    ("Unauthorized", 401, Some("TokenExpired"), EXPIRED),
    (
        "Forbidden",
        403,
        Some("ForbiddenByRbac"),
        "Caller is not authorized to perform action on resource.\r\nIf role assignments, deny assignments or role definitions were changed recently, please observe propagation time.\r\n",
    ),
    ("KeyNotFound", 404, None, "A key with this name was not found in this key vault."),
    ("Conflict", 409, None, "The key is being changed by another request."),
    ("InternalServerError", 500, None, "An internal server error occurred."),
    ("ServiceUnavailable", 503, None, "The service is temporarily unavailable."),
];
