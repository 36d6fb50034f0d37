//! What people and terminals are shown must do nothing but be read.

use std::fmt::Display;

use hardkey_attest::inspection::Section;
use hardkey_attest::malformed::Malformed;
use hardkey_attest::rendering::{inspection_json, inspection_text, undecided_html, undecided_json};
use serde_json::Value;

/// The longest line that says what is wrong: what was expected, what was found, and the names of a file, of a file in it and of a
/// part, each cut at 600 characters (`attest/src/shown.rs`) of four bytes at most, and the words between them.
const LONGEST_LINE: usize = 16 << 10;

/// Characters that move a cursor, break a line, or turn the direction of text (Unicode Standard Annex 9): a list of its own,
/// so that a gap in the product's is seen.
fn acts(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// One short line in which everything prints.
pub fn line(said: &impl Display) {
    let line = said.to_string();
    assert!(!line.trim().is_empty());
    assert_eq!(line.chars().find(|character| acts(*character)), None, "in the line {line:?}");
    assert!(line.len() <= LONGEST_LINE, "a line of {} bytes: {line:?}", line.len());
}

/// Lines in which everything prints.
pub fn text(text: &str) {
    assert!(text.ends_with('\n'));
    let found = text.chars().find(|character| *character != '\n' && acts(*character));
    assert_eq!(found, None, "in the text {text:?}");
}

/// JSON in whose texts everything prints.
pub fn json(said: &str) -> Value {
    text(said);
    let value = serde_json::from_str(said).unwrap_or_else(|error| panic!("{error}: {said}"));
    strings(&value);
    value
}

fn strings(value: &Value) {
    match value {
        Value::String(text) => assert_eq!(text.chars().find(|character| acts(*character)), None, "in {text:?}"),
        Value::Array(values) => values.iter().for_each(strings),
        Value::Object(fields) => fields.values().for_each(strings),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A page with the elements that the product's pages have, and no other.
pub fn html(page: &str) {
    const ELEMENTS: [&str; 29] = [
        "!DOCTYPE", "html", "head", "meta", "title", "style", "body", "main", "header", "footer", "h1", "h2", "h3",
        "p", "dl", "dt", "dd", "table", "thead", "tbody", "tr", "th", "td", "code", "br", "li", "ol", "strong", "ul",
    ];
    text(page);
    for after in page.split('<').skip(1) {
        let name = after.trim_start_matches('/').split([' ', '>', '\n']).next().unwrap_or_default();
        assert!(ELEMENTS.contains(&name), "an element <{name}>: {:?}", after.chars().take(80).collect::<String>());
    }
}

/// Why something was not read, in every form there is.
pub fn refusal(error: &Malformed) {
    line(error);
    json(&undecided_json(error));
    html(&undecided_html(error));
}

/// What is in a piece of evidence.
pub fn sections(sections: &[Section]) {
    text(&inspection_text(sections));
    json(&inspection_json(sections));
}
