//! Fresh names: UUIDs and other random text.

use openssl::error::ErrorStack;
use openssl::rand::rand_bytes;
use std::fmt::Write;

/// A random UUID (RFC 9562 §5.4, version 4) in lower case with hyphens.
pub(crate) fn uuid() -> Result<String, ErrorStack> {
    let mut bytes = [0_u8; 16];
    rand_bytes(&mut bytes)?;
    let [_, _, _, _, _, _, version, _, variant, ..] = &mut bytes;
    *version = (*version & 0x0f) | 0x40;
    *variant = (*variant & 0x3f) | 0x80;
    let hex = hex(&bytes);
    let parts: Vec<&str> =
        [0..8, 8..12, 12..16, 16..20, 20..32].into_iter().filter_map(|range| hex.get(range)).collect();
    Ok(parts.join("-"))
}

/// `length` random bytes.
pub(crate) fn random(length: usize) -> Result<Vec<u8>, ErrorStack> {
    let mut bytes = vec![0_u8; length];
    rand_bytes(&mut bytes)?;
    Ok(bytes)
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_has_its_version_and_variant() {
        let uuid = uuid().unwrap();
        assert_eq!(uuid.len(), 36);
        assert_eq!(uuid.as_bytes()[14], b'4');
        assert!(matches!(uuid.as_bytes()[19], b'8' | b'9' | b'a' | b'b'));
    }
}
