//! `keys`: every configured key, and what admission says of it.

mod json;
mod text;

use hardkey_kms::service::{KeyFault, KeyRecord, ServiceError};

use crate::arguments::KeysOptions;
use crate::failure::Failure;
use crate::output;
use crate::token::{self, Token};

/// What one token answered.
struct Listed {
    label: String,
    service: &'static str,
    keys: Result<Vec<Result<KeyRecord, KeyFault>>, ServiceError>,
}

pub(crate) fn run(options: &KeysOptions) -> Result<(), Failure> {
    let config = token::configuration()?;
    if config.tokens.is_empty() {
        return Err(Failure::unusable("no key is configured; set HARDKEY_KEY, or write a configuration file"));
    }
    let listed: Vec<Listed> = Token::all(&config)
        .iter()
        .map(|token| Listed { label: token.label.clone(), service: token.service_name, keys: token.keys() })
        .collect();
    let text = if options.json { json::written(&listed) } else { text::written(&listed) };
    output::product(text.as_bytes(), None)?;
    // A key that is refused was asked for: that is an answer. One that could not be asked for is none.
    let failed = listed.iter().map(|token| match &token.keys {
        Ok(keys) => keys.iter().filter(|key| key.is_err()).count(),
        Err(_) => 1,
    });
    match failed.sum() {
        0usize => Ok(()),
        1 => Err(Failure::refused("one answer is missing; the list says which, why, and what to do")),
        several => {
            Err(Failure::refused(format!("{several} answers are missing; the list says which, why, and what to do")))
        }
    }
}
