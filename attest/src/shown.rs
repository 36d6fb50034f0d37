//! Strangers' text and bytes, made fit to be seen: one line, nothing that moves a cursor or turns the reading direction.

use crate::form::{self, Form};

/// Text with everything escaped that is not plainly visible: control characters, line breaks, characters that change the
/// direction of text (Unicode Standard Annex 9), invisible and unassigned ones.
#[must_use]
pub fn text(text: &str) -> String {
    text.chars()
        .flat_map(|character| {
            let plain = form::has(Form::Escaped, is_visible(character));
            let (plain, escaped) =
                if plain { (Some(character), None) } else { (None, Some(character.escape_default())) };
            plain.into_iter().chain(escaped.into_iter().flatten())
        })
        .collect()
}

/// The longest text in a line that says what is wrong. The longest of ours, a list of the fields of an answer, has about as many
/// characters, and what a stranger wrote must not bury what is wrong.
const LONGEST: usize = 600;

/// Text as [`text`] has it, cut where it is too long for a line that says what is wrong.
pub(crate) fn short(text: &str) -> String {
    // Escapes are longer than what they stand for, never shorter: more characters than this are never needed.
    let whole = self::text(&text.chars().take(LONGEST.saturating_add(1)).collect::<String>());
    match whole.char_indices().nth(LONGEST) {
        None => whole,
        Some((end, _)) => format!("{}…", whole.get(..end).unwrap_or_default()),
    }
}

/// Emoji and letters of any script are. What Rust would escape in a text of its own is not, quotes apart: controls, formats
/// (the bidi controls and the zero-width characters among them), white space but for the space, what is not assigned.
fn is_visible(character: char) -> bool {
    character.escape_debug().len() == 1 || matches!(character, '"' | '\'' | '\\')
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
    fn a_text_that_is_too_long_for_a_line_is_cut() {
        assert_eq!(short(&"é".repeat(600)), "é".repeat(600));
        assert_eq!(short(&"é".repeat(601)), format!("{}…", "é".repeat(600)));
        assert_eq!(short(&"\n".repeat(1 << 20)), format!("{}…", "\\n".repeat(300)));
    }

    #[test]
    fn nothing_that_moves_a_cursor_turns_text_or_hides_is_shown_as_it_is() {
        let controls = ('\0'..='\u{1f}').chain('\u{7f}'..='\u{9f}');
        let spaces = "\u{a0}\u{1680}\u{202f}\u{205f}\u{3000}".chars().chain('\u{2000}'..='\u{200a}');
        // Unicode 16, general categories Zl, Zp and Cf.
        let formats = "\u{ad}\u{61c}\u{6dd}\u{70f}\u{180e}\u{8e2}\u{feff}\u{110bd}\u{110cd}\u{e0001}".chars();
        let ranges = [
            '\u{600}'..='\u{605}',
            '\u{890}'..='\u{891}',
            '\u{200b}'..='\u{200f}',
            '\u{2028}'..='\u{202e}',
            '\u{2060}'..='\u{206f}',
            '\u{fff9}'..='\u{fffb}',
            '\u{1bca0}'..='\u{1bca3}',
            '\u{1d173}'..='\u{1d17a}',
            '\u{e0020}'..='\u{e007f}',
        ];
        let of_nobody = "\u{378}\u{e000}\u{10ffff}".chars();
        for odd in controls.chain(spaces).chain(formats).chain(ranges.into_iter().flatten()).chain(of_nobody) {
            let escaped = odd.escape_default().to_string();
            assert!(escaped.len() > 1);
            assert_eq!(text(&odd.to_string()), escaped);
        }
    }

    #[test]
    fn text_that_would_forge_a_line_is_escaped() {
        assert_eq!(text("a\nverdict: attested"), "a\\nverdict: attested");
        assert_eq!(text("\u{1b}[2J\u{202e}x\u{200b}"), "\\u{1b}[2J\\u{202e}x\\u{200b}");
        assert_eq!(text("Zürich <b>\"ключ\" 鍵"), "Zürich <b>\"ключ\" 鍵");
        assert_eq!(text("a\u{2028}b\u{a0}c\u{85}d"), "a\\u{2028}b\\u{a0}c\\u{85}d");
    }
}
