//! The frame of a page, and the one place where text becomes HTML.

use crate::malformed::Malformed;
use crate::rendering::TOOL;
use crate::shown;

const STYLE: &str = include_str!("style.css");
/// SHA-256 of [`STYLE`]: no other style, and nothing else at all, is allowed on the page (CSP Level 3 §2.3.1).
const STYLE_HASH: &str = "sha256-dBJP3TUxkp4PkZjcYpUdcrStjdzH/vKbAiQWj/5I3Bk=";

/// Why nothing was decided, so that an older page is not taken for the answer.
#[must_use]
pub fn undecided_html(error: &Malformed) -> String {
    let mut page = Page::new("could not be decided: HSM key attestation");
    page.open("header class=\"no\"");
    page.tag("h1", "could not be decided");
    page.tag("p", "The input could not be read. Nothing was decided, and nothing is accepted.");
    page.close("header");
    page.open("dl");
    let position = error.position.map(|position| format!("byte {position}"));
    for (term, value) in [
        ("Where", Some(&error.part)),
        ("At", position.as_ref()),
        ("Expected", Some(&error.expected)),
        ("Found", Some(&error.found)),
    ] {
        if let Some(value) = value {
            page.tag("dt", term);
            page.tag("dd", value);
        }
    }
    page.close("dl");
    page.end()
}

/// A page being written.
pub(super) struct Page(String);

impl Page {
    pub(super) fn new(title: &str) -> Self {
        let mut page = Self(String::new());
        page.raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        page.raw(&format!(
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{STYLE_HASH}'\">\n"
        ));
        page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        page.raw(
            "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n",
        );
        page.tag("title", title);
        page.raw(&format!("<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"));
        page
    }

    pub(super) fn end(mut self) -> String {
        self.close("main");
        self.tag(
            "footer",
            &format!("Made by {TOOL}, offline. Whoever hands you this page can change it: run the program yourself."),
        );
        self.raw("</body>\n</html>\n");
        self.0
    }

    /// An element with text in it; what opens it is ours, the text may be a stranger's.
    pub(super) fn tag(&mut self, opening: &str, text: &str) {
        let name = opening.split(' ').next().unwrap_or(opening);
        self.0.push_str(&format!("<{opening}>{}</{name}>\n", escaped(text)));
    }

    pub(super) fn open(&mut self, opening: &str) {
        self.raw(&format!("<{opening}>\n"));
    }

    pub(super) fn close(&mut self, name: &str) {
        self.raw(&format!("</{name}>\n"));
    }

    pub(super) fn row(&mut self, cells: &[(&str, &str)]) {
        self.raw("<tr>\n");
        for (opening, text) in cells {
            self.tag(opening, text);
        }
        self.raw("</tr>\n");
    }

    /// Markup of ours.
    pub(super) fn raw(&mut self, markup: &str) {
        self.0.push_str(markup);
    }
}

/// Text as HTML, in elements and in quoted attributes alike (HTML Living Standard §13.3).
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in shown::text(text).chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_of_the_page_allows_its_own_style_and_no_other() {
        let hash = crate::certificate::sha256(STYLE.as_bytes());
        // A PEM's body is base64.
        let pem = der::pem::encode_string("X", der::pem::LineEnding::LF, &hash).unwrap();
        assert_eq!(STYLE_HASH, format!("sha256-{}", pem.lines().nth(1).unwrap()));
    }

    #[test]
    fn text_cannot_become_markup() {
        assert_eq!(
            escaped("</td><script>\"a\" & 'b'\n\u{202e}"),
            "&lt;/td&gt;&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;\\n\\u{202e}"
        );
    }
}
