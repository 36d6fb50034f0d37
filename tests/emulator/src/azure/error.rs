//! Key Vault's refusals: status, code, inner code and text.
//!
//! Codes and texts are those that Microsoft's page "Azure Key Vault REST API Error Codes" and recorded answers in the
//! repositories of Azure's SDKs show (2026-11). Where none is public, the text says what is wrong and the comment says so.

use crate::credentials::with;
use openssl::error::ErrorStack;
use serde_json::{Value, json};

/// Why a key is not to be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unusable {
    /// It is disabled.
    Disabled,
    /// Its last day is over.
    Expired,
    /// Its first day is to come.
    NotYetValid,
    /// It is not for this operation.
    Forbidden,
}

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

    /// 403 of a key that is not to be used so, or not now. The first and the last text are recorded ones, those of dates are not
    /// public.
    pub(crate) fn unusable(why: Unusable, operation: &str) -> Refused {
        let (inner, end) = match why {
            Unusable::Disabled => ("KeyDisabled", "allowed on a disabled key."),
            Unusable::Expired => ("KeyExpired", "allowed on an expired key."),
            Unusable::NotYetValid => ("KeyNotYetValid", "allowed on a key that is not yet valid."),
            Unusable::Forbidden => ("KeyOperationForbidden", "permitted on this key."),
        };
        Refused::forbidden(inner, format!("Operation {operation} is not {end}"))
    }

    /// 404 of a path that leads nowhere.
    pub(crate) fn nowhere() -> Refused {
        Refused::new(404, "NotFound", "")
    }

    /// 404 of a key, by its name or by name and version.
    pub(crate) fn no_key(name: &str) -> Refused {
        Refused::no_such("Key", name)
    }

    /// 404 of a `Key`, `Certificate` or `Secret`.
    pub(crate) fn no_such(what: &str, name: &str) -> Refused {
        let word = what.to_lowercase();
        Refused::new(
            404,
            &format!("{what}NotFound"),
            format!(
                "A {word} with (name/id) {name} was not found in this key vault. If you recently deleted this {word} you may be able to recover it using the correct recovery command. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182"
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
