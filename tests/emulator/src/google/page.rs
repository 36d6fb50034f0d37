//! One page of a list and the token that continues it.

use crate::google::error::GoogleError;
use crate::google::request::Request;
use openssl::base64::{decode_block, encode_block};
use serde_json::{Map, Value, json};

/// Cloud KMS RPC reference, `page_size`: "the server will pick an appropriate default"; 100 is what it picks.
const USUAL_SIZE: usize = 100;
/// Asked for more, it answers no more than this.
const LARGEST_SIZE: usize = 1000;

/// Answers one page of entries in their order. The token holds the place of the last entry seen among all, so
/// that entries made meanwhile neither repeat nor hide others: entries never go away.
pub(crate) fn page(request: &Request, member: &str, entries: Vec<(String, Value)>) -> Result<Value, GoogleError> {
    let size = match request.parameter("pageSize") {
        None => USUAL_SIZE,
        Some(text) => match text.parse::<i32>() {
            Ok(0) => USUAL_SIZE,
            Ok(size) if size > 0 => usize::try_from(size).unwrap_or(LARGEST_SIZE).min(LARGEST_SIZE),
            Ok(_) => return Err(GoogleError::argument("The page size must not be negative.")),
            Err(_) => {
                return Err(GoogleError::argument(format!("Invalid value at 'page_size' (TYPE_INT32), \"{text}\"")));
            }
        },
    };
    let after = request.parameter("pageToken").map(|token| open(&token)).transpose()?;
    let total = entries.len();
    let start = match after {
        None => 0,
        Some(after) => entries.iter().position(|(name, _)| *name == after).map_or(total, |place| place + 1),
    };
    let shown: Vec<(String, Value)> = entries.into_iter().skip(start).take(size).collect();
    let last = shown.last().map(|(name, _)| name.clone()).unwrap_or_default();
    let end = start + shown.len();
    let mut answer = Map::new();
    if !shown.is_empty() {
        answer.insert(member.to_owned(), shown.into_iter().map(|(_, entry)| entry).collect());
    }
    if end < total {
        answer.insert("nextPageToken".to_owned(), json!(encode_block(format!("{PREFIX}{last}").as_bytes())));
    }
    if total > 0 {
        answer.insert("totalSize".to_owned(), json!(total));
    }
    Ok(Value::Object(answer))
}

const PREFIX: &str = "after:";

fn open(token: &str) -> Result<String, GoogleError> {
    decode_block(token)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .and_then(|text| text.strip_prefix(PREFIX).map(str::to_owned))
        .ok_or_else(|| GoogleError::argument("The page token is invalid."))
}
