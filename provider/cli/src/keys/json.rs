//! Keys for a machine.

use hardkey_attest::shown;
use hardkey_kms::service::{KeyFault, KeyRecord, ServiceError, Standing};
use serde::Serialize;

use super::Listed;
use super::text::origin;

/// Raised when a field changes its meaning or goes. New fields do not raise it.
const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct KeysJson {
    schema: u32,
    tokens: Vec<TokenJson>,
}

#[derive(Serialize)]
struct TokenJson {
    label: String,
    service: &'static str,
    error: Option<ErrorJson>,
    keys: Vec<KeyJson>,
}

/// What is not known, or does not apply, is null.
#[derive(Default, Serialize)]
struct KeyJson {
    name: String,
    id: Option<String>,
    label: Option<String>,
    admission: &'static str,
    algorithm: Option<&'static str>,
    origin: Option<&'static str>,
    protection: Option<&'static str>,
    subject_key_id: Option<String>,
    reason: Option<ReasonJson>,
    error: Option<ErrorJson>,
}

#[derive(Serialize)]
struct ReasonJson {
    code: &'static str,
    text: String,
    can_change: bool,
}

#[derive(Serialize)]
struct ErrorJson {
    cause: String,
    remedy: String,
    request_id: Option<String>,
}

pub(super) fn written(listed: &[Listed]) -> String {
    let tokens = listed.iter().map(|token| {
        let (error, keys) = match &token.keys {
            Ok(keys) => (None, keys.iter().map(key).collect()),
            Err(reason) => (Some(error(reason)), Vec::new()),
        };
        TokenJson { label: shown::text(&token.label), service: token.service, error, keys }
    });
    let keys = KeysJson { schema: SCHEMA, tokens: tokens.collect() };
    // These types have nothing that JSON could not hold.
    let mut text = serde_json::to_string_pretty(&keys).unwrap_or_default();
    text.push('\n');
    text
}

fn key(answer: &Result<KeyRecord, KeyFault>) -> KeyJson {
    let record = match answer {
        Ok(record) => record,
        Err(fault) => {
            return KeyJson {
                name: shown::text(&fault.name),
                admission: "unknown",
                error: Some(error(&fault.error)),
                ..KeyJson::default()
            };
        }
    };
    let known = KeyJson {
        name: shown::text(&record.name),
        id: Some(shown::text(record.id.as_str())),
        label: Some(shown::text(&record.label)),
        ..KeyJson::default()
    };
    match &record.standing {
        Standing::Usable(key) => KeyJson {
            admission: "admitted",
            algorithm: Some(key.public_key.algorithm().name()),
            origin: Some(origin(key.origin)),
            protection: Some("HSM"),
            subject_key_id: Some(shown::hex(key.public_key.identifier())),
            ..known
        },
        Standing::Refused(refusal) => KeyJson {
            admission: "refused",
            reason: Some(ReasonJson {
                code: refusal.code(),
                text: refusal.to_string(),
                can_change: refusal.can_change(),
            }),
            ..known
        },
        Standing::Unsupported(kind) => KeyJson {
            admission: "unsupported",
            reason: Some(ReasonJson { code: "unsupported", text: shown::text(kind), can_change: false }),
            ..known
        },
    }
}

fn error(error: &ServiceError) -> ErrorJson {
    ErrorJson {
        cause: shown::text(&error.cause),
        remedy: shown::text(&error.remedy),
        request_id: error.request_id.as_deref().map(shown::text),
    }
}
