//! Base64 of RFC 4648 §5 without padding, in which Azure writes every blob.

use openssl::base64::{decode_block, encode_block};

/// The text of bytes.
pub(crate) fn encode(bytes: &[u8]) -> String {
    encode_block(bytes).trim_end_matches('=').replace('+', "-").replace('/', "_")
}

/// The bytes of a text, padded or not; `None` if it is of another alphabet.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=');
    if text.is_empty() {
        return Some(Vec::new());
    }
    let of_the_alphabet = |letter: u8| letter.is_ascii_alphanumeric() || matches!(letter, b'-' | b'_');
    if text.len() % 4 == 1 || !text.bytes().all(of_the_alphabet) {
        return None;
    }
    let padding = "=".repeat((4 - text.len() % 4) % 4);
    decode_block(&format!("{}{padding}", text.replace('-', "+").replace('_', "/"))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_and_other_alphabets_do_not_pass() {
        for bytes in [&b""[..], b"\xfb\xff", b"\xfb\xff\xfe", b"four"] {
            assert_eq!(decode(&encode(bytes)).as_deref(), Some(bytes));
        }
        assert_eq!(encode(b"\xfb\xff"), "-_8");
        for text in ["+/8", "a", "ab cd", "-_8\n"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
