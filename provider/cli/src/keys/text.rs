//! Keys for a person.

use hardkey_attest::admission::Origin;
use hardkey_attest::shown;
use hardkey_kms::service::{KeyFault, KeyRecord, Standing};

use super::Listed;
use crate::choice::why_not;

pub(super) fn written(listed: &[Listed]) -> String {
    let mut lines: Vec<String> = Vec::new();
    for token in listed {
        lines.push(format!("token {:?}, {}", token.label, token.service));
        match &token.keys {
            Ok(keys) if keys.is_empty() => lines.push("  no keys".to_owned()),
            Ok(keys) => {
                for key in keys {
                    lines.extend(self::key(key));
                }
            }
            Err(error) => lines.push(format!("  could not be asked: {error}")),
        }
    }
    lines.iter().map(|line| format!("{}\n", shown::text(line))).collect()
}

fn key(answer: &Result<KeyRecord, KeyFault>) -> Vec<String> {
    let record = match answer {
        Ok(record) => record,
        Err(fault) => return vec![format!("  {}", fault.name), format!("    could not be asked for: {}", fault.error)],
    };
    let mut lines = vec![format!("  {}", record.name), format!("    id: {}", record.id)];
    match &record.standing {
        Standing::Usable(key) => lines.extend([
            format!("    label: {}", record.label),
            "    admission: admitted".to_owned(),
            format!("    algorithm: {}", key.public_key.algorithm().name()),
            format!("    origin: {}", origin(key.origin)),
            "    protection: HSM".to_owned(),
        ]),
        standing @ (Standing::Refused(_) | Standing::Unsupported(_)) => {
            lines.push(format!("    admission: {}", why_not(standing).unwrap_or_default()))
        }
    }
    lines
}

/// Where a key came from, in a word.
pub(super) fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Generated => "generated",
        Origin::Imported => "imported",
        Origin::Unknown | _ => "unknown",
    }
}
