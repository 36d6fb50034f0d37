//! Strangers' text and bytes, made fit to be seen: one line, nothing that moves a cursor or turns the reading direction.

use crate::form::{self, Form};

/// Text with everything escaped that is not plainly visible: control characters, line breaks, characters that change the
/// direction of text (Unicode Standard Annex 9), invisible and unassigned ones.
#[must_use]
pub fn text(text: &str) -> String {
    text.chars()
        .flat_map(|character| {
            let visible = character == ' ' || !(character.is_whitespace() || is_odd(character));
            let plain = form::has(Form::Escaped, visible);
            let (plain, escaped) =
                if plain { (Some(character), None) } else { (None, Some(character.escape_default())) };
            plain.into_iter().chain(escaped.into_iter().flatten())
        })
        .collect()
}

/// Controls, formats (which holds the bidi controls and the zero-width characters) and what Rust itself would not show.
fn is_odd(character: char) -> bool {
    // Emoji and letters of any script are kept; `escape_debug` alone keeps some format characters.
    let format = matches!(character,
        '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}');
    format || character.is_control() || character.escape_debug().len() > 1 && !matches!(character, '"' | '\'' | '\\')
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The first bytes, for a message about what was found.
pub(crate) fn start_of(bytes: &[u8]) -> String {
    match bytes.get(..8.min(bytes.len())) {
        None | Some([]) => "nothing".to_owned(),
        Some(start) => start.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_would_forge_a_line_is_escaped() {
        assert_eq!(text("a\nverdict: attested"), "a\\nverdict: attested");
        assert_eq!(text("\u{1b}[2J\u{202e}x\u{200b}"), "\\u{1b}[2J\\u{202e}x\\u{200b}");
        assert_eq!(text("Zürich <b>\"ключ\" 鍵"), "Zürich <b>\"ключ\" 鍵");
        assert_eq!(text("a\u{2028}b\u{a0}c\u{85}d"), "a\\u{2028}b\\u{a0}c\\u{85}d");
    }
}
