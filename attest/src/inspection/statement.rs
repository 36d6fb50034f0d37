//! The fields of a statement.

use super::Section;
use crate::certificate::sha256;
use crate::liquid_security::attribute::{self, Attribute};
use crate::liquid_security::{Framing, Object, Statement};
use crate::shown;

pub(super) fn section(compressed: &[u8], bytes: &[u8], statement: &Statement) -> Section {
    let mut section = Section::new("Statement of the HSM");
    let framing = match statement.framing {
        Framing::Google => "Google Cloud HSM",
        Framing::Azure => "Azure Managed HSM",
    };
    section.field("framing", framing);
    section.sized("compressed, SHA-256", compressed.len(), &shown::hex(&sha256(compressed)));
    section.sized("whole, SHA-256", bytes.len(), &shown::hex(&sha256(bytes)));
    let signed = statement.signed();
    for (name, start) in [
        ("response code", 0_usize),
        ("flags of the response", 4),
        ("length of the statement", 8),
        ("length of the attribute buffer", 12),
    ] {
        section.sized(name, 4, &number(signed.get(start..start.saturating_add(4)).unwrap_or_default()));
    }
    let buffer = signed.get(12..16).and_then(|field| field.try_into().ok()).map_or(0, u32::from_be_bytes);
    let start = usize::try_from(buffer).ok().and_then(|buffer| signed.len().checked_sub(buffer)).unwrap_or_default();
    let handles = signed.get(16..start).unwrap_or_default();
    section.sized("handles", handles.len(), &shown::hex(handles));
    let head = signed.get(start..).unwrap_or_default();
    for (name, field) in
        ["version of the attribute buffer", "flags of the attribute buffer", "offset of object 1", "offset of object 2"]
            .into_iter()
            .zip(head.chunks_exact(2))
    {
        section.sized(name, 2, &number(field));
    }
    section.sized("signature", statement.signature().len(), &shown::hex(statement.signature()));
    for (index, object) in statement.objects.iter().enumerate() {
        section.sections.push(of_object(index.saturating_add(1), object));
    }
    section
}

fn of_object(place: usize, object: &Object) -> Section {
    let mut section = Section::new(format!("Object {place}"));
    section.sized("handle", 4, &format!("{:#010x}", object.handle));
    section.field("attributes", object.attributes.len());
    for Attribute { code, value } in &object.attributes {
        let name = format!("{code:#010x} {}", attribute::name(*code).unwrap_or("(no known name)"));
        section.sized(&name, value.len(), &meaning(*code, value));
    }
    section
}

/// A value in a person's words where it has any, else in hexadecimal.
fn meaning(code: u32, value: &[u8]) -> String {
    let hex = shown::hex(value);
    match (code, value) {
        // PKCS#11 v3.1 §4: object classes and kinds of keys.
        (attribute::CLASS, [2]) => format!("{hex}, a public key"),
        (attribute::CLASS, [3]) => format!("{hex}, a private key"),
        (attribute::CLASS, [4]) => format!("{hex}, a secret key"),
        (attribute::KEY_TYPE, [0]) => format!("{hex}, RSA"),
        (attribute::KEY_TYPE, [3]) => format!("{hex}, elliptic curve"),
        (attribute::KEY_TYPE, [0x1f]) => format!("{hex}, AES"),
        // 2 in every genuine statement: not a truth value.
        (attribute::CLASS | attribute::KEY_TYPE | attribute::TOKEN, _) => hex,
        (attribute::LABEL | attribute::ID, _) => text(value).unwrap_or(hex),
        (attribute::MODULUS_BITS | attribute::VALUE_LEN, [_, _, _, _]) => number(value),
        (_, [0]) => format!("{hex}, no"),
        (_, [1]) => format!("{hex}, yes"),
        (_, []) => "empty".to_owned(),
        _ => hex,
    }
}

/// Text, without the zeros that fill its field.
fn text(value: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(value).ok()?.trim_end_matches('\0');
    Some(format!("\"{text}\""))
}

/// A big-endian number.
fn number(bytes: &[u8]) -> String {
    let number = bytes.iter().fold(0_u64, |number, byte| number.saturating_mul(256).saturating_add(u64::from(*byte)));
    number.to_string()
}
