//! Errors of libraries and texts of strangers, on one line each.

use std::error::Error;

/// Messages are shown this far. The longest that help, a list of every credential source tried, have 700 characters.
const LONGEST_MESSAGE: usize = 1000;

/// What HTTP layers say before they come to the point.
const PREAMBLE: [&str; 13] = [
    "client error (Connect)",
    "client error (SendRequest)",
    "connection error",
    "dns error",
    "error decoding response body",
    "error reading a body from connection",
    "error resolving DNS",
    "error sending request",
    "io error",
    "other error",
    "request or response body error",
    "timeout",
    "user error",
];

/// rustls's way of saying that what came was not TLS at all.
const NOT_TLS: &str = "received corrupt message of type InvalidContentType";

/// rustls's way of saying that the connection ended before the answer did.
const CUT_OFF: &str = "peer closed connection without sending TLS close_notify";

/// An error and its causes, outermost first, as one line.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let text = error.to_string();
        // Wrappers repeat their cause.
        let known = PREAMBLE.contains(&text.as_str()) || parts.last().is_some_and(|last| last.ends_with(&text));
        if !known {
            parts.push(match text.as_str() {
                NOT_TLS => "what answers there does not speak TLS".to_owned(),
                // The rest is a link to rustls's manual.
                cut if cut.starts_with(CUT_OFF) => "the connection ended before the answer did".to_owned(),
                _ => text,
            });
        }
        next = error.source();
    }
    clean(&parts.join(": "))
}

/// A stranger's text on one line: white space made single spaces, other control characters escaped, length bounded.
pub(crate) fn clean(text: &str) -> String {
    let mut shown = String::new();
    for word in text.split_whitespace() {
        if !shown.is_empty() {
            shown.push(' ');
        }
        shown.extend(word.chars().flat_map(|character| {
            let escaped = character.is_control().then(|| character.escape_debug());
            let plain = (!character.is_control()).then_some(character);
            escaped.into_iter().flatten().chain(plain)
        }));
    }
    match shown.char_indices().nth(LONGEST_MESSAGE) {
        Some((end, _)) => {
            shown.truncate(end);
            shown.push('…');
            shown
        }
        None => shown,
    }
}

/// A server's words, without what could be a token that it sends back: `eyJ` is how a JSON Web Token begins.
pub(crate) fn without_tokens(text: &str) -> String {
    let words: Vec<&str> =
        text.split_whitespace().map(|word| if word.contains("eyJ") { "(token)" } else { word }).collect();
    clean(&words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_line_of_bounded_length() {
        assert_eq!(clean("a\n  b\tc\u{1b}[2J"), "a b c\\u{1b}[2J");
        assert_eq!(clean(&"x".repeat(2000)).chars().count(), LONGEST_MESSAGE + 1);
    }
}
